"""The journal keeps which mark went to which account, and the audit log tells of the first of each."""

import json
import sqlite3
from pathlib import Path

from click.testing import CliRunner

from builders.journals import NOON, Clock, audit_events, decision, replay_event
from revenuer.cli.guard_marks import command
from revenuer.guard import Guard, GuardState, Policy
from revenuer.guard.audit import verify
from revenuer.guard.journal import JournalReader, JournalSettings, SqliteJournal
from revenuer.guard.policy.marking import Marking
from revenuer.records import Action, Decision

EAGER = JournalSettings(commit_interval_s=0.01)
MARK = "campaign:op;scheme=green;epoch=2026-01-01"


def marked(account: str, at: int, mark: str = MARK) -> Decision:
    return Decision(
        request_id="r", timestamp=at, account_id=account, action=Action.OBSERVE, would=Action.OBSERVE,
        reason="seen", campaign_id="op", log10_e=2.5, mark=mark,
    )  # fmt: skip


def written(path: Path) -> None:
    journal = SqliteJournal(path, EAGER, Clock())
    for at, account in enumerate(("a", "b", "a")):
        journal.record(marked(account, NOON + at))
    journal.sync()
    journal.record(marked("a", NOON + 9))
    journal.record(marked("a", NOON + 10, MARK.replace("01-01", "01-31")))
    journal.record(decision(1, Action.OBSERVE))
    journal.close()


def test_marks_are_counted_by_account(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    written(path)
    with JournalReader(path) as reader:
        served = list(reader.marks())
    assert [(one.account_id, one.first - NOON, one.last - NOON, one.requests) for one in served] == [
        ("a", 0, 9, 3),
        ("a", 10, 10, 1),
        ("b", 1, 1, 1),
    ]


def test_the_audit_log_tells_of_each_first_time_and_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    written(path)
    with JournalReader(path) as reader:
        lines = list(reader.audit_lines())
    entries = [json.loads(line)["entry"] for line in lines]
    told = [(one["account"], one["reason"], one["since"]) for one in entries if one["event"] == "marked"]
    assert sorted(told) == [
        ("a", MARK, NOON),
        ("a", MARK.replace("01-01", "01-31"), NOON + 10),
        ("b", MARK, NOON + 1),
    ]
    assert verify(lines).whole


def test_a_marked_measure_verifies(tmp_path: Path) -> None:
    """An entry about a mark is not taken for the latest about the measure."""
    path = tmp_path / "guard.db"
    policy = Policy(shadow=True, enforce=frozenset({"marking"}), marking=Marking(enabled=True))
    guard = Guard(GuardState(policy), SqliteJournal(path, EAGER))
    decisions = [
        guard.decide(replay_event(i, name, NOON + i)) for i, name in enumerate(("owner", "thief", "thief"))
    ]
    guard.flush()
    assert isinstance(guard.journal, SqliteJournal)
    guard.journal.close()
    assert [one.mark is not None for one in decisions] == [False, True, True]
    with JournalReader(path) as reader:
        lines, measures = list(reader.audit_lines()), list(reader.measures())
    assert "marked" in [event for event, _, _ in audit_events(path)]
    assert measures
    assert verify(lines, None, measures).whole


def test_a_journal_from_before_there_were_marks_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    written(path)
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE marked")
    connection.close()
    with JournalReader(path) as reader:
        assert list(reader.marks()) == []
    journal = SqliteJournal(path, EAGER, Clock())
    journal.record(marked("c", NOON + 20))
    journal.close()
    with JournalReader(path) as reader:
        assert [one.account_id for one in reader.marks()] == ["c"]


def test_the_command_lists_them(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    written(path)
    told = CliRunner().invoke(command, [str(path), "--account", "b", "--json"], standalone_mode=False)
    assert told.exit_code == 0
    assert json.loads(told.stdout)["mark"] == MARK
    words = CliRunner().invoke(command, [str(path)], standalone_mode=False)
    assert words.stdout.count("\n") == 3
    assert f"a: {MARK}, 3 requests" in words.stdout
