"""What `scan` and `demo` share: read, scan, write, and say what was found."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from revenuer.detect.campaign_index import (
    INDEX_FILE,
    UNKNOWN_KEY,
    Hashing,
    IndexContent,
    KeyNote,
    KeyState,
    check_key,
    index_bytes,
    index_campaigns,
)
from revenuer.detect.keyed_hash import UNKEYED, Key
from revenuer.detect.scan import ScanInput, scan
from revenuer.engine import DuckDBEngine
from revenuer.ingest import IngestResult, LogMapping, read_accounts, read_logs
from revenuer.records import SKETCH_KEY_METADATA_KEY, InputError, InputSummary, ScanResult
from revenuer.report import ConsoleProgress, Content, Progress, check_out, write_scan

QUARANTINE_FILE = "quarantine.jsonl"
ACCOUNTS_QUARANTINE_FILE = "quarantine-accounts.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """What the user chose. `memory_mb` bounds the engine's own memory; `key` is what sketches and index are hashed under."""

    log_format: str = "auto"
    mapping: LogMapping | None = None
    accounts: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    workdir: Path | None = None
    memory_mb: int = 1500
    threads: int = 2
    seed: int = 0
    key: Key = UNKEYED


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A scan's result, the index of its campaigns, and what ingest put aside (file name -> file in the scratch folder)."""

    result: ScanResult
    index: IndexContent
    quarantined: dict[str, Path]


def run_scan(sources: Sequence[str], out: Path, options: ScanOptions) -> ScanResult:
    """Scan `sources` and write the result to `out`, all or nothing."""
    check_out(out, frozenset({ACCOUNTS_QUARANTINE_FILE}))
    progress = ConsoleProgress(Console(stderr=True))
    with tempfile.TemporaryDirectory(prefix="revenuer-", dir=options.workdir) as scratch:
        scanned = scan_logs(sources, Path(scratch), options, progress)
        progress.stage("writing the report")
        extra: dict[str, Content] = {**scanned.quarantined, INDEX_FILE: index_bytes(scanned.index)}
        write_scan(scanned.result, out, datetime.now(UTC), extra)
        progress.done()
    return scanned.result


def scan_logs(sources: Sequence[str], work: Path, options: ScanOptions, progress: Progress) -> Scanned:
    """Scan `sources` and index the campaigns; scratch files go to `work`."""
    progress.stage("reading logs")
    read = read_logs(
        sources,
        workdir=work / "logs",
        log_format=options.log_format,
        mapping=options.mapping,
        since=options.since,
        until=options.until,
    )
    hashing = _hashing(read, options.key)
    quarantined = {QUARANTINE_FILE: read.quarantine_file} if read.quarantine_file else {}
    table: pa.Table | None = None
    account_lines: tuple[str, ...] = ()
    if options.accounts is not None:
        registry = read_accounts(options.accounts, workdir=work / "accounts")
        table = registry.table
        account_lines = tuple(f"{s.file}: {s.format} ({s.why})" for s in registry.sources)
        if registry.quarantine_file:
            quarantined[ACCOUNTS_QUARANTINE_FILE] = registry.quarantine_file
    with DuckDBEngine(work / "engine", memory_mb=options.memory_mb, threads=options.threads) as engine:
        engine.read_parquet("given", read.files) if read.files else None
        given = ScanInput(
            files=read.files,
            kind=read.kind,
            accounts=table,
            summary=input_summary(read, engine, account_lines),
        )
        result = scan(engine, given, seed=options.seed, key=options.key, on_stage=progress.stage)
        progress.stage("indexing campaigns")
        index = index_campaigns(engine, result, hashing, datetime.now(UTC))
    return Scanned(result=result, index=index, quarantined=quarantined)


def _hashing(read: IngestResult, key: Key) -> Hashing:
    """Return how the scan's sketches are hashed: exchanges under `key`, a sketch table as its metadata says.

    Raises InputError for sketch tables under different keys, or under another one than `key`.
    """
    if read.kind == "exchanges":
        return Hashing.under(key)
    marks = {(pq.read_schema(file).metadata or {}).get(SKETCH_KEY_METADATA_KEY) for file in read.files}
    if len(marks - {None}) > 1:
        raise InputError(
            "the sketch tables are hashed under different keys, so that nothing in one is found in another: sketch all logs with one "
            "--key-file, then scan them together"
        )
    mark = marks.pop() if len(marks) == 1 else None
    note = KeyNote(state=KeyState.KEYED, id=mark.decode()) if mark else UNKNOWN_KEY
    if key == UNKEYED:
        return Hashing(note=note, key=None)
    check_key(note, key, "the sketch table")
    return Hashing(note=note, key=key)


def input_summary(read: IngestResult, engine: DuckDBEngine, account_lines: tuple[str, ...]) -> InputSummary:
    """Return what was read, in words and figures."""
    accounts, first, last = 0, None, None
    if read.rows:
        row = engine.query(
            "SELECT count(DISTINCT account_id) AS n, min(timestamp) AS first, max(timestamp) AS last FROM given"
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
        sources=lines + account_lines + read.notes,
    )
