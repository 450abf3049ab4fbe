"""The core: one event in, one decision out. No sockets, no clock, no threads; every front and `revenuer replay` share it."""

import msgspec

from revenuer.detect.campaign_index import CampaignIndex
from revenuer.guard.assessment import NOTHING
from revenuer.guard.event import Aftermath, Event
from revenuer.guard.ledger_kernel import FIRST, POSITIVE
from revenuer.guard.notes import Crossed, Habit, Noticed, Placed, Received, read_note
from revenuer.guard.policy import rule
from revenuer.guard.standing import HOUR_US, Standing, lifted, renamed
from revenuer.guard.state import GuardState
from revenuer.guard.suspicion import (
    Suspect,
    attend,
    declared,
    foreign_signature,
    judge_account,
    judge_measured,
)
from revenuer.guard.suspicion import use_index as take_index
from revenuer.guard.suspicion.hearsay import hear_of
from revenuer.records import UNANSWERED, Action, Decision

NO_EVIDENCE = "no evidence"
STEP_BACK_US = HOUR_US
"""A clock that is corrected steps back by less than this."""


def decide(event: Event, state: GuardState) -> tuple[GuardState, Decision]:
    """Return the state after `event`, and what to do with it.

    The state given is used up: only the one returned may be used afterwards. The same events in the same order give the same
    decisions; nothing later than `event` is known.
    """
    if not (event.account_id.isascii() and event.request_id.isascii()):
        event = _storable(event)
    state.now = now = max(state.now, event.timestamp)
    if now >= state.fades:
        state.fade()
    ledger, books = state.ledger, state.books
    row = ledger.row_of(event.account_id, now)
    address = ledger.address(event.client_ip) if event.client_ip else 0
    prompt = event.prompt.encode("utf-8", "surrogatepass") if event.prompt else b""
    system = ledger.system(event.system_prompt) if event.system_prompt else 0
    flags = ledger.observe(row, now, address, system, prompt, books.watched.keys, books.index_table)
    if event.account is not None:
        books.declare(event.account_id, declared(event))
    if flags & FIRST:
        ledger.register(row, event)
    suspect = attend(event, row, flags, books, now) if flags else None
    if flags & POSITIVE:
        state.betting.add(event.account_id)
    if event.reasoning_signature is not None:
        suspect = _signature(event, row, suspect, state) or suspect
    standing = _standing(event, state)
    if suspect is None and standing is None and not state.policy.denies(event):
        return state, Decision(
            request_id=event.request_id,
            timestamp=event.timestamp,
            account_id=event.account_id,
            action=Action.ALLOW,
            would=Action.ALLOW,
            reason=NO_EVIDENCE,
        )
    assessment = NOTHING
    if suspect is not None:
        judge = judge_measured if standing is not None and standing.in_force(now) else judge_account
        assessment = judge(suspect, books, now)
    decision, after = rule(event, event.account, assessment, standing, state.meter, state.policy)
    if after is not None and after is not standing:
        ledger.mark(row)
        state.put_standing(after)
    if suspect is not None:
        _count(suspect, decision, state)
    return state, decision


def _signature(event: Event, row: int, suspect: Suspect | None, state: GuardState) -> Suspect | None:
    """Take in the reasoning signature that the request replays; return the suspect that its account is by it."""
    signature = _spelt(event.reasoning_signature or "")
    ledger, books = state.ledger, state.books
    if event.turn == 0 and not event.tool_count and not ledger.relays(row):
        books.begins_with_signature(row, suspect)
    organization = ledger.organization(row)
    receipt = state.received.get(signature)
    if receipt is None or declared(event) or not state.received.replayed(signature, event.account_id):
        state.claim(signature, event.account_id, organization, issued=False)
        return suspect
    if organization and organization == receipt.organization:
        return suspect
    sender = books.suspect(event.account_id, state.now)
    ledger.row_of(receipt.account_id, state.now)
    foreign_signature(books, sender, books.suspect(receipt.account_id, state.now), state.now)
    return sender


def _storable(event: Event) -> Event:
    """Return the event under names that can be written in UTF-8: half a surrogate pair, which JSON may hold, is spelt out."""
    return msgspec.structs.replace(
        event, account_id=_spelt(event.account_id), request_id=_spelt(event.request_id)
    )


def _spelt(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def _standing(event: Event, state: GuardState) -> Standing | None:
    """Return what stands against the event's account: under the names that operators have now, and over where it once was.

    An appeal that cleared an account of an operator clears it of the one that this was merged into. A clock that is set back by less
    than STEP_BACK_US revives nothing; one set back further was wrong before.
    """
    standing = state.standing.get(event.account_id)
    if standing is None:
        return None
    standing = renamed(standing, state.books.present_name)
    if event.timestamp < state.now <= event.timestamp + STEP_BACK_US and not standing.in_force(state.now):
        return msgspec.structs.replace(standing, until=min(standing.until, event.timestamp))
    return standing


def _count(suspect: Suspect, decision: Decision, state: GuardState) -> None:
    operator = state.books.operator_of(suspect)
    if operator is None:
        return
    operator.requests += 1
    operator.last = state.now
    if decision.action not in UNANSWERED:
        operator.answered += 1
    state.books.changed.add(("operator", operator.name))


def learn(aftermath: Aftermath, state: GuardState) -> GuardState:
    """Return the state after it is told how a request went."""
    account_id = _spelt(aftermath.account_id)
    row = state.ledger.rows.get(account_id)
    organization = state.ledger.organization(row) if row is not None else 0
    for signature in aftermath.issued_signatures:
        state.claim(_spelt(signature), account_id, organization, issued=True)
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
        case Noticed() | Habit() | Crossed() as told:
            hear_of(state.books, told, state.now)
        case None:
            state.unread += 1
    return state


def use_index(index: CampaignIndex | None, state: GuardState) -> GuardState:
    """Return the state with another campaign index in force. What was found by the earlier one stays known."""
    take_index(state.books, index, state.now)
    return state


def lift(account_id: str, owner: str, why: str, now: int, state: GuardState) -> GuardState:
    """Return the state after an appeal was granted: the measure is over and the evidence until `now` is spent for this account.

    Raises KeyError where nothing stands against the account.
    """
    state.put_standing(lifted(state.standing[account_id], owner, why, now))
    return state
