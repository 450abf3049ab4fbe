import errno
import os
from pathlib import Path

import board_fixture
import pyarrow.parquet as pq
import pytest
from scan_fixture import NOW

from builders.result_files import FailingWriter, listing
from revenuer.rank import RATING_SCHEMA
from revenuer.records import ResourceError, UsageError
from revenuer.report import check_board_out, write_board, write_directory


def test_a_board_writes_two_files(tmp_path: Path) -> None:
    out, board = tmp_path / "new" / "out", board_fixture.islands()
    write_board(board, out, NOW)
    assert set(listing(out)) == {"ratings.parquet", "report.html"}
    table = pq.read_table(out / "ratings.parquet")
    assert table.schema.equals(RATING_SCHEMA)
    assert table["model"].to_pylist() == [rating.model for rating in board.ratings]
    assert table["rating"].null_count == 2


def test_rows_set_aside_add_no_file(tmp_path: Path) -> None:
    write_board(board_fixture.wide(), tmp_path / "out", NOW)
    assert set(listing(tmp_path / "out")) == {"ratings.parquet", "report.html"}


def test_an_earlier_board_is_replaced_and_anything_else_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_board(board_fixture.two(), out, NOW)
    check_board_out(out)
    write_board(board_fixture.clear(), out, NOW)
    assert pq.read_table(out / "ratings.parquet").num_rows == 3
    (out / "campaigns.json").write_bytes(b"a scan's")
    with pytest.raises(UsageError, match=r"campaigns\.json.*--out"):
        check_board_out(out)
    with pytest.raises(UsageError, match="not an earlier result"):
        write_board(board_fixture.two(), out, NOW)
    assert pq.read_table(out / "ratings.parquet").num_rows == 3


@pytest.mark.parametrize("existing", [False, True])
@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), ResourceError),
        (OSError(errno.EACCES, "Permission denied"), UsageError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_a_failure_midway_leaves_everything_as_it_was(
    tmp_path: Path, existing: bool, after: int, error: BaseException, seen: type[BaseException]
) -> None:
    out = tmp_path / "out"
    if existing:
        write_directory(out, {"report.html": b"old"})
    with pytest.raises(seen):
        write_board(board_fixture.two(), out, NOW, write=FailingWriter(error, after))
    assert os.listdir(tmp_path) == (["out"] if existing else [])
    if existing:
        assert listing(out) == {"report.html": b"old"}
