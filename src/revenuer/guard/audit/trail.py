"""The audit log as it is kept: a table of the journal, written in the transaction that stores the fact it tells of."""

import sqlite3
from dataclasses import replace
from typing import NamedTuple

import msgspec

from revenuer.guard.audit.announced import ANNOUNCED, Announcement, read_announcement
from revenuer.guard.audit.entry import GENESIS, AuditEntry, digest_of, sealed
from revenuer.guard.audit.measure_changes import (
    GUARD,
    MeasureChange,
    Told,
    expiry,
    measure_changes,
    withdrawal,
)
from revenuer.guard.saved import Saved
from revenuer.guard.standing import Standing

AUDITED = ANNOUNCED | {"standing"}
"""Kinds of Saved that the log tells of."""

AUDIT_TABLES = (
    "CREATE TABLE audit (seq INTEGER PRIMARY KEY, line TEXT NOT NULL)",
    "CREATE TABLE told (account TEXT PRIMARY KEY, standing BLOB NOT NULL, until INTEGER NOT NULL, ended INTEGER NOT NULL)"
    " WITHOUT ROWID",
    "CREATE INDEX told_until ON told (until) WHERE ended = 0",
    "CREATE TABLE policy_version (version INTEGER PRIMARY KEY, time INTEGER NOT NULL, actor TEXT NOT NULL, sha256 TEXT NOT NULL,"
    " policy TEXT NOT NULL)",
    "CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END",
    "CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END",
)
"""`audit`: the chain. `told`: what it says of each account's latest measure, so that the next entry can be derived. The triggers
stop slips, not attackers: against those there is the chain, and its head kept elsewhere."""

EXPIRIES_AT_ONCE = 10_000
"""Measures whose end is entered in one transaction; the others follow in the next."""

_LATEST = (1 << 63) - 1


class Head(NamedTuple):
    """The end of a chain: its last sequence number (0 = empty) and that entry's hash."""

    seq: int
    sha256: str


class _Seal(msgspec.Struct):
    sha256: str


EMPTY = Head(0, GENESIS)
"""The head of a chain without entries."""


class AuditTrail:
    """Enters changes at the end of the chain: one object a transaction, which the caller opens and commits."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._head: Head | None = None

    def head(self) -> Head:
        """Return the end of the chain as this transaction sees it."""
        row = self._connection.execute("SELECT seq, line FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        if row is None:
            return EMPTY
        try:
            return Head(row[0], msgspec.json.decode(row[1], type=_Seal).sha256)
        except msgspec.MsgspecError:
            # Somebody wrote over the last entry. The guard goes on; `verify` will name the place.
            return Head(row[0], digest_of(row[1].encode()))

    def take(self, saved: Saved, now: int) -> None:
        """Enter what `saved`, of an audited kind, changes. Call it before the fact replaces the one in the table."""
        if saved.kind == "standing":
            self._take_standing(saved, now)
        elif saved.value is not None:
            self._take_announcement(saved, now)

    def tell(self, event: str, reason: str, now: int) -> None:
        """Enter something that happened to the whole journal."""
        self._append(AuditEntry(time=now, event=event, actor=GUARD, reason=reason))

    def expire(self, now: int) -> None:
        """Enter the end of measures that ran out before `now`, oldest first."""
        due = self._connection.execute(
            "SELECT account, standing, until FROM told WHERE ended = 0 AND until <= ? ORDER BY until, account LIMIT ?",
            (now, EXPIRIES_AT_ONCE),
        ).fetchall()
        for account, standing, until in due:
            told = Told(msgspec.msgpack.decode(standing, type=Standing), until, False)
            self._enter(expiry(told), now)
            self._connection.execute("UPDATE told SET ended = 1 WHERE account = ?", (account,))

    def _take_standing(self, saved: Saved, now: int) -> None:
        told = self._told(saved.key)
        if saved.value is None:
            if told is not None and not told.ended:
                self._enter(expiry(told) if told.until <= now else withdrawal(told), now)
            self._connection.execute("DELETE FROM told WHERE account = ?", (saved.key,))
            return
        try:
            standing = msgspec.msgpack.decode(saved.value, type=Standing)
        except msgspec.MsgspecError:
            self._tell_unreadable(saved, saved.value, now)
            return
        changes = measure_changes(told, standing)
        for change in changes:
            self._enter(change, now)
        if changes or told is None:
            self._connection.execute(
                "INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?)",
                (saved.key, saved.value, min(standing.until, _LATEST), standing.lifted_by is not None),
            )
        elif standing.until != told.until and not told.ended:
            self._connection.execute(
                "UPDATE told SET until = ? WHERE account = ?", (min(standing.until, _LATEST), saved.key)
            )

    def _take_announcement(self, saved: Saved, now: int) -> None:
        value = saved.value or b""
        try:
            announced = read_announcement(value)
        except msgspec.MsgspecError:
            self._tell_unreadable(saved, value, now)
            return
        if self._in_force(saved.kind) == announced.digest:
            return
        self._append(
            AuditEntry(
                time=now,
                event=saved.kind,
                actor=announced.actor,
                reason=announced.about,
                digest=announced.digest,
            )
        )
        if saved.kind == "policy":
            self._keep_policy(announced, now)

    def _keep_policy(self, announced: Announcement, now: int) -> None:
        self._connection.execute(
            "INSERT INTO policy_version (time, actor, sha256, policy) VALUES (?, ?, ?, ?)",
            (now, announced.actor, announced.digest, announced.text),
        )

    def _in_force(self, kind: str) -> str | None:
        row = self._connection.execute("SELECT value FROM fact WHERE kind = ?", (kind,)).fetchone()
        if row is None:
            return None
        try:
            return read_announcement(row[0]).digest
        except msgspec.MsgspecError:
            return None

    def _told(self, account: str) -> Told | None:
        row = self._connection.execute(
            "SELECT standing, until, ended FROM told WHERE account = ?", (account,)
        ).fetchone()
        if row is None:
            return None
        return Told(msgspec.msgpack.decode(row[0], type=Standing), row[1], bool(row[2]))

    def _tell_unreadable(self, saved: Saved, value: bytes, now: int) -> None:
        self._append(
            AuditEntry(
                time=now,
                event="unreadable",
                actor=GUARD,
                reason=f"a fact of kind {saved.kind} that this version cannot read was stored",
                account=saved.key if saved.kind == "standing" else None,
                digest=digest_of(value),
            )
        )

    def _enter(self, change: MeasureChange, now: int) -> None:
        standing = change.standing
        self._append(
            AuditEntry(
                time=now,
                event=change.event,
                actor=change.actor,
                reason=change.reason,
                account=standing.account_id,
                action=str(standing.action),
                operator=standing.operator,
                log10_e=f"{standing.log10_e:.3f}",
                since=standing.since,
                until=standing.until,
            )
        )

    def _append(self, entry: AuditEntry) -> None:
        head = self._head or self.head()
        line, digest = sealed(replace(entry, seq=head.seq + 1, previous=head.sha256))
        self._connection.execute("INSERT INTO audit VALUES (?, ?)", (head.seq + 1, line))
        self._head = Head(head.seq + 1, digest)
