"""`revenuer sketch`: what --out may be, and what is left when it cannot be written."""

import errno
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from revenuer.cli.sketch import _schema, _write
from revenuer.detect.keyed_hash import UNKEYED
from revenuer.records import ResourceError


def log(folder: Path, rows: int) -> None:
    (folder / "key").write_text("0123456789abcdef" * 2)
    with (folder / "log.csv").open("w") as stream:
        stream.write("request_id,account_id,model,timestamp,prompt\n")
        for number in range(rows):
            stream.write(f"r{number},a{number % 7},m,2026-01-01,Explain tide {number} of {number**3}\n")


def sketch(folder: Path, out: str) -> tuple[int, str, str]:
    program = "from revenuer.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "sketch", "log.csv", "--key-file", "key", "--out", out, "--json"],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    return done.returncode, done.stdout, done.stderr


def test_sketches_are_written_whole(tmp_path: Path) -> None:
    log(tmp_path, 40)
    code, out, _ = sketch(tmp_path, "s.parquet")
    assert (code, json.loads(out)["rows"]) == (0, 40)
    assert pq.read_metadata(tmp_path / "s.parquet").num_rows == 40
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key", "log.csv", "s.parquet"]


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("none/s.parquet", "the folder none does not exist"),
        ("key/s.parquet", "the folder key does not exist"),
        (".", "is a folder"),
        ("s" * 300, "cannot write"),
    ],
)
def test_an_out_that_cannot_be_is_2_and_says_why(tmp_path: Path, out: str, words: str) -> None:
    log(tmp_path, 2)
    code, said, why = sketch(tmp_path, out)
    assert (code, said) == (2, "")
    assert words in why
    assert "another --out" in why or "--out names" in why
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key", "log.csv"]


def test_a_full_disk_is_a_resource_error_and_leaves_nothing(tmp_path: Path) -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pylist([], schema=_schema(UNKEYED))
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ResourceError, match=r"no room left while writing .*s\.parquet"):
        _write(batches(), _schema(UNKEYED), tmp_path / "s.parquet")
    assert list(tmp_path.iterdir()) == []
