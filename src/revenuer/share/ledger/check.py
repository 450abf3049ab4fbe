"""Says whether a ledger is whole: names every line that was changed, removed, put in or moved."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from revenuer.share.ledger.entry import EMPTY, LEDGER_VERSION, LINE_FIELDS, LedgerHead, LedgerLine, canonical

FAULTS_NAMED = 100


@dataclass(slots=True, kw_only=True)
class LedgerCheck:
    """What was found: lines read, the head, faults in words (at most FAULTS_NAMED) and how many there are in all."""

    lines: int = 0
    head: LedgerHead = EMPTY
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


def check_ledger(lines: Iterable[str], expected: LedgerHead | None = None) -> LedgerCheck:
    """Return what a check of `lines`, oldest first, finds; `expected` is a head that was put on record earlier.

    Not checked: that the entries are true, and that nothing left without an entry. Whoever can write the books can write a new chain from any
    line on; only a head kept or dated elsewhere shows that, and shows a tail that was cut off.
    """
    found = LedgerCheck()
    met = EMPTY.sha256 if expected is not None and expected.seq == 0 else None
    for number, text in enumerate(lines, 1):
        entry, stated = _opened(text, number, found)
        found.lines = number
        if entry is not None:
            _check_place(entry, number, found)
        found.head = LedgerHead(number, stated)
        if expected is not None and number == expected.seq:
            met = stated
    if expected is not None and met is None:
        found.fault(
            f"the ledger ends at line {found.head.seq}, the head on record is line {expected.seq}: the tail was cut off, or this is another ledger"
        )
    elif expected is not None and met != expected.sha256:
        found.fault(
            f"line {expected.seq} has not the hash of the head on record: the ledger was written anew"
        )
    return found


def read_line(text: str) -> LedgerLine | None:
    """Return the entry that a line holds, or None where it holds none of this version."""
    try:
        entry = json.loads(text)["entry"]
        if entry.keys() != LINE_FIELDS or entry["schema_version"] != LEDGER_VERSION:
            return None
        return msgspec.convert(entry, LedgerLine)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, msgspec.ValidationError):
        return None


def _opened(text: str, number: int, found: LedgerCheck) -> tuple[LedgerLine | None, str]:
    """Return the entry of one line with the hash that it states and the next one must name: a changed line is then blamed itself."""
    try:
        envelope: Any = json.loads(text)
        stated = str(envelope["sha256"])
        body = canonical(envelope["entry"])
    except (ValueError, KeyError, TypeError, RecursionError):
        found.fault(f"line {number} is no line of a ledger")
        return None, ""
    digest = hashlib.sha256(body).hexdigest()
    if stated != digest:
        found.fault(f"line {number} was changed: its text has the hash {digest}, it states {stated}")
    elif text != f'{{"entry":{body.decode()},"sha256":"{digest}"}}':
        found.fault(f"line {number} was rewritten: the same content in another form than the canonical one")
    entry = read_line(text)
    if entry is None:
        found.fault(f"line {number} has not the members of a ledger's entry of version {LEDGER_VERSION}")
    return entry, stated


def _check_place(entry: LedgerLine, number: int, found: LedgerCheck) -> None:
    if entry.seq != number:
        found.fault(f"line {number} holds entry {entry.seq}: lines are missing, were put in, or moved")
    if entry.previous != found.head.sha256:
        found.fault(
            f"entry {entry.seq} follows a line with the hash {entry.previous}, the one before it has {found.head.sha256}:"
            " one of them was changed, removed, put in or moved"
        )
