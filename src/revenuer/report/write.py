"""Write a scan's results as one directory: campaigns.json, accounts.parquet, report.html."""

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq

from revenuer.records import OBSERVABLES_FILE, ScanResult
from revenuer.report.accounts import accounts_table
from revenuer.report.contract import campaigns_json, json_bytes
from revenuer.report.directory import Content, check_replaceable, write_directory, write_durably
from revenuer.report.scan_page import scan_page

CAMPAIGNS_FILE = "campaigns.json"
ACCOUNTS_FILE = "accounts.parquet"
REPORT_FILE = "report.html"
SCAN_FILES = frozenset(
    {
        CAMPAIGNS_FILE,
        ACCOUNTS_FILE,
        REPORT_FILE,
        OBSERVABLES_FILE,
        "campaigns.index",
        "quarantine.jsonl",
        "quarantine.parquet",
    }
)
"""What an earlier scan may have left in its directory; a directory with anything else is not replaced."""


def check_out(out: Path, extra_names: frozenset[str] = frozenset()) -> None:
    """Raise UsageError if `write_scan` would refuse `out`. Call it before a long scan."""
    check_replaceable(out, SCAN_FILES | extra_names)


def write_scan(
    result: ScanResult,
    out: Path,
    now: datetime,
    extra_files: Mapping[str, Content] | None = None,
    *,
    write: Callable[[Path, Content], None] = write_durably,
) -> None:
    """Write the results and `extra_files` (name -> bytes, or a file to copy) to `out`, all or nothing.

    An earlier scan's directory is replaced as a whole. Raises UsageError where `out` holds other files or cannot be
    written, ResourceError on a full disk; either way `out` is as it was.
    """
    contents: dict[str, Content] = {
        CAMPAIGNS_FILE: json_bytes(campaigns_json(result, now)),
        ACCOUNTS_FILE: _parquet_bytes(result),
        REPORT_FILE: scan_page(result, now).encode("utf-8", "replace"),
        **(extra_files or {}),
    }
    write_directory(out, contents, known=SCAN_FILES, write=write)


def _parquet_bytes(result: ScanResult) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(accounts_table(result), buffer, compression="zstd")
    return buffer.getvalue()
