"""`revenuer guard audit`: what it shows, what it finds out, and its exit codes."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from builders.journals import HOUR, NOON, Clock, audit_lines, fact, measure
from revenuer.cli.guard_audit import command
from revenuer.guard import Policy
from revenuer.guard.audit import policy_fact
from revenuer.guard.journal import SqliteJournal
from revenuer.records import InputError, UsageError


def audit(*words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words], standalone_mode=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "guard.db"
    journal = SqliteJournal(path, clock=Clock())
    journal.store([policy_fact(Policy(), "olga"), fact(measure()), fact(measure("bob\u202e"))])
    journal.store([fact(measure(until=NOON + 5, lifted_by="olga", lifted_why="a school"))])
    journal.close()
    return path


def tamper(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    try:
        for statement in ("DROP TRIGGER audit_fixed", "DROP TRIGGER audit_kept", *statements):
            connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


def test_the_log_is_shown_without_letting_its_text_act(path: Path) -> None:
    shown = audit(path)
    assert shown.return_value == 0
    first, second, third, fourth = shown.stdout.splitlines()
    assert "policy     by olga: policy" in first
    assert (
        "2026-02-02 02:40:00Z  imposed    ann: deny until 2026-02-02 03:40:00Z, by guard: replays" in second
    )
    assert "bob<U+202E>" in third
    assert "lifted     ann" in fourth
    assert "by olga: a school" in fourth


def test_one_account_s_entries(path: Path) -> None:
    assert len(audit(path, "--account", "ann").stdout.splitlines()) == 2
    assert audit(path, "--account", "nobody").stdout == ""


def test_an_exported_log_verifies_as_the_journal_does(path: Path, tmp_path: Path) -> None:
    exported = audit(path, "--json").stdout
    assert exported.splitlines() == audit_lines(path)
    copy = tmp_path / "audit.jsonl"
    copy.write_text(exported)
    head = audit(path, "--head").stdout.strip()
    assert audit(copy, "--head").stdout.strip() == head
    for where in (path, copy):
        found = audit(where, "--expect-head", head)
        assert (found.return_value, found.stdout) == (0, f"the log is whole: 4 entries, head {head}\n")
    assert audit(copy).stdout == audit(path).stdout


def test_a_changed_entry_is_found_and_named(path: Path) -> None:
    tamper(path, "UPDATE audit SET line = replace(line, 'replays', 'pays') WHERE seq = 3")
    found = audit(path, "--verify")
    assert found.return_value == 1
    assert found.stdout.startswith("line 3 (entry 3) was changed")
    assert audit(path, "--head").return_value == 1
    result = json.loads(audit(path, "--verify", "--json").stdout)
    assert (result["whole"], result["fault_count"], len(result["faults"])) == (False, 1, 1)


def test_a_removed_entry_is_found(path: Path) -> None:
    tamper(path, "DELETE FROM audit WHERE seq = 2")
    assert "entries 2 to 2 are missing" in audit(path, "--verify").stdout


def test_a_tail_cut_off_is_found_by_the_head_or_by_the_measures(path: Path, tmp_path: Path) -> None:
    head = audit(path, "--head").stdout.strip()
    exported = tmp_path / "audit.jsonl"
    exported.write_text("".join(f"{line}\n" for line in audit_lines(path)[:-1]))
    assert audit(exported, "--verify").return_value == 0, "nobody can know without the head"
    assert "the tail was cut off" in audit(exported, "--expect-head", head).stdout
    tamper(path, "DELETE FROM audit WHERE seq = 4")
    assert "was lifted by olga, and the log does not tell of it" in audit(path, "--verify").stdout


def test_a_log_is_read_beside_its_guard(path: Path) -> None:
    journal = SqliteJournal(path, clock=Clock())
    journal.store([fact(measure("cem", until=NOON + HOUR))])
    journal.sync()
    assert "cem" in audit(path).stdout
    assert audit(path, "--verify").return_value == 0
    journal.close()


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        (["none"], InputError, "cannot read none"),
        (["guard.db", "--head", "--verify"], UsageError, "ask one at a time"),
        (["guard.db", "--account", "a", "--head"], UsageError, "ask one at a time"),
        (["guard.db", "--expect-head", "12"], UsageError, "what --head prints"),
        (["text"], InputError, "no entry of an audit log"),
        (["bytes"], InputError, "neither a guard's journal nor an exported audit log"),
        (["foreign"], InputError, "no journal of a guard"),
        (["."], InputError, "cannot read"),
    ],
)
def test_bad_input_is_one_sentence(
    path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], error: type[Exception], says: str
) -> None:
    monkeypatch.chdir(path.parent)
    Path("text").write_text("hello\n")
    Path("bytes").write_bytes(b"\xff\xfe\n")
    with sqlite3.connect("foreign") as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    found = audit(*words)
    assert isinstance(found.exception, error)
    assert says in str(found.exception)
