"""An appeal against a guard that runs: asked over HTTP, in the books at once, verified from outside while it runs and after."""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from builders.journals import audit_events
from revenuer.cli.guard import command
from revenuer.guard.policy import default_text
from revenuer.records import Action, RevenuerError

pytest.importorskip("uvicorn", reason="the service needs the extra revenuer[guard]")

KEY = "sk-admin-of-the-test"
SERVICE = """
import sys
from pathlib import Path
from revenuer.guard.http.assemble import ServeOptions, run
folder, ready = Path(sys.argv[1]), int(sys.argv[2])
run(
    ServeOptions(
        port=0, policy=folder / "policy.toml", journal=folder / "guard.db", api_keys=folder / "keys", ready_fd=ready
    )
)
"""


@contextlib.contextmanager
def service(folder: Path) -> Iterator[str]:
    """Run a service with a journal; gives its address. Afterwards it has ended without a complaint."""
    (folder / "keys").write_text(f"admin {hashlib.sha256(KEY.encode()).hexdigest()} tester\n")
    (folder / "key").write_text(f"{KEY}\n")
    (folder / "policy.toml").write_text(
        default_text()
        .replace("shadow = true", "shadow = false")
        .replace("deadline_ms = 50", "deadline_ms = 10000")
    )
    reading, writing = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", SERVICE, str(folder), str(writing)],
        pass_fds=(writing,),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        os.close(writing)
        try:
            with os.fdopen(reading) as ready:
                said = ready.readline()
            assert said, process.communicate()[0].decode()
            address = json.loads(said)
            yield f"http://{address['host']}:{address['port']}"
        finally:
            process.terminate()
            output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output.decode()


def decide(address: str, account: str) -> str:
    event = {"account_id": account, "reasoning_signature": "block-of-the-owner"}
    answer = httpx.post(f"{address}/v1/decide", json=event, headers={"Authorization": f"Bearer {KEY}"})
    return str(answer.raise_for_status().json()["action"])


def guard(folder: Path, *words: str) -> tuple[int, str]:
    """Run `revenuer guard ...` in `folder`; returns its exit code and what it printed, or its error."""
    with contextlib.chdir(folder):
        done = CliRunner().invoke(command, words, standalone_mode=False)
    if isinstance(done.exception, RevenuerError):
        return 2, str(done.exception)
    assert done.exception is None, done.exception
    return done.return_value, done.output


def appeal(folder: Path, address: str, account: str) -> tuple[int, str]:
    where = ("--server", address, "--key-file", "key")
    return guard(folder, "appeal", account, *where, "--owner", "olga", "--why", "a school")


def test_an_appeal_to_a_running_guard(tmp_path: Path) -> None:
    with service(tmp_path) as address:
        assert [decide(address, account) for account in ("owner", "thief")] == [Action.ALLOW, Action.DENY]
        offline = ("appeal", "thief", "--journal", "guard.db", "--owner", "olga", "--why", "a school")
        code, why = guard(tmp_path, *offline)
        assert code == 2
        assert "is in use by process" in why

        code, said = appeal(tmp_path, address, "thief")
        assert (code, said) == (0, "lifted: the measure against thief, by olga: a school\n")
        assert decide(address, "thief") != Action.DENY
        code, why = appeal(tmp_path, address, "nobody")
        assert code == 2
        assert "nothing stands against 'nobody'" in why
        (tmp_path / "key").write_text("another\n")
        code, why = appeal(tmp_path, address, "thief")
        assert code == 2
        assert "does not take the key" in why
        assert guard(tmp_path, "audit", "guard.db", "--verify")[0] == 0

    events = [
        (event, account, actor) for event, account, actor in audit_events(tmp_path / "guard.db") if account
    ]
    assert events == [("imposed", "thief", "guard"), ("lifted", "thief", "olga")]
    code, head = guard(tmp_path, "audit", "guard.db", "--head")
    assert code == 0
    assert guard(tmp_path, "audit", "guard.db", "--expect-head", head.strip())[0] == 0
    assert guard(tmp_path, *offline)[0] == 2
