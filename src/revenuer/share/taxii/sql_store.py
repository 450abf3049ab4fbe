"""The store in SQL: what both databases have in common. The two differ in connections, locks and names of types."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import accumulate
from typing import Any, Protocol

from revenuer.share.taxii.filters import ALL, Filter
from revenuer.share.taxii.intake import Offered
from revenuer.share.taxii.select import select_page
from revenuer.share.taxii.stored import (
    FOREVER,
    KeptRow,
    Page,
    Post,
    Query,
    Row,
    Served,
    StatusRow,
    StoreFault,
    Taken,
)
from revenuer.share.taxii.tables import SCHEMA_VERSION, SERVED_COLUMNS
from revenuer.share.taxii.tenure import tenures

_SECRET_BYTES = 32


class Session(Protocol):
    """An open transaction."""

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]: ...

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Return how many rows it changed."""
        ...

    def run_all(self, sql: str, rows: Sequence[Sequence[object]]) -> None: ...


class SqlStore:
    """`Store` over sessions that a subclass opens: `_reading` sees one moment, `_writing` is alone and has committed when it ends,
    `_recording` writes to the table of what was served, which nobody else waits for."""

    inline = False

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def _reading(self) -> AbstractContextManager[Session]:
        raise NotImplementedError

    def _writing(self) -> AbstractContextManager[Session]:
        raise NotImplementedError

    def _recording(self) -> AbstractContextManager[Session]:
        raise NotImplementedError

    def page(self, query: Query) -> Page:
        with self._reading() as session:
            tick = int(session.rows("SELECT last FROM clock")[0][0])
            snapshot = tick if query.snapshot is None else query.snapshot
            number = self._number(session, query.collection)
            statement = None if number is None else select_page(query, number, snapshot)
            found = [] if statement is None else session.rows(*statement)
        rows, more = _cut(found, query)
        return Page(rows=rows, more=more, snapshot=snapshot, tick=tick)

    def holds(self, collection: str, object_id: str) -> bool:
        with self._reading() as session:
            number = self._number(session, collection)
            found = session.rows(
                "SELECT 1 FROM object WHERE collection = ? AND id = ? LIMIT 1", (number, object_id)
            )
            return bool(found)

    def post(self, post: Post) -> bytes:
        """Store what is new of a post, all or nothing, and return the status resource that is kept beside it."""
        with self._writing() as session:
            number = self._new_number(session, post.collection)
            clock = _Clock(session, post.now)
            taken = [_take(session, number, clock, one, post.partner) for one in post.objects]
            clock.keep()
            body = post.tell(taken)
            session.run(
                "INSERT INTO status (id, partner, made, body) VALUES (?, ?, ?, ?)",
                (post.status_id, post.partner, post.now, body),
            )
        return body

    def status(self, status_id: str) -> StatusRow | None:
        with self._reading() as session:
            found = session.rows("SELECT partner, body FROM status WHERE id = ?", (status_id,))
        return StatusRow(found[0][0], bytes(found[0][1])) if found else None

    def forget_statuses(self, before: int) -> int:
        """Drop statuses made before then, and return how many."""
        with self._writing() as session:
            return session.run("DELETE FROM status WHERE made < ?", (before,))

    def delete(self, collection: str, object_id: str, chosen: Filter, partner: str, now: int) -> int:
        """Remove the versions of an object that `chosen` admits (all, where it names none), and return how many; -1 where there is no such
        object. Deleted versions are gone at once for everybody, also from page runs under way."""
        if not self.holds(collection, object_id):
            return -1
        with self._writing() as session:
            number = self._new_number(session, collection)
            clock = _Clock(session, now)
            query = Query(
                collection=collection,
                filter=Filter(ids=(object_id,), versions=chosen.versions, spec_versions=chosen.spec_versions),
                default_versions=(ALL,),
                limit=FOREVER - 1,
                with_bodies=False,
            )
            statement = select_page(query, number, clock.last)
            doomed = [] if statement is None else [row[0] for row in session.rows(*statement)]
            if doomed:
                _remove(session, doomed, clock.next(), partner)
                _settle(session, number, object_id)
                clock.keep()
        return len(doomed)

    def record(self, served: Sequence[Served]) -> None:
        with self._recording() as session:
            session.run_all(
                f"INSERT INTO served ({SERVED_COLUMNS}) VALUES ({', '.join('?' * 13)})",
                [
                    (
                        one.at, one.partner, one.credential, one.collection, one.resource, one.object_id, one.filter,
                        one.snapshot, one.tick, one.first_added, one.last_added, one.count, one.digest,
                    )
                    for one in served
                ],
            )  # fmt: skip

    def served(self, after: int, limit: int) -> Sequence[tuple[int, Served]]:
        """Return the responses recorded after number `after`, each with its number."""
        with self._recording() as session:
            found = session.rows(
                f"SELECT n, {SERVED_COLUMNS} FROM served WHERE n > ? ORDER BY n LIMIT ?", (after, limit)
            )
        names = SERVED_COLUMNS.split(", ")
        return [
            (int(n), Served(**dict(zip(names, (*rest, bytes(digest)), strict=True))))
            for n, *rest, digest in found
        ]

    def kept(self, collection: str, first: int, last: int) -> Sequence[KeptRow]:
        """Return the versions, deleted ones too, of every object that has one with a date_added from `first` to `last`."""
        with self._reading() as session:
            number = self._number(session, collection)
            bounds = (number, number, first, last)
            some = (
                "collection = ? AND id IN (SELECT id FROM {0} WHERE collection = ? AND added BETWEEN ? AND ?)"
            )
            found = [
                row
                for source in ("object", "removed")
                for row in session.rows(
                    f"SELECT added, id, type, version, sha256, {FOREVER} FROM object WHERE {some.format(source)} UNION"
                    f" SELECT added, id, type, version, sha256, gone FROM removed WHERE {some.format(source)}",
                    (*bounds, *bounds),
                )
            ]
        unique = {row[0]: KeptRow(row[0], row[1], row[2], row[3], bytes(row[4]), row[5]) for row in found}
        return [unique[added] for added in sorted(unique)]

    def sources(self, collection: str, first: int, last: int) -> Mapping[int, str]:
        """Return which partner put each version with a date_added from `first` to `last` there; empty for ourselves."""
        with self._reading() as session:
            number = self._number(session, collection)
            rows = session.rows(
                "SELECT added, source FROM object WHERE collection = ? AND added BETWEEN ? AND ?",
                (number, first, last),
            )
        return {row[0]: row[1] for row in rows}

    def secret(self) -> bytes:
        """Return the key of the `next` tokens, which is made with the store."""
        with self._reading() as session:
            return bytes(session.rows("SELECT value FROM meta WHERE name = 'next_key'")[0][0])

    def _begin(self, session: Session) -> None:
        """Put the first rows into new tables. Raises StoreFault for tables of another version."""
        for name, value in (
            ("schema_version", b"%d" % SCHEMA_VERSION),
            ("next_key", secrets.token_bytes(_SECRET_BYTES)),
        ):
            session.run("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", (name, value))
        session.run("INSERT INTO clock (one, last) VALUES (1, 0) ON CONFLICT DO NOTHING")
        version = bytes(session.rows("SELECT value FROM meta WHERE name = 'schema_version'")[0][0])
        if version != b"%d" % SCHEMA_VERSION:
            raise StoreFault(
                f"the store has schema version {version.decode(errors='replace')}, this program reads {SCHEMA_VERSION}"
            )

    def _number(self, session: Session, collection: str) -> int | None:
        if collection not in self._numbers:
            found = session.rows("SELECT n FROM collection WHERE uuid = ?", (collection,))
            if not found:
                return None
            self._numbers[collection] = int(found[0][0])
        return self._numbers[collection]

    def _new_number(self, session: Session, collection: str) -> int:
        number = self._number(session, collection)
        if number is None:
            highest = session.rows("SELECT coalesce(max(n), 0) FROM collection")[0][0]
            number = int(highest) + 1
            # Not remembered yet: this transaction may still fail.
            session.run("INSERT INTO collection (n, uuid) VALUES (?, ?)", (number, collection))
        return number


class _Clock:
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


def _cut(found: Sequence[Any], query: Query) -> tuple[tuple[Row, ...], bool]:
    """Return the rows that make up the page, and whether there are more."""
    page = found[: query.limit]
    if not query.with_bodies:
        return tuple(Row(*values) for values in page), len(found) > len(page)
    if sum([len(values[4]) for values in page]) > query.most_bytes:
        page = page[: _fitting([len(values[4]) for values in page], query.most_bytes)]
    return tuple(map(_ROW, page)), len(found) > len(page)


_ROW: Callable[[Any], Row] = partial(tuple.__new__, Row)
"""Makes a row of a tuple of its five values, without a call of Python for each."""


def _fitting(sizes: Sequence[int], most: int) -> int:
    """Return how many objects fit, but one at least."""
    return max(1, sum(total <= most for total in accumulate(sizes)))


def _take(session: Session, collection: int, clock: _Clock, one: Offered, partner: str) -> Taken:
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


def _remove(session: Session, doomed: Sequence[int], gone: int, partner: str) -> None:
    for added in doomed:
        session.run(
            "INSERT INTO removed (added, collection, id, type, version, sha256, gone, remover)"
            f" SELECT added, collection, id, type, version, sha256, {int(gone)}, ? FROM object WHERE added = ?",
            (partner, added),
        )
        session.run("DELETE FROM object WHERE added = ?", (added,))


def _settle(session: Session, collection: int, object_id: str) -> None:
    """Work out anew which of the versions left is the last and the first, and since when."""
    left = session.rows(
        "SELECT added, version FROM object WHERE collection = ? AND id = ?", (collection, object_id)
    )
    for one in tenures((row[0], row[1]) for row in left):
        session.run(
            "UPDATE object SET last_until = ?, first_until = ? WHERE added = ?",
            (one.last_until, one.first_until, one.added),
        )
