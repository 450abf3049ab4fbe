"""`lineage same-model`: is this API that model? A two-sample test on several answers a prompt from both sides.

Rejecting says "not that model as it was sampled": another model, other settings, a filter. Not rejecting says nothing unless the power is known.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from revenuer.prove.judge import outcome_of
from revenuer.prove.lineage.answer_kernel import answer_kernel
from revenuer.prove.pack import EvidencePack
from revenuer.records import Outcome
from revenuer.records.suspect_verdict import Effect, SuspectVerdict
from revenuer.stats import clopper_pearson

TEST = "lineage-same-model"
SCRIPT = "lineage_same_model.py"
DRAWS = 4_999
SLACK = 1e-9
MOST_CONSTANT = 0.5
POWER_REPEATS = 40
H0 = "For every prompt the suspect's answers and the reference model's are draws from one distribution."
ASSUMPTIONS = (
    "given its prompt, every answer is an independent draw: no cache, no fixed seed, no shared context",
    "both sides were asked the same prompts with the same system prompt, temperature and length limit",
    "all answers that came are in the files: none was chosen for what it says",
)
EXPLANATIONS = (
    "the same model with other settings, another system prompt, quantisation, a filter or a newer version",
    "an API that sends some requests to another model",
    "a cache or a fixed seed, which makes answers of one side dependent",
)

FloatArray = npt.NDArray[np.float64]
Samples = Mapping[str, Sequence[str]]


def same_model_verdict(
    suspect: Samples, reference: Samples, *, name: str, alpha: float, seed: int, rival: Samples | None = None
) -> tuple[SuspectVerdict, EvidencePack | None]:
    """Return the verdict on H0 and its pack. `suspect`, `reference`: prompt id -> its answers; only prompts with two or more on both sides count.

    Positive = they differ. Statistic: the sum over prompts of the unbiased squared maximum mean discrepancy; p: the share of relabellings within prompts
    (`DRAWS` random ones) with at least that sum, the observed one counted, exact at any size. `rival`: samples of another model; how often half of them are told from half of the
    reference's gives the power, without which silence is inconclusive.
    """
    prompts = sorted(
        key for key in suspect.keys() & reference.keys() if min(len(suspect[key]), len(reference[key])) >= 2
    )
    n = {
        "prompts": len(prompts),
        "suspect_answers": sum(len(suspect[key]) for key in prompts),
        "reference_answers": sum(len(reference[key]) for key in prompts),
        "prompts_left_out": len(suspect.keys() | reference.keys()) - len(prompts),
    }
    reason = _not_comparable(prompts, suspect, reference, alpha)
    if reason:
        return _not_evaluated(name, alpha, reason, n), None
    observed, drawn = discrepancy(prompts, suspect, reference, seed)
    p = (1 + int((drawn >= observed - SLACK).sum())) / (drawn.size + 1)
    power = None if rival is None else power_against(prompts, reference, rival, alpha, seed)
    outcome, why = outcome_of(p, alpha, power)
    summary = {
        Outcome.POSITIVE: "The suspect is not the reference model as it was sampled",
        Outcome.NEGATIVE: "The suspect's answers are like the reference model's, and another model would have been told apart",
    }.get(
        outcome,
        "The suspect's answers were not told from the reference model's, which shows nothing by itself",
    )
    low, high = (float(value) for value in np.quantile(drawn, [0.025, 0.975]))
    verdict = SuspectVerdict(
        test=TEST,
        suspect=name,
        outcome=outcome,
        h0=H0,
        summary=f"{summary}: p = {p:.3g} over {len(prompts)} prompts.",
        alpha=alpha,
        p=p,
        log10_p=math.log10(p),
        floor=1 / (DRAWS + 1),
        effect=Effect(
            name="squared discrepancy above chance",
            value=observed / len(prompts),
            low=(observed - high) / len(prompts),
            high=(observed - low) / len(prompts),
            unit="kernel, mean over prompts",
        ),
        n=n,
        assumptions=ASSUMPTIONS,
        explanations=EXPLANATIONS,
        reason=why,
        details={"power_lower_limit": power, "draws": DRAWS},
    )
    return verdict, _pack(prompts, suspect, reference, seed)


def discrepancy(
    prompts: Sequence[str], suspect: Samples, reference: Samples, seed: int, draws: int = DRAWS
) -> tuple[float, FloatArray]:
    """Return (observed, (draws,) relabelled) sums of the unbiased squared discrepancy over prompts."""
    observed, drawn = 0.0, np.zeros(draws)
    for key in prompts:
        kernel = answer_kernel([*suspect[key], *reference[key]])
        np.fill_diagonal(kernel, 0.0)
        m = len(suspect[key])
        labels = np.zeros((1 + draws, len(kernel)))
        labels[0, :m] = 1.0
        np.put_along_axis(labels[1:], relabellings(seed, key, len(kernel), draws)[:, :m], 1.0, axis=1)
        values = _squared(kernel, labels, m)
        observed += float(values[0])
        drawn += values[1:]
    return observed, drawn


def relabellings(seed: int, prompt_id: str, size: int, draws: int) -> npt.NDArray[np.int64]:
    """Return (draws, size) random orders: each the ranking of `size` 64-bit big-endian numbers from SHAKE-256 of "seed:prompt id".

    Made by a hash, so that the pack's script draws the same ones with Python's own library; ties (2^-64) keep their order.
    """
    stream = hashlib.shake_256(f"{seed}:{prompt_id}".encode("utf-8", "surrogatepass")).digest(
        8 * size * draws
    )
    return np.argsort(np.frombuffer(stream, ">u8").reshape(draws, size), axis=1, kind="stable")


def _squared(kernel: FloatArray, labels: FloatArray, m: int) -> FloatArray:
    n = len(kernel) - m
    others = 1.0 - labels
    to_suspect = labels @ kernel
    within = (to_suspect * labels).sum(axis=1)
    across = (to_suspect * others).sum(axis=1)
    within_others = kernel.sum() - within - 2.0 * across
    return np.asarray(
        within / (m * (m - 1)) + within_others / (n * (n - 1)) - 2.0 * across / (m * n), np.float64
    )


def power_against(
    prompts: Sequence[str], reference: Samples, rival: Samples, alpha: float, seed: int
) -> float | None:
    """Return a lower 95 % limit of how often half of the rival's samples are told from half of the reference's; None where the rival has no two
    samples to a prompt. Halves, so that the full samples do better; the repeats share samples, so that the limit is approximate."""
    shared = [key for key in prompts if key in rival and min(len(rival[key]), len(reference[key])) >= 4]
    if not shared:
        return None
    told = 0
    for repeat in range(POWER_REPEATS):
        halves = []
        for side, samples in (("rival", rival), ("reference", reference)):
            half = {}
            for key in shared:
                order = relabellings(seed, f"power:{side}:{repeat}:{key}", len(samples[key]), 1)[0]
                half[key] = [samples[key][i] for i in order[: len(order) // 2]]
            halves.append(half)
        draws = max(199, math.ceil(2 / alpha))
        observed, drawn = discrepancy(shared, halves[0], halves[1], seed + 1 + repeat, draws)
        told += (1 + int((drawn >= observed - SLACK).sum())) / (draws + 1) <= alpha
    return clopper_pearson(told, POWER_REPEATS, 0.9).low


def _not_comparable(prompts: Sequence[str], suspect: Samples, reference: Samples, alpha: float) -> str:
    if not prompts:
        return "no prompt has two or more answers on both sides: draw several answers a prompt from each"
    ways = sum(
        math.log10(math.comb(len(suspect[key]) + len(reference[key]), len(suspect[key]))) for key in prompts
    )
    if ways < -math.log10(alpha):
        return f"the answers can be relabelled in only {10**ways:.0f} ways, which cannot give p <= {alpha:g}: draw more"
    for side, samples in (("suspect", suspect), ("reference", reference)):
        constant = sum(len(set(samples[key])) == 1 for key in prompts)
        if constant > MOST_CONSTANT * len(prompts):
            return (
                f"the {side} gave one and the same answer again in {constant} of {len(prompts)} prompts: a cache, a fixed seed or temperature 0, "
                "not independent draws"
            )
    return ""


def _not_evaluated(name: str, alpha: float, reason: str, n: Mapping[str, int]) -> SuspectVerdict:
    return SuspectVerdict(
        test=TEST,
        suspect=name,
        outcome=Outcome.NOT_EVALUATED,
        h0=H0,
        summary="Whether the suspect is the reference model could not be judged.",
        alpha=alpha,
        n=n,
        assumptions=ASSUMPTIONS,
        reason=reason,
    )


def _pack(prompts: Sequence[str], suspect: Samples, reference: Samples, seed: int) -> EvidencePack:
    lines = (
        msgspec.json.encode(
            {"prompt_id": key, "suspect": list(suspect[key]), "reference": list(reference[key])}
        )
        for key in prompts
    )
    settings = msgspec.json.encode({"seed": seed, "draws": DRAWS})
    return EvidencePack(
        script=SCRIPT,
        data={"samples.jsonl": b"\n".join(lines), "settings.json": settings},
        seeds={"relabellings": seed},
    )
