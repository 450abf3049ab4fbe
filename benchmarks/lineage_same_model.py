"""Size and power of `prove lineage same-model` on bigram models that are made on the spot.

    python benchmarks/lineage_same_model.py [--runs N] [--prompts N]

A reference model writes 30 words after a prompt's first word. The suspect is the same model; the same at another temperature; the same with its probabilities rounded
to 1/64 (as a quantised copy); a mixture that sends a share of requests to another model; another model.
"""

import argparse
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from revenuer.prove.lineage.same_model import SLACK, discrepancy

WORDS, LENGTH, DRAWS = 200, 30, 199
Chain = npt.NDArray[np.float64]


def chain(rng: np.random.Generator) -> Chain:
    """(words, words): a model's next-word probabilities, few of them large."""
    return np.asarray(rng.dirichlet(np.full(WORDS, 0.05), WORDS))


def tempered(model: Chain, temperature: float) -> Chain:
    """The same model at another temperature."""
    sharp = model ** (1.0 / temperature)
    return np.asarray(sharp / sharp.sum(axis=1, keepdims=True))


def rounded(model: Chain) -> Chain:
    """The same model with probabilities in steps of 1/64."""
    coarse = np.round(model * 64.0) / 64.0 + 1e-9
    return np.asarray(coarse / coarse.sum(axis=1, keepdims=True))


def write(rng: np.random.Generator, models: list[Chain], shares: list[float], first: int) -> str:
    """One answer; every request goes to one of the models."""
    steps = models[int(rng.choice(len(models), p=shares))].cumsum(axis=1)
    words = [first]
    for _ in range(LENGTH):
        words.append(min(int(np.searchsorted(steps[words[-1]], rng.random())), WORDS - 1))
    return " ".join(f"w{word}" for word in words)


def rejects(
    rng: np.random.Generator,
    suspect: Callable[[int], str],
    reference: Callable[[int], str],
    prompts: int,
    samples: int,
    run: int,
) -> float:
    """p of one experiment."""
    sides = [
        {f"p{i}": [draw(i) for _ in range(samples)] for i in range(prompts)} for draw in (suspect, reference)
    ]
    observed, drawn = discrepancy(sorted(sides[0]), sides[0], sides[1], run, DRAWS)
    return (1 + int((drawn >= observed - SLACK).sum())) / (DRAWS + 1)


def main() -> None:
    """Print, for each suspect, how often H0 is rejected."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--prompts", type=int, default=10)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    one, other = chain(rng), chain(rng)
    cases: dict[str, tuple[list[Chain], list[float]]] = {
        "the same model (size)": ([one], [1.0]),
        "temperature 0.8": ([tempered(one, 0.8)], [1.0]),
        "temperature 0.6": ([tempered(one, 0.6)], [1.0]),
        "rounded to 1/64": ([rounded(one)], [1.0]),
        "10 % another model": ([one, other], [0.9, 0.1]),
        "30 % another model": ([one, other], [0.7, 0.3]),
        "another model": ([other], [1.0]),
    }
    print(f"{options.runs} runs, {options.prompts} prompts, {DRAWS} relabellings; share rejected at .01, .05")
    for samples in (3, 10):
        for name, (models, shares) in cases.items():
            p = [
                rejects(
                    rng,
                    lambda i, m=models, s=shares: write(rng, m, s, i),
                    lambda i: write(rng, [one], [1.0], i),
                    options.prompts,
                    samples,
                    run,
                )
                for run in range(options.runs)
            ]
            at = [np.mean([value <= alpha for value in p]) for alpha in (0.01, 0.05)]
            print(f"{samples:2} answers a prompt  {name:24} {at[0]:.2f} {at[1]:.2f}", flush=True)


if __name__ == "__main__":
    main()
