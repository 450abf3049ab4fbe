"""Write a leaderboard as one directory: ratings.parquet, report.html, and quarantine.jsonl where rows were set aside."""

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from revenuer.rank.leaderboard import Leaderboard, ratings_table
from revenuer.records import QuarantinedRow
from revenuer.report.directory import Content, check_replaceable, write_directory, write_durably
from revenuer.report.rank_page import rank_page

RATINGS_FILE = "ratings.parquet"
REPORT_FILE = "report.html"
QUARANTINE_FILE = "quarantine.jsonl"
BOARD_FILES = frozenset({RATINGS_FILE, REPORT_FILE, QUARANTINE_FILE})
"""What an earlier leaderboard may have left in its directory; a directory with anything else is not replaced."""


def check_board_out(out: Path) -> None:
    """Raise UsageError if `write_board` would refuse `out`. Call it before a long fit."""
    check_replaceable(out, BOARD_FILES)


def write_board(
    board: Leaderboard,
    out: Path,
    now: datetime,
    quarantine: Sequence[QuarantinedRow] = (),
    *,
    write: Callable[[Path, Content], None] = write_durably,
) -> None:
    """Write the ratings and the page to `out`, and a line for each row of `quarantine`, all or nothing.

    An earlier leaderboard's directory is replaced as a whole. Raises UsageError where `out` holds other files or cannot be
    written, ResourceError on a full disk; either way `out` is as it was.
    """
    contents: dict[str, Content] = {
        RATINGS_FILE: _parquet_bytes(board),
        REPORT_FILE: rank_page(board, now).encode("utf-8", "replace"),
    }
    if quarantine:
        contents[QUARANTINE_FILE] = b"".join(msgspec.json.encode(row) + b"\n" for row in quarantine)
    write_directory(out, contents, known=BOARD_FILES, write=write)


def _parquet_bytes(board: Leaderboard) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(ratings_table(board), buffer, compression="zstd")
    return buffer.getvalue()
