"""The chain: what was appended verifies, and every change, cut, swap or forgery is found, on its line."""

import hashlib
import json
import multiprocessing
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.twin_logs import NOON, clock, make_log
from revenuer.prove.twins.append_only import TAIL_BYTES
from revenuer.prove.twins.commitment_log import Head, append, check_log, read_log
from revenuer.prove.twins.twin_log import LOG_FILE, open_log
from revenuer.records import InputError, UsageError


def lines_of(folder: Path) -> list[bytes]:
    return read_log(folder / LOG_FILE)


def test_a_log_verifies_and_has_a_head_that_any_tool_can_make(tmp_path: Path) -> None:
    make_log(tmp_path / "log")
    lines = lines_of(tmp_path / "log")
    check = check_log(lines)
    assert check.faults == ()
    assert check.head == Head(entries=7, sha256=hashlib.sha256(lines[-1]).hexdigest())
    assert [entry.kind for entry in check.entries] == ["start"] + ["reserve", "seal"] * 3
    assert b"text" not in (tmp_path / "log" / LOG_FILE).read_bytes()


def test_a_head_kept_elsewhere_holds_while_the_log_grows(tmp_path: Path) -> None:
    log = make_log(tmp_path / "log")
    head = check_log(lines_of(tmp_path / "log")).head
    log.reserve("C-2", 2)
    assert check_log(lines_of(tmp_path / "log"), head).faults == ()


def test_another_log_in_its_place_does_not_have_the_head(tmp_path: Path) -> None:
    make_log(tmp_path / "one")
    make_log(tmp_path / "two", seed=1)
    head = check_log(lines_of(tmp_path / "one")).head
    [fault] = check_log(lines_of(tmp_path / "two"), head).faults
    assert fault.line == 7
    [short] = check_log(lines_of(tmp_path / "one")[:5], head).faults
    assert short.line == 5
    assert "counts 7 lines" in short.reason


@pytest.mark.parametrize("at", range(7))
def test_a_changed_line_is_found_there_or_by_the_next(tmp_path: Path, at: int) -> None:
    make_log(tmp_path / "log")
    lines = lines_of(tmp_path / "log")
    head = check_log(lines).head
    entry = json.loads(lines[at])
    entry["time"] = "2020-01-01T00:00:00.000+00:00"
    lines[at] = json.dumps(entry).encode()
    [fault] = check_log(lines, head).faults
    assert fault.line == min(at + 2, 7)


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (lambda lines: lines[:2] + lines[3:], 3, "index 3, expected 2"),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2, "index 2, expected 1"),
        (lambda lines: lines[1:], 1, "index 1, expected 0"),
        (lambda lines: [*lines, lines[-1]], 8, "index 6, expected 7"),
        (lambda lines: [*lines[:3], b"{}", *lines[4:]], 4, "no line of a commitment log"),
        (lambda lines: [*lines[:3], b"\xff\xfe", *lines[4:]], 4, "no line of a commitment log"),
        (lambda lines: [], 1, "the log is empty"),
    ],
)
def test_lines_missing_swapped_repeated_or_foreign(tmp_path: Path, change, line: int, words: str) -> None:
    make_log(tmp_path / "log")
    [fault] = check_log(change(lines_of(tmp_path / "log"))).faults
    assert fault.line == line
    assert words in fault.reason


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"kind": "start", "seed": "a" * 64, "schema_version": 1}, "no other, starts the log"),
        ({"kind": "reserve", "campaign": "C-1", "draws": 1}, "two or more draws"),
        ({"kind": "reserve", "draws": 3}, "no campaign"),
        ({"kind": "seal", "campaign": "C-1", "reservation": 1}, "no commitment"),
        ({"kind": "seal", "campaign": "C-1", "reservation": 1, "commitment": "xyz"}, "no commitment"),
        ({"kind": "seal", "campaign": "C-1", "reservation": 1, "commitment": "a" * 64}, "a second time"),
        (
            {"kind": "seal", "campaign": "C-2", "reservation": 7, "commitment": "a" * 64},
            "no earlier reservation",
        ),
        (
            {"kind": "seal", "campaign": "C-1", "reservation": 99, "commitment": "a" * 64},
            "no earlier reservation",
        ),
        (
            {"kind": "seal", "campaign": "C-1", "reservation": -2, "commitment": "a" * 64},
            "no earlier reservation",
        ),
        ({"kind": "canary", "campaign": "C-1"}, "no commitment"),
    ],
)
def test_a_line_that_chains_but_means_nothing(tmp_path: Path, members, words: str) -> None:
    log = make_log(tmp_path / "log")
    log.reserve("C-1", 3)
    append(tmp_path / "log" / LOG_FILE, lambda _: members, NOON, print)
    [fault] = check_log(lines_of(tmp_path / "log")).faults
    assert fault.line == 9
    assert words in fault.reason


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_torn_last_line_is_cut_off_and_told(tmp_path: Path, cut: int) -> None:
    log = make_log(tmp_path / "log")
    path = tmp_path / "log" / LOG_FILE
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    told: list[str] = []
    again = open_log(log.folder, clock, told.append)
    again.reserve("C-1", 3)
    assert len(told) == 1
    assert "half a line" in told[0]
    lines = lines_of(tmp_path / "log")
    assert check_log(lines).faults == ()
    assert [json.loads(line)["kind"] for line in lines[-2:]] == ["reserve", "reserve"]


def test_a_torn_line_longer_than_a_block(tmp_path: Path) -> None:
    log = make_log(tmp_path / "log")
    path = tmp_path / "log" / LOG_FILE
    with path.open("ab") as stream:
        stream.write(b"x" * (3 * TAIL_BYTES))
    log.reserve("C-1", 3)
    assert check_log(lines_of(tmp_path / "log")).faults == ()


def test_nothing_is_appended_to_a_file_that_is_no_log(tmp_path: Path) -> None:
    path = tmp_path / "other.jsonl"
    path.write_bytes(b'{"a":1}\n')
    with pytest.raises(InputError, match="no commitment log"):
        append(path, lambda _: {"kind": "reserve"}, NOON, print)
    assert path.read_bytes() == b'{"a":1}\n'


def test_a_line_that_would_be_no_entry_is_not_written(tmp_path: Path) -> None:
    make_log(tmp_path / "log")
    before = (tmp_path / "log" / LOG_FILE).read_bytes()
    with pytest.raises(InputError):
        append(tmp_path / "log" / LOG_FILE, lambda _: {"kind": "gossip"}, NOON, print)
    assert (tmp_path / "log" / LOG_FILE).read_bytes() == before


def test_a_clock_without_a_zone_is_refused(tmp_path: Path) -> None:
    make_log(tmp_path / "log")
    with pytest.raises(UsageError, match="zone"):
        append(tmp_path / "log" / LOG_FILE, lambda _: {}, datetime(2026, 1, 1), print)


def _reserve_many(folder: Path, campaign: str) -> None:
    log = open_log(folder, clock)
    for _ in range(20):
        log.reserve(campaign, 2)


def test_several_processes_write_one_chain(tmp_path: Path) -> None:
    make_log(tmp_path / "log", records=0)
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_reserve_many, args=(tmp_path / "log", f"C-{i}")) for i in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    check = check_log(lines_of(tmp_path / "log"))
    assert check.faults == ()
    assert len(check.entries) == 61


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=80) | st.sampled_from([b"{}", b"[]", b'{"index":0}']), max_size=4))
def test_any_lines_give_a_located_fault_and_no_crash(lines: list[bytes]) -> None:
    check = check_log(lines)
    assert check.faults
    assert 1 <= check.faults[0].line <= max(1, len(lines))
