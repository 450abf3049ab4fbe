"""A guard killed at any moment loses at most the last second of its measures and evidence; one told to stop loses nothing."""

import ast
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from builders.journals import audit_events, audit_lines, rows
from revenuer.guard import GuardState, Policy
from revenuer.guard.audit import verify
from revenuer.guard.journal import JournalReader, SqliteJournal

PROGRAM = Path(__file__).with_name("busy_guard.py")
KILLS = 8
BUDGET_S = 9.0
LOST_S = 1.0
"""What a crash may cost: the promise of docs/guard/state.md."""


@dataclass
class Told:
    """What a guard had printed when it ended."""

    ended_at: float
    code: int
    measures: dict[str, float] = field(default_factory=dict)
    flushes: list[tuple[int, float]] = field(default_factory=list)
    closed: int | None = None


def run_and_stop(path: Path, name: str, delay_s: float, how: signal.Signals, wait_ready: bool = True) -> Told:
    """Start a guard on the journal, send it `how` after `delay_s`, and return what it said."""
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), str(path), name],
        bufsize=0,  # `communicate` does not see what a buffer took beyond the first line
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as guard:
        assert guard.stdout is not None
        try:
            if wait_ready:
                assert guard.stdout.readline() == b"ready\n", guard.communicate()
            time.sleep(delay_s)
            ended_at = time.monotonic()
            guard.send_signal(how)
            said, errors = guard.communicate(timeout=60)
        finally:
            guard.kill()
    assert b"Error" not in errors, errors.decode()
    return read(said, ended_at, guard.returncode)


def read(said: bytes, ended_at: float, code: int) -> Told:
    told = Told(ended_at, code)
    whole, _, _ = said.rpartition(b"\n")
    for line in whole.decode().splitlines():
        kind, *values = line.split()
        if kind == "measure":
            told.measures[values[0]] = float(values[1])
        elif kind == "flush":
            told.flushes.append((int(values[0]), float(values[1])))
        elif kind == "closed":
            told.closed = int(values[0])
    return told


def restored(path: Path) -> tuple[GuardState, dict[str, bytes]]:
    """Return the state that a guard would start with, and the other facts."""
    state = GuardState(Policy(shadow=False))
    with JournalReader(path) as reader:
        facts = list(reader.facts())
    state.restore(facts)
    return state, {one.key: one.value or b"" for one in facts if one.kind != "standing"}


def test_a_killed_guard_loses_at_most_the_last_second(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    draw = random.Random(20260302)
    expected: set[str] = set()
    began, kills, on_trial = time.monotonic(), 0, 0
    while kills < KILLS and (time.monotonic() - began < BUDGET_S or on_trial < 2):
        early = kills % 4 == 3
        delay_s = draw.uniform(0.0, 0.5) if early else draw.uniform(0.3, 1.8)
        told = run_and_stop(path, str(kills), delay_s, signal.SIGKILL, wait_ready=not early)
        assert told.code == -signal.SIGKILL
        kills += 1
        if not path.exists():
            continue
        # A disk that hangs is not a crash's fault: what it holds up is said in `lag_s` before, and nothing else may be lost.
        lag_s = max((lag for _, lag in told.flushes[-10:]), default=0.0)
        lost_s = max(LOST_S, lag_s + 0.5)
        due = {account for account, at in told.measures.items() if at < told.ended_at - lost_s}
        state, facts = restored(path)
        assert due | expected <= state.standing.keys(), f"lag {lag_s}"
        if due:
            on_trial += 1
            name, _, stored_at = ast.literal_eval(facts["progress"].decode())
            assert name == str(kills - 1)
            assert stored_at >= told.ended_at - lost_s
        expected = set(state.standing)
        assert rows(path, "PRAGMA integrity_check") == [("ok",)]
        with JournalReader(path) as reader:
            found = verify(reader.audit_lines(), measures=reader.measures())
        assert found.whole, found.faults
        imposed = Counter(account for event, account, _ in audit_events(path) if event == "imposed")
        assert imposed.keys() == expected, "the log tells of what is in the books, and of nothing else"
        assert set(imposed.values()) <= {1}
    assert kills >= 4
    assert on_trial >= 2
    SqliteJournal(path).close()
    assert verify(audit_lines(path)).whole


def test_a_guard_told_to_stop_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "guard.db"
    told = run_and_stop(path, "polite", 0.7, signal.SIGTERM)
    assert told.code == 0
    assert told.measures
    state, _ = restored(path)
    assert state.standing.keys() == told.measures.keys()
    counted = rows(path, "SELECT (SELECT sum(requests) FROM allowed) + (SELECT count(*) FROM decision)")
    assert counted == [(told.closed,)], "every decision is counted or kept, once"
    assert [event for event, _, _ in audit_events(path)][1:] == ["imposed"] * len(told.measures)
    assert verify(audit_lines(path)).whole


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_next_guard_goes_on_where_the_last_one_ended(tmp_path: Path, how: signal.Signals) -> None:
    path = tmp_path / "guard.db"
    run_and_stop(path, "first", 0.5, how)
    before = audit_lines(path)
    run_and_stop(path, "second", 0.5, signal.SIGTERM)
    after = audit_lines(path)
    assert after[: len(before)] == before
    assert len(after) > len(before)
    assert verify(after).whole
    last = msgspec.json.decode(after[-1])["entry"]
    assert last["account"].startswith("thief-second-")
