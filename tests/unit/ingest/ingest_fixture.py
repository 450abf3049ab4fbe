"""Logs to read: written to a temporary folder, read back as rows."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from revenuer.ingest import IngestResult, Outside, read_logs

NOW = datetime(2026, 6, 1, tzinfo=UTC)
Read = Callable[..., IngestResult]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read sources into a work folder, the clock standing at NOW."""

    def call(*sources: object, **options: Any) -> IngestResult:
        options.setdefault("outside", Outside(clock=lambda: NOW))
        options.setdefault("workdir", tmp_path / "work")
        return read_logs([str(source) for source in sources], **options)

    return call


def native(number: int = 0, **changes: object) -> dict[str, object]:
    """Return one native row."""
    row: dict[str, object] = {
        "request_id": f"r{number}",
        "account_id": "a1",
        "model": "m",
        "timestamp": "2026-01-02T03:04:05.678Z",
        "prompt": "Explain tides.",
        "turn": 0,
    }
    row.update(changes)
    return {name: value for name, value in row.items() if value is not ...}


def write_lines(path: Path, records: Iterable[object]) -> Path:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def rows_of(result: IngestResult) -> list[dict[str, Any]]:
    """Return the rows of the result's files, in order."""
    tables = [pq.read_table(file, partitioning=None) for file in result.files]
    return pa.concat_tables(tables, promote_options="default").to_pylist() if tables else []


def quarantined(result: IngestResult) -> list[dict[str, Any]]:
    """Return the quarantine's rows."""
    if result.quarantine_file is None:
        return []
    return [json.loads(line) for line in result.quarantine_file.read_text(encoding="utf-8").splitlines()]
