"""How severe a measure one account may meet at most, and why: exemptions, the allow list, granted appeals."""

from typing import NamedTuple

from revenuer.guard.assessment import Assessment
from revenuer.guard.event import Registered
from revenuer.guard.policy.policy import SEVERITY, UNKNOWN_PLAN, Ceiling, Entry, Policy
from revenuer.guard.standing import Standing
from revenuer.records import Action


class Bound(NamedTuple):
    """The most severe action, and what holds it there (empty where nothing does)."""

    at_most: Action
    why: str = ""


UNBOUNDED = Bound(Action.DENY)


def bound(who: Registered | None, allowed: Entry | None, log10_e: float, policy: Policy) -> Bound:
    """Return the lowest of the ceilings that hold for an account against which the evidence is `log10_e`.

    `allowed`: its entry of the allow list, if one holds. An account of whom nothing is known falls under no other ceiling.
    """
    if allowed is not None:
        return Bound(Action.OBSERVE, f"on the allow list: {allowed.why} (owner {allowed.owner})")
    if who is None:
        return UNBOUNDED
    lowest = UNBOUNDED
    for ceiling in policy.ceilings:
        open_at = ceiling.unless_log10_e
        lower = SEVERITY[ceiling.at_most] < SEVERITY[lowest.at_most]
        if lower and (open_at is None or log10_e < open_at) and covers(ceiling, who):
            lowest = Bound(ceiling.at_most, f"at most {ceiling.at_most}: {ceiling.name}")
    return lowest


def covers(ceiling: Ceiling, who: Registered) -> bool:
    """Return whether an account is of the ceiling's kind."""
    return (
        (ceiling.declared_uses is None or _declared(who) in ceiling.declared_uses)
        and (ceiling.verifications is None or (who.verification or "none") in ceiling.verifications)
        and (ceiling.plans is None or (who.plan or UNKNOWN_PLAN) in ceiling.plans)
    )


def new_bound(limit: Bound, assessment: Assessment, standing: Standing | None, policy: Policy) -> Bound:
    """Return `limit` as it holds for a measure that is yet to be taken.

    Without an operator there is nothing to be a member of, so nothing follows that a customer feels. After an appeal, the
    evidence that it spent and `appeal_margin` more has to come together before the same operator counts again.
    """
    if SEVERITY[limit.at_most] <= SEVERITY[Action.OBSERVE]:
        return limit
    if assessment.operator is None:
        return Bound(Action.OBSERVE)
    if standing is None:
        return limit
    spent = [weight for operator, weight in standing.spent() if operator == assessment.operator]
    if not spent or assessment.log10_e >= max(spent) + policy.appeal_margin:
        return limit
    return Bound(Action.OBSERVE, f"an appeal cleared this account at log10 e {max(spent):.1f}")


def _declared(who: Registered) -> str:
    return (who.declared_use or "").strip().lower()
