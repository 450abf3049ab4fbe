"""The follower with a journal: decisions, measures and the place in the file outlive kill -9."""

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from builders.followed import NOON, Following, as_lines, denied, exchange, replay, run_once

pytest.importorskip("revenuer.guard.journal")


def offset_in(journal: Path) -> int:
    with sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True) as connection:
        found = connection.execute("SELECT value FROM fact WHERE kind = 'follow'").fetchone()
    return int(json.loads(found[0])["offset"]) if found else 0


def test_a_killed_follower_goes_on_with_its_measures(
    tmp_path: Path, follow: Callable[..., Following]
) -> None:
    log, journal = tmp_path / "requests.jsonl", tmp_path / "guard.db"
    # The journal prunes decisions by their own time: older ones would be gone when we look.
    lately = time.time() - NOON - 60.0
    log.write_text(as_lines(replay(lately)))
    following = follow(log, "--journal", journal, "--from", "beginning")
    following.until(lambda: denied(following.decisions()) == ["q2"])
    following.until(lambda: offset_in(journal) == log.stat().st_size)
    following.kill()
    with log.open("a") as stream:
        stream.write(
            as_lines(
                [
                    exchange("q4", "thief", lately + 9),
                    exchange("q5", "other", lately + 10, reasoning_signature="block"),
                ]
            )
        )
    decisions, _ = run_once(log, "--journal", journal, "--all", expect=1)
    assert [one["request_id"] for one in decisions] == ["q4", "q5"]
    assert denied(decisions) == ["q4", "q5"], "the measure and the receipt were kept"
    with sqlite3.connect(journal) as connection:
        stored = [
            row[0]
            for row in connection.execute("SELECT request_id FROM decision WHERE would = 'deny' ORDER BY id")
        ]
    assert stored == ["q2", "q4", "q5"]
