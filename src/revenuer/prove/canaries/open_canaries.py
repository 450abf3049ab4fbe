"""Opens a log's canaries: each checked against its commitment, the pool and the lots."""

from collections.abc import Sequence
from pathlib import Path

from revenuer.prove.canaries.canary import Canary, canary_of, misfit_of, without_repetition
from revenuer.prove.canaries.pool import Pool
from revenuer.prove.twins.commitment_log import Head, read_log
from revenuer.prove.twins.open_records import OpenedLog, checked_entries
from revenuer.prove.twins.private_store import Opening, read_openings
from revenuer.prove.twins.twin_log import LOG_FILE, STORE_FILE, open_log
from revenuer.records import InputError


def open_canaries(
    folder: Path, pool: Pool, campaigns: Sequence[str] = (), head: Head | None = None
) -> tuple[list[Canary], OpenedLog]:
    """Return the sealed canaries, in the log's order, and the log, up to `head` where one is given.

    Raises InputError, with file and line, where the chain is broken, an opening does not fit, or a canary is not the lots' own.
    """
    log = open_log(folder)
    path = folder / LOG_FILE
    lines = tuple(read_log(path))
    entries, own_head = checked_entries(lines, path, head)
    if head is not None:
        lines, entries, own_head = lines[: head.entries], entries[: head.entries], head
    openings = read_openings([folder / STORE_FILE])
    canaries: list[Canary] = []
    used: dict[str, Opening] = {}
    lost: dict[str, int] = {}
    for entry in entries:
        campaign = entry.campaign or ""
        if entry.kind != "canary" or entry.commitment is None or (campaigns and campaign not in campaigns):
            continue
        opening = openings.get(entry.commitment)
        if opening is None:
            lost[campaign] = lost.get(campaign, 0) + 1
            continue
        canary = canary_of(opening.content.encode())
        reason = (
            misfit_of(canary, pool, log.seed) if canary.campaign == campaign else "it names another campaign"
        )
        if reason:
            raise InputError(
                f"{path}, line {entry.index + 1}: the sealed canary does not fit: {reason}. It is no evidence"
            )
        canaries.append(canary)
        used[entry.commitment] = opening
    opened = OpenedLog(
        records=(), lines=lines, head=own_head, seed=log.seed, openings=used, unsealed={}, lost=lost
    )
    return without_repetition(canaries), opened
