"""Applies the policy to an assessment: a pure function."""

from revenuer.guard.assessment import Assessment
from revenuer.guard.event import Event, Registered
from revenuer.guard.policy.policy import Policy
from revenuer.guard.standing import Meter, Standing
from revenuer.records import Action, Decision

_SECOND = 1_000_000


def rule(
    event: Event,
    registered: Registered | None,
    assessment: Assessment,
    standing: Standing | None,
    meter: Meter,
    policy: Policy,
) -> tuple[Decision, Standing | None]:
    """Return the decision on `event` and the measure that now stands against its account (None = none).

    Called for every request that has evidence or a standing measure; one with neither is allowed without asking. `registered` is what
    is known of the account; `meter` is counted up in place. Uses no clock but the event's.
    """
    action = Action.ALLOW
    if assessment.log10_e >= policy.deny_at:
        action = Action.DENY
    elif assessment.log10_e >= policy.observe_at:
        action = Action.OBSERVE
    if action is Action.DENY and assessment.operator is not None:
        standing = Standing(
            account_id=event.account_id,
            action=action,
            operator=assessment.operator,
            since=event.timestamp,
            until=event.timestamp + policy.hold_s * _SECOND,
            log10_e=assessment.log10_e,
            reason="; ".join(assessment.signals),
        )
    would = standing.action if standing is not None and standing.until > event.timestamp else action
    shown = Action.OBSERVE if policy.shadow and would not in (Action.ALLOW, Action.OBSERVE) else would
    decision = Decision(
        request_id=event.request_id,
        timestamp=event.timestamp,
        account_id=event.account_id,
        action=shown,
        would=would,
        reason="; ".join(assessment.signals) or (standing.reason if standing else "no evidence"),
        campaign_id=assessment.operator,
        log10_e=assessment.log10_e,
    )
    return decision, standing
