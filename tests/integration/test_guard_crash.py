"""A guard killed at any moment loses at most the last second of its measures and evidence; one told to stop loses nothing."""

import ast
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from builders.journals import audit_events, audit_lines, rows
from revenuer.guard import GuardState, Policy
from revenuer.guard.audit import verify
from revenuer.guard.journal import JournalReader, SqliteJournal

PROGRAM = Path(__file__).with_name("busy_guard.py")
KILLS = 10
LOST_S = 1.0
"""What a crash may cost: the promise of docs/guard/state.md."""


@dataclass
class Told:
    """What a guard had written when it ended."""

    ended_at: float
    code: int
    measures: dict[str, float] = field(default_factory=dict)
    flushes: list[tuple[int, float]] = field(default_factory=list)
    closed: int | None = None


@dataclass
class Guards:
    """Starts guards on one journal, one after the other."""

    path: Path
    program: subprocess.Popen[str]

    def run(self, name: str, delay_s: float, how: signal.Signals, ready: bool = True) -> Told:
        """Start a guard, send it `how` `delay_s` after it is ready (or was started), and return what it told."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(f"{name}\n")
        self.program.stdin.flush()
        word, pid = self.program.stdout.readline().split()
        assert word == "forked"
        file = self.path.with_name(f"{self.path.name}.{name}")
        while ready and not (file.exists() and file.read_bytes().startswith(b"ready\n")):
            assert self.program.poll() is None
            time.sleep(0.005)
        time.sleep(delay_s)
        ended_at = time.monotonic()
        os.kill(int(pid), how)
        word, code = self.program.stdout.readline().split()
        assert word == "ended"
        return read(file, Told(ended_at, int(code)))


def read(file: Path, told: Told) -> Told:
    whole, _, _ = (file.read_text() if file.exists() else "").rpartition("\n")
    for line in whole.splitlines():
        kind, *values = line.split()
        if kind == "measure":
            told.measures[values[0]] = float(values[1])
        elif kind == "flush":
            told.flushes.append((int(values[0]), float(values[1])))
        elif kind == "closed":
            told.closed = int(values[0])
    return told


@pytest.fixture(scope="module")
def start() -> Iterator[Callable[[Path], Guards]]:
    """Make one program a journal; all are gone afterwards."""
    programs: list[subprocess.Popen[str]] = []

    def started(path: Path) -> Guards:
        program = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        programs.append(program)
        return Guards(path, program)

    yield started
    for program in programs:
        program.communicate("", timeout=60)


def restored(path: Path) -> tuple[GuardState, dict[str, bytes]]:
    """Return the state that a guard would start with, and the facts of the test's own."""
    state = GuardState(Policy(shadow=False))
    with JournalReader(path) as reader:
        facts = list(reader.facts())
    state.restore(facts)
    return state, {one.key: one.value or b"" for one in facts if one.kind == "account"}


def test_a_killed_guard_loses_at_most_the_last_second(
    tmp_path: Path, start: Callable[[Path], Guards]
) -> None:
    path = tmp_path / "guard.db"
    guards = start(path)
    draw = random.Random(20260302)
    expected: set[str] = set()
    on_trial = 0
    for kill in range(KILLS):
        early = kill % 3 == 2
        delay_s = draw.uniform(0.0, 0.1) if early else draw.uniform(0.8, 2.2)
        told = guards.run(str(kill), delay_s, signal.SIGKILL, ready=not early)
        assert told.code == -signal.SIGKILL
        if not path.exists():
            continue
        # A disk that hangs is not a crash's fault: what it holds up was said in `lag_s` before, and nothing else may be lost.
        lag_s = max((lag for _, lag in told.flushes[-10:]), default=0.0)
        lost_s = max(LOST_S, lag_s + 0.5)
        due = {account for account, at in told.measures.items() if at < told.ended_at - lost_s}
        state, facts = restored(path)
        assert due | expected <= state.standing.keys(), f"lag {lag_s}"
        if due:
            on_trial += 1
            name, stored_at = ast.literal_eval(facts["progress"].decode())
            assert name == str(kill)
            assert stored_at >= told.ended_at - lost_s
        expected = set(state.standing)
        check_books(path, expected)
    assert on_trial >= 1
    SqliteJournal(path).close()
    check_books(path, expected)


def check_books(path: Path, accounts: set[str]) -> None:
    """The database is intact, the chain whole, and the log tells once of each measure in the books and of nothing else."""
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    with JournalReader(path) as reader:
        found = verify(reader.audit_lines(), measures=reader.measures())
    assert found.whole, found.faults
    imposed = Counter(account for event, account, _ in audit_events(path) if event == "imposed")
    assert imposed == Counter(accounts)


def test_a_guard_told_to_stop_loses_nothing(tmp_path: Path, start: Callable[[Path], Guards]) -> None:
    path = tmp_path / "guard.db"
    told = start(path).run("polite", 0.7, signal.SIGTERM)
    assert told.code == 0
    assert told.measures
    state, _ = restored(path)
    assert state.standing.keys() == told.measures.keys()
    counted = rows(path, "SELECT (SELECT sum(requests) FROM allowed) + (SELECT count(*) FROM decision)")
    assert counted == [(told.closed,)], "every decision is counted or kept, once"
    check_books(path, set(told.measures))


def test_the_next_guard_goes_on_where_the_last_one_ended(
    tmp_path: Path, start: Callable[[Path], Guards]
) -> None:
    path = tmp_path / "guard.db"
    guards = start(path)
    before: list[str] = []
    for name, how in (("first", signal.SIGKILL), ("second", signal.SIGTERM), ("third", signal.SIGTERM)):
        guards.run(name, 0.5, how)
        after = audit_lines(path)
        assert after[: len(before)] == before
        last = msgspec.json.decode(after[-1])["entry"]
        assert last["account"].startswith(f"thief-{name}-")
        before = after
    assert verify(before).whole
