"""From p and what was planned to an outcome: positive, negative, or inconclusive."""

from revenuer.records import Outcome

POWERED = 0.8
"""Power from which silence counts as an answer."""


def outcome_of(p: float, alpha: float, power: float | None) -> tuple[Outcome, str]:
    """Return (outcome, reason). `power`: the chance that this test, at its size, finds the smallest effect that the plan named; None =
    unknown.

    p > alpha says that nothing was found, not that nothing is there: it is negative only where the test would have found it.
    """
    if p <= alpha:
        return Outcome.POSITIVE, ""
    if power is not None and power >= POWERED:
        return Outcome.NEGATIVE, ""
    known = "the power of this test at its size is unknown" if power is None else f"its power is {power:.2f}"
    return Outcome.INCONCLUSIVE, f"p = {p:.3g} is above alpha = {alpha:g}, and {known}, below {POWERED:g}"
