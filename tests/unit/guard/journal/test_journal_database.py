"""A journal that is damaged, newer or something else is refused, and never deleted."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.journals import Clock, audit_events, audit_lines, decision, fact, measure, rows
from revenuer.guard.audit import verify
from revenuer.guard.journal import CorruptJournalError, JournalReader, JournalSettings, SqliteJournal
from revenuer.records import InputError, ResourceError, RevenuerError

ANEW = JournalSettings(start_empty_if_corrupt=True)


def written(path: Path, measures: int = 50) -> Path:
    journal = SqliteJournal(path, clock=Clock())
    for number in range(measures):
        journal.record(decision(number))
        journal.store([fact(measure(f"a{number}"))])
    journal.close()
    return path


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("journal") / "guard.db")


def changed(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    try:
        connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


def test_the_version_is_in_the_file(good: Path) -> None:
    assert rows(good, "PRAGMA user_version") == [(1,)]
    assert rows(good, "PRAGMA integrity_check") == [("ok",)]
    assert rows(good, "PRAGMA journal_mode") == [("wal",)]


def test_a_newer_journal_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "guard.db", 1)
    changed(path, "PRAGMA user_version = 2")
    before = path.read_bytes()
    for settings_ in (JournalSettings(), ANEW):
        with pytest.raises(InputError, match=r"schema version 2, this program knows 1: .* newer Revenuer"):
            SqliteJournal(path, settings_)
    with pytest.raises(InputError, match="newer Revenuer"):
        JournalReader(path)
    assert path.read_bytes() == before


def test_another_program_s_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    changed(path, "CREATE TABLE theirs (x)")
    with pytest.raises(InputError, match="no journal of a guard"):
        SqliteJournal(path, ANEW)
    assert rows(path, "SELECT * FROM theirs") == []


@pytest.mark.parametrize("content", [b"", b"not a database at all, and long enough to be one" * 90])
def test_a_file_that_is_no_journal_does_not_start_the_guard(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "guard.db"
    path.write_bytes(content)
    with pytest.raises(CorruptJournalError, match=r"is damaged .* start_empty_if_corrupt"):
        SqliteJournal(path)
    assert path.read_bytes() == content, "left as it was"


def test_a_lost_file_with_its_log_left_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    path.with_name("guard.db-wal").write_bytes(b"the end of another database")
    with pytest.raises(CorruptJournalError, match="the file is gone"):
        SqliteJournal(path)
    SqliteJournal(path, ANEW).close()
    assert list(tmp_path.glob("guard.db.corrupt-*-wal")), "set aside, not played into the new file"


def test_a_damaged_journal_is_set_aside_only_when_told(tmp_path: Path, good: Path) -> None:
    path = shutil.copy(good, tmp_path / "guard.db")
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 5] = bytes(4096 * 3)
    path.write_bytes(content)
    with pytest.raises(CorruptJournalError, match="is damaged"):
        SqliteJournal(path)
    assert path.read_bytes() == content

    journal = SqliteJournal(path, ANEW)
    assert list(journal.load()) == []
    said = journal.status().started_empty or ""
    journal.close()
    (aside,) = tmp_path.glob("guard.db.corrupt-*Z")
    assert aside.read_bytes() == content, "never deleted"
    assert aside.name in said
    assert str(tmp_path) not in audit_lines(path)[0], "no machine's paths in a log that is published"
    assert aside.name in audit_lines(path)[0]
    assert audit_events(path) == [("started_empty", None, "guard")]


def test_a_second_damage_in_the_same_second_does_not_overwrite_the_first(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    for content in (b"one" * 999, b"two" * 999):
        path.write_bytes(content)
        for side in ("-wal", "-shm"):
            path.with_name(f"guard.db{side}").unlink(missing_ok=True)
        SqliteJournal(path, ANEW).close()
    kept = {aside.read_bytes() for aside in tmp_path.glob("guard.db.corrupt-*")}
    assert {b"one" * 999, b"two" * 999} <= kept


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_flipped_byte_never_crashes_the_start(
    tmp_path_factory: pytest.TempPathFactory, good: Path, data: st.DataObject
) -> None:
    """SQLite has no checksums: some flips cannot be seen. Those that can are errors with a next step; the rest give a usable journal."""
    path = shutil.copy(good, tmp_path_factory.mktemp("flipped") / "guard.db")
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1) | st.integers(0, 200))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    said = ""
    try:
        journal = SqliteJournal(path, clock=Clock())
        try:
            sum(1 for _ in journal.load())
            journal.store([fact(measure("late"))])
        finally:
            journal.close()
        verify(audit_lines(path))
    except RevenuerError as error:
        said = str(error)
    assert not said or "guard.db" in said


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 0.999))
def test_a_file_cut_short_is_seen(tmp_path_factory: pytest.TempPathFactory, good: Path, share: float) -> None:
    path = shutil.copy(good, tmp_path_factory.mktemp("cut") / "guard.db")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises((InputError, ResourceError)):
        SqliteJournal(path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="lock file"):
        SqliteJournal(tmp_path / "none" / "guard.db")
    with pytest.raises(InputError, match="no journal at"):
        JournalReader(tmp_path / "guard.db")


def test_a_refused_journal_is_not_owned(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    path.write_bytes(b"")
    with pytest.raises(CorruptJournalError):
        SqliteJournal(path)
    path.unlink()
    SqliteJournal(path).close()


def test_the_log_cannot_be_changed_by_a_slip(tmp_path: Path) -> None:
    path = written(tmp_path / "guard.db", 3)
    for statement in ("DELETE FROM audit WHERE seq = 2", "UPDATE audit SET line = '' WHERE seq = 2"):
        with pytest.raises(sqlite3.IntegrityError, match="only grows"):
            changed(path, statement)


def test_a_last_entry_that_was_written_over_does_not_stop_the_guard(tmp_path: Path) -> None:
    path = written(tmp_path / "guard.db", 3)
    changed(path, "DROP TRIGGER audit_fixed")
    changed(path, "UPDATE audit SET line = 'gone' WHERE seq = 3")
    journal = SqliteJournal(path, clock=Clock())
    journal.store([fact(measure("late"))])
    journal.close()
    found = verify(audit_lines(path))
    assert found.faults[0].startswith("line 3 ")
    assert found.entries == 4
