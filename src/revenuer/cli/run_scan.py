"""What `scan` and `demo` share: read, scan, write, and say what was found."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from revenuer.cli.read_log import ACCOUNTS_QUARANTINE_FILE, LogOptions, read_log
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
from revenuer.detect.observables import campaign_observables
from revenuer.detect.scan import ScanInput, scan
from revenuer.engine import Engine
from revenuer.ingest import IngestResult
from revenuer.records import (
    OBSERVABLE_SCHEMA,
    OBSERVABLES_FILE,
    SKETCH_KEY_METADATA_KEY,
    InputError,
    ScanResult,
)
from revenuer.report import ConsoleProgress, Content, Progress, check_out, write_scan


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions(LogOptions):
    """What the user chose. `key` is what sketches and index are hashed under, `claims` what peers say (CLAIM_SCHEMA)."""

    seed: int = 0
    key: Key = UNKEYED
    claims: pa.Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A scan's result, the index of its campaigns, what they are known by in the clear, and what ingest put aside (file name -> file in the scratch folder)."""

    result: ScanResult
    index: IndexContent
    observables: pa.Table
    quarantined: dict[str, Path]


def run_scan(sources: Sequence[str], out: Path, options: ScanOptions) -> ScanResult:
    """Scan `sources` and write the result to `out`, all or nothing."""
    check_out(out, frozenset({ACCOUNTS_QUARANTINE_FILE}))
    progress = ConsoleProgress(Console(stderr=True))
    with tempfile.TemporaryDirectory(prefix="revenuer-", dir=options.workdir) as scratch:
        scanned = scan_logs(sources, Path(scratch), options, progress)
        progress.stage("writing the report")
        observables = Path(scratch) / OBSERVABLES_FILE
        pq.write_table(scanned.observables, observables)
        extra: dict[str, Content] = {
            **scanned.quarantined,
            INDEX_FILE: index_bytes(scanned.index),
            OBSERVABLES_FILE: observables,
        }
        write_scan(scanned.result, out, datetime.now(UTC), extra)
        progress.done()
    return scanned.result


def scan_logs(sources: Sequence[str], work: Path, options: ScanOptions, progress: Progress) -> Scanned:
    """Scan `sources` and index the campaigns; scratch files go to `work`."""
    progress.stage("reading logs")
    read = read_log(sources, options, work)
    hashing = _hashing(read.log, options.key)
    with options.engine(work / "engine") as engine:
        engine.read_parquet("given", read.log.files) if read.log.files else None
        given = ScanInput(
            files=read.log.files,
            kind=read.log.kind,
            accounts=read.accounts,
            summary=read.summary(engine, "given"),
            claims=options.claims,
        )
        result = scan(engine, given, seed=options.seed, key=options.key, on_stage=progress.stage)
        progress.stage("indexing campaigns")
        index = index_campaigns(engine, result, hashing, datetime.now(UTC))
        observables = _observables(engine, index, hashing, read.log.kind)
    return Scanned(result=result, index=index, observables=observables, quarantined=read.quarantined)


def _observables(engine: Engine, index: IndexContent, hashing: Hashing, kind: str) -> pa.Table:
    """Return what the campaigns are known by, in the clear; nothing where nobody holds the key that the log was hashed under."""
    if hashing.key is None or not index.campaigns:
        return OBSERVABLE_SCHEMA.empty_table()
    return campaign_observables(engine, index, hashing.key, has_text=kind == "exchanges")


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
