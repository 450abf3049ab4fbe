"""Takes one request into the books: what its prompt, its identity and its signature say, in a fixed order."""

import math

from revenuer.detect.intent import INTENTS
from revenuer.guard.event import Event
from revenuer.guard.ledger import Ledger
from revenuer.guard.ledger_kernel import FIRST, HEAVY, INDEXED, NEW_ADDRESS, POSITIVE, WATCHED
from revenuer.guard.suspicion.books import Books
from revenuer.guard.suspicion.indexed import look_up_identity, look_up_spans
from revenuer.guard.suspicion.linked import became_elevated, seek_link
from revenuer.guard.suspicion.pooled import has_habit, is_instruction, spans_sent
from revenuer.guard.suspicion.suspect import MAX_SPANS, Suspect

ELEVATED_AT = math.log(100.0)
"""Nats at which an account is elevated in an intent: two positive prompts among some fifteen, three among some fifty."""
RARE_SHARE = 0.01
LEAST_RARE = 10
VERIFIED = ("business", "kyc")


def attend(event: Event, row: int, flags: int, books: Books, now: int) -> Suspect | None:
    """Return the suspect that the event's account is after the event, None where nothing is known against it.

    `flags` and the ledger's `out` are those of the event's own `observe`; they are read before anything else is observed.
    """
    books.make_room(event.account_id)
    verified = declared(event)
    suspect = books.suspects.get(event.account_id)
    if flags & FIRST:
        suspect = _register(row, books, suspect, now)
    if flags & NEW_ADDRESS:
        suspect = _new_address(row, books, suspect, now)
    if books.index is not None and flags & (FIRST | NEW_ADDRESS) and not verified:
        suspect = look_up_identity(books, event, suspect, now)
    if flags & INDEXED and not verified:
        suspect = look_up_spans(books, event.account_id, suspect, books.ledger.reported(2), now)
    if flags & POSITIVE and not verified:
        suspect = _positive(event, row, books, suspect, now)
    if flags & HEAVY and not verified:
        for span in books.ledger.reported(0):
            has_habit(books, event.account_id, span, now)
        suspect = books.suspects.get(event.account_id)
    if flags & WATCHED:
        suspect = _watched(event, books, suspect, verified, now)
    return suspect


def declared(event: Event) -> bool:
    """Return whether the account says what it does and somebody checked who it is."""
    facts = event.account
    return facts is not None and bool(facts.declared_use) and facts.verification in VERIFIED


def _register(row: int, books: Books, suspect: Suspect | None, now: int) -> Suspect | None:
    if suspect is not None:
        books.returns(suspect, row)
    for value in sorted(books.ledger.facts_of(row)):
        books.ledger.count_holder(row, value)
        suspect = _comes_with(books, row, value, suspect, now)
    return suspect


def _new_address(row: int, books: Books, suspect: Suspect | None, now: int) -> Suspect | None:
    value = books.ledger.newest_address(row)
    if value in books.ledger.facts_of(row):
        return suspect
    books.ledger.count_holder(row, value)
    if suspect is not None:
        books.gains_value(suspect, value)
        if suspect.intents:
            seek_link(books, suspect, now)
    return _comes_with(books, row, value, suspect, now)


def _comes_with(books: Books, row: int, value: int, suspect: Suspect | None, now: int) -> Suspect | None:
    """An account that comes with what a contained operator's accounts hold is looked at from now on; that alone is no guilt."""
    if value not in books.marked_values or not books.links(value):
        return suspect
    return suspect or books.suspect(books.ledger.names[row], now)


def _positive(event: Event, row: int, books: Books, suspect: Suspect | None, now: int) -> Suspect | None:
    log_e = books.ledger.intents_of(row)
    fresh = [
        intent
        for intent in range(len(INTENTS))
        if log_e[intent] >= ELEVATED_AT and not (suspect is not None and suspect.asks(intent))
    ]
    if suspect is None and not fresh:
        return None
    suspect = suspect or books.suspect(event.account_id, now)
    positives = int(books.ledger.out[0])
    _keep_spans(books, books.ledger, suspect, positives)
    for intent in fresh:
        became_elevated(books, suspect, intent, now)
    return suspect


def _keep_spans(books: Books, ledger: Ledger, suspect: Suspect, positives: int) -> None:
    """Keep the prompt's spans that few others send, for the intents that it is positive for."""
    wanted = [
        i for i in range(len(INTENTS)) if positives >> i & 1 and len(suspect.spans.get(i, ())) < MAX_SPANS
    ]
    if not wanted:
        return
    most = max(LEAST_RARE, RARE_SHARE * len(ledger))
    shared = [span for span in ledger.spans().tolist() if 2 <= ledger.reach_of(span) <= most]
    for intent in wanted:
        kept = suspect.spans.setdefault(intent, set())
        kept.update(shared[: MAX_SPANS - len(kept)])
    books.changed.add(("suspect", suspect.account_id))


def _watched(event: Event, books: Books, suspect: Suspect | None, verified: bool, now: int) -> Suspect | None:
    """Take in the watched spans of the prompt: a pool's, an operator's instruction, words of its vocabulary."""
    spans = books.ledger.reported(1)
    spans_sent(books, spans, int(books.ledger.out[1]))
    if verified:
        return suspect
    heavy, spoken = _whose(books, spans)
    for name, sent in heavy.items():
        suspect = suspect or books.suspect(event.account_id, now)
        books.sends(suspect, sent)
        if name not in suspect.instructed and is_instruction(sent, books.operators[name]):
            suspect.instructed.add(name)
            books.changed.add(("suspect", suspect.account_id))
    if suspect is None:
        return None
    for name in [name for name, words in spoken.items() if not suspect.sent.issuperset(words)]:
        suspect.heard[name] = suspect.heard.get(name, 0) + 1
    for words in spoken.values():
        books.sends(suspect, words)
    return suspect


def _whose(books: Books, spans: list[int]) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Return, by operator, which of `spans` are of its instruction, and which of its vocabulary."""
    heavy: dict[str, list[int]] = {}
    spoken: dict[str, list[int]] = {}
    marked = books.marked_spans
    for span in spans:
        names = marked.get(span)
        if names is None:
            continue
        for name in names if len(names) == 1 else sorted(names):
            operator = books.operators.get(name) or books.operator(name)
            if operator is None:
                continue
            kind = heavy if span in operator.heavy else spoken
            if operator.name in kind:
                kind[operator.name].append(span)
            else:
                kind[operator.name] = [span]
    return heavy, spoken
