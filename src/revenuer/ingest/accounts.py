"""Account tables (Parquet, JSON lines, JSON, CSV) -> one Arrow table, with every row accounted for."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revenuer.ingest.diskwrite import make_folder
from revenuer.ingest.idhash import hash_ids, repeated
from revenuer.ingest.locate import OpenFilesystem, Source, fetched, locate
from revenuer.ingest.onefile import cast_rows
from revenuer.ingest.parquetfile import batches, parquet
from revenuer.ingest.quarantine import Quarantine, excerpt_of
from revenuer.ingest.rawrecords import RecordBatch, arrow_rows
from revenuer.ingest.recognise import container_of, raw_batches
from revenuer.ingest.result import AccountsResult
from revenuer.ingest.tally import SourceTally, Tally
from revenuer.records import ACCOUNT_SCHEMA, REQUIRED_COLUMNS, VERIFICATIONS, InputError

_OPTIONAL = tuple(name for name in ACCOUNT_SCHEMA.names if name != "account_id")


def read_accounts(
    sources: str | Sequence[str], *, workdir: Path, open_filesystem: OpenFilesystem | None = None
) -> AccountsResult:
    """Read account tables into memory; of rows with one account_id the first stays.

    Columns carry ACCOUNT_SCHEMA's names; unknown ones are listed and left out. A row without an account_id, with a
    value of the wrong type or with a `verification` not in VERIFICATIONS goes to `workdir/quarantine-accounts.jsonl`.
    Raises InputError for a source that is absent, no table, without an account_id column, or a request log.
    """
    make_folder(workdir)
    located = locate(
        [sources] if isinstance(sources, str) else sources, workdir, open_filesystem=open_filesystem
    )
    tally = Tally()
    found: list[pa.RecordBatch] = []
    with Quarantine(workdir, "quarantine-accounts.jsonl") as quarantine:
        for number, source in enumerate(located.sources):
            tally.sources.append(SourceTally(source.name))
            for batch in _batches(source, workdir, number, tally.sources[-1]):
                found.append(_cast(batch, tally, quarantine))
        table = pa.Table.from_batches(found, schema=ACCOUNT_SCHEMA).combine_chunks()
        table, duplicates = _first_of_each(table)
        tally.filled.update(name for name in _OPTIONAL if table.column(name).null_count < len(table))
        return AccountsResult(
            table=table,
            rows=len(table),
            duplicates=duplicates,
            quarantined=quarantine.count,
            quarantine_file=quarantine.finish(),
            columns_missing=tally.missing(_OPTIONAL),
            columns_ignored=tuple(sorted(tally.ignored)),
            sources=tuple(one.report() for one in tally.sources),
        )


def _batches(source: Source, workdir: Path, number: int, tally: SourceTally) -> Iterator[RecordBatch]:
    container = container_of(source)
    tally.format, tally.why = container, "by its first bytes"
    if container == "unknown":
        raise InputError(
            f"{source.name} is no account table: expected Parquet, JSON lines or CSV with a header"
        )
    if container == "parquet":
        with parquet(fetched(source, workdir, 90_000 + number), source.name) as file:
            names = file.schema_arrow.names
            _require_account(source, names)
            start = 1
            for batch in batches(file, names):
                yield arrow_rows(batch, start)
                start += batch.num_rows
    elif container != "empty":
        known = False
        for records in raw_batches(source, container, tally.notes):
            if records.records and not known:
                _require_account(source, {key for record in records.records for key in record})
                known = True
            yield records


def _require_account(source: Source, names: Collection[object]) -> None:
    if "account_id" not in names:
        shown = ", ".join(sorted(map(str, names))[:12])
        raise InputError(
            f"{source.name} has no column account_id (it has {shown}): rename the one that holds the account"
        )
    of_a_log = [name for name in REQUIRED_COLUMNS if name in names and name != "account_id"]
    if len(of_a_log) >= 2:
        raise InputError(
            f"{source.name} is a request log, not an account table (it has {', '.join(of_a_log)}, one row for each "
            "request): expected one row for each account; give --accounts the account table, and name the log as a log"
        )


def _cast(batch: RecordBatch, tally: Tally, quarantine: Quarantine) -> pa.RecordBatch:
    own = tally.sources[-1]
    for record in batch.records:
        tally.ignored.update(str(key)[:200] for key in record if key not in ACCOUNT_SCHEMA.names)
    conformed = cast_rows([dict(record) for record in batch.records], ACCOUNT_SCHEMA)
    bad = dict(conformed.bad)
    words = pc.utf8_lower(conformed.batch.column("verification"))
    unknown = pc.invert(pc.is_in(words, value_set=pa.array([*VERIFICATIONS, None], type=pa.string())))
    for row in np.flatnonzero(unknown.to_numpy(zero_copy_only=False)):
        bad.setdefault(int(row), f"verification is none of {', '.join(VERIFICATIONS)}")
    rejects = [(batch.lines[row], reason, excerpt_of(batch.records[row])) for row, reason in bad.items()]
    for line, reason, excerpt in sorted([*batch.rejects, *rejects]):
        quarantine.add(own.file, line, reason, excerpt)
        own.quarantined += 1
    keep = np.ones(len(batch.records), dtype=bool)
    keep[list(bad)] = False
    index = ACCOUNT_SCHEMA.get_field_index("verification")
    kept = conformed.batch.set_column(index, ACCOUNT_SCHEMA.field(index), words).filter(pa.array(keep))
    own.rows += kept.num_rows
    return kept


def _first_of_each(table: pa.Table) -> tuple[pa.Table, int]:
    if not len(table):
        return table, 0
    ids = table.column("account_id")
    again = repeated(np.concatenate([hash_ids(chunk) for chunk in ids.chunks]))
    keep = np.ones(len(table), dtype=bool)
    keep[again] = False
    return table.filter(pa.array(keep)), len(again)
