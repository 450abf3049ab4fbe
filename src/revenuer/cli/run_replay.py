"""What `replay` and `guard policy test` share: read a log once, and run the guard over it under a policy."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from revenuer.cli.run_scan import ACCOUNTS_QUARANTINE_FILE, QUARANTINE_FILE, input_summary
from revenuer.engine import DuckDBEngine
from revenuer.guard.event import Registered
from revenuer.guard.policy import Policy
from revenuer.guard.replay import LOG, registry, replay
from revenuer.guard.state import GuardState
from revenuer.ingest import LogMapping, read_accounts, read_logs
from revenuer.records import EXCHANGE_SCHEMA, InputSummary, ResourceError, UsageError
from revenuer.report import ConsoleProgress

TRUTH_FILE, HARVEST_FILE = "truth.parquet", "truth_requests.parquet"
"""What `revenuer simulate` writes beside a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """How the user wants the log read. `memory_mb` bounds the engine's own memory."""

    log_format: str = "auto"
    mapping: LogMapping | None = None
    accounts: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    workdir: Path | None = None
    memory_mb: int = 1500
    threads: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLog:
    """A log ready to be replayed, as often as one likes. `work` is a scratch folder; `extra` are files for the result."""

    engine: DuckDBEngine
    registered: dict[str, Registered]
    summary: InputSummary
    work: Path
    extra: dict[str, Path]
    progress: ConsoleProgress

    def run(self, policy: Policy, decisions: Path, stage: str) -> GuardState:
        """Replay the log under `policy` into the file `decisions`. Raises ResourceError on a full disk."""
        self.progress.stage(stage, self.summary.exchanges)
        try:
            return replay(self.engine, self.registered, policy, decisions, self.progress.advance)
        except OSError as error:
            raise ResourceError(
                f"cannot write under {self.work}: {error.strerror or error}; free some space, or pass --workdir elsewhere"
            ) from error


@contextmanager
def open_log(sources: Sequence[str], options: LogOptions) -> Iterator[OpenLog]:
    """Read the log and the account table; everything scratch is gone on leaving.

    Raises UsageError for sketches: the guard matches the text of requests.
    """
    with (
        ConsoleProgress(Console(stderr=True)) as progress,
        tempfile.TemporaryDirectory(prefix="revenuer-", dir=options.workdir) as scratch,
    ):
        work = Path(scratch)
        progress.stage("reading logs")
        read = read_logs(
            sources,
            workdir=work / "logs",
            log_format=options.log_format,
            mapping=options.mapping,
            since=options.since,
            until=options.until,
        )
        if read.kind == "sketch":
            raise UsageError(
                "a replay needs the requests themselves, and this is a table of sketches: give the log that it was made from"
            )
        extra = {QUARANTINE_FILE: read.quarantine_file} if read.quarantine_file else {}
        table: pa.Table | None = None
        lines: tuple[str, ...] = ()
        if options.accounts is not None:
            found = read_accounts(options.accounts, workdir=work / "accounts")
            table = found.table
            lines = tuple(f"{s.file}: {s.format} ({s.why})" for s in found.sources)
            if found.quarantine_file:
                extra[ACCOUNTS_QUARANTINE_FILE] = found.quarantine_file
        with DuckDBEngine(work / "engine", memory_mb=options.memory_mb, threads=options.threads) as engine:
            if read.files:
                engine.read_parquet(LOG, read.files)
            else:
                engine.register(LOG, EXCHANGE_SCHEMA.empty_table())
            yield OpenLog(
                engine=engine,
                registered=registry(table),
                summary=input_summary(read, engine, lines),
                work=work,
                extra=extra,
                progress=progress,
            )


def live(policy: Policy) -> Policy:
    """Return the policy as if it were live: what it would have done is then what it did."""
    return replace(policy, shadow=False, enforce=frozenset())


def truth_beside(sources: Sequence[str]) -> tuple[pa.Table, Path | None] | None:
    """Return the truth that a simulation wrote beside the log, with its file of harvest requests; None where there is none."""
    for source in sources:
        folder = Path(source) if Path(source).is_dir() else Path(source).parent
        truth = folder / TRUTH_FILE
        if truth.is_file():
            harvest = folder / HARVEST_FILE
            columns = ["account_id", "role", "archetype"]
            return pq.read_table(truth, columns=columns), harvest if harvest.is_file() else None
    return None
