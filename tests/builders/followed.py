"""The follower as a user runs it: a process, its lines on stdout, and logged exchanges to give it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE_S = 60.0
PROGRAM = [sys.executable, "-c", "from revenuer.cli.main import main; main()", "guard", "follow"]
NOON = 1_772_445_600


def exchange(request: str, account: str, at: float = 0.0, **more: Any) -> dict[str, Any]:
    """One exchange, `at` seconds after noon."""
    return {"request_id": request, "account_id": account, "model": "m-1", "timestamp": NOON + at, **more}


def replay(at: float = 0.0) -> list[dict[str, Any]]:
    """Account `honest` receives a block, account `thief` sends it back."""
    return [
        exchange("q1", "honest", at, issued_signatures=["block"], status=200),
        exchange("q2", "thief", at + 1, reasoning_signature="block"),
        exchange("q3", "honest", at + 2, reasoning_signature="block"),
    ]


def as_lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def run_once(*arguments: str | Path, expect: int = 0) -> tuple[list[dict[str, Any]], str]:
    """Run with --once; return what it printed and what it said."""
    done = subprocess.run(
        [*PROGRAM, "--once", *map(str, arguments)], capture_output=True, check=False, timeout=PATIENCE_S
    )
    assert done.returncode == expect, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def denied(decisions: list[dict[str, Any]]) -> list[str]:
    """The requests that were denied, or would have been outside of shadow mode."""
    return [one["request_id"] for one in decisions if one["would"] == "deny"]


class Following:
    """A follower that runs until it is told to stop."""

    def __init__(self, folder: Path, *arguments: str | Path) -> None:
        self._out = folder / f"stdout-{time.monotonic_ns()}"
        self._said = folder / f"stderr-{time.monotonic_ns()}"
        with self._out.open("wb") as out, self._said.open("wb") as said:
            self.process = subprocess.Popen([*PROGRAM, *map(str, arguments)], stdout=out, stderr=said)

    def decisions(self) -> list[dict[str, Any]]:
        return [
            json.loads(line)
            for line in self._out.read_bytes().splitlines(keepends=True)
            if line.endswith(b"\n")
        ]

    def said(self) -> str:
        return self._said.read_text()

    def until(self, true: Callable[[], bool]) -> None:
        began = time.monotonic()
        while not true():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() - began < PATIENCE_S, (self.decisions(), self.said())
            time.sleep(0.01)

    def stop(self, expect: int = 0) -> str:
        """End it politely; return what it said."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        assert code == expect, self.said()
        return self.said()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
