"""What reading logs or account tables yields: files or a table, and an account of every row that did not make it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """One file that was read: what it was taken for and why, and what became of its rows.

    `rows` are those kept; `notes` are sentences about anything an analyst should know (a partial last line, bytes
    that were not UTF-8, spans that were not model calls).
    """

    file: str
    format: str
    why: str
    rows: int = 0
    quarantined: int = 0
    duplicates: int = 0
    outside_window: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResult:
    """The logs as Parquet files, in the order of the sources.

    Files of kind `exchanges` have the columns and types of EXCHANGE_SCHEMA; a file passed through unchanged may lack
    nullable columns and may have others. Files of kind `sketch` are passed through unread. `rows` counts what the
    files hold; `outside_window` the rows cut by `since` and `until`.
    """

    files: tuple[Path, ...]
    kind: Literal["exchanges", "sketch"]
    rows: int
    duplicates: int
    quarantined: int
    outside_window: int
    quarantine_file: Path | None
    columns_missing: tuple[str, ...]
    columns_ignored: tuple[str, ...]
    sources: tuple[SourceReport, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsResult:
    """The account table in ACCOUNT_SCHEMA, one row an account, first row wins."""

    table: pa.Table
    rows: int
    duplicates: int
    quarantined: int
    quarantine_file: Path | None
    columns_missing: tuple[str, ...]
    columns_ignored: tuple[str, ...]
    sources: tuple[SourceReport, ...]
