"""The commands of docs/guard/state.md do what it says, on the journal of a guard that found somebody out."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from builders.guide import GUIDE, snippet
from builders.journals import audit_events, replay_event
from revenuer.guard import Guard, GuardState, Policy
from revenuer.guard.audit.entry import ENTRY_FIELDS
from revenuer.guard.journal import SqliteJournal
from revenuer.guard.journal.intake import wall_clock

STATE = GUIDE.with_name("guard") / "state.md"
SHELL = (
    f"revenuer() {{ '{sys.executable}' -c 'from revenuer.cli.main import main; main()' \"$@\"; }}\nset -eu\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    journal = SqliteJournal(tmp_path / "guard.db")
    guard = Guard(GuardState(Policy(shadow=False)), journal)
    for number, account in enumerate(("owner", "acme-7")):
        guard.decide(replay_event(number, account, wall_clock()))
    guard.flush()
    journal.close()
    return tmp_path


def bash(folder: Path, name: str) -> str:
    done = subprocess.run(
        ["bash", "-c", SHELL + snippet(name, {}, STATE)],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    program = snippet("verify.py", {}, STATE)
    return subprocess.run(
        [sys.executable, "-I", "-c", program, "audit.jsonl"], cwd=folder, capture_output=True, text=True
    )


def test_the_log_is_shown_exported_and_verified_by_others(folder: Path) -> None:
    said = bash(folder, "audit.sh")
    assert "imposed    acme-7: deny until" in said
    assert said.count("the log is whole") == 2
    head = (folder / "head.txt").read_text()
    assert verified(folder).stdout == head, "the guide's verifier agrees with ours"
    exported = folder / "audit.jsonl"
    exported.write_text(exported.read_text().replace("acme-7", "acme-8"))
    assert "was changed" in verified(folder).stderr


def test_an_appeal_is_granted(folder: Path) -> None:
    said = bash(folder, "appeal.sh")
    assert "acme-7: deny for another" in said
    assert said.endswith("by Olga Ruiz: A school: forty pupils behind one address\n")
    assert audit_events(folder / "guard.db")[-1] == ("lifted", "acme-7", "Olga Ruiz")


def test_the_books_answer_the_question(folder: Path) -> None:
    connection = sqlite3.connect(folder / "guard.db")
    ((_, decisions, unanswered, _),) = connection.execute(snippet("campaigns.sql", {}, STATE))
    connection.close()
    assert (decisions, unanswered) == (1, 1)


def test_every_member_and_table_is_documented(folder: Path) -> None:
    text = STATE.read_text(encoding="utf-8")
    connection = sqlite3.connect(folder / "guard.db")
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    events = {json.loads(line)["entry"]["event"] for (line,) in connection.execute("SELECT line FROM audit")}
    connection.close()
    assert {"policy", "imposed"} <= events
    missing = {name for name in (*tables, *events, *ENTRY_FIELDS) if f"`{name}`" not in text}
    assert missing <= {"progress"}, "which nobody but the writer needs"
