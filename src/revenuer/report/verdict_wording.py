"""A verdict on a suspect in words: the same in the page and in the terminal.

Names and summaries hold what strangers wrote: who shows a line makes it safe (report/visible.py).
"""

from collections.abc import Mapping

from revenuer.records import Outcome
from revenuer.records.suspect_verdict import Effect, PlanStatus, Registration, SuspectVerdict
from revenuer.report.wording import count

OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.POSITIVE: "Positive: the null hypothesis is rejected",
    Outcome.NEGATIVE: "Negative: nothing was found, and this test would probably have found what it looked for",
    Outcome.INCONCLUSIVE: "Inconclusive: this says neither yes nor no",
    Outcome.NOT_EVALUATED: "Not evaluated: this says nothing about the suspect",
}


def verdict_line(verdict: SuspectVerdict) -> str:
    """Return the outcome as a title."""
    return OUTCOME_WORDS[verdict.outcome]


def p_text(p: float | None, log10_p: float | None) -> str:
    """Return a p-value that does not pretend to be 0: 0.0123, 3.1e-05, or a power of ten where a float underflows."""
    if p is None or log10_p is None:
        return "none"
    if log10_p < -300.0:
        return f"10^{log10_p:.1f}".replace("-", "−")
    return f"{p:.4f}" if p >= 0.001 else f"{p:.2g}"


def floor_text(verdict: SuspectVerdict) -> str:
    """Return the smallest p that the design can give."""
    if verdict.floor is None:
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
        return f"pre-registered: as the plan with SHA-256 {registration.plan_sha256} fixed it"
    left = "; ".join(registration.deviations)
    return f"deviates from the plan with SHA-256 {registration.plan_sha256}: {left}; reason given: {registration.why}"
