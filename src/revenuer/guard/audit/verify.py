"""Says whether a chain of audit entries is whole: names every entry that was changed, removed, put in or moved."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from revenuer.guard.audit.entry import AUDIT_VERSION, ENTRY_FIELDS, AuditEntry, canonical, digest_of
from revenuer.guard.audit.trail import EMPTY, Head
from revenuer.guard.standing import Standing

FAULTS_NAMED = 100
"""Faults that are spelled out; further ones are counted."""


@dataclass(slots=True, kw_only=True)
class Verification:
    """What was found: entries read, the head of the chain, faults in words (at most FAULTS_NAMED) and how many there are in all."""

    entries: int = 0
    head: Head = EMPTY
    faults: list[str] = field(default_factory=list)
    fault_count: int = 0

    @property
    def whole(self) -> bool:
        return self.fault_count == 0

    def fault(self, words: str) -> None:
        """Add one fault."""
        self.fault_count += 1
        if len(self.faults) < FAULTS_NAMED:
            self.faults.append(words)


def verify(
    lines: Iterable[str], expected: Head | None = None, measures: Iterable[Standing] = ()
) -> Verification:
    """Return what a check of `lines`, oldest first, finds.

    `expected` is a head that was put on record earlier, `measures` are those that the same journal holds: the log must tell of each.
    Not checked: that the entries are true. Whoever can write the file can write a new chain from any entry on; only a head that was
    kept elsewhere (`expected`) shows that, and shows a tail that was cut off.
    """
    found = Verification()
    met: str | None = EMPTY.sha256 if expected is not None and expected.seq == 0 else None
    latest: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(lines, 1):
        entry, stated = _opened(line, number, found)
        found.entries = number
        if entry is None:
            found.head = Head(found.head.seq + 1, stated)
            continue
        _check_place(entry, number, found)
        found.head = Head(entry["seq"], stated)
        if expected is not None and entry["seq"] == expected.seq:
            met = stated
        if entry["account"] is not None and entry["event"] != "marked":
            latest[str(entry["account"])] = entry
    if expected is not None and met != expected.sha256:
        found.fault(_missed(expected, met, found))
    for standing in measures:
        if not _tells(latest.get(standing.account_id), standing):
            found.fault(_untold(standing))
    return found


def _tells(entry: dict[str, Any] | None, standing: Standing) -> bool:
    """Return whether the account's last entry tells of `standing`; its end may have moved since by less than is worth an entry."""
    if entry is None:
        return False
    if standing.lifted_by is not None:
        return bool((entry["event"], entry["actor"]) == ("lifted", standing.lifted_by))
    told = (
        entry["event"] in ("imposed", "extended", "changed", "expired"),
        entry["action"],
        entry["operator"],
    )
    return bool(told == (True, standing.action, standing.operator))


def _untold(standing: Standing) -> str:
    what = f"was lifted by {standing.lifted_by}" if standing.lifted_by is not None else "is in the journal"
    return f"the measure {standing.action} against {standing.account_id} {what}, and the log does not tell of it: entries are missing"


def _opened(line: str, number: int, found: Verification) -> tuple[dict[str, Any] | None, str]:
    """Return the entry of one line (None where it holds none) with the hash that it states and the next one must name: a changed
    entry is then blamed itself, and not its neighbour."""
    try:
        envelope = json.loads(line)
        entry, stated = envelope["entry"], envelope["sha256"]
        text = canonical(entry)
        digest = digest_of(text)
        exact = line == f'{{"entry":{text.decode()},"sha256":"{digest}"}}'
    except (ValueError, KeyError, TypeError, RecursionError):
        found.fault(f"line {number} is not an entry of an audit log")
        return None, ""
    shown = f"line {number} (entry {entry.get('seq') if isinstance(entry, dict) else '?'})"
    if stated != digest:
        found.fault(f"{shown} was changed: its text has the hash {digest}, it states {stated}")
    elif not exact:
        found.fault(f"{shown} was rewritten: the same content in another form than the canonical one")
    if not _has_members(entry):
        found.fault(f"{shown} has not the members of an audit entry")
        return None, str(stated)
    if entry["schema_version"] != AUDIT_VERSION:
        found.fault(
            f"{shown} has schema version {entry['schema_version']}, this program knows {AUDIT_VERSION}"
        )
    return entry, str(stated)


def _has_members(entry: object) -> bool:
    if not isinstance(entry, dict) or entry.keys() != ENTRY_FIELDS:
        return False
    try:
        msgspec.convert(entry, AuditEntry)
    except msgspec.ValidationError:
        return False
    return True


def _check_place(entry: dict[str, Any], number: int, found: Verification) -> None:
    """Check that the entry follows the one before it."""
    wanted = found.head.seq + 1
    if entry["seq"] != wanted:
        found.fault(
            f"line {number} holds entry {entry['seq']} where entry {wanted} belongs: {_gap(entry['seq'], wanted)}"
        )
    if entry["previous"] != found.head.sha256:
        found.fault(
            f"entry {entry['seq']} follows an entry with the hash {entry['previous']},"
            f" the one before it has {found.head.sha256}: one of them was changed, removed, put in or moved"
        )


def _gap(seq: int, wanted: int) -> str:
    if seq > wanted:
        return f"entries {wanted} to {seq - 1} are missing here"
    return "it was moved, or it is there twice"


def _missed(expected: Head, met: str | None, found: Verification) -> str:
    if met is None:
        return (
            f"the chain ends at entry {found.head.seq}, the head on record is entry {expected.seq}:"
            " the tail was cut off, or this is another chain"
        )
    return f"entry {expected.seq} has the hash {met}, the head on record is {expected.sha256}: the chain was written anew"
