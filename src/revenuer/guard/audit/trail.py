"""The audit log as it is kept: a table of the journal, written in the transaction that stores the fact it tells of."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec

from revenuer.guard.audit.announced import ANNOUNCED, read_announcement
from revenuer.guard.audit.entry import GENESIS, AuditEntry, digest_of, sealed
from revenuer.guard.audit.measure_changes import (
    GUARD,
    MeasureChange,
    Told,
    expiry,
    measure_changes,
    withdrawal,
)
from revenuer.guard.many_rows import Row, delete_rows, insert_rows, select_rows
from revenuer.guard.saved import Saved
from revenuer.guard.standing import Standing
from revenuer.records import Decision

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

STEPS_AT_ONCE = 128
"""Steps that are worked through between two statements, in which other threads get the interpreter: two milliseconds' worth."""

EXPIRY_ROUNDS = 16
"""How many times STEPS_AT_ONCE measures' ends are entered in one transaction; the others follow in the next."""

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
        self._head = self.head()
        self._lines: list[Row] = []
        self._told: dict[str, Told | None] = {}
        self._changed: set[str] = set()
        self._in_force: dict[str, str | None] = {}

    def head(self) -> Head:
        """Return the end of the chain as the database has it."""
        row = self._connection.execute(
            "SELECT seq, CAST(line AS BLOB) FROM audit ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        if row is None:
            return EMPTY
        try:
            return Head(row[0], msgspec.json.decode(row[1], type=_Seal).sha256)
        except msgspec.MsgspecError:
            # Somebody wrote over the last entry. The guard goes on; `verify` will name the place.
            return Head(row[0], digest_of(row[1]))

    def take(self, steps: Sequence[tuple[int, Saved]]) -> None:
        """Enter what the audited facts `steps`, each with the time of its hand-over, change. Call it before they replace the facts in the
        table."""
        for start in range(0, len(steps), STEPS_AT_ONCE):
            part = steps[start : start + STEPS_AT_ONCE]
            self._look_up({one.key for _, one in part if one.kind == "standing"})
            for time, saved in part:
                if saved.kind == "standing":
                    self._take_standing(saved, time)
                elif saved.value is not None:
                    self._take_announcement(saved, saved.value, time)
            self._put()

    def tell(self, event: str, reason: str, now: int) -> None:
        """Enter something that happened to the whole journal."""
        self._append(AuditEntry(time=now, event=event, actor=GUARD, reason=reason))
        self._put()

    def tell_marked(self, account: str, mark: str, decision: Decision, now: int) -> None:
        """Enter that answers to an account carry a mark from this decision on."""
        self._append(
            AuditEntry(
                time=now,
                event="marked",
                actor=GUARD,
                reason=mark,
                account=account,
                operator=decision.campaign_id,
                log10_e=f"{decision.log10_e:.3f}",
                since=decision.timestamp,
            )
        )
        self._put()

    def expire(self, now: int) -> None:
        """Enter the end of measures that ran out before `now`, oldest first."""
        for _ in range(EXPIRY_ROUNDS):
            due = self._connection.execute(
                "SELECT account, standing, until, ended FROM told WHERE ended = 0 AND until <= ? ORDER BY until, account LIMIT ?",
                (now, STEPS_AT_ONCE),
            ).fetchall()
            for account, *row in due:
                told = _told(row)
                self._enter(expiry(told), now)
                self._set_told(account, told._replace(ended=True))
            self._put()
            if len(due) < STEPS_AT_ONCE:
                return

    def _take_standing(self, saved: Saved, now: int) -> None:
        told = self._told[saved.key]
        if saved.value is None:
            if told is not None and not told.ended:
                self._enter(expiry(told) if told.until <= now else withdrawal(told), now)
            self._set_told(saved.key, None)
            return
        try:
            standing = msgspec.msgpack.decode(saved.value, type=Standing)
        except msgspec.MsgspecError:
            self._append(_unreadable(saved, saved.value, now))
            return
        changes = measure_changes(told, standing)
        for change in changes:
            self._enter(change, now)
        until = min(standing.until, _LATEST)
        if changes:
            self._set_told(saved.key, Told(standing, until, standing.lifted_by is not None))
        elif told is not None and not told.ended and until != told.until:
            self._set_told(saved.key, told._replace(until=until))

    def _take_announcement(self, saved: Saved, value: bytes, now: int) -> None:
        try:
            announced = read_announcement(value)
        except msgspec.MsgspecError:
            self._append(_unreadable(saved, value, now))
            return
        if (self._digest_in_force(saved.kind) or "") == announced.digest:
            return
        self._in_force[saved.kind] = announced.digest
        self._append(
            AuditEntry(
                time=now,
                event=saved.kind,
                actor=announced.actor,
                reason=announced.about,
                digest=announced.digest or None,
            )
        )
        if saved.kind == "policy":
            self._connection.execute(
                "INSERT INTO policy_version (time, actor, sha256, policy) VALUES (?, ?, ?, ?)",
                (now, announced.actor, announced.digest, announced.text),
            )

    def _digest_in_force(self, kind: str) -> str | None:
        if kind not in self._in_force:
            row = self._connection.execute("SELECT value FROM fact WHERE kind = ?", (kind,)).fetchone()
            try:
                self._in_force[kind] = None if row is None else read_announcement(row[0]).digest
            except msgspec.MsgspecError:
                self._in_force[kind] = None
        return self._in_force[kind]

    def _look_up(self, accounts: set[str]) -> None:
        """Learn what the log has told of these accounts."""
        self._told = dict.fromkeys(accounts)
        rows = select_rows(
            self._connection,
            "SELECT account, standing, until, ended FROM told WHERE account IN",
            ((account,) for account in accounts),
        )
        self._told.update((str(account), _told(row)) for account, *row in rows)

    def _set_told(self, account: str, told: Told | None) -> None:
        self._told[account] = told
        self._changed.add(account)

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
                rule=standing.rule,
                shadow=standing.shadow,
                since=standing.since,
                until=standing.until,
            )
        )

    def _append(self, entry: AuditEntry) -> None:
        line, digest = sealed(replace(entry, seq=self._head.seq + 1, previous=self._head.sha256))
        self._head = Head(self._head.seq + 1, digest)
        self._lines.append((self._head.seq, line))

    def _put(self) -> None:
        """Write what was entered since the last time."""
        insert_rows(self._connection, "INSERT INTO audit (seq, line) VALUES", self._lines)
        kept = {account: told for account in self._changed if (told := self._told[account]) is not None}
        insert_rows(
            self._connection,
            "INSERT OR REPLACE INTO told (account, standing, until, ended) VALUES",
            (
                (account, msgspec.msgpack.encode(told.standing), told.until, told.ended)
                for account, told in kept.items()
            ),
        )
        gone = ((account,) for account in self._changed - kept.keys())
        delete_rows(self._connection, "DELETE FROM told WHERE account IN", gone)
        self._lines.clear()
        self._changed.clear()


def _told(row: Sequence[Any]) -> Told:
    standing, until, ended = row
    return Told(msgspec.msgpack.decode(standing, type=Standing), until, bool(ended))


def _unreadable(saved: Saved, value: bytes, now: int) -> AuditEntry:
    return AuditEntry(
        time=now,
        event="unreadable",
        actor=GUARD,
        reason=f"a fact of kind {saved.kind} that this version cannot read was stored",
        account=saved.key if saved.kind == "standing" else None,
        digest=digest_of(value),
    )
