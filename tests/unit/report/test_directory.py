import errno
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import scan_fixture

from builders.result_files import FailingWriter, listing
from revenuer.records import ResourceError, UsageError
from revenuer.report import SCAN_FILES, check_out, write_directory, write_scan


def test_a_scan_writes_three_files_and_the_extras(tmp_path: Path) -> None:
    extra = tmp_path / "rows"
    extra.write_bytes(b"{}\n")
    out = tmp_path / "new" / "out"
    write_scan(scan_fixture.scan(), out, scan_fixture.NOW, {"quarantine.jsonl": extra})
    assert set(listing(out)) == {"campaigns.json", "accounts.parquet", "report.html", "quarantine.jsonl"}
    assert pq.read_table(out / "accounts.parquet").num_rows == len(scan_fixture.scan().verdicts)
    assert [entry.name for entry in out.parent.iterdir()] == ["out"]


def test_an_earlier_scan_is_replaced_as_a_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_directory(out, {"campaigns.json": b"old", "quarantine.jsonl": b"old"})
    write_directory(out, {"campaigns.json": b"new"}, known=SCAN_FILES)
    assert listing(out) == {"campaigns.json": b"new"}
    assert os.listdir(tmp_path) == ["out"]


def test_an_empty_directory_is_filled(tmp_path: Path) -> None:
    write_directory(tmp_path / "a" / ".." / "b", {"x": b"1"})
    (tmp_path / "c").mkdir()
    write_directory(tmp_path / "c", {"x": b"1"})
    assert listing(tmp_path / "c") == {"x": b"1"}


def test_the_current_directory_is_filled_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "campaigns.json").write_bytes(b"old")
    (tmp_path / "report.html").write_bytes(b"old")
    write_directory(Path("."), {"campaigns.json": b"new"}, known=SCAN_FILES)
    assert listing(tmp_path) == {"campaigns.json": b"new"}


def test_a_foreign_directory_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_bytes(b"years")
    with pytest.raises(UsageError, match=r"thesis\.tex.*--out"):
        check_out(tmp_path)
    with pytest.raises(UsageError, match="not an earlier result"):
        write_directory(tmp_path, {"campaigns.json": b"new"}, known=SCAN_FILES)
    assert listing(tmp_path) == {"thesis.tex": b"years"}


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(UsageError, match="is a file"):
        write_directory(tmp_path / "out", {"x": b""})


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".."])
def test_file_names_stay_inside(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="plain name"):
        write_directory(tmp_path / "out", {name: b""})


@pytest.mark.parametrize("existing", [False, True])
@pytest.mark.parametrize("after", [0, 1, 2])
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
        write_directory(out, {"campaigns.json": b"old"})
    with pytest.raises(seen):
        write_scan(scan_fixture.scan(), out, scan_fixture.NOW, write=FailingWriter(error, after))
    assert os.listdir(tmp_path) == (["out"] if existing else [])
    if existing:
        assert listing(out) == {"campaigns.json": b"old"}
