"""`revenuer sketch LOGS... --key-file K --out FILE`: write a text-free table that scans to the same campaigns."""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from revenuer.cli.key_file import read_key
from revenuer.cli.log_options import format_options
from revenuer.detect.keyed_hash import Key, key_id
from revenuer.detect.sketch import sketch_kernel
from revenuer.engine import DuckDBEngine
from revenuer.ingest import load_mapping, read_logs
from revenuer.ingest.diskwrite import aside, resource_errors
from revenuer.records import (
    SKETCH_KEY_METADATA_KEY,
    SKETCH_METADATA_KEY,
    SKETCH_SCHEMA,
    SKETCH_VERSION,
    UsageError,
)
from revenuer.report import ConsoleProgress


@click.command(name="sketch")
@click.argument("logs", nargs=-1, required=True)
@click.option(
    "--key-file",
    required=True,
    type=click.Path(path_type=Path),
    help="Secret of 16 bytes or more; sketches under one key can be scanned together.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Parquet file to write.")
@format_options
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(
    logs: tuple[str, ...], key_file: Path, out: Path, log_format: str, mapping: Path | None, as_json: bool
) -> None:
    """Write a table of keyed hashes and sketches of LOGS, without any text, that `scan` takes in their place."""
    key = read_key(key_file)
    _check_out(out)
    progress = ConsoleProgress(Console(stderr=True))
    with tempfile.TemporaryDirectory(prefix="revenuer-") as scratch:
        work = Path(scratch)
        progress.stage("reading logs")
        read = read_logs(
            logs,
            workdir=work / "logs",
            log_format=log_format,
            mapping=load_mapping(mapping) if mapping else None,
        )
        if read.kind == "sketch":
            raise UsageError("the input is a sketch table already; scan it as it is")
        progress.stage("sketching prompts")
        with DuckDBEngine(work / "engine") as engine:
            rows = _write(_sketches(engine, read.files, key), _schema(key), out)
        progress.done()
    summary = {"rows": rows, "file": str(out), "quarantined": read.quarantined, "duplicates": read.duplicates}
    if as_json:
        click.echo(json.dumps(summary))
    else:
        click.echo(
            f"{rows:,} sketches written to {out}; {read.quarantined} rows quarantined, {read.duplicates} duplicates dropped"
        )


def _check_out(out: Path) -> None:
    if os.path.isdir(out):
        raise UsageError(f"{out} is a folder; --out names the Parquet file to write")
    if not os.path.isdir(out.parent):
        raise UsageError(f"the folder {out.parent} does not exist; make it, or choose another --out")


def _sketches(engine: DuckDBEngine, files: Sequence[Path], key: Key) -> Iterator[pa.RecordBatch]:
    if files:
        engine.read_parquet("exchange", files)
        for batch in engine.stream("SELECT * FROM exchange", sketch_kernel(key)):
            yield batch.replace_schema_metadata(_schema(key).metadata)


def _write(batches: Iterator[pa.RecordBatch], schema: pa.Schema, out: Path) -> int:
    """Write the batches to `out`, whole or not at all, and return the number of rows."""
    rows = 0
    try:
        with resource_errors(out):
            with pq.ParquetWriter(aside(out), schema, compression="zstd") as writer:
                for batch in batches:
                    writer.write_batch(batch)
                    rows += batch.num_rows
            aside(out).replace(out)
    except OSError as error:
        raise UsageError(f"cannot write {out} ({error.strerror or error}); choose another --out") from error
    finally:
        with suppress(OSError):
            aside(out).unlink(missing_ok=True)
    return rows


def _schema(key: Key) -> pa.Schema:
    marks = {SKETCH_METADATA_KEY: SKETCH_VERSION, SKETCH_KEY_METADATA_KEY: key_id(key)}
    return SKETCH_SCHEMA.with_metadata(marks)
