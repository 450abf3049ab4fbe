"""The small books of the follower: places, lines set aside, requests seen."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.guard import Event
from revenuer.guard.follow.checkpoint import Checkpoint
from revenuer.guard.follow.quarantine import Quarantine, Quarantined
from revenuer.guard.follow.request_window import RequestWindow
from revenuer.records import InputError


def event(request_id: str, account_id: str = "a", timestamp: int = 1) -> Event:
    return Event(request_id=request_id, account_id=account_id, model="m", timestamp=timestamp)


def test_a_checkpoint_comes_back_and_the_last_one_wins(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "state.json")
    assert checkpoint.load() == {}
    checkpoint.save({"a": b"1", "b": b"\xff"})
    checkpoint.save({"a": b"2"})
    assert Checkpoint(tmp_path / "state.json").load() == {"a": b"2"}
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


@given(st.binary(max_size=60))
@settings(deadline=None)
def test_any_other_file_is_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("state") / "state.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="checkpoint"):
        Checkpoint(path).load()


def test_a_checkpoint_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"schema_version":2,"positions":{}}')
    with pytest.raises(InputError, match="version 2"):
        Checkpoint(path).load()


def test_lines_set_aside_are_appended(tmp_path: Path) -> None:
    path = tmp_path / "quarantine.jsonl"
    for number in (1, 2):
        quarantine = Quarantine(path)
        quarantine.add("log", number, "17", "is not UTF-8")
        quarantine.close()
    rows = [msgspec.json.decode(line, type=Quarantined) for line in path.read_bytes().splitlines()]
    assert rows == [Quarantined(file="log", line=n, place="17", reason="is not UTF-8") for n in (1, 2)]


def test_a_full_disk_is_counted_and_stops_nothing() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    quarantine = Quarantine(full)
    quarantine.add("log", 1, "0", "is not UTF-8")
    quarantine.flush()
    quarantine.add("log", 2, "9", "is not UTF-8")
    quarantine.close()
    assert (quarantine.count, quarantine.unwritten) == (2, 2)


def test_a_request_is_new_once_and_only_for_its_account() -> None:
    window = RequestWindow()
    assert window.is_new(event("r"))
    assert not window.is_new(event("r"))
    assert window.is_new(event("r", "another account"))
    assert window.is_new(event("r", timestamp=2))


def test_the_window_is_bounded_and_forgets_the_oldest() -> None:
    window = RequestWindow(room=3)
    assert all(window.is_new(event(str(i))) for i in range(5))
    assert not window.is_new(event("4"))
    assert window.is_new(event("0"))
