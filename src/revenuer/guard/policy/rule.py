"""Applies the policy to an assessment: a pure function."""

from typing import NamedTuple

import msgspec

from revenuer.guard.assessment import Assessment
from revenuer.guard.event import Event, Registered
from revenuer.guard.logprob_budget import within_budget
from revenuer.guard.policy.ceiling import bound, new_bound
from revenuer.guard.policy.marking import MARKING, marked
from revenuer.guard.policy.policy import DENY_LIST, SEVERITY, UNKNOWN_PLAN, Entry, Policy, Rule
from revenuer.guard.standing import HOUR_US, Meter, Standing
from revenuer.records import RESTRICTIVE, UNANSWERED, Action, Decision, Limits

SECOND_US = 1_000_000
GROWTH = 0.1
"""Evidence that a standing measure has to gain before the gain is stored: its log10 e is kept to this."""
LATELY_US = 24 * HOUR_US
"""A measure that ran out less than this ago is taken again outside the caps."""
_STRICTEST_LIMITS = Limits()
_RETRY_S = 60
"""For a throttle whose rule has left the policy while it stands."""


class _Asked(NamedTuple):
    """One request with what the policy's conditions are about."""

    event: Event
    assessment: Assessment
    plan: str
    verification: str
    harvested: int


def rule(
    event: Event,
    registered: Registered | None,
    assessment: Assessment,
    standing: Standing | None,
    meter: Meter,
    policy: Policy,
) -> tuple[Decision, Standing | None]:
    """Return the decision on `event` and the measure that now stands against its account (None = none).

    Asked about every request that has evidence, a standing measure or an entry of the deny list; one with none of them is allowed
    without asking. `registered` is what is known of the account, unless the event says it itself; `meter` is counted up in
    place. Uses no clock but the event's. The standing returned is the very one given where nothing about it has changed.
    """
    who = event.account if event.account is not None else registered
    meter.enter(event.timestamp)
    denied, allowed = policy.listed(event, who)
    if denied is not None:
        decision = _deny_listed(event, assessment, denied, policy)
        _count(decision, meter)
        return decision, standing
    asked = _asked(event, who, assessment, meter)
    kept = _kept(asked, who, standing, allowed, policy)
    limit = new_bound(bound(who, allowed, assessment.log10_e, policy), assessment, standing, policy)
    found = _matching(asked, limit.at_most, policy)
    measure, note = kept, limit.why
    if found is not None and found.action in RESTRICTIVE and _exceeds(found.action, kept):
        measure, capped = _under_caps(asked, found, kept, standing, meter, policy)
        note = capped or note
    decision, measure = _decision(asked, measure, found, note, policy)
    if policy.marking.enabled and policy.acts(Action.OBSERVE, MARKING):
        spared = SEVERITY[limit.at_most] <= SEVERITY[Action.OBSERVE]
        decision = marked(decision, measure, spared, policy.marking)
    if found is not None or measure is not None:
        _count(decision, meter)
    return decision, measure if measure is not None else standing


def _asked(event: Event, who: Registered | None, assessment: Assessment, meter: Meter) -> _Asked:
    plan = who.plan if who is not None else None
    verification = who.verification if who is not None else None
    harvested = assessment.harvested
    if assessment.operator is not None:
        harvested = max(harvested, meter.harvested.get(assessment.operator, 0))
    return _Asked(event, assessment, plan or UNKNOWN_PLAN, verification or "none", harvested)


def _kept(
    asked: _Asked, who: Registered | None, standing: Standing | None, allowed: Entry | None, policy: Policy
) -> Standing | None:
    """Return the measure if it is in force, is not above what this account may meet, and may act as the policy now stands.

    It is bounded by the strongest evidence since it was taken, as it stands for its whole time. One taken in shadow mode never
    acts later: it would have escaped the caps.
    """
    if standing is None or not standing.in_force(asked.event.timestamp):
        return None
    at_most = bound(who, allowed, max(asked.assessment.log10_e, standing.log10_e), policy).at_most
    if SEVERITY[standing.action] > SEVERITY[at_most]:
        return None
    return None if standing.shadow and policy.acts(standing.action, standing.rule) else standing


def _matching(asked: _Asked, at_most: Action, policy: Policy) -> Rule | None:
    """Return the most severe rule up to `at_most` whose conditions hold, or what the harvest budget makes of it."""
    highest = SEVERITY[at_most]
    found = next(
        (one for one in policy.rules if SEVERITY[one.action] <= highest and _holds(one, asked)), None
    )
    if found is None or found.action not in RESTRICTIVE:
        return found
    budget = policy.budget
    spent = budget.answered is not None and asked.harvested > budget.answered
    then = budget.then
    fits = SEVERITY[found.action] < SEVERITY[then.action] <= highest
    return then if spent and fits and asked.assessment.log10_e >= then.log10_e else found


def _holds(one: Rule, asked: _Asked) -> bool:
    return (
        asked.assessment.log10_e >= one.log10_e
        and asked.harvested > one.harvested_over
        and (one.plans is None or asked.plan in one.plans)
        and (one.verifications is None or asked.verification in one.verifications)
    )


def _exceeds(action: Action, kept: Standing | None) -> bool:
    return kept is None or SEVERITY[action] > SEVERITY[kept.action]


def _under_caps(
    asked: _Asked, found: Rule, kept: Standing | None, before: Standing | None, meter: Meter, policy: Policy
) -> tuple[Standing | None, str]:
    """Return the measure that the hour's caps leave of `found`, and what to say of a cap that was reached.

    A denial beyond its cap becomes the most severe milder measure that matches; a measure beyond the cap on all of them, none.
    """
    caps, note = policy.caps, ""
    known = kept or _lately(asked, found, before, policy)
    newly_denied = found.action is Action.DENY and (known is None or known.action is not Action.DENY)
    if newly_denied and meter.denied >= caps.max_denied_per_hour:
        note = (
            f"not denied, as this hour's {caps.max_denied_per_hour} new denials without a human are used up"
        )
        milder = _matching(asked, Action.RESTRICT, policy)
        if milder is None or milder.action not in RESTRICTIVE or not _exceeds(milder.action, kept):
            meter.capped += kept is None
            return kept, note
        found, newly_denied = milder, False
    if known is None and meter.restricted >= caps.max_restricted_per_hour:
        meter.capped += 1
        used = f"this hour's {caps.max_restricted_per_hour} new measures without a human are used up"
        return None, f"only observed, as {used}"
    meter.restricted += known is None
    meter.denied += newly_denied
    return _taken(asked, found, before, policy), note


def _lately(asked: _Asked, found: Rule, before: Standing | None, policy: Policy) -> Standing | None:
    """Return the measure that the same operator's evidence brought lately: taking it again makes nothing new.

    Else a campaign under short measures would use up every hour's caps. A lifted one is over, and one that was taken in shadow mode
    was no measure to a policy that acts.
    """
    if before is None or before.lifted_by is not None or before.operator != asked.assessment.operator:
        return None
    unfelt = before.shadow and policy.acts(found.action, found.name)
    return None if unfelt or asked.event.timestamp > before.until + LATELY_US else before


def _taken(asked: _Asked, found: Rule, before: Standing | None, policy: Policy) -> Standing:
    event, assessment = asked.event, asked.assessment
    signals = "; ".join(assessment.signals) or "evidence without words"
    return Standing(
        account_id=event.account_id,
        action=found.action,
        operator=assessment.operator or "",
        since=event.timestamp,
        until=event.timestamp + found.hold_s * SECOND_US,
        log10_e=assessment.log10_e,
        reason=f"{signals} (log10 e {assessment.log10_e:.1f}, rule {found.name})",
        rule=found.name,
        shadow=not policy.acts(found.action, found.name),
        cleared=before.spent() if before is not None else (),
        logprobs_since=before.logprobs_since if before is not None else 0,
        logprobs_given=before.logprobs_given if before is not None else 0,
    )


def _decision(
    asked: _Asked, measure: Standing | None, found: Rule | None, note: str, policy: Policy
) -> tuple[Decision, Standing | None]:
    """Return the answer to this one request, and the measure with its own books brought up to date."""
    if measure is None:
        seen = found is not None and found.action is not Action.ALLOW
        would = Action.OBSERVE if seen else Action.ALLOW
        reason = "; ".join(asked.assessment.signals) or "no evidence"
        return _answer(asked, would, would, f"{reason}; {note}" if note and seen else reason), None
    measure = _stronger(measure, asked.assessment)
    would, wait_us, limits = measure.action, None, None
    reason = f"{measure.reason}; {note}" if note else measure.reason
    if would is Action.THROTTLE:
        wait_us, measure = _wait(measure, asked.event.timestamp, policy)
        if not wait_us:
            would, reason = Action.OBSERVE, f"let through under a throttle: {reason}"
    elif would is Action.RESTRICT:
        standing_rule = _rule_of(measure, policy)
        limits = (standing_rule.limits if standing_rule is not None else None) or _STRICTEST_LIMITS
        if policy.acts(measure.action, measure.rule):
            limits, measure = within_budget(limits, measure, asked.event)
    if would not in RESTRICTIVE or policy.acts(measure.action, measure.rule):
        retry = -(-wait_us // SECOND_US) if wait_us else None
        return _answer(asked, would, would, reason, retry, limits), measure
    return _answer(asked, Action.OBSERVE, would, reason), measure


def _stronger(measure: Standing, assessment: Assessment) -> Standing:
    """Return the measure with the evidence of now if that has grown: an appeal then spends all that was known when it was granted."""
    if assessment.operator != measure.operator or assessment.log10_e < measure.log10_e + GROWTH:
        return measure
    return msgspec.structs.replace(measure, log10_e=assessment.log10_e)


def _wait(measure: Standing, now: int, policy: Policy) -> tuple[int, Standing]:
    """Return how long the client has to wait (microseconds, 0 = this request goes through) and the throttle after it.

    A client that waits as it is told is served; one that does not is told the same moment again. A moment further away than the
    rule's own wait comes from a clock that jumped back, and is drawn in.
    """
    standing_rule = _rule_of(measure, policy)
    pause_us = ((standing_rule.retry_after_s if standing_rule is not None else None) or _RETRY_S) * SECOND_US
    if measure.next_at and measure.next_at <= now:
        return 0, msgspec.structs.replace(measure, next_at=now + pause_us)
    if not measure.next_at or measure.next_at > now + pause_us:
        measure = msgspec.structs.replace(measure, next_at=now + pause_us)
    return measure.next_at - now, measure


def _rule_of(measure: Standing, policy: Policy) -> Rule | None:
    """Return the rule that a measure follows from, or the nearest that the policy has now: the first with the same action."""
    same = [one for one in (*policy.rules, policy.budget.then) if one.action is measure.action]
    return next((one for one in same if one.name == measure.rule), same[0] if same else None)


def _deny_listed(event: Event, assessment: Assessment, entry: Entry, policy: Policy) -> Decision:
    acts = policy.acts(Action.DENY, DENY_LIST)
    return Decision(
        request_id=event.request_id,
        timestamp=event.timestamp,
        account_id=event.account_id,
        action=Action.DENY if acts else Action.OBSERVE,
        would=Action.DENY,
        reason=f"on the deny list: {entry.why} (owner {entry.owner})",
        campaign_id=assessment.operator,
        log10_e=assessment.log10_e,
    )


def _answer(
    asked: _Asked,
    action: Action,
    would: Action,
    reason: str,
    retry_after_s: int | None = None,
    limits: Limits | None = None,
) -> Decision:
    event, assessment = asked.event, asked.assessment
    return Decision(
        request_id=event.request_id,
        timestamp=event.timestamp,
        account_id=event.account_id,
        action=action,
        would=would,
        reason=reason,
        campaign_id=assessment.operator,
        log10_e=assessment.log10_e,
        retry_after_s=retry_after_s,
        limits=limits,
    )


def _count(decision: Decision, meter: Meter) -> None:
    """Add an answered request to what its operator harvested."""
    if decision.campaign_id is not None and decision.action not in UNANSWERED:
        meter.harvested[decision.campaign_id] = meter.harvested.get(decision.campaign_id, 0) + 1
