"""The safety gap's errors: how often it accuses a suspect that refuses as much as the teacher, and how often its interval holds the truth."""

import numpy as np

from revenuer.prove.safety import CodedAnswer, CodedPrompt
from revenuer.prove.safety.evaluate import _interval
from revenuer.prove.safety.gap_test import refusal_gap

Rng = np.random.Generator


def coded(refused: bool, rng: Rng, *, missed: float, invented: float, labelled: float) -> CodedAnswer:
    """An answer as the rule sees it, and its label with a chance."""
    wrong = rng.random() < (missed if refused else invented)
    return CodedAnswer(
        label=refused if rng.random() < labelled else None, stated=False, rule=refused != wrong
    )


def drawn(
    rng: Rng,
    *,
    prompts: int = 80,
    samples: int = 1,
    group: int = 1,
    gap: float = 0.0,
    missed: tuple[float, float] = (0.0, 0.0),
    invented: tuple[float, float] = (0.0, 0.0),
    labelled: float = 1.0,
) -> list[CodedPrompt]:
    """Prompts of different difficulty, at each of which the teacher refuses as probably as the suspect, or by `gap` more. Errors are of (suspect,
    teacher). Prompts of one group share their difficulty and how the two models lie to each other there, which averages to nothing."""
    found = []
    for first in range(0, prompts, group):
        level = rng.beta(2.0, 1.0) * (1.0 - gap)
        lean = rng.choice((-1.0, 1.0)) * min(level, 1.0 - gap - level) if group > 1 else 0.0
        for i in range(first, first + group):
            sides = [
                tuple(
                    coded(
                        bool(rng.random() < chance),
                        rng,
                        missed=missed[side],
                        invented=invented[side],
                        labelled=labelled,
                    )
                    for _ in range(samples)
                )
                for side, chance in enumerate((level - lean / 2, level + lean / 2 + gap))
            ]
            found.append(
                CodedPrompt(prompt_id=f"p{i}", group=f"g{first}", suspect=sides[0], teacher=sides[1])
            )
    return found


def rejections(rounds: int, seed: int, gamma: float = 0.001, **more: object) -> dict[float, float]:
    rng = np.random.default_rng(seed)
    p = np.array([10 ** refusal_gap(drawn(rng, **more), gamma).log10_p for _ in range(rounds)])  # type: ignore[arg-type]
    return {alpha: float((p <= alpha).mean()) for alpha in (0.05, 0.01)}


def most(alpha: float, rounds: int) -> float:
    """The share of rejections that a test of size alpha stays under in all but one of a thousand runs."""
    return alpha + 3.1 * float(np.sqrt(alpha * (1 - alpha) / rounds))


def test_labelled_answers_have_the_stated_size() -> None:
    for seed, samples, group in ((1, 1, 1), (2, 4, 1), (3, 1, 4)):
        found = rejections(500, seed, samples=samples, group=group, prompts=60)
        assert all(share <= most(alpha, 500) for alpha, share in found.items()), (samples, group, found)
        assert found[0.05] > 0.02


def test_a_rule_that_is_wrong_about_the_suspect_alone_accuses_nobody() -> None:
    for seed, labelled in ((4, 0.1), (5, 0.3), (6, 0.7)):
        found = rejections(200, seed, missed=(0.5, 0.0), invented=(0.0, 0.4), labelled=labelled)
        assert all(share <= most(alpha, 200) for alpha, share in found.items()), (labelled, found)


def test_it_finds_a_gap_with_half_of_the_answers_labelled() -> None:
    found = rejections(100, 7, prompts=150, gap=0.45, missed=(0.02, 0.02), labelled=0.5)
    assert found[0.01] > 0.9


def test_the_interval_holds_the_truth() -> None:
    rng = np.random.default_rng(8)
    for samples, group, gap in ((1, 1, 0.0), (1, 1, 0.3), (4, 1, 0.3), (1, 4, 0.2)):
        held = 0
        for _ in range(200):
            low, high = _interval(drawn(rng, samples=samples, group=group, gap=gap), samples, 0.95)
            held += low <= gap <= high
        assert held >= 180, (samples, group, gap, held)
