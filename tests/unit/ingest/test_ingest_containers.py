"""Where bytes come from and how they are packed: folders, globs, URIs, pipes, compression, encodings, cut files."""

import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq
import pytest
import zstandard
from ingest_fixture import NOW, Read, native, quarantined, rows_of, write_lines

from revenuer.ingest import Outside
from revenuer.ingest.lines import line_batches
from revenuer.records import InputError, UsageError

LINES = "".join(json.dumps(native(i)) + "\n" for i in range(50)).encode()


def ids(result: object) -> list[str]:
    return [row["request_id"] for row in rows_of(result)]  # type: ignore[arg-type]


ALL = [f"r{i}" for i in range(50)]


@pytest.mark.parametrize(
    "packed",
    [
        LINES,
        LINES.rstrip(b"\n"),
        LINES.replace(b"\n", b"\r\n"),
        LINES.replace(b"\n", b"\n\n"),
        b"\xef\xbb\xbf" + LINES,
        LINES.decode().encode("utf-16"),
        LINES.decode().encode("utf-32"),
        gzip.compress(LINES, mtime=0),
        gzip.compress(LINES[:1000], mtime=0) + gzip.compress(LINES[1000:], mtime=0) + b"\0" * 64,
        zstandard.compress(LINES),
        zstandard.compress(LINES[:1000]) + zstandard.compress(LINES[1000:]),
        b"[" + LINES.rstrip(b"\n").replace(b"\n", b",\n") + b"]",
    ],
)
def test_every_packing_holds_the_same_rows(tmp_path: Path, read: Read, packed: bytes) -> None:
    (tmp_path / "any name").write_bytes(packed)
    result = read(tmp_path / "any name")
    assert ids(result) == ALL
    assert result.quarantined == 0


def test_one_object_over_many_lines_is_a_document(tmp_path: Path, read: Read) -> None:
    (tmp_path / "a.json").write_text(json.dumps(native(1), indent=2))
    assert ids(read(tmp_path / "a.json")) == ["r1"]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress, bytes])
def test_a_file_still_being_written_is_read_to_its_last_whole_record(
    tmp_path: Path, read: Read, pack: type
) -> None:
    (tmp_path / "a.jsonl").write_bytes(pack(LINES[:-30]))
    result = read(tmp_path / "a.jsonl")
    assert ids(result) == ALL[:-1]
    assert result.quarantined == 0
    assert "line 50, the last, is not whole" in result.sources[0].notes[0]


def test_cut_packing_is_read_as_far_as_it_goes(tmp_path: Path, read: Read) -> None:
    noise = "".join(json.dumps(native(i, prompt=os.urandom(200).hex())) + "\n" for i in range(500)).encode()
    for name, packed, word in (("g", gzip.compress(noise), "gzip"), ("z", zstandard.compress(noise), "zstd")):
        (tmp_path / name).write_bytes(packed[: len(packed) * 2 // 3])
        result = read(tmp_path / name)
        assert word == "zstd" or 200 < result.rows < 400
        assert (
            any(f"the {word} data ends early" in note for note in result.sources[0].notes) or result.rows == 0
        )


def test_damaged_gzip_says_so(tmp_path: Path, read: Read) -> None:
    packed = bytearray(gzip.compress(LINES))
    packed[-6] ^= 0xFF
    (tmp_path / "a.gz").write_bytes(packed)
    assert "damaged" in read(tmp_path / "a.gz").sources[0].notes[0]


def test_bytes_that_are_not_utf8_become_replacement_characters(tmp_path: Path, read: Read) -> None:
    broken = LINES.replace(b"Explain tides.", b"Expl\xe1in \\ud83d tides.", 1)
    (tmp_path / "a.jsonl").write_bytes(broken)
    result = read(tmp_path / "a.jsonl")
    assert rows_of(result)[0]["prompt"] == "Expl\ufffdin ? tides."
    assert "1 lines hold bytes that are not UTF-8" in result.sources[0].notes[0]


def test_broken_lines_are_quarantined_with_their_number(tmp_path: Path, read: Read) -> None:
    deep = b'{"a":' * 100_000 + b"\n"
    (tmp_path / "a.jsonl").write_bytes(LINES + b'{"request_id": \n' + b"[1]\n" + deep + LINES[:1] + b"\n")
    result = read(tmp_path / "a.jsonl")
    assert ids(result) == ALL
    assert [row["line"] for row in quarantined(result)] == [51, 52, 53, 54]
    assert "deeply" in quarantined(result)[2]["reason"]


def test_csv_with_quoted_line_ends_and_short_rows(tmp_path: Path, read: Read) -> None:
    text = "request_id,account_id,model,timestamp,prompt,turn\n"
    text += 'r1,a,m,2026-01-01 00:00:00+00,"two\nlines ""quoted""",0\nr2,a,m\nr3,a,m,2026-01-01,,\n'
    (tmp_path / "a.csv").write_text(text)
    result = read(tmp_path / "a.csv")
    assert [(row["request_id"], row["prompt"], row["turn"]) for row in rows_of(result)] == [
        ("r1", 'two\nlines "quoted"', 0),
        ("r3", None, None),
    ]
    assert quarantined(result)[0]["reason"] == "has 3 fields, expected 6"


def test_csv_fields_may_be_long(tmp_path: Path, read: Read) -> None:
    (tmp_path / "a.csv").write_text(
        f"request_id,account_id,model,timestamp,prompt\nr1,a,m,2026-01-01,{'x' * 300_000}\n"
    )
    assert len(rows_of(read(tmp_path / "a.csv"))[0]["prompt"]) == 300_000


@pytest.mark.parametrize("content", [b"", b"\n \n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_an_empty_log(tmp_path: Path, read: Read, content: bytes) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    result = read(tmp_path / "a.jsonl")
    assert (result.rows, result.files, result.quarantine_file) == (0, (), None)
    assert result.sources[0].format == "empty"


def test_an_empty_parquet_is_an_empty_log(tmp_path: Path, read: Read) -> None:
    from revenuer.records import EXCHANGE_SCHEMA

    pq.write_table(EXCHANGE_SCHEMA.empty_table(), tmp_path / "a.parquet")
    assert (read(tmp_path / "a.parquet").rows, read(tmp_path / "a.parquet").files) == (0, ())


def test_cut_parquet_is_refused_with_a_remedy(tmp_path: Path, read: Read) -> None:
    pq.write_table(pa.table({"request_id": ["r"] * 1000}), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"a\.parquet is not a whole Parquet file.*again"):
        read(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    "content", [b'{"foo": 1}\n', b"plain words\n", b"\x7fELF\x02\x01\x01\0\0\0", b"a,b\n1,2\n"]
)
def test_an_undecidable_file_is_refused_with_the_formats(tmp_path: Path, read: Read, content: bytes) -> None:
    (tmp_path / "odd.log").write_bytes(content)
    with pytest.raises(
        InputError, match=r"odd\.log: cannot tell.*--format \(native, otel-genai.*mapping file"
    ):
        read(tmp_path / "odd.log")


def test_folders_are_searched_and_strangers_left_alone(tmp_path: Path, read: Read) -> None:
    deep = tmp_path / "logs" / "date=2026-01-01"
    deep.mkdir(parents=True)
    write_lines(deep / "b.jsonl", [native(2)])
    write_lines(tmp_path / "logs" / "a.ndjson", [native(1)])
    (tmp_path / "logs" / "notes.md").write_text("hello")
    (tmp_path / "logs" / "_SUCCESS").write_text("")
    pq.write_table(pa.table({"account_id": ["a"], "plan": ["free"]}), tmp_path / "logs" / "accounts.parquet")
    write_lines(tmp_path / "logs" / "people.jsonl", [{"account_id": "a"}])
    result = read(tmp_path / "logs", workdir=tmp_path / "logs" / "work")
    again = read(tmp_path / "logs", workdir=tmp_path / "logs" / "work")
    assert sorted(ids(result)) == sorted(ids(again)) == ["r1", "r2"]
    assert "2 files in the folders do not look like logs" in result.notes[-1]
    assert [one.format for one in result.sources].count("accounts") == 2


def test_globs_and_repeats(tmp_path: Path, read: Read) -> None:
    for number in range(3):
        write_lines(tmp_path / f"{number}.jsonl", [native(number)])
    result = read(tmp_path / "*.jsonl", tmp_path / "1.jsonl")
    assert ids(result) == ["r0", "r1", "r2"]
    assert "named twice" in result.notes[0]


@pytest.mark.parametrize("name", ["none.jsonl", "*.nothing", ".", "file:///no/such/place", "nosuch://x/y"])
def test_a_name_that_leads_nowhere_is_an_input_error(
    tmp_path: Path, read: Read, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        read(name)


def test_no_source_at_all_is_an_input_error(read: Read) -> None:
    with pytest.raises(InputError, match="no log was named"):
        read()


@pytest.mark.parametrize("content", [LINES, gzip.compress(LINES, mtime=0)])
def test_standard_input(read: Read, content: bytes) -> None:
    result = read("-", outside=Outside(clock=lambda: NOW, stdin=io.BytesIO(content)))
    assert ids(result) == ALL
    assert result.sources[0].file == "standard input"


def test_file_uris(tmp_path: Path, read: Read) -> None:
    write_lines(tmp_path / "a.jsonl", [native(1)])
    assert ids(read((tmp_path / "a.jsonl").as_uri())) == ["r1"]
    assert ids(read(tmp_path.as_uri() + "/*.jsonl")) == ["r1"]


def test_a_remote_filesystem_is_listed_and_read(tmp_path: Path, read: Read) -> None:
    """The bucket is a folder behind a SubTreeFileSystem: no real object store was tried."""
    bucket = tmp_path / "bucket"
    (bucket / "logs" / "v1.2").mkdir(parents=True)
    (bucket / "logs" / "v1.2" / "a.json.gz").write_bytes(gzip.compress(LINES))
    pq.write_table(pa.Table.from_pylist([{**native(99), "timestamp": NOW}]), bucket / "logs" / "b.parquet")
    tree = pafs.SubTreeFileSystem(str(bucket), pafs.LocalFileSystem())
    world = Outside(
        clock=lambda: NOW, open_filesystem=lambda uri: (tree, uri.removeprefix("s3://bucket").strip("/"))
    )
    for name, expected in (
        ("s3://bucket/logs", ["r99", *ALL]),
        ("s3://bucket/logs/v1.2/a.json.gz", ALL),
        ("s3://bucket/logs/*.parquet", ["r99"]),
    ):
        assert sorted(ids(read(name, outside=world))) == sorted(expected)
    with pytest.raises(InputError, match="nothing to read"):
        read("s3://bucket/none", outside=world)


def test_mixed_formats_and_columns_make_one_log(tmp_path: Path, read: Read) -> None:
    write_lines(tmp_path / "a.jsonl", [native(1, strange=1)])
    pq.write_table(
        pa.Table.from_pylist([{**native(2), "timestamp": NOW, "prompt": None}]), tmp_path / "b.parquet"
    )
    (tmp_path / "c.csv").write_text("request_id,account_id,model,timestamp\nr3,a,m,2026-01-01\n")
    result = read(tmp_path)
    assert ids(result) == ["r1", "r2", "r3"]
    assert result.columns_ignored == ("strange",)


def test_unknown_formats_and_mapping_without_file_are_usage_errors(tmp_path: Path, read: Read) -> None:
    for log_format in ("excel", "mapped"):
        with pytest.raises(UsageError):
            read(write_lines(tmp_path / "a.jsonl", [native()]), log_format=log_format)


def test_a_line_longer_than_the_limit_is_cut_not_held() -> None:
    data = [b"short\n" + b"x" * 900, b"y" * 900, b"z" * 900 + b"\nnext\n", b"end"]
    (batch,) = line_batches(iter(data), max_line_bytes=1000)
    assert [batch.lines[0], batch.lines[2], batch.lines[3]] == [b"short", b"next", b"end"]
    assert batch.cut == {2}
    assert batch.open_ended


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from revenuer.ingest import read_logs
from revenuer.records import ResourceError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
work = Path(sys.argv[2])
try:
    read_logs([sys.argv[1]], workdir=work)
except ResourceError as error:
    assert "no room" in str(error), error
    print(sorted(path.name for path in work.iterdir()))
"""


@pytest.mark.parametrize("changes", [{}, {"turn": -1}])
def test_a_full_disk_is_a_resource_error_and_leaves_nothing(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    """A file-size limit stands in for the full disk; both end in an OSError while writing."""
    rows = [native(i, prompt=os.urandom(100).hex(), **changes) for i in range(2000)]
    path = write_lines(tmp_path / "a.jsonl", rows)
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(path), str(tmp_path / "work")], capture_output=True, text=True
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
