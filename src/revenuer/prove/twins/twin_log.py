"""A commitment log with its seed and its private store, in one folder: what a gateway writes and an audit opens."""

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from revenuer.prove.twins.append_only import append_durably
from revenuer.prove.twins.commitment_log import LOG_VERSION, Entry, append, check_log, read_log, sha256
from revenuer.prove.twins.lots import SEED_BYTES, released_of
from revenuer.prove.twins.private_store import keep
from revenuer.prove.twins.twin_record import TwinRecord, content_of
from revenuer.records import InputError, UsageError

LOG_FILE, STORE_FILE, SEED_FILE = "commitments.jsonl", "contents.jsonl", "seed.hex"


def utc_now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def silent(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A line that fixes, before any text exists, how many answers are drawn, and that number `released` of them is given to the client."""

    index: int
    campaign: str
    draws: int
    released: int


@dataclass(frozen=True, slots=True)
class TwinLog:
    """The folder's three files. `commitments.jsonl` is public; `seed.hex` is secret until the audit; `contents.jsonl` stays private.

    `tell` gets a sentence when a torn line was cut off; `entropy(n)` gives n secret random bytes.
    """

    folder: Path
    seed: bytes = field(repr=False)
    clock: Callable[[], datetime] = utc_now
    tell: Callable[[str], None] = silent
    entropy: Callable[[int], bytes] = secrets.token_bytes

    def reserve(self, campaign: str, draws: int) -> Reservation:
        """Return a new reservation, once it is on disk. Raises UsageError for no campaign or fewer than two draws."""
        if not campaign or draws < 2:
            raise UsageError(f"expected a campaign and two or more draws, got {campaign!r} and {draws}")
        members = {"kind": "reserve", "campaign": campaign, "draws": draws}
        entry = append(self.folder / LOG_FILE, lambda _: members, self.clock(), self.tell)
        return Reservation(entry.index, campaign, draws, released_of(self.seed, entry.index, draws))

    def seal(
        self,
        reservation: Reservation,
        prompt: str,
        texts: Sequence[str],
        finish_reasons: Sequence[str | None] = (),
        parameters: str = "",
    ) -> TwinRecord:
        """Store the texts, in the order in which they were drawn, commit to them, and return the record."""
        if len(texts) != reservation.draws:
            raise UsageError(
                f"reserved were {reservation.draws} draws, got {len(texts)} texts; seal all of them, or none"
            )
        record = TwinRecord(
            index=reservation.index,
            campaign=reservation.campaign,
            prompt=prompt,
            texts=tuple(texts),
            released=reservation.released,
            finish_reasons=tuple(finish_reasons),
            parameters=parameters,
        )
        self.commit("seal", record.campaign, content_of(record), reservation=record.index)
        return record

    def commit(self, kind: str, campaign: str, content: bytes, **members: int) -> Entry:
        """Store the content, commit to it in a line of this kind, and return the entry, once both are on disk."""
        commitment = keep(self.folder / STORE_FILE, self.entropy(32), content, self.tell)
        line = {"kind": kind, "campaign": campaign, "commitment": commitment, **members}
        return append(self.folder / LOG_FILE, lambda _: line, self.clock(), self.tell)


def start_log(
    folder: Path,
    clock: Callable[[], datetime] = utc_now,
    tell: Callable[[str], None] = silent,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> TwinLog:
    """Make a folder with a new log and return it. Raises UsageError where the folder exists and is not empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty; name a new folder for the log")
    folder.mkdir(parents=True, exist_ok=True)
    seed = entropy(SEED_BYTES)
    for name, mode in ((SEED_FILE, 0o600), (STORE_FILE, 0o600), (LOG_FILE, 0o644)):
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as stream:
            if name == SEED_FILE:
                append_durably(stream, seed.hex().encode())
    members = {"kind": "start", "seed": sha256(seed), "schema_version": LOG_VERSION}
    append(folder / LOG_FILE, lambda _: members, clock(), tell)
    return TwinLog(folder, seed, clock, tell, entropy)


def open_log(
    folder: Path,
    clock: Callable[[], datetime] = utc_now,
    tell: Callable[[str], None] = silent,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> TwinLog:
    """Return the log of a folder. Raises InputError where its seed is missing or is not the one that its first line commits to."""
    try:
        seed = bytes.fromhex((folder / SEED_FILE).read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot read the seed of {folder}: {error}; name a folder that `prove twins start` made"
        ) from error
    first = check_log(read_log(folder / LOG_FILE)[:1])
    if first.faults:
        raise InputError(
            f"{folder / LOG_FILE}, line 1: {first.faults[0].reason}; restore the log from its backup"
        )
    if first.entries[0].seed != sha256(seed):
        raise InputError(
            f"{folder / SEED_FILE} is not the seed that the first line of the log commits to; restore it"
        )
    return TwinLog(folder, seed, clock, tell, entropy)
