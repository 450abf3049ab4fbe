"""Votes in each form, each kind of bad row with its line, and what is refused as a whole."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from revenuer.rank.read_votes import read_votes
from revenuer.rank.vote_files.bad_rows import KEPT_ROWS
from revenuer.rank.vote_files.code_book import CodeBook
from revenuer.rank.vote_files.collect import relative
from revenuer.rank.vote_files.csv_records import MAX_RECORD_BYTES, records, tidy_end
from revenuer.rank.vote_files.json_entries import json_entries
from revenuer.rank.votes import A_WON, B_WON, BOTH_BAD, TIE, Votes, tally
from revenuer.records import InputError

Row = dict[str, Any]
Write = Callable[[Path, Sequence[Row]], Path]
UNKNOWN_TIME = np.iinfo(np.int64).min
DAY_US = 86_400_000_000

ROWS: list[Row] = [
    {"model_a": "zeta", "model_b": "alpha", "winner": "model_a", "voter_id": "u1", "timestamp": 86_400.5},
    {"model_a": "alpha", "model_b": "mid", "winner": "model_b", "voter_id": "u2", "timestamp": 0},
    {"model_a": "mid", "model_b": "zeta", "winner": "tie", "voter_id": "u1", "timestamp": 1},
    {"model_a": "mid", "model_b": "alpha", "winner": "both_bad", "voter_id": None, "timestamp": None},
]


def as_parquet(folder: Path, rows: Sequence[Row]) -> Path:
    pq.write_table(pa.Table.from_pylist(list(rows)), folder / "votes.parquet")
    return folder / "votes.parquet"


def as_csv(folder: Path, rows: Sequence[Row]) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with (folder / "votes.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)
    return folder / "votes.csv"


def as_lines(folder: Path, rows: Sequence[Row]) -> Path:
    (folder / "votes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "votes.jsonl"


def as_array(folder: Path, rows: Sequence[Row]) -> Path:
    (folder / "votes.json").write_text(json.dumps(rows, indent=2))
    return folder / "votes.json"


FORMS = pytest.mark.parametrize("write", [as_parquet, as_csv, as_lines, as_array])
FIRST_LINE = {as_parquet: 1, as_csv: 2, as_lines: 1, as_array: 1}


def winners(votes: Votes) -> list[tuple[str, str, int]]:
    names = votes.models
    return [(names[a], names[b], int(o)) for a, b, o in zip(votes.a, votes.b, votes.outcome, strict=True)]


def bad_lines(votes: Votes) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in votes.quarantine]


def text_file(folder: Path, text: str | bytes, name: str = "votes.csv") -> Path:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder / name


@FORMS
def test_each_form_gives_the_same_votes(write: Write, tmp_path: Path) -> None:
    votes = read_votes(write(tmp_path, ROWS))
    assert votes.models == ("alpha", "mid", "zeta")
    assert winners(votes) == [
        ("zeta", "alpha", A_WON),
        ("alpha", "mid", B_WON),
        ("mid", "zeta", TIE),
        ("mid", "alpha", BOTH_BAD),
    ]
    assert (votes.a.dtype, votes.b.dtype, votes.outcome.dtype) == (np.int32, np.int32, np.int8)
    assert votes.voter is not None
    assert votes.voters is not None
    assert votes.voter.tolist() == [0, 1, 0, -1]
    assert votes.voters.type == pa.string()
    assert votes.voters.to_pylist() == ["u1", "u2"]
    assert votes.time_us is not None
    assert votes.time_us.tolist() == [DAY_US + 500_000, 0, 1_000_000, UNKNOWN_TIME]
    assert votes.prompt is None
    assert votes.weight is None
    assert not votes.style
    assert votes.quarantined == 0
    assert votes.source == str(tmp_path / votes.source.rpartition("/")[2])


@FORMS
def test_without_ids_those_columns_are_not_read(write: Write, tmp_path: Path) -> None:
    rows = [{**row, "timestamp": "never"} for row in ROWS]
    votes = read_votes(write(tmp_path, rows), ids=False)
    assert (votes.size, votes.quarantined) == (4, 0)
    assert (votes.voter, votes.voters, votes.prompt, votes.time_us) == (None, None, None, None)


@pytest.mark.parametrize("write", [as_csv, as_lines, as_array])
@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("named", [True, False])
def test_packed_text(write: Write, pack: Callable[[bytes], bytes], named: bool, tmp_path: Path) -> None:
    plain = write(tmp_path, ROWS)
    expected = winners(read_votes(plain))
    suffix = plain.suffix + (".gz" if pack is gzip.compress else ".zst") if named else ".data"
    packed = tmp_path / f"packed{suffix}"
    packed.write_bytes(pack(plain.read_bytes()))
    assert winners(read_votes(packed)) == expected
    assert winners(read_votes(str(packed))) == expected


def test_the_arena_file(tmp_path: Path) -> None:
    arena = [
        {
            "model_a": "a",
            "model_b": "b",
            "winner": "tie (bothbad)",
            "judge": "arena_user_1",
            "tstamp": 1682351591.1322,
        },
        {
            "model_a": "b",
            "model_b": "a",
            "winner": "model_a",
            "judge": 7,
            "tstamp": 1682351592,
            "conv": [{"x": "}, {"}],
        },
    ]
    text = json.dumps([{"question_id": "q", "turn": 1, **row, "language": "English"} for row in arena])
    votes = read_votes(text_file(tmp_path, text, "clean_battle.json"))
    assert winners(votes) == [("a", "b", BOTH_BAD), ("b", "a", A_WON)]
    assert votes.voters is not None
    assert votes.voters.to_pylist() == ["arena_user_1", "7"]
    assert votes.time_us is not None
    assert votes.time_us.tolist() == [1682351591132200, 1682351592000000]


def test_pair_counts(tmp_path: Path) -> None:
    given = {"models": ["z", "b", "unused"], "X": [[0, 1], [1, 0]], "Y": [[2, 1, 0, 1], [1, 0, 3.0, 0]]}
    votes = read_votes(text_file(tmp_path, json.dumps(given), "counts.json"))
    assert votes.models == ("b", "unused", "z")
    assert sorted(winners(votes)) == sorted(
        [("z", "b", A_WON)] * 2
        + [("z", "b", B_WON), ("z", "b", BOTH_BAD), ("b", "z", A_WON)]
        + [("b", "z", TIE)] * 3
    )
    counted = tally(votes)
    assert counted.counts.tolist() == [[2.0, 2.0, 3.0, 1.0]]


def test_bad_pair_counts_are_set_aside_by_their_number(tmp_path: Path) -> None:
    pairs = [[0, 1], [0, 2], [1, 1], [0, 1], [0, 1], [-1, 0], [0, 1, 1], "01", [0, 1], [True, 0]]
    counts: list[Any] = [[1, 0, 0, 0]] * len(pairs)
    counts[3], counts[4], counts[8] = [1, -1, 0, 0], [0.5, 0, 0, 0], [1, 1, 1]
    text = json.dumps({"models": ["a", "b"], "X": pairs, "Y": counts}, indent=1)
    votes = read_votes(text_file(tmp_path, text, "counts.json.gz"))
    assert votes.size == 1
    assert votes.quarantined == 9
    pair, number = (
        "pair is not the places of two different models",
        "counts are not 4 whole numbers from 0 up",
    )
    assert dict(votes.reasons) == {pair: 6, number: 3}
    assert [line for line, _ in bad_lines(votes)] == list(range(2, 11))
    assert votes.quarantine[2].excerpt == "X=[0, 1] Y=[1, -1, 0, 0]"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"winner": "left"}, "winner is not one of model_a, model_b, tie, both_bad"),
        ({"winner": ""}, "winner is missing"),
        ({"winner": None}, "winner is missing"),
        ({"model_a": ""}, "model_a is missing"),
        ({"model_a": None}, "model_a is missing"),
        ({"model_b": None}, "model_b is missing"),
        ({"model_b": "zeta"}, "model_a and model_b are the same"),
        ({"weight": float("nan")}, "weight is not a finite number above 0"),
        ({"weight": float("inf")}, "weight is not a finite number above 0"),
        ({"weight": 0}, "weight is not a finite number above 0"),
        ({"weight": -1.5}, "weight is not a finite number above 0"),
        ({"weight": None}, "weight is not a finite number above 0"),
        ({"timestamp": "yesterday"}, "timestamp is not an ISO 8601 time or an epoch number"),
        ({"timestamp": "1e30"}, "timestamp is not an ISO 8601 time or an epoch number"),
    ],
    ids=str,
)
@FORMS
def test_a_bad_row_is_set_aside_with_its_line(write: Write, change: Row, reason: str, tmp_path: Path) -> None:
    good = [{**row, "weight": 2.5, "timestamp": "2024-08-01T00:00:00Z"} for row in ROWS]
    rows = [good[0], {**good[0], **change}, *good[1:], {**good[0], **change}]
    votes = read_votes(write(tmp_path, rows))
    first = FIRST_LINE[write]
    assert bad_lines(votes) == [(first + 1, reason), (first + 5, reason)]
    assert votes.reasons == ((reason, 2),)
    assert votes.quarantined == 2
    assert votes.size == 4
    assert votes.weight is not None
    assert votes.weight.tolist() == [2.5] * 4
    assert votes.quarantine[0].file == votes.source
    assert "alpha" in votes.quarantine[0].excerpt or "zeta" in votes.quarantine[0].excerpt


def test_the_bad_rows_have_no_voters_and_no_models(tmp_path: Path) -> None:
    rows = [{**ROWS[0], "model_a": "gone", "winner": "?", "voter_id": "nobody"}, *ROWS]
    votes = read_votes(as_lines(tmp_path, rows))
    assert votes.models == ("alpha", "mid", "zeta")
    assert votes.voters is not None
    assert votes.voters.to_pylist() == ["u1", "u2"]


def test_reasons_are_counted_the_commonest_first_and_a_thousand_rows_are_kept(tmp_path: Path) -> None:
    bad = [{**ROWS[0], "winner": "?"}] * (KEPT_ROWS + 5) + [{**ROWS[0], "model_b": "zeta"}] * 7
    for write in (as_parquet, as_csv, as_lines):
        votes = read_votes(write(tmp_path, [*bad, *ROWS]))
        assert [count for _, count in votes.reasons] == [KEPT_ROWS + 5, 7]
        assert votes.quarantined == KEPT_ROWS + 12
        first = FIRST_LINE[write]
        assert [row.line for row in votes.quarantine] == list(range(first, KEPT_ROWS + first))


def test_bad_json_lines(tmp_path: Path) -> None:
    good = json.dumps(ROWS[0])
    lines = [
        good,
        "{not json",
        "[1]",
        "",
        '{"model_a":["x"],"model_b":"b","winner":"tie"}',
        good,
        '"text"',
        good[:-9],
    ]
    votes = read_votes(text_file(tmp_path, "\n".join(lines), "votes.jsonl"))
    assert votes.size == 2
    assert bad_lines(votes) == [
        (2, "not JSON"),
        (3, "not a JSON object"),
        (5, "model_a is neither text nor a number"),
        (7, "not a JSON object"),
        (8, "not JSON"),
    ]


def test_json_that_the_fast_decoder_refuses(tmp_path: Path) -> None:
    lines = [
        rb'{"model_a":"a\ud800","model_b":"b","winner":"tie","style":NaN}',
        b'{"model_a":"a\xff","model_b":"b","winner":"tie"}',
        b'{"model_a":5,"model_b":6.0,"winner":"tie","style":1}',
    ]
    votes = read_votes(text_file(tmp_path, b"\n".join(lines), "v.jsonl"), style=["style"])
    assert votes.models == ("5", "6", "a?", "a\ufffd", "b")
    assert np.isnan(votes.style["style"]).tolist() == [True, True, False]


def test_entries_of_a_json_array_that_are_no_votes(tmp_path: Path) -> None:
    good = json.dumps(ROWS[0])
    text = f'\n[{good}, 5, {good}, {{"a": "\\"]}},"}} , {{x}}, {good}] more'
    votes = read_votes(text_file(tmp_path, text, "v.json"))
    assert votes.size == 3
    assert [line for line, _ in bad_lines(votes)] == [2, 4, 5, 7]
    cut_short = read_votes(text_file(tmp_path, f"[{good},{good[:20]}", "v.json"))
    assert (cut_short.size, bad_lines(cut_short)) == (1, [(2, "not JSON")])


def test_malformed_csv_rows_have_their_line(tmp_path: Path) -> None:
    text = (
        "\n"
        "model_a,note,model_b,winner\n"
        'a,"two\nlines, and ""quotes""",b,tie\n'
        "a,b,tie\n"
        "\n"
        "a,,b,tie,more\n"
        'a,stray " quote,b,tie\n'
        "a,,b,nobody\n"
        'a,"never closed,b,tie\n'
        "a,,b,model_a\n"
    )
    votes = read_votes(text_file(tmp_path, text))
    shape = "row has more or fewer fields than the header, or a quote that never closes"
    label = "winner is not one of model_a, model_b, tie, both_bad"
    assert winners(votes) == [("a", "b", TIE), ("a", "b", TIE), ("a", "b", A_WON)]
    assert bad_lines(votes) == [(5, shape), (7, shape), (9, label), (10, shape)]
    assert votes.quarantine[0].excerpt == "a,b,tie"
    assert votes.reasons == ((shape, 3), (label, 1))


def test_a_csv_line_after_fields_of_several_lines(tmp_path: Path) -> None:
    text = 'winner;model_a;model_b\r\ntie;"a\r\nx";b\r\n?;"a\r\nx";b\r\n?;a;b'
    votes = read_votes(text_file(tmp_path, text, "v.txt"))
    assert votes.models == ("a\r\nx", "b")
    assert [line for line, _ in bad_lines(votes)] == [4, 6]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_csv_with_any_line_end_and_separator(end: str, delimiter: str, tmp_path: Path) -> None:
    rows = [["model_a", "model_b", "winner"], ["a", "b", "tie"], ["a", "b", "?"], ["a", "b", "model_b"]]
    text = "\ufeff" + end.join(delimiter.join(row) for row in rows)
    votes = read_votes(text_file(tmp_path, text))
    assert winners(votes) == [("a", "b", TIE), ("a", "b", B_WON)]
    assert [line for line, _ in bad_lines(votes)] == [3]


def test_csv_of_many_blocks_counts_lines_as_it_should(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    lines, bad = ["model_a,model_b,winner,text"], []
    for number in range(60_000):
        long = '"' + "x\n" * int(rng.integers(0, 4)) + "y" * 250 + '"'
        if number % 9_000 == 5:
            bad.append(1 + sum(1 + line.count("\n") for line in lines))
        lines.append(f"a,b,{'?' if number % 9_000 == 5 else 'tie'},{long}")
    votes = read_votes(text_file(tmp_path, "\n".join(lines)))
    assert votes.size + votes.quarantined == 60_000
    assert [line for line, _ in bad_lines(votes)] == bad


def test_csv_with_a_quote_that_never_closes_loses_one_line(tmp_path: Path) -> None:
    filler = "a,b,tie," + "x" * 1000 + "\n"
    rows = 2 * MAX_RECORD_BYTES // len(filler)
    text = "model_a,model_b,winner,text\n" + filler * 10 + 'a,b,tie,"open\n' + filler * rows
    votes = read_votes(text_file(tmp_path, text))
    assert votes.size == rows + 10
    assert [line for line, _ in bad_lines(votes)] == [12]


def test_csv_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    votes = read_votes(text_file(tmp_path, b"model_a,model_b,winner\ncaf\xe9,b,tie\n"))
    assert votes.models == ("b", "caf\ufffd")


@FORMS
def test_style_as_a_difference_or_as_two_columns(write: Write, tmp_path: Path) -> None:
    style = [
        {"diff": 0.25, "length_a": 3, "length_b": 1},
        {"diff": None, "length_a": 0, "length_b": 0},
        {"diff": -2, "length_a": None, "length_b": 4},
        {"diff": 1, "length_a": 5, "length_b": 5},
    ]
    rows = [{**row, **more} for row, more in zip(ROWS, style, strict=True)]
    votes = read_votes(write(tmp_path, rows), style=("diff", "length"))
    np.testing.assert_array_equal(votes.style["diff"], [0.25, np.nan, -2, 1])
    np.testing.assert_array_equal(votes.style["length"], [0.5, 0, np.nan, 0])
    with pytest.raises(InputError, match="neither a column depth nor depth_a and depth_b"):
        read_votes(write(tmp_path, rows), style=["depth"])


def test_style_that_is_no_number_is_a_bad_row(tmp_path: Path) -> None:
    text = "model_a,model_b,winner,n_a,n_b\na,b,tie,1,3\na,b,tie,many,3\na,b,tie, inf ,3\n"
    votes = read_votes(text_file(tmp_path, text), style=["n"])
    assert bad_lines(votes) == [(3, "n_a is not a number")]
    np.testing.assert_array_equal(votes.style["n"], [-0.5, np.nan])


@given(st.floats(), st.floats())
def test_a_relative_difference_is_a_share_or_unknown(a: float, b: float) -> None:
    share = relative(np.array([a]), np.array([b]))[0]
    known = np.isfinite(a) and np.isfinite(b) and a >= 0 and b >= 0
    assert np.isnan(share) != known
    assert not known or -1 <= share <= 1


@pytest.mark.parametrize(
    ("values", "micros"),
    [
        (pa.array([1, None], pa.timestamp("s")), [1_000_000, None]),
        (pa.array([1500, None], pa.timestamp("ms", "Asia/Tokyo")), [1_500_000, None]),
        (pa.array([1999, -1], pa.timestamp("ns", "UTC")), [1, -1]),
        (pa.array([date(1970, 1, 2), None]), [DAY_US, None]),
        (pa.array([2, None]), [2_000_000, None]),
        (pa.array([0.25, float("nan")]), [250_000, None]),
        (pa.array([1_700_000_000_000, 1_700_000_000_000_000]), [1_700_000_000_000_000] * 2),
        (pa.array([1_700_000_000_000_000_000, None]), [1_700_000_000_000_000, None]),
        (pa.array(["1970-01-02", ""]), [DAY_US, None]),
        (pa.array(["1970-01-02T00:00:00+01:00", " 1970-01-02 00:00:00Z"]), [DAY_US - 3_600_000_000, DAY_US]),
        (pa.array(["86400.5", None]), [DAY_US + 500_000, None]),
        (pa.array(["86400", "1970-01-02T00:00:00.5"]), [DAY_US, DAY_US + 500_000]),
        (pa.array(["1970-01-02", None]).dictionary_encode(), [DAY_US, None]),
    ],
    ids=str,
)
def test_timestamps_of_any_kind(values: pa.Array, micros: list[int | None], tmp_path: Path) -> None:
    table = pa.table(
        {"model_a": ["a", "b"], "model_b": ["b", "a"], "winner": ["tie", "tie"], "timestamp": values}
    )
    pq.write_table(table, tmp_path / "v")
    votes = read_votes(tmp_path / "v")
    assert votes.time_us is not None
    assert votes.time_us.tolist() == [UNKNOWN_TIME if one is None else one for one in micros]


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (pa.array([5, None]), ["5"]),
        (pa.array([5.0, float("nan")]), ["5"]),
        (pa.array([5.5, 1.0]), ["5.5", "1"]),
        (pa.array(["x", ""]), ["x"]),
        (pa.array(["x", "y"], pa.large_string()), ["x", "y"]),
        (pa.array(["x", "y"], pa.string_view()), ["x", "y"]),
        (pa.array([b"x", b"\xff"]), ["x", "\ufffd"]),
        (pa.array(["x", None]).dictionary_encode(), ["x"]),
        (pa.array([7, 7]).dictionary_encode(), ["7"]),
        (pa.nulls(2), []),
    ],
    ids=str,
)
def test_ids_of_any_kind(values: pa.Array, names: list[str], tmp_path: Path) -> None:
    ids = {"voter_id": values, "prompt_id": values}
    pq.write_table(
        pa.table({"model_a": ["a", "b"], "model_b": ["b", "a"], "winner": ["tie", "tie"], **ids}),
        tmp_path / "v",
    )
    votes = read_votes(tmp_path / "v")
    assert votes.voters is not None
    assert votes.prompt is not None
    assert votes.voters.to_pylist() == names
    assert votes.prompt.tolist() == votes.voter.tolist()  # type: ignore[union-attr]


def test_a_row_of_json_that_leaves_its_weight_out_weighs_one(tmp_path: Path) -> None:
    votes = read_votes(as_lines(tmp_path, [ROWS[0], {**ROWS[1], "weight": 3}, {**ROWS[2], "weight": None}]))
    assert votes.weight is not None
    assert votes.weight.tolist() == [1.0, 3.0]
    assert votes.quarantined == 1


@FORMS
def test_a_required_column_that_is_missing(write: Write, tmp_path: Path) -> None:
    path = write(tmp_path, [{"model_a": "a", "model_b": "b", "verdict": "tie"}])
    with pytest.raises(
        InputError, match=r"has no column winner .*expected model_a, model_b and winner"
    ) as caught:
        read_votes(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (b"model_a,model_b,winner\n", "holds no votes"),
        (b"model_a,model_b,winner\na,b,?\n", "no vote that can be used: 1 rows were set aside"),
        (b"[]", "holds no votes"),
        (b"[", "holds no votes"),
        (b"[[", "no vote that can be used"),
        (b"{}\n", "no vote that can be used"),
        (b"hello", "of another kind"),
        (b"\x89PNG\x00\x00\x01", "neither Parquet nor UTF-8"),
        ("model_a,model_b,winner".encode("utf-16"), "neither Parquet nor UTF-8"),
        (b"PAR1 and no more", "not a whole Parquet file"),
        (gzip.compress(b"PAR1 and no more", mtime=0), "Parquet in a packed file"),
        (gzip.compress(b"model_a,model_b,winner\na,b,tie\n" * 99, mtime=0)[:-9], "cannot be read to its end"),
        (zstandard.compress(b"model_a,model_b,winner\na,b,tie\n" * 99)[:-3], "cannot be read to its end"),
        (b'{"models":["a","b"],"X":[[0,1]],"Y":[]}', "1 pairs in X and 0 counts"),
        (b'{"models":["a","a"],"X":[],"Y":[]}', "lists 1 models twice"),
        (b'{"models":["a","b"],"X":[[0,1]]}', "is not pair counts"),
        (b'{"models":["a","b"],"X":[[0,1]],"Y":[[0,0,0,0]]}', "no vote that can be used"),
        (b'{"models":["a","b"],"X":[[0,1]],"Y":[[1e12,0,0,0]]}', "expected at most"),
    ],
    ids=str,
)
def test_what_is_refused_says_why(content: bytes, says: str, tmp_path: Path) -> None:
    path = text_file(tmp_path, content, "votes.data")
    with pytest.raises(InputError, match=says) as caught:
        read_votes(path)
    assert str(path) in str(caught.value)


def test_paths_that_lead_to_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        read_votes(tmp_path / "none.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_votes(tmp_path)
    with pytest.raises(InputError, match="is not a path"):
        read_votes("a\0b")


def test_a_parquet_column_of_the_wrong_type_is_named(tmp_path: Path) -> None:
    good: Row = {"model_a": ["a"], "model_b": ["b"], "winner": ["tie"]}
    for name, values in (
        ("model_a", [["a"]]),
        ("voter_id", [{"x": 1}]),
        ("timestamp", [True]),
        ("weight", [[1.0]]),
    ):
        pq.write_table(pa.table({**good, name: values}), tmp_path / "v.parquet")
        with pytest.raises(InputError, match=f"column {name} of .* holds"):
            read_votes(tmp_path / "v.parquet")


def test_style_of_pair_counts_is_refused(tmp_path: Path) -> None:
    path = text_file(tmp_path, b'{"models":["a","b"],"X":[[0,1]],"Y":[[1,0,0,0]]}', "c.json")
    with pytest.raises(InputError, match="no style covariates"):
        read_votes(path, style=["length"])


def test_many_batches_keep_codes_apart(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    size = 300_000
    voter, prompt = rng.integers(0, 50_000, size), rng.permutation(size)
    when = datetime(2024, 1, 1, tzinfo=UTC)
    table = pa.table(
        {
            "model_a": [f"m{code}" for code in rng.integers(0, 20, size)],
            "model_b": [f"n{code}" for code in rng.integers(0, 20, size)],
            "winner": ["tie"] * size,
            "voter_id": [f"user {code}" for code in voter],
            "prompt_id": prompt,
            "timestamp": pa.array([when] * size),
        }
    )
    pq.write_table(table, tmp_path / "v.parquet")
    votes = read_votes(tmp_path / "v.parquet")
    assert votes.voter is not None
    assert votes.voters is not None
    assert votes.voters.take(pa.array(votes.voter)).equals(table["voter_id"].combine_chunks())
    assert len(np.unique(votes.prompt)) == size  # type: ignore[arg-type]
    assert [votes.models[code] for code in votes.a[:100]] == table["model_a"].to_pylist()[:100]


@given(st.lists(st.lists(st.none() | st.text(max_size=12), max_size=20), max_size=5), st.booleans())
def test_a_code_book_is_a_dictionary(batches: list[list[str | None]], encoded: bool) -> None:
    named, bare = CodeBook(), CodeBook(names=False)
    known: dict[str, int] = {}
    for batch in batches:
        column = pa.array(batch, pa.string())
        given_ = column.dictionary_encode() if encoded else column
        expected = [known.setdefault(text, len(known)) if text else -1 for text in batch]
        assert named.codes(given_).tolist() == expected
        assert bare.codes(given_).tolist() == expected
    assert named.texts().to_pylist() == list(known)


@given(
    st.lists(st.lists(st.text('ab,;"\r\n é', max_size=4), min_size=2, max_size=4), max_size=5),
    st.sampled_from(",;"),
    st.sampled_from([("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL)]),
    st.data(),
)
def test_records_are_those_of_the_csv_module(
    rows: list[list[str]], delimiter: str, style: tuple[str, Any], data: st.DataObject
) -> None:
    ends, buffer = [0], io.StringIO()
    for row in rows:
        csv.writer(buffer, delimiter=delimiter, lineterminator=style[0], quoting=style[1]).writerow(row)
        ends.append(len(buffer.getvalue().encode()))
    text = buffer.getvalue().encode()
    found = records(text, delimiter, 1, last=True)
    assert [record.fields for record in found.found] == rows
    assert [record.line for record in found.found] == [1 + len(text[:at].splitlines()) for at in ends[:-1]]
    assert found.size == len(text)
    cut = data.draw(st.integers(0, len(text)))
    whole = max(at for at in ends if at <= cut)
    assert records(text[:cut], delimiter, 1, last=False).size == whole
    assert tidy_end(text[:cut], delimiter) in (whole, -1)
    if "\r" not in "".join(map("".join, rows)) and not text[:cut].endswith(b"\r"):
        assert tidy_end(text[:cut], delimiter) == whole


FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
leaves |= st.sampled_from(
    ["tie", "model_a", "bothbad", "\ud800", "9" * 5000, 10**400, "2024-01-01", '"', "[[["]
)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2), max_leaves=4)  # fmt: skip
KEYS = [
    "model_a",
    "model_b",
    "winner",
    "voter_id",
    "prompt_id",
    "timestamp",
    "weight",
    "s",
    "len_a",
    "len_b",
    "x",
]
plausible = st.fixed_dictionaries(
    {
        "model_a": st.sampled_from("ab"),
        "model_b": st.sampled_from("bc"),
        "winner": st.sampled_from(["tie", "model_a", "?"]),
    },
    optional=dict.fromkeys(KEYS[3:], values),
)
rows_of_any_kind = st.lists(plausible | st.dictionaries(st.sampled_from(KEYS), values) | values, max_size=8)


def survives(path: Path, rows: int | None = None) -> None:
    """Read with and without style; check that no row is lost and that the arrays fit together."""
    for style in ((), ("s", "len")):
        try:
            votes = read_votes(path, style=style)
        except InputError as error:
            assert str(path) in str(error)  # noqa: PT017
            continue
        assert rows is None or votes.size + votes.quarantined == rows
        assert sum(count for _, count in votes.reasons) == votes.quarantined
        assert votes.models == tuple(sorted(set(votes.models)))
        assert (votes.a != votes.b).all()
        assert votes.a.min() >= 0
        assert max(votes.a.max(), votes.b.max()) < len(votes.models)
        assert votes.weight is None or (np.isfinite(votes.weight) & (votes.weight > 0)).all()
        arrays = [
            votes.b,
            votes.outcome,
            votes.voter,
            votes.prompt,
            votes.time_us,
            votes.weight,
            *votes.style.values(),
        ]
        assert {len(array) for array in arrays if array is not None} == {votes.size}


@FUZZ
@given(st.binary(max_size=300), st.sampled_from(["v", "v.csv", "v.jsonl", "v.parquet", "v.json.gz"]))
@example(b"PAR1PAR1", "v")
@example(b"\x1f\x8b", "v")
@example(b"\x28\xb5\x2f\xfd", "v")
@example(b"[" * 100_000, "v")
@example(b'{"a":' * 100_000, "v")
@example(b"[" + b'{"a":' * 100_000, "v")
@example(b'a,"b\n', "v.csv")
@example(b'model_a,model_b,winner\n"\n', "v.csv")
@example(b'model_a,model_b,winner\na,b,"tie"x"\ra,b,tie\n', "v.csv")
def test_arbitrary_bytes(tmp_path: Path, content: bytes, name: str) -> None:
    survives(text_file(tmp_path, content, name))


@FUZZ
@given(rows_of_any_kind)
def test_arbitrary_json_rows(tmp_path: Path, rows: list[Any]) -> None:
    survives(as_lines(tmp_path, rows), len(rows))
    survives(as_array(tmp_path, rows), len(rows))


@FUZZ
@given(
    st.lists(
        st.lists(
            st.sampled_from(["a", "b", "tie", 'q"', "x,y", "two\nlines", "\r", "é", " "]),
            min_size=2,
            max_size=6,
        )
    )
)
def test_arbitrary_csv_rows(tmp_path: Path, rows: list[list[str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["model_a", "model_b", "winner", "weight"], *rows])
    survives(text_file(tmp_path, buffer.getvalue()), len(rows))


@FUZZ
@given(
    st.lists(
        st.sampled_from(
            ["a,b,tie,1", 'a,"b,tie,1', 'a,b",tie,1', "a,b", '"a""c",b,tie,2', "", "\r", '"a"c,b,?,1']
        )
    )
)
def test_arbitrary_csv_lines(tmp_path: Path, lines: list[str]) -> None:
    survives(text_file(tmp_path, "\n".join(["model_a,model_b,winner,weight", *lines])))


@FUZZ
@given(st.data())
def test_mutated_files(tmp_path: Path, data: st.DataObject) -> None:
    write = data.draw(st.sampled_from([as_parquet, as_csv, as_lines, as_array]))
    content = bytearray(write(tmp_path, ROWS * 3).read_bytes())
    for at, new in data.draw(
        st.lists(st.tuples(st.integers(0, len(content)), st.binary(max_size=6)), max_size=5)
    ):
        content[at : at + len(new)] = new
    survives(text_file(tmp_path, bytes(content), "v"))


@FUZZ
@given(st.data())
def test_parquet_with_columns_of_any_type(tmp_path: Path, data: st.DataObject) -> None:
    pools: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
        (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
        (pa.uint64(), st.integers(0, 2**64 - 1)),
        (pa.float64(), st.floats()),
        (pa.float16(), st.just(None)),
        (pa.string(), st.text(st.characters(codec="utf-8"), max_size=5)),
        (pa.binary(), st.binary(max_size=5)),
        (pa.binary(2), st.binary(min_size=2, max_size=2)),
        (pa.bool_(), st.booleans()),
        (pa.timestamp("ns"), st.integers(-(2**63), 2**63 - 1)),
        (pa.timestamp("s", "Asia/Tokyo"), st.integers(-(2**50), 2**50)),
        (pa.date32(), st.integers(-(2**31), 2**31 - 1)),
        (pa.time64("us"), st.integers(0, 86_399_999_999)),
        (pa.list_(pa.int8()), st.lists(st.integers(0, 9), max_size=2)),
        (pa.decimal128(20, 3), st.decimals(-(10**9), 10**9, places=3)),
        (pa.dictionary(pa.int8(), pa.int64()), st.integers(0, 3)),
        (pa.null(), st.none()),
    ]
    columns: Row = {"model_a": ["a", "b", "c"], "model_b": ["b", "c", "a"], "winner": ["tie"] * 3}
    for name in data.draw(st.lists(st.sampled_from(KEYS), max_size=4)):
        kind, pool = data.draw(st.sampled_from(pools))
        columns[name] = pa.array(data.draw(st.lists(st.none() | pool, min_size=3, max_size=3)), type=kind)
    pq.write_table(pa.table(columns), tmp_path / "v")
    survives(tmp_path / "v", 3)


@FUZZ
@given(st.lists(values, max_size=6), st.integers(1, 7), st.sampled_from([None, 1]))
def test_the_entries_of_an_array_are_found_whatever_the_pieces(
    entries: list[Any], step: int, indent: int | None
) -> None:
    text = json.dumps(entries, indent=indent).encode()
    pieces = [text[at : at + step] for at in range(0, len(text), step)]
    found = [entry.decode() for entry in json_entries(pieces, "file")]
    assert found == [
        json.dumps(entry, indent=indent).replace("\n", "\n ") if indent else json.dumps(entry)
        for entry in entries
    ]


def test_a_weight_column_that_is_empty_or_all_one_says_nothing(tmp_path: Path) -> None:
    for weight in (None, 1.0):
        path = tmp_path / "votes.parquet"
        table = pa.Table.from_pylist([{**row, "weight": weight} for row in ROWS])
        pq.write_table(
            table.set_column(table.column_names.index("weight"), "weight", table["weight"].cast("float64")),
            path,
        )
        votes = read_votes(path)
        assert votes.size == len(ROWS)
        assert votes.weight is None
