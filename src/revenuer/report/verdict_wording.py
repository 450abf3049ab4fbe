"""A verdict on a suspect in words: the same in the page and in the terminal.

Names and summaries hold what strangers wrote: who shows a line makes it safe (report/visible.py).
"""

import math
from collections.abc import Mapping

from revenuer.records import Outcome
from revenuer.records.suspect_verdict import Effect, PlanStatus, Registration, SuspectVerdict
from revenuer.report.wording import count

OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.POSITIVE: "Positive: chance alone does not explain this",
    Outcome.NEGATIVE: "Negative: nothing was found, and this test would probably have found what it looked for",
    Outcome.INCONCLUSIVE: "Inconclusive: this says neither yes nor no",
    Outcome.NOT_EVALUATED: "Not evaluated: this says nothing about the suspect",
}
SHORT_OUTCOME: Mapping[Outcome, str] = {
    Outcome.POSITIVE: "positive",
    Outcome.NEGATIVE: "negative",
    Outcome.INCONCLUSIVE: "inconclusive",
    Outcome.NOT_EVALUATED: "not evaluated",
}
NEVER_SAID: Mapping[Outcome, tuple[str, ...]] = {
    Outcome.POSITIVE: (
        "It does not give the probability that the suspect is guilty. p is the probability of data like these if the null hypothesis were true, not of the null hypothesis given these data.",
        "It does not say who collected the data, by which way they reached the suspect, with what intent, or whether that was permitted.",
        "It does not say how much of the suspect’s ability comes from them.",
    ),
    Outcome.NEGATIVE: (
        "It does not show that the suspect is clean: an effect smaller than the planned one, another source, or an evasion that this test does not see would give the same result.",
    ),
    Outcome.INCONCLUSIVE: (
        "It does not speak for the suspect, and not against it. Do not report it as a finding in either direction.",
    ),
    Outcome.NOT_EVALUATED: (
        "It says nothing about the suspect. That nothing was evaluated is not evidence of anything.",
    ),
}


def limits(verdict: SuspectVerdict) -> tuple[str, ...]:
    """Return what the verdict does not say: what no verdict with its outcome says, then the test's own limits."""
    return (*NEVER_SAID[verdict.outcome], *verdict.limits)


def verdict_line(verdict: SuspectVerdict) -> str:
    """Return the outcome as a title."""
    return OUTCOME_WORDS[verdict.outcome]


def p_text(p: float | None, log10_p: float | None) -> str:
    """Return a p-value that never pretends to be 0: 0.0123, 3.1e-05, 5.0e-413."""
    if p is None or log10_p is None:
        return "none"
    if log10_p < -300.0:
        exponent = math.floor(log10_p)
        return f"{10.0 ** (log10_p - exponent):.1f}e{exponent}"
    return f"{p:.4f}" if p >= 0.001 else f"{p:.2g}"


def log10_text(log10_p: float | None) -> str:
    """Return log10 p with two decimals."""
    return "none" if log10_p is None else f"{log10_p:.2f}".replace("-", "−")


def p_words(verdict: SuspectVerdict) -> str:
    """Return what p means, in one sentence without a formula."""
    if verdict.p is None or verdict.log10_p is None:
        return "there is none: nothing was evaluated"
    if verdict.p > 0.1:
        often = f"{verdict.p:.0%} of such tests"
    elif verdict.log10_p > -6:
        often = f"one in {round(1 / verdict.p):,} such tests"
    else:
        often = f"one in 1e{-verdict.log10_p:.1f} such tests"
    return f"if the null hypothesis were true, {often} would come out like this or further out"


def floor_number(verdict: SuspectVerdict) -> str:
    """Return the floor alone."""
    return "no floor" if not verdict.floor else f"{verdict.floor:.3g}"


def floor_text(verdict: SuspectVerdict) -> str:
    """Return the smallest p that the design can give."""
    if not verdict.floor:
        return "none: p can be as small as the data make it"
    at_floor = verdict.p is not None and verdict.p <= verdict.floor * (1.0 + 1e-9)
    return f"{verdict.floor:.3g}" + (", reached: p could not have been smaller" if at_floor else "")


def effect_text(effect: Effect) -> str:
    """Return the effect with its interval and unit."""
    interval = f"{effect.level:.0%} interval {effect.low:.4g} to {effect.high:.4g}"
    return f"{effect.name} {effect.value:.4g} {effect.unit}".rstrip() + f" ({interval})"


def n_text(n: Mapping[str, int]) -> str:
    """Return what was counted: 400 pairs, 12,000 tokens."""
    return ", ".join(f"{count(value)} {unit.replace('_', ' ')}" for unit, value in n.items()) or "nothing"


def registration_text(registration: Registration) -> str:
    """Return whether the test was planned, in one sentence."""
    if registration.status is PlanStatus.EXPLORATORY:
        return "exploratory: no plan was fixed before the suspect was asked, so p is a lead, not a finding of its own"
    if registration.status is PlanStatus.PRE_REGISTERED:
        return f"pre-registered, in the plan with SHA-256 {registration.plan_sha256}"
    left = "; ".join(registration.deviations)
    return f"deviates from the plan with SHA-256 {registration.plan_sha256}: {left}; reason given: {registration.why}"
