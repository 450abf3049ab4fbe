"""A file is followed like `tail -F`: through renaming, cutting, rewriting, half lines and restarts, each line once."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.guard.follow.tailed_file import MAX_LINE_BYTES, TailedFile
from revenuer.records import InputError


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "requests.jsonl"


def append(path: Path, text: str) -> None:
    with path.open("a") as stream:
        stream.write(text)


def open_at_beginning(path: Path, saved: bytes | None = None) -> TailedFile:
    return TailedFile(path, start="beginning", saved=saved, grace_s=0.0)


def drained(tail: TailedFile) -> list[str]:
    """Everything that is there now, faults in angle brackets."""
    told: list[str] = []
    for _ in range(50):
        told += [f"<{line.fault}>" if line.fault else line.data.decode() for line in tail.read(3)]
    assert tail.ended
    return told


def test_lines_come_once_and_half_lines_when_they_are_whole(log: Path) -> None:
    append(log, "one\ntwo\nthr")
    tail = open_at_beginning(log)
    assert drained(tail) == ["one", "two"]
    append(log, "ee\n\n  \nfour\n")
    assert drained(tail) == ["three", "four"]
    assert drained(tail) == []


def test_line_numbers_and_places(log: Path) -> None:
    append(log, "one\n\nthree\n")
    lines = open_at_beginning(log).read(10)
    assert [(line.number, line.place) for line in lines] == [(1, "0"), (3, "5")]


def test_a_complete_file_may_lack_its_last_line_end(log: Path) -> None:
    append(log, "one\ntwo")
    assert drained(TailedFile(log, start="beginning", grace_s=0.0, complete=True)) == ["one", "two"]


@pytest.mark.parametrize("before", ["", "old\n", "old\nhal"])
def test_starting_at_the_end_skips_what_is_there_and_the_rest_of_a_half_line(log: Path, before: str) -> None:
    append(log, before)
    tail = TailedFile(log, start="end", grace_s=0.0)
    assert drained(tail) == []
    append(log, "f\nnew\n" if before.endswith("hal") else "new\n")
    assert drained(tail) == ["new"]


def test_renamed_away(log: Path) -> None:
    append(log, "one\ntw")
    tail = open_at_beginning(log)
    assert drained(tail) == ["one"]
    log.rename(f"{log}.1")
    assert drained(tail) == []
    append(Path(f"{log}.1"), "o\nlate\n")
    append(log, "three\n")
    assert drained(tail) == ["two", "late", "three"]
    assert any("renamed" in sentence for sentence in tail.news())


def test_late_lines_of_a_renamed_file_are_waited_for(log: Path) -> None:
    now = [0.0]
    append(log, "one\n")
    tail = TailedFile(log, start="beginning", grace_s=1.0, clock=lambda: now[0])
    assert [line.data for line in tail.read(9)] == [b"one"]
    log.rename(f"{log}.1")
    append(log, "three\n")
    assert tail.read(9) == []
    append(Path(f"{log}.1"), "two\n")
    assert [line.data for line in tail.read(9)] == [b"two"]
    assert tail.read(9) == []
    now[0] = 1.5
    assert [tail.read(9), [line.data for line in tail.read(9)]] == [[], [b"three"]]


def test_rotated_twice_between_two_looks(log: Path) -> None:
    append(log, "one\n")
    tail = open_at_beginning(log)
    assert drained(tail) == ["one"]
    log.rename(f"{log}.2")
    append(log, "two\n")
    os.utime(f"{log}.2", ns=(1, 1))
    log.rename(f"{log}.1")
    append(log, "three\n")
    assert drained(tail) == ["two", "three"]


@pytest.mark.parametrize("again", ["a\n", "a much longer line than there was before\n"])
def test_cut_to_nothing_and_written_anew(log: Path, again: str) -> None:
    append(log, "one\ntwo\nhal")
    tail = open_at_beginning(log)
    assert drained(tail) == ["one", "two"]
    log.write_text(again)
    assert drained(tail) == ["<was cut off before its end>", again.strip()]
    assert any("cut or rewritten" in sentence for sentence in tail.news())


def test_too_long_a_line_is_set_aside(log: Path) -> None:
    append(log, "x" * (MAX_LINE_BYTES + 5) + "\nnext\n")
    tail = open_at_beginning(log)
    told: list[str | None] = []
    while len(told) < 2:
        told += [line.fault or line.data.decode() for line in tail.read(9)]
    assert told == [f"is longer than {MAX_LINE_BYTES} bytes", "next"]


def test_a_file_that_is_not_there_yet_is_waited_for(log: Path) -> None:
    tail = TailedFile(log, start="end", grace_s=0.0)
    assert drained(tail) == []
    assert tail.position() is None
    append(log, "one\n")
    assert drained(tail) == ["one"]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="regular file"):
        open_at_beginning(tmp_path)


def test_a_restart_goes_on_in_the_same_file(log: Path) -> None:
    append(log, "one\ntwo\nhal")
    tail = open_at_beginning(log)
    assert [line.data for line in tail.read(1)] == [b"one"]
    saved = tail.position()
    append(log, "f\n")
    again = open_at_beginning(log, saved)
    lines = again.read(9)
    assert [(line.data, line.number) for line in lines] == [(b"two", 2), (b"half", 3)]


def long(name: str) -> str:
    return f"{name}: a line that is long enough to tell one file's beginning from another's"


@pytest.mark.parametrize("how", ["rename", "copy"])
def test_a_restart_finds_a_file_that_was_rotated_meanwhile(log: Path, how: str) -> None:
    append(log, f"{long('one')}\n{long('two')}\n")
    tail = open_at_beginning(log)
    tail.read(1)
    saved = tail.position()
    tail.close()
    if how == "rename":
        log.rename(f"{log}.1")
    else:
        Path(f"{log}.1").write_bytes(log.read_bytes())
        log.write_text("")
    append(log, f"{long('three')}\n")
    assert drained(open_at_beginning(log, saved)) == [long("two"), long("three")]


def test_a_restart_whose_file_is_gone_says_so_and_reads_what_is_there(log: Path) -> None:
    append(log, "one\ntwo\n")
    tail = open_at_beginning(log)
    drained(tail)
    saved = tail.position()
    tail.close()
    log.unlink()
    append(log, "another\n")
    again = TailedFile(log, start="end", saved=saved, grace_s=0.0)
    assert drained(again) == ["another"]
    assert any("gone" in sentence for sentence in again.news())


@given(st.binary(max_size=80))
@settings(deadline=None)
def test_any_saved_position_is_taken_or_refused(
    tmp_path_factory: pytest.TempPathFactory, saved: bytes
) -> None:
    log = tmp_path_factory.mktemp("tail") / "log"
    append(log, "one\n")
    with pytest.raises(InputError, match="saved position"):
        open_at_beginning(log, saved)


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["append", "half", "rotate", "read", "restart"]), st.integers(1, 5)),
    max_size=25,
)


@given(OPERATIONS)
@settings(max_examples=150, deadline=None)
def test_whatever_the_writer_does_each_line_comes_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[str, int]]
) -> None:
    log = tmp_path_factory.mktemp("tail") / "log"
    log.touch()
    tail, written, got = open_at_beginning(log), list[str](), list[str]()
    rotations = 0

    def take(most: int) -> None:
        got.extend(line.data.decode() for line in tail.read(most))

    for operation, count in operations:
        match operation:
            case "append":
                for _ in range(count):
                    written.append(long(str(len(written))))
                    append(log, f"{written[-1]}\n")
            case "half":
                written.append(long(str(len(written))))
                append(log, written[-1][:20])
                take(count)
                append(log, f"{written[-1][20:]}\n")
            case "rotate" if log.stat().st_size:
                # Read up first: several rotations between two looks are told apart by time stamps only, which a fast test does not give.
                for _ in range(20):
                    take(1000)
                rotations += 1
                log.rename(f"{log}.{rotations}")
                log.touch()
            case "read":
                take(count)
            case "restart":
                saved = tail.position()
                tail.close()
                tail = open_at_beginning(log, saved)
    for _ in range(100):
        take(1000)
    tail.close()
    assert got == written
