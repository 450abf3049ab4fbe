"""A disk that does not take what it is given: nothing is lost silently, and nobody has to restart anything."""

import errno
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from builders.journals import HOUR, NOON, Clock, audit_events, audit_lines, decision, fact, measure, rows
from revenuer.guard import Saved
from revenuer.guard.audit import verify
from revenuer.guard.journal import JournalSettings, JournalStatus, SqliteJournal
from revenuer.guard.journal.backlog import AUDITED_STEPS, Backlog
from revenuer.guard.journal.database import connect, create_or_open
from revenuer.guard.journal.disk import Disk
from revenuer.records import ResourceError

EAGER = JournalSettings(commit_interval_s=0.01)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four MiB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        reason = f"cannot mount a small file system: {mounted.stderr.strip()}"
        assert os.environ.get("CI") != "true", reason
        pytest.skip(reason)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def until(journal: SqliteJournal, holds: Callable[[JournalStatus], bool]) -> JournalStatus:
    """Wait for a state of health, thirty seconds at most."""
    end = time.monotonic() + 30
    while not holds(status := journal.status()):
        assert time.monotonic() < end, status
        time.sleep(0.01)
    return status


def fill(place: Path) -> Path:
    """Take all the room that is left."""
    ballast = place / "ballast"
    with open(ballast, "wb", buffering=0) as target:
        for size in (65536, 4096, 1):
            with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                pour(target, bytes(size))
    return ballast


def pour(target: IO[bytes], content: bytes) -> None:
    while target.write(content):
        pass


def test_a_full_disk_is_seen_waited_out_and_noted(small_disk: Path) -> None:
    path = small_disk / "guard.db"
    journal = SqliteJournal(path, JournalSettings(commit_interval_s=0.01, pending_decisions=3_000), Clock())
    journal.store([fact(measure("before"))])
    journal.sync()
    ballast = fill(small_disk)
    for number in range(3_000):
        journal.record(decision(number))
        if number % 10 == 0:
            journal.store([fact(measure(f"during-{number}")), Saved("account", "same", b"%d" % number)])
    with pytest.raises(ResourceError, match=r"does not take what it was given .*full"):
        journal.sync()
    status = until(journal, lambda now: now.failed_since is not None)
    assert "full" in (status.error or "")
    assert status.pending_decisions == 3_000
    assert status.lag_s > 0
    taken = 3_000
    while journal.status().dropped_decisions < 5:
        journal.record(decision(taken))
        taken += 1

    ballast.unlink()
    until(journal, lambda now: now.failed_since is None and now.pending_decisions == 0)
    journal.record(decision(taken))
    journal.sync()
    status = journal.status()
    assert (status.error, status.lag_s) == (None, 0.0)
    journal.close()
    stored = rows(path, "SELECT count(*), count(DISTINCT request_id) FROM decision")
    assert stored == [(taken - status.dropped_decisions + 1,) * 2], "each once, but those counted as dropped"
    assert rows(path, "SELECT sum(dropped), min(error) FROM gap") == [
        (status.dropped_decisions, "database or disk is full")
    ]
    assert rows(path, "SELECT value FROM fact WHERE kind = 'account'") == [(b"2990",)]
    assert [account for _, account, _ in audit_events(path)] == [
        "before",
        *(f"during-{number}" for number in range(0, 3_000, 10)),
    ]
    assert verify(audit_lines(path)).whole


def test_closing_on_a_full_disk_says_what_is_lost(small_disk: Path) -> None:
    journal = SqliteJournal(small_disk / "guard.db", EAGER, Clock())
    journal.sync()
    fill(small_disk)
    for number in range(2_000):
        journal.record(decision(number))
    with pytest.raises(ResourceError, match="2000 decisions and 0 facts wait"):
        journal.close()
    (small_disk / "ballast").unlink()
    SqliteJournal(small_disk / "guard.db").close()


def test_no_room_for_a_journal_at_the_start(small_disk: Path) -> None:
    fill(small_disk)
    with pytest.raises(ResourceError, match=r"cannot (make|write|use|open)"):
        SqliteJournal(small_disk / "guard.db")


def test_a_file_taken_away_is_seen_and_may_come_back(tmp_path: Path) -> None:
    """SQLite alone would go on writing into a file that has no name any more."""
    path = tmp_path / "guard.db"
    journal = SqliteJournal(path, EAGER, Clock())
    journal.sync()
    path.rename(tmp_path / "elsewhere")
    journal.store([fact(measure())])
    status = until(journal, lambda now: now.failed_since is not None)
    assert "removed or replaced" in (status.error or "")
    (tmp_path / "elsewhere").rename(path)
    until(journal, lambda now: now.failed_since is None)
    journal.close()
    assert audit_events(path) == [("imposed", "ann", "guard")]
    assert rows(path, "SELECT dropped FROM gap") == [(0,)]


def test_a_file_size_limit_is_a_full_disk(tmp_path: Path) -> None:
    """The same in another process, whose files may not grow beyond 400 kB: it says so, and what it wrote before is whole."""
    program = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from builders.journals import decision, fact, measure
from revenuer.guard.journal import JournalSettings, SqliteJournal
from revenuer.records import ResourceError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = SqliteJournal(Path(sys.argv[1]), JournalSettings(commit_interval_s=0.01))
journal.store([fact(measure())])
journal.sync()
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
try:
    for number in range(100_000):
        journal.record(decision(number))
        if number % 1000 == 0:
            journal.sync()
except ResourceError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
journal.sync()
journal.close()
print(number + 1, journal.status().dropped_decisions)
"""
    path = tmp_path / "guard.db"
    builders = str(Path(__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-c", program, str(path), builders], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    said, count = done.stdout.splitlines()
    assert "does not take what it was given" in said
    assert rows(path, "SELECT count(*) FROM decision") == [(int(count.split()[0]),)]
    assert count.split()[1] == "0"
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_commit_that_came_through_is_not_done_twice(tmp_path: Path) -> None:
    """The disk may report a failure after the commit is in the log: the number of the batch tells."""
    path = tmp_path / "guard.db"
    clock = Clock()
    disk = Disk(path, create_or_open(path), EAGER, clock)
    batch = Backlog(decisions=[decision(1)], allowed={5: 3}, steps=[(clock.now, fact(measure()))])
    again = Backlog(decisions=[decision(1)], allowed={5: 3}, steps=[(clock.now, fact(measure()))])
    assert disk.write(batch, 0)
    assert not batch
    disk.close()

    behind = Disk(path, create_or_open(path), EAGER, clock)
    behind._batch -= 1
    assert behind.write(again, 0)
    assert behind.write(Backlog(decisions=[decision(2)]), 0)
    behind.close()
    assert rows(path, "SELECT request_id FROM decision") == [("r1",), ("r2",)]
    assert rows(path, "SELECT requests FROM allowed") == [(3,)]
    assert len(audit_lines(path)) == 1


def test_steps_beyond_the_bound_are_merged_counted_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    disk = Disk(path, create_or_open(path), EAGER, Clock())
    backlog = Backlog()
    lifted = measure("same", until=NOON + 5, lifted_by="olga", lifted_why="a school")
    for first in range(0, AUDITED_STEPS, 1_000):
        backlog.take(NOON, [fact(measure("same", until=NOON + HOUR + first + step)) for step in range(1_000)])
    backlog.take(NOON, [fact(lifted), fact(measure("other"))])
    assert (len(backlog.steps), backlog.merged) == (2, AUDITED_STEPS)
    assert disk.write(backlog, 0)
    disk.close()
    assert audit_events(path) == [
        ("imposed", "same", "guard"),
        ("lifted", "same", "olga"),
        ("imposed", "other", "guard"),
    ]
    assert disk.merged_changes == AUDITED_STEPS
    assert rows(path, "SELECT dropped, merged FROM gap") == [(0, AUDITED_STEPS)]


def test_another_s_lock_is_waited_out(tmp_path: Path) -> None:
    """A backup tool that holds the database for a moment delays the books and loses nothing."""
    path = tmp_path / "guard.db"
    journal = SqliteJournal(path, EAGER, Clock())
    journal.sync()
    other = connect(path, "rw")
    other.execute("BEGIN IMMEDIATE")
    journal.store([fact(measure())])
    with pytest.raises(ResourceError, match=r"too slow|locked"):
        journal.sync(timeout_s=0.3)
    other.execute("ROLLBACK")
    other.close()
    journal.sync()
    journal.close()
    assert len(audit_lines(path)) == 1


def test_the_limits_of_this_process_are_untouched() -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
