"""The core: one event in, one decision out. No sockets, no clock, no threads; every front and `revenuer replay` share it."""

from revenuer.guard.assessment import NOTHING, Assessment
from revenuer.guard.event import Aftermath, Event
from revenuer.guard.policy import rule
from revenuer.guard.standing import lifted
from revenuer.guard.state import GuardState
from revenuer.records import Action, Decision


def decide(event: Event, state: GuardState) -> tuple[GuardState, Decision]:
    """Return the state after `event`, and what to do with it.

    The state given is used up: only the one returned may be used afterwards. The same events in the same order give the same
    decisions; nothing later than `event` is known.
    """
    assessment = _assess(event, state)
    standing = state.standing.get(event.account_id)
    if assessment is NOTHING and standing is None and not state.policy.denies(event):
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
        state.received.setdefault(signature, aftermath.account_id)
    return state


def hear(note: bytes, state: GuardState) -> GuardState:
    """Return the state after another node's note (or one's own, come back through the shared order)."""
    return state


def lift(account_id: str, owner: str, why: str, now: int, state: GuardState) -> GuardState:
    """Return the state after an appeal was granted: the measure is over and the evidence until `now` is spent for this account.

    Raises KeyError where nothing stands against the account.
    """
    state.put_standing(lifted(state.standing[account_id], owner, why, now))
    return state


def _assess(event: Event, state: GuardState) -> Assessment:
    signature = event.reasoning_signature
    if signature is None:
        return NOTHING
    owner = state.received.setdefault(signature, event.account_id)
    if owner == event.account_id:
        return NOTHING
    return Assessment(
        operator="replay",
        log10_e=6.0,
        log10_e_operator=6.0,
        log10_e_member=6.0,
        signals=("replays a reasoning signature that another account received",),
    )
