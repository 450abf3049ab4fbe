"""How a store's versions change: one comes, one is deleted, and who is last and first from then on. Each inside the caller's transaction."""

from collections.abc import Sequence
from typing import Any, Protocol

from revenuer.share.taxii.intake import Offered
from revenuer.share.taxii.stored import FOREVER, Taken
from revenuer.share.taxii.tenure import tenures


class Session(Protocol):
    """An open transaction."""

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]: ...

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Return how many rows it changed."""
        ...

    def run_all(self, sql: str, rows: Sequence[Sequence[object]]) -> None: ...


class Clock:
    """Gives out moments that are later than all before, in whichever process, even if the machine's clock steps back."""

    def __init__(self, session: Session, now: int) -> None:
        self._session = session
        self._kept = self.last = int(session.rows("SELECT last FROM clock")[0][0])
        self._now = now

    def next(self) -> int:
        self.last = max(self._now, self.last + 1)
        return self.last

    def keep(self) -> None:
        if self.last != self._kept:
            self._session.run("UPDATE clock SET last = ? WHERE one = 1", (self.last,))


def take(session: Session, collection: int, clock: Clock, one: Offered, partner: str) -> Taken:
    """Store one offered object unless it is there, and return what became of it."""
    if one.fault is not None:
        return Taken(one.id, clock.last, one.fault)
    version = -1 if one.version is None else one.version
    standing = session.rows(
        "SELECT added, version, stamped, sha256, last_until, first_until FROM object"
        " WHERE collection = ? AND id = ? AND (version = ? OR last_until = ? OR first_until = ?)",
        (collection, one.id, version, FOREVER, FOREVER),
    )
    stamped = one.version is not None
    if any(bool(row[2]) != stamped for row in standing):
        return Taken(
            one.id, max(version, 0), "is there with timestamps, and came without, or the other way round"
        )
    same = next((row for row in standing if not stamped or row[1] == version), None)
    if same is not None:
        if bytes(same[3]) == one.sha256:
            return Taken(one.id, same[1], None, "was there already")
        return Taken(
            one.id, same[1], "is there with other content under the same version; give it a later `modified`"
        )
    added = clock.next()
    version = version if stamped else added
    last_until, first_until = _supersede(session, standing, added, version)
    session.run(
        "INSERT INTO object (added, collection, id, type, version, stamped, last_until, first_until, source, sha256, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (added, collection, one.id, one.type, version, int(stamped), last_until, first_until, partner, one.sha256, one.body),
    )  # fmt: skip
    return Taken(one.id, version)


def _supersede(session: Session, standing: Sequence[Any], added: int, version: int) -> tuple[int, int]:
    """End the tenure of those whose place the new version takes, and return until when it is last and first itself."""
    last = next((row for row in standing if row[4] == FOREVER), None)
    first = next((row for row in standing if row[5] == FOREVER), None)
    last_until = first_until = added
    if last is None or version > last[1]:
        last_until = FOREVER
        if last is not None:
            session.run("UPDATE object SET last_until = ? WHERE added = ?", (added, last[0]))
    if first is None or version < first[1]:
        first_until = FOREVER
        if first is not None:
            session.run("UPDATE object SET first_until = ? WHERE added = ?", (added, first[0]))
    return last_until, first_until


def remove(session: Session, doomed: Sequence[int], gone: int, partner: str) -> None:
    """Delete versions, and keep of each what the record of what was served needs."""
    for added in doomed:
        session.run(
            "INSERT INTO removed (added, collection, id, type, version, sha256, gone, remover)"
            f" SELECT added, collection, id, type, version, sha256, {int(gone)}, ? FROM object WHERE added = ?",
            (partner, added),
        )
        session.run("DELETE FROM object WHERE added = ?", (added,))


def settle(session: Session, collection: int, object_id: str) -> None:
    """Work out anew which of the versions left is the last and the first, and since when."""
    left = session.rows(
        "SELECT added, version FROM object WHERE collection = ? AND id = ?", (collection, object_id)
    )
    for one in tenures((row[0], row[1]) for row in left):
        session.run(
            "UPDATE object SET last_until = ?, first_until = ? WHERE added = ?",
            (one.last_until, one.first_until, one.added),
        )
