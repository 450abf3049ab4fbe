"""Which parts of the books must outlive a crash, as bytes, and how they are taken back: every suspect, pool and operator."""

from collections.abc import Iterator

import msgspec

from revenuer.guard.saved import Saved
from revenuer.guard.suspicion.books import Books
from revenuer.guard.suspicion.house import SIGNUP_NIGHT
from revenuer.guard.suspicion.suspect import Operator, Pool, Suspect
from revenuer.guard.suspicion.weighing import Queue

KINDS = ("suspect", "operator", "pool", "books")


class Counts(msgspec.Struct, kw_only=True):
    """The books' running numbers."""

    elevated: dict[int, int]
    relays: int
    contained: int
    operator_queue: Queue
    pool_queue: Queue
    indexes_seen: int
    renamed: dict[str, str]
    learnt: dict[str, int]


def changes(books: Books) -> Iterator[Saved]:
    """Yield what changed in the books since the last call."""
    if not books.changed:
        return
    encode = msgspec.msgpack.encode
    for kind, key in sorted(books.changed):
        found: Suspect | Operator | Pool | None
        if kind == "suspect":
            found = books.suspects.get(key)
        elif kind == "operator":
            found = books.operators.get(key)
        else:
            found = books.pools.get(int(key))
        yield Saved(kind, key, None if found is None else encode(found))
    books.changed.clear()
    yield Saved("books", "counts", encode(_counts(books)))


def _counts(books: Books) -> Counts:
    return Counts(
        elevated=books.elevated,
        relays=books.relays,
        contained=books.contained,
        operator_queue=books.operator_queue,
        pool_queue=books.pool_queue,
        indexes_seen=books.indexes_seen,
        renamed=books.renamed,
        learnt=books.learnt,
    )


def take_back(books: Books, kind: str, key: str, value: bytes) -> None:
    """Put one fact back into books that have seen no event yet."""
    decode = msgspec.msgpack.decode
    if kind == "suspect":
        suspect = decode(value, type=Suspect)
        row = books.ledger.row_of(suspect.account_id, suspect.since)
        books.ledger.told(row, suspect.organization, dict.fromkeys(suspect.values, 1))
        books.ledger.mark(row)
        books.suspects[suspect.account_id] = suspect
        if suspect.declared:
            books.declared.add(suspect.account_id)
        for held in suspect.values:
            books.holders.setdefault(held, []).append(suspect.account_id)
    elif kind == "operator":
        operator = decode(value, type=Operator)
        books.operators[key] = operator
        if operator.contained:
            _mark(books, operator)
    elif kind == "pool":
        pool = decode(value, type=Pool)
        books.pools[pool.span] = pool
        books.habits[pool.span] = list(pool.accounts)
        books.watched.add(pool.span)
    elif kind == "books":
        counts = decode(value, type=Counts)
        books.elevated, books.relays, books.contained = counts.elevated, counts.relays, counts.contained
        books.operator_queue, books.pool_queue = counts.operator_queue, counts.pool_queue
        books.indexes_seen = counts.indexes_seen
        books.renamed, books.learnt = counts.renamed, counts.learnt


def _mark(books: Books, operator: Operator) -> None:
    for value in operator.values:
        if value & 7 != SIGNUP_NIGHT:
            books.marked_values[value] = operator.name
    for span in {*operator.heavy, *operator.vocabulary}:
        books.marked_spans.setdefault(span, set()).add(operator.name)
        books.watched.add(span)
