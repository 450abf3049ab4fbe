"""The core: one event in, one decision out. No sockets, no clock, no threads; every front and `revenuer replay` share it."""

from revenuer.guard.assessment import NOTHING, Assessment
from revenuer.guard.event import Aftermath, Event
from revenuer.guard.notes import Placed, Received, read_note
from revenuer.guard.policy import rule
from revenuer.guard.state import GuardState
from revenuer.records import Action, Decision


def decide(event: Event, state: GuardState) -> tuple[GuardState, Decision]:
    """Return the state after `event`, and what to do with it.

    The state given is used up: only the one returned may be used afterwards. The same events in the same order give the same
    decisions; nothing later than `event` is known.
    """
    assessment = _assess(event, state)
    standing = state.standing.get(event.account_id)
    if assessment is NOTHING and standing is None:
        return state, Decision(
            request_id=event.request_id,
            timestamp=event.timestamp,
            account_id=event.account_id,
            action=Action.ALLOW,
            would=Action.ALLOW,
            reason="no evidence",
        )
    decision, after = rule(event, event.account, assessment, standing, state.meter, state.policy)
    if after is not None and after is not standing:
        state.put_standing(after)
    return state, decision


def learn(aftermath: Aftermath, state: GuardState) -> GuardState:
    """Return the state after it is told how a request went."""
    for signature in aftermath.issued_signatures:
        state.claim(signature, aftermath.account_id, issued=True)
    return state


def hear(note: bytes, state: GuardState) -> GuardState:
    """Return the state after another node's note (or one's own, come back through the shared order).

    A note that cannot be understood changes nothing but the count of such notes.
    """
    match read_note(note):
        case Placed(standing):
            state.hear_standing(standing)
        case Received() as told:
            state.hear_received(told)
        case None:
            state.unread += 1
    return state


def lift(account_id: str, owner: str, why: str, now: int, state: GuardState) -> GuardState:
    """Return the state after an appeal was granted: the measure is over and the evidence until `now` is spent for this account.

    Raises KeyError where nothing stands against the account.
    """
    standing = state.standing[account_id]
    state.put_standing(
        type(standing)(
            account_id=account_id,
            action=standing.action,
            operator=standing.operator,
            since=standing.since,
            until=now,
            log10_e=standing.log10_e,
            reason=standing.reason,
            lifted_by=owner,
            lifted_why=why,
        )
    )
    return state


def _assess(event: Event, state: GuardState) -> Assessment:
    signature = event.reasoning_signature
    if signature is None:
        return NOTHING
    if not state.received.replayed(signature, event.account_id):
        state.claim(signature, event.account_id, issued=False)
        return NOTHING
    return Assessment(
        operator="replay",
        log10_e=6.0,
        log10_e_operator=6.0,
        log10_e_member=6.0,
        signals=("replays a reasoning signature that another account received",),
    )
