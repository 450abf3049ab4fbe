"""Old decisions go, everything else stays."""

from pathlib import Path

from builders.journals import HOUR, NOON, Clock, audit_lines, decision, fact, measure, rows
from revenuer.guard.audit import verify
from revenuer.guard.journal import JournalSettings, SqliteJournal
from revenuer.guard.journal.database import create_or_open
from revenuer.guard.journal.retention import PRUNED_AT_ONCE, prune, used_bytes
from revenuer.records import Action

DAY = 24 * HOUR


def filled(path: Path, count: int) -> None:
    journal = SqliteJournal(path, clock=Clock())
    for number in range(count):
        journal.record(decision(number, at=NOON + number))
    journal.record(decision(action=Action.ALLOW))
    journal.store([fact(measure())])
    journal.close()


def test_decisions_go_by_age_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    filled(path, 10)
    journal = SqliteJournal(path, clock=Clock(NOON + 30 * DAY + 4))
    journal.sync()
    journal.close()
    assert rows(path, "SELECT min(timestamp), count(*) FROM decision") == [(NOON + 4, 6)]
    assert rows(path, "SELECT decisions FROM campaign") == [(10,)], "sums stay"
    later = SqliteJournal(path, clock=Clock(NOON + 365 * DAY))
    later.sync()
    assert [one.key for one in later.load()] == ["ann"], "what the state handed out is its own to forget"
    later.close()
    assert rows(path, "SELECT count(*) FROM decision UNION ALL SELECT count(*) FROM allowed") == [(0,), (0,)]
    assert verify(audit_lines(path)).whole


def test_a_clock_that_jumps_back_prunes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    filled(path, 10)
    journal = SqliteJournal(path, clock=Clock(NOON - 400 * DAY))
    journal.sync()
    journal.close()
    assert rows(path, "SELECT count(*) FROM decision") == [(10,)]


def test_the_file_stays_within_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    filled(path, 4 * PRUNED_AT_ONCE)
    connection = create_or_open(path)
    bound = used_bytes(connection) // 2
    rounds = 0
    while prune(connection, NOON, 30, bound)[0]:
        rounds += 1
    assert rounds >= 2
    assert used_bytes(connection) <= bound
    assert prune(connection, NOON, 30, bound) == (False, False)
    connection.close()
    kept = rows(path, "SELECT count(*), max(timestamp) FROM decision")[0]
    assert kept[0] == 4 * PRUNED_AT_ONCE - rounds * PRUNED_AT_ONCE
    assert kept[1] == NOON + 4 * PRUNED_AT_ONCE - 1, "the oldest went first"
    assert path.stat().st_size < 1.2 * bound + 1000 * 4096


def test_a_bound_that_cannot_be_kept_is_said(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    journal = SqliteJournal(path, JournalSettings(max_bytes=1 << 20), Clock())
    journal.store([fact(measure(f"account-{number}")) for number in range(6_000)])
    journal.close()
    journal = SqliteJournal(path, JournalSettings(max_bytes=1 << 20), Clock())
    journal.sync()
    journal.close()
    assert journal.status().over_limit
    assert rows(path, "SELECT count(*) FROM fact") == [(6_000,)]
