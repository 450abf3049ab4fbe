"""How far a pull has come: kept in the books, in the transaction that takes the page in."""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable
from itertools import islice

import msgspec

CHECKPOINT_TABLES = (
    "CREATE TABLE IF NOT EXISTS taxii_checkpoint (partner TEXT NOT NULL, collection TEXT NOT NULL, checkpoint BLOB NOT NULL,"
    " PRIMARY KEY (partner, collection))",
)
MOST_SEEN = 5_000
"""Object versions that are remembered. One that is forgotten may come once more, which is harmless; none is lost by it."""
MOST_IN_RUN = 1_000_000


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """`added_after`: microseconds; all that the server says it added up to then has come, save what it adds with an earlier date later.

    `seen`: hashes of the object versions that came last, oldest first.
    """

    schema_version: int = 1
    added_after: int | None = None
    seen: tuple[bytes, ...] = ()


START = Checkpoint()


class Seen:
    """Remembers object versions of one run, the latest `MOST_IN_RUN` of them."""

    def __init__(self, before: Iterable[bytes]) -> None:
        self._hashes = OrderedDict.fromkeys(before)

    def add(self, digest: bytes) -> bool:
        """Return whether it is new."""
        if digest in self._hashes:
            return False
        self._hashes[digest] = None
        if len(self._hashes) > MOST_IN_RUN:
            self._hashes.popitem(last=False)
        return True

    def latest(self) -> tuple[bytes, ...]:
        """Return what the checkpoint keeps."""
        return tuple(islice(reversed(self._hashes), MOST_SEEN))[::-1]


def read_checkpoint(books: sqlite3.Connection, partner: str, collection: str) -> Checkpoint:
    """Return how far the last pull came; the start without one."""
    row = books.execute(
        "SELECT checkpoint FROM taxii_checkpoint WHERE partner = ? AND collection = ?", (partner, collection)
    ).fetchone()
    return START if row is None else msgspec.msgpack.decode(row[0], type=Checkpoint)


def keep_checkpoint(books: sqlite3.Connection, partner: str, collection: str, checkpoint: Checkpoint) -> None:
    """Enter how far a pull came, in the caller's transaction."""
    books.execute(
        "INSERT INTO taxii_checkpoint (partner, collection, checkpoint) VALUES (?, ?, ?)"
        " ON CONFLICT (partner, collection) DO UPDATE SET checkpoint = excluded.checkpoint",
        (partner, collection, msgspec.msgpack.encode(checkpoint)),
    )
