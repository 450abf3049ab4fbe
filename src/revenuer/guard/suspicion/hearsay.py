"""What other nodes noticed, and what they must hear of this one: the same facts lead every node to the same operators.

Hearing a thing twice, or one's own, changes nothing.
"""

from collections.abc import Iterator

from revenuer.guard.notes import Crossed, Habit, Noticed
from revenuer.guard.suspicion.books import Books
from revenuer.guard.suspicion.linked import became_elevated, seek_link
from revenuer.guard.suspicion.pooled import meets_habit
from revenuer.guard.suspicion.replayed import foreign_signature
from revenuer.guard.suspicion.suspect import MAX_SPANS


def news_of(books: Books) -> Iterator[Noticed | Habit | Crossed]:
    """Yield what other nodes must hear, and forget that they must."""
    for account_id in sorted(books.news):
        suspect = books.suspects.get(account_id)
        if suspect is not None:
            yield Noticed(
                account_id=account_id,
                organization=suspect.organization,
                since=suspect.since,
                values={value: books.ledger.values.holders(value) for value in sorted(suspect.values)},
                intents=suspect.intents,
                relays=suspect.relays,
                spans={intent: sorted(spans) for intent, spans in suspect.spans.items()},
            )
    for account_id, span in books.habits_told:
        row = books.ledger.rows.get(account_id)
        if row is not None:
            values = books.ledger.values_of(row)
            yield Habit(
                account_id=account_id,
                organization=books.ledger.organization(row),
                span=span,
                values={value: books.ledger.values.holders(value) for value in sorted(values)},
            )
    for sender, receiver in books.crossed:
        yield Crossed(sender=sender, receiver=receiver)
    books.news.clear()
    books.habits_told.clear()
    books.crossed.clear()


def hear_of(books: Books, note: Noticed | Habit | Crossed, now: int) -> None:
    """Take in what another node noticed. What follows from it here is not told again."""
    sharing, books.sharing = books.sharing, False
    try:
        match note:
            case Noticed():
                _noticed(books, note, now)
            case Habit():
                row = books.ledger.row_of(note.account_id, now)
                books.ledger.told(row, note.organization, note.values)
                meets_habit(books, note.account_id, note.span, now)
            case Crossed():
                _crossed(books, note, now)
    finally:
        books.sharing = sharing


def _noticed(books: Books, note: Noticed, now: int) -> None:
    row = books.ledger.row_of(note.account_id, now)
    books.ledger.told(row, note.organization, note.values)
    suspect = books.suspect(note.account_id, now)
    for value in note.values:
        books.gains_value(suspect, value)
    for intent, spans in note.spans.items():
        kept = suspect.spans.setdefault(intent, set())
        kept.update(spans[: max(MAX_SPANS - len(kept), 0)])
    if note.relays and not suspect.relays:
        books.begins_with_signature(row, suspect)
    fresh = [i for i in range(note.intents.bit_length()) if note.intents >> i & 1 and not suspect.asks(i)]
    for intent in fresh:
        became_elevated(books, suspect, intent, now)
    if suspect.intents and not fresh:
        seek_link(books, suspect, now)


def _crossed(books: Books, note: Crossed, now: int) -> None:
    for name in (note.sender, note.receiver):
        books.ledger.row_of(name, now)
    receiver = books.suspect(note.receiver, now)
    if note.sender not in receiver.lent:
        foreign_signature(books, books.suspect(note.sender, now), receiver, now)
