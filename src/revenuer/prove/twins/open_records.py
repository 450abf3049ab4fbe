"""Opens what a log sealed: every record checked against its commitment, its reservation and the lot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from revenuer.prove.twins.commitment_log import Entry, Head, check_log, read_log, sha256
from revenuer.prove.twins.lots import released_of
from revenuer.prove.twins.private_store import Opening, opens, read_openings
from revenuer.prove.twins.twin_log import LOG_FILE, STORE_FILE, open_log
from revenuer.prove.twins.twin_record import TwinRecord, record_of
from revenuer.records import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLog:
    """Records that are what the log committed to, in its order, and what could not be opened.

    `lines`: the log's. `openings`: by commitment. `unsealed`: reservations that were never sealed, by campaign (a draw failed, or
    somebody did not like it). `lost`: seals whose content is not in the store, by campaign.
    """

    records: tuple[TwinRecord, ...]
    lines: tuple[bytes, ...]
    head: Head
    seed: bytes = field(repr=False)
    openings: Mapping[str, Opening] = field(repr=False)
    unsealed: Mapping[str, int]
    lost: Mapping[str, int]


def checked_entries(
    lines: Sequence[bytes], path: Path, head: Head | None = None
) -> tuple[tuple[Entry, ...], Head]:
    """Return entries and head of a sound log. Raises InputError naming the first line that does not fit."""
    check = check_log(lines, head)
    if check.faults:
        fault = check.faults[0]
        raise InputError(
            f"{path}, line {fault.line}: {fault.reason}. Nothing that this log holds is evidence; restore the copy whose head was published"
        )
    return check.entries, check.head


def open_records(folder: Path, campaigns: Sequence[str] = (), head: Head | None = None) -> OpenedLog:
    """Return what the folder's log sealed, of these campaigns or of all; with a `head`, up to there, as if the log had ended.

    Raises InputError, with file and line, where the chain is broken or does not hold `head`, where an opening does not fit its commitment,
    and where a record is not the one of its reservation or another draw was released than the lot says.
    """
    log = open_log(folder)
    path = folder / LOG_FILE
    lines = tuple(read_log(path))
    entries, own_head = checked_entries(lines, path, head)
    if head is not None:
        lines, entries, own_head = lines[: head.entries], entries[: head.entries], head
    openings = read_openings([folder / STORE_FILE])
    records: list[TwinRecord] = []
    used: dict[str, Opening] = {}
    unsealed: dict[str, int] = {}
    lost: dict[str, int] = {}
    sealed = {entry.reservation for entry in entries if entry.kind == "seal"}
    for entry in entries:
        campaign = entry.campaign or ""
        if campaigns and campaign not in campaigns:
            continue
        if entry.kind == "reserve" and entry.index not in sealed:
            unsealed[campaign] = unsealed.get(campaign, 0) + 1
        if entry.kind != "seal" or entry.reservation is None or entry.commitment is None:
            continue
        opening = openings.get(entry.commitment)
        if opening is None:
            lost[campaign] = lost.get(campaign, 0) + 1
            continue
        records.append(_checked(opening, entry, entries[entry.reservation], log.seed, path))
        used[entry.commitment] = opening
    records.sort(key=lambda record: record.index)
    return OpenedLog(
        records=tuple(records),
        lines=lines,
        head=own_head,
        seed=log.seed,
        openings=used,
        unsealed=unsealed,
        lost=lost,
    )


def misfit_of(record: TwinRecord, seal: Entry, reserve: Entry, seed: bytes) -> str:
    """Return in what the record differs from its lines and its lot; empty where it fits."""
    if record.index != seal.reservation or record.campaign != seal.campaign:
        return f"it says reservation {record.index} of {record.campaign}, the line {seal.reservation} of {seal.campaign}"
    if len(record.texts) != reserve.draws:
        return f"it holds {len(record.texts)} texts, reserved were {reserve.draws}"
    lot = released_of(seed, record.index, len(record.texts))
    return (
        "" if record.released == lot else f"draw {record.released} was released, the lot had fallen on {lot}"
    )


def _checked(opening: Opening, seal: Entry, reserve: Entry, seed: bytes, path: Path) -> TwinRecord:
    record = record_of(opening.content.encode())
    reason = misfit_of(record, seal, reserve, seed)
    if reason:
        raise InputError(
            f"{path}, line {seal.index + 1}: the sealed record does not fit: {reason}. It is no evidence"
        )
    return record


def fault_of_opening(opening: Opening, entries: Sequence[Entry]) -> str:
    """Return why an opening opens nothing in this log; empty where it does. What the texts are is not looked at, but where they are a record,
    which reservation it names is."""
    if not opens(opening):
        return "nonce and content do not give the commitment"
    found = [entry for entry in entries if entry.commitment == opening.commitment]
    if not found:
        return "the log has no such commitment"
    if found[0].kind == "seal" and record_of(opening.content.encode()).index != found[0].reservation:
        return (
            f"it opens the commitment in line {found[0].index + 1}, but is the record of another reservation"
        )
    return ""


def planned_head(folder: Path, root: str) -> Head | None:
    """Return the head whose hash a plan names; None where it names none. Raises InputError where no line of the log has that hash."""
    if not root:
        return None
    for number, line in enumerate(read_log(folder / LOG_FILE), 1):
        if sha256(line) == root:
            return Head(entries=number, sha256=root)
    raise InputError(
        f"no line of {folder / LOG_FILE} has the hash {root[:12]}… that the plan names; give the log that was planned for"
    )


def head_of(text: str) -> Head:
    """Return the head written as `ENTRIES:SHA256`. Raises InputError for anything else."""
    entries, _, digest = text.strip().partition(":")
    if not entries.isdecimal() or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise InputError(
            f"{text.strip()!r} is no head; expected ENTRIES:SHA256 as `prove twins check` prints it"
        )
    return Head(entries=int(entries), sha256=digest)
