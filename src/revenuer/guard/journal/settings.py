"""The named settings of a journal, and what it tells about its own health."""

from dataclasses import dataclass
from typing import Literal

from revenuer.records import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSettings:
    """How a journal keeps its books.

    `keep`: `measures` stores every decision but plain `allow` ones, which are counted by the minute; `all` stores those too.
    `keep_days`: decisions older than that are pruned; facts and the audit log never are. `max_bytes`: of the database; the oldest
    decisions go first. `commit_interval_s`: at most so long after `record` or `store` is everything on its way to the disk.
    `synchronous`: FULL survives a power cut, NORMAL a killed process only. `pending_decisions`: how many wait in memory when the
    disk does not take them; further ones are counted as dropped. `start_empty_if_corrupt`: a file that cannot be read is
    renamed, and the guard starts without the measures in it; else it does not start.
    """

    keep: Literal["measures", "all"] = "measures"
    keep_days: float = 30.0
    max_bytes: int = 1 << 30
    commit_interval_s: float = 0.2
    synchronous: Literal["FULL", "NORMAL"] = "FULL"
    pending_decisions: int = 100_000
    start_empty_if_corrupt: bool = False

    def __post_init__(self) -> None:
        if self.keep not in ("measures", "all"):
            raise UsageError(f"got keep={self.keep!r} for the journal; expected measures or all")
        if self.synchronous not in ("FULL", "NORMAL"):
            raise UsageError(f"got synchronous={self.synchronous!r} for the journal; expected FULL or NORMAL")
        if not (self.keep_days > 0 and self.max_bytes >= 1 << 20 and self.pending_decisions > 0):
            raise UsageError(
                f"got keep_days={self.keep_days}, max_bytes={self.max_bytes}, pending_decisions={self.pending_decisions} for the journal;"
                " expected more than 0, at least 1 MiB, more than 0"
            )
        if not 0.01 <= self.commit_interval_s <= 1.0:
            raise UsageError(
                f"got commit_interval_s={self.commit_interval_s} for the journal; expected 0.01 to 1: a crash loses so much"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalStatus:
    """The journal's health at one moment. Nothing is lost while `dropped_decisions` stands still.

    `lag_s`: seconds since everything given was on its way to the disk (0 = it is). `failed_since`: microseconds UTC of the first
    write that failed and has not succeeded since, None = all is well; `error` says why. `merged_changes`: changes of one measure that
    were taken together because the disk was away too long, so that the audit log lacks the steps between. `mended_rows`: rows
    whose text or numbers no database takes, stored with the offending part replaced. `over_limit`: the file is larger than `max_bytes`
    although no decision is left to prune.
    """

    lag_s: float
    failed_since: int | None
    error: str | None
    pending_decisions: int
    pending_facts: int
    stored_decisions: int
    dropped_decisions: int
    merged_changes: int
    mended_rows: int
    over_limit: bool
    started_empty: str | None
