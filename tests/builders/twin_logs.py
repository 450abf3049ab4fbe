"""Commitment logs on disk, the same ones at every run."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from revenuer.prove.twins import TwinLog, TwinRecord, start_log

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def clock() -> datetime:
    return NOON


def empty_log(folder: Path, seed: int = 0) -> TwinLog:
    state = iter(range(seed * 100_000, (seed + 1) * 100_000))
    return start_log(folder, clock, entropy=lambda n: hashlib.sha256(str(next(state)).encode()).digest()[:n])


def make_log(folder: Path, records: int = 3, seed: int = 0) -> TwinLog:
    """Return a log with so many sealed records of campaign C-1, three draws each."""
    log = empty_log(folder, seed)
    for i in range(records):
        log.seal(log.reserve("C-1", 3), f"prompt {i}", [f"text {i} {j}" for j in range(3)])
    return log


def sealed(log: TwinLog, records: list[TwinRecord]) -> None:
    """Seal the same prompts and texts; which is released is the log's own lot."""
    for record in records:
        log.seal(log.reserve(record.campaign, len(record.texts)), record.prompt, record.texts)
