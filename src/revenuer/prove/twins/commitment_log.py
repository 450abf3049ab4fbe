"""The commitment log: a public file of hashes that fixes, before anybody asks a suspect, what was drawn, and which of it was released.

One JSON object a line; each names the SHA-256 of the line before it. The first commits to the seed of the lots; a `reserve` line fixes
how many answers will be drawn, and by its number which of them is released; a `seal` line commits to the texts. Whoever keeps the head
(number and hash of the last line) can tell later whether anything before it was changed.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from revenuer.prove.twins.append_only import append_durably, last_line, locked
from revenuer.records import InputError, UsageError

LOG_VERSION = 1
GENESIS = "0" * 64
"""What the first line names as the hash of the line before it."""
Kind = Literal["start", "reserve", "seal", "canary"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line. `index` counts from 0; `previous`: SHA-256 of the line before, without its line feed; `time`: UTC.

    `seed` (start): SHA-256 of the seed. `draws` (reserve): how many answers will be drawn. `reservation` (seal): index of its `reserve`
    line. `commitment` (seal, canary): SHA-256 of nonce and content.
    """

    index: int
    previous: str
    time: datetime
    kind: Kind
    campaign: str | None = None
    seed: str | None = None
    draws: int | None = None
    reservation: int | None = None
    commitment: str | None = None
    schema_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What is published or timestamped elsewhere: how many lines there are, and the SHA-256 of the last."""

    entries: int
    sha256: str


@dataclass(frozen=True, slots=True)
class LogFault:
    """What does not fit: the line, counted from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCheck:
    """What reading a log found. `entries` are those up to the first fault."""

    entries: tuple[Entry, ...]
    head: Head
    faults: tuple[LogFault, ...]


def sha256(data: bytes) -> str:
    """Return the SHA-256 in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def commitment_of(nonce: bytes, content: bytes) -> str:
    """Return the SHA-256 of nonce and content: binding, and hiding for as long as the nonce (32 random bytes) is secret."""
    return sha256(nonce + content)


def canonical(value: Any) -> bytes:
    """Return JSON with sorted keys, no spaces, UTF-8: the same bytes in every program that follows this sentence.

    Raises InputError for text that is no Unicode (a lone surrogate).
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"a text holds half a character (a lone surrogate): {error.reason}; send valid UTF-8"
        ) from error


def append(
    path: Path, make: Callable[[int], dict[str, Any]], time: datetime, tell: Callable[[str], None]
) -> Entry:
    """Append the line with the members that `make(its index)` returns and return it as an entry, once it is on disk.

    Several processes may append to one log. Raises InputError where the last line is none of a commitment log.
    """
    if time.tzinfo is None:
        raise UsageError("a time in a commitment log needs its zone; give a clock that tells UTC")
    with locked(path, tell) as stream:
        last = last_line(stream)
        index = _entry(last, path).index + 1 if last else 0
        stamp = time.isoformat(timespec="milliseconds")
        line = canonical(
            {"index": index, "previous": sha256(last) if last else GENESIS, "time": stamp, **make(index)}
        )
        entry = _entry(line, path)
        append_durably(stream, line)
    return entry


def check_log(lines: Sequence[bytes], head: Head | None = None) -> LogCheck:
    """Return the entries and what does not fit: chain, numbers, kinds; and, with a `head` kept elsewhere, whether it is on the chain.

    Not checked: the times, which are our own clock's; only a head that somebody else dated dates a line.
    """
    entries: list[Entry] = []
    faults: list[LogFault] = []
    previous = GENESIS
    sealed: set[int] = set()
    for number, line in enumerate(lines, 1):
        try:
            entry = msgspec.json.decode(line, type=Entry)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            faults.append(LogFault(number, f"no line of a commitment log: {error}"))
            break
        reason = _misfit(entry, previous, entries)
        if not reason and entry.reservation in sealed:
            reason = f"reservation {entry.reservation} is sealed a second time"
        if reason:
            faults.append(LogFault(number, reason))
            break
        entries.append(entry)
        sealed |= {entry.reservation} if entry.reservation is not None else set()
        previous = sha256(line)
    if not lines:
        faults.append(LogFault(1, "the log is empty; expected a line that starts it"))
    if head is not None and not faults:
        faults += _off_the_head(lines, head)
    return LogCheck(
        entries=tuple(entries), head=Head(entries=len(entries), sha256=previous), faults=tuple(faults)
    )


def read_log(path: Path) -> list[bytes]:
    """Return the complete lines of a log. A last line without line feed was never acknowledged and is left out.

    Raises InputError where the file cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}; name a log that `prove twins start` made"
        ) from error
    return content.split(b"\n")[:-1]


def _off_the_head(lines: Sequence[bytes], head: Head) -> list[LogFault]:
    if head.entries > len(lines):
        return [LogFault(len(lines), f"the log ends here, the published head counts {head.entries} lines")]
    if head.entries < 1 or sha256(lines[head.entries - 1]) != head.sha256:
        return [LogFault(head.entries, "this line does not have the hash of the published head")]
    return []


def _misfit(entry: Entry, previous: str, before: Sequence[Entry]) -> str:
    if entry.index != len(before):
        return f"index {entry.index}, expected {len(before)}"
    if entry.previous != previous:
        return "its `previous` is not the hash of the line before: that line, or this one, was changed"
    if entry.time.tzinfo is None:
        return "its time has no zone"
    if (entry.kind == "start") != (entry.index == 0):
        return "the first line, and no other, starts the log"
    return _wrong_members(entry, before)


def _wrong_members(entry: Entry, before: Sequence[Entry]) -> str:
    if entry.kind == "start":
        wrong = not _is_digest(entry.seed) or entry.schema_version != LOG_VERSION
        return f"expected the hash of a seed and schema_version {LOG_VERSION}" if wrong else ""
    if not entry.campaign:
        return "no campaign"
    if entry.kind == "reserve":
        return "" if entry.draws is not None and entry.draws >= 2 else "expected two or more draws"
    if not _is_digest(entry.commitment):
        return "no commitment"
    if entry.kind == "canary":
        return ""
    at = entry.reservation
    reserved = before[at] if at is not None and 0 <= at < len(before) else None
    if reserved is None or reserved.kind != "reserve" or reserved.campaign != entry.campaign:
        return f"reservation {entry.reservation} is no earlier reservation of {entry.campaign}"
    return ""


def _is_digest(text: str | None) -> bool:
    return text is not None and len(text) == 64 and set(text) <= set("0123456789abcdef")


def _entry(line: bytes, path: Path) -> Entry:
    try:
        return msgspec.json.decode(line, type=Entry)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} ends with a line of no commitment log ({error}); see `revenuer prove twins check`, and append nothing to it"
        ) from error
