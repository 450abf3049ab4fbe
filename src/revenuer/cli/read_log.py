"""What the commands that read a log and an account table share: how the user wants them read, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from revenuer.engine import DuckDBEngine
from revenuer.ingest import IngestResult, LogMapping, read_accounts, read_logs
from revenuer.records import InputSummary

QUARANTINE_FILE = "quarantine.jsonl"
ACCOUNTS_QUARANTINE_FILE = "quarantine-accounts.jsonl"


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

    def engine(self, folder: Path) -> DuckDBEngine:
        """Return an engine without tables, bounded as the user chose."""
        return DuckDBEngine(folder, memory_mb=self.memory_mb, threads=self.threads)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLog:
    """The log as ingest left it, the account table if one was given, and what was put aside (file name -> file in the scratch folder)."""

    log: IngestResult
    accounts: pa.Table | None
    account_lines: tuple[str, ...]
    quarantined: dict[str, Path]

    def summary(self, engine: DuckDBEngine, table: str) -> InputSummary:
        """Return what was read, in words and figures; the engine has the log as `table`."""
        read = self.log
        accounts, first, last = 0, None, None
        if read.rows:
            row = engine.query(
                f"SELECT count(DISTINCT account_id) AS n, min(timestamp) AS first, max(timestamp) AS last FROM {table}"
            ).to_pylist()[0]
            accounts, first, last = row["n"], row["first"], row["last"]
        lines = tuple(
            f"{s.file}: {s.format} ({s.why})" + "".join(f"; {note}" for note in s.notes) for s in read.sources
        )
        return InputSummary(
            exchanges=read.rows,
            accounts=accounts,
            first=first,
            last=last,
            quarantined=read.quarantined,
            duplicates=read.duplicates,
            columns_missing=read.columns_missing,
            columns_ignored=read.columns_ignored,
            sources=lines + self.account_lines + read.notes,
        )


def read_log(sources: Sequence[str], options: LogOptions, work: Path) -> ReadLog:
    """Read the log and the account table into the scratch folder `work`."""
    log = read_logs(
        sources,
        workdir=work / "logs",
        log_format=options.log_format,
        mapping=options.mapping,
        since=options.since,
        until=options.until,
    )
    quarantined = {QUARANTINE_FILE: log.quarantine_file} if log.quarantine_file else {}
    accounts: pa.Table | None = None
    lines: tuple[str, ...] = ()
    if options.accounts is not None:
        registry = read_accounts(options.accounts, workdir=work / "accounts")
        accounts = registry.table
        lines = tuple(f"{s.file}: {s.format} ({s.why})" for s in registry.sources)
        if registry.quarantine_file:
            quarantined[ACCOUNTS_QUARANTINE_FILE] = registry.quarantine_file
    return ReadLog(log=log, accounts=accounts, account_lines=lines, quarantined=quarantined)
