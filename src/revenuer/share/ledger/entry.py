"""One line of the ledger: what left, to whom, by which way, under which marking and policy; its canonical text and hash."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import NamedTuple

from revenuer.records import UsageError

LEDGER_VERSION = 1
GENESIS = "0" * 64
CHANNELS = ("taxii", "push", "match", "file")
"""Ways out: put where a partner may fetch it, sent to a partner's server, private matching, written to a file that is handed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """One object, in one version, on its way out. `object_id`: its STIX id; of matching traffic, what it is. `modified`: its version, empty where
    it has none. `sha256`: of the exact bytes. `marking`: the TLP label. `policy_sha256`: of the policy file that let it pass, empty where none
    decides. `purpose`: in words."""

    time: datetime
    partner: str
    channel: str
    object_id: str
    modified: str
    sha256: str
    marking: str
    policy_sha256: str
    purpose: str


class LedgerHead(NamedTuple):
    """The end of a ledger: number of the last line (0: empty) and its hash."""

    seq: int
    sha256: str


EMPTY = LedgerHead(0, GENESIS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """What is hashed: a departure in its place. `time` is ISO 8601 in UTC with milliseconds; `seq` counts from 1; `previous` is the hash before."""

    time: str
    partner: str
    channel: str
    object_id: str
    modified: str
    sha256: str
    marking: str
    policy_sha256: str
    purpose: str
    seq: int
    previous: str
    schema_version: int = LEDGER_VERSION


LINE_FIELDS = frozenset(item.name for item in fields(LedgerLine))


def placed(one: Departure, head: LedgerHead) -> LedgerLine:
    """Return the line that enters a departure after `head`. Raises UsageError for a channel that is none, or a time without zone."""
    if one.channel not in CHANNELS:
        raise UsageError(f"got {one.channel!r} for a channel; expected one of {', '.join(CHANNELS)}")
    if one.time.tzinfo is None:
        raise UsageError("a time in the ledger needs its zone; give a clock that tells UTC")
    values = {**asdict(one), "time": one.time.astimezone(UTC).isoformat(timespec="milliseconds")}
    return LedgerLine(**values, seq=head.seq + 1, previous=head.sha256)


def sealed(line: LedgerLine) -> tuple[str, str]:
    """Return the text that the ledger keeps, `{"entry":CANONICAL,"sha256":HASH}`, and the hash.

    CANONICAL has sorted keys and no spaces; for members like these (ASCII names, texts, integers) it is RFC 8785. Raises UnicodeEncodeError on
    half a character.
    """
    text = canonical(asdict(line))
    digest = hashlib.sha256(text).hexdigest()
    return f'{{"entry":{text.decode()},"sha256":"{digest}"}}', digest


def canonical(entry: object) -> bytes:
    """Return the text that is hashed."""
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
