"""`revenuer guard serve --memory`: what a restart remembers, and what it says where the file does not fit."""

import json
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

from builders.guard_service import SIGNATURE, Running, running
from revenuer.guard import GuardState, Policy
from revenuer.guard.journal import JournalReader
from revenuer.guard.memory import load_memory

PROMPT = (
    "Explain step by step how the committee of the town votes on its budget in a year of drought, and why."
)
LIVE = "[mode]\nshadow = false\ndeadline_ms = 10000\n"


def eventually(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def ask(service: Running, account: str, number: int, **more: object) -> dict[str, object]:
    event = {
        "account_id": account,
        "request_id": f"r{number}",
        "prompt": f"{PROMPT} Case {number}.",
        "client_ip": f"192.0.2.{number % 20}",
        "account": {"payment_fingerprint": f"card-{number % 3}"},
        **more,
    }
    return dict(service.ask("POST", "/v1/decide", event).json())


def gauge(service: Running, name: str) -> float:
    page = service.ask("GET", "/metrics").body.decode()
    found = re.search(rf"^revenuer_guard_{name} (\S+)$", page, re.MULTILINE)
    assert found is not None, name
    return float(found[1])


def remembered(folder: Path) -> GuardState:
    """Return the state that a guard would start with."""
    state = GuardState(Policy())
    load_memory(folder / "memory", state)
    with JournalReader(folder / "journal") as reader:
        state.restore(reader.facts())
    return state


def options(folder: Path, *more: str) -> list[str]:
    (folder / "policy.toml").write_text(LIVE)
    return [
        "--policy", str(folder / "policy.toml"), "--journal", str(folder / "journal"), "--memory", str(folder / "memory"),
        *more,
    ]  # fmt: skip


def test_a_restart_goes_on_with_the_same_counts(tmp_path: Path) -> None:
    with running(*options(tmp_path)) as service:
        for number in range(60):
            ask(service, f"a-{number % 20}", number)
        ask(service, "owner", 100, reasoning_signature=SIGNATURE)
        assert ask(service, "thief", 101, reasoning_signature=SIGNATURE)["action"] == "deny"
        code, _ = service.stop()
        assert code == 0
    before = remembered(tmp_path)
    assert before.ledger.reach.any()
    assert int(before.ledger.accounts["requests"][before.ledger.rows["a-3"]]) == 3
    with running(*options(tmp_path)) as service:
        assert gauge(service, "accounts") == 22
        ask(service, "a-3", 200)
        assert ask(service, "thief", 201)["action"] == "deny"
        service.stop()
    after = remembered(tmp_path)
    assert (after.ledger.reach >= before.ledger.reach).all()
    assert int(after.ledger.accounts["requests"][after.ledger.rows["a-3"]]) == 4
    assert before.ledger.values.keys.tolist() == after.ledger.values.keys.tolist()
    assert {"owner", "thief"} <= set(after.books.suspects)


def test_a_killed_service_has_the_journal_and_the_last_memory(tmp_path: Path) -> None:
    with running(*options(tmp_path, "--memory-minutes", "0.01")) as service:
        for number in range(40):
            ask(service, f"a-{number}", number)
        written = time.time()
        eventually(lambda: (tmp_path / "memory").exists() and (tmp_path / "memory").stat().st_mtime > written)
        ask(service, "owner", 100, reasoning_signature=SIGNATURE)
        ask(service, "thief", 101, reasoning_signature=SIGNATURE)
        eventually(lambda: gauge(service, "journal_lag_seconds") == 0 and "thief" in stored(tmp_path))
        service.process.send_signal(signal.SIGKILL)
        service.process.wait()
    with running(*options(tmp_path)) as service:
        assert ask(service, "thief", 201)["action"] == "deny"
        assert gauge(service, "accounts") >= 42
        assert service.ask("GET", "/readyz").json()["status"] == "ok"


def stored(folder: Path) -> set[str]:
    with JournalReader(folder / "journal") as reader:
        return {one.key for one in reader.facts() if one.kind == "standing"}


def test_answers_go_on_while_the_memory_is_written_and_its_age_is_told(tmp_path: Path) -> None:
    with running(*options(tmp_path, "--memory-minutes", "0.01")) as service:
        for number in range(50):
            ask(service, f"a-{number}", number)
        eventually(lambda: gauge(service, "memory_age_seconds") < 5 and (tmp_path / "memory").exists())
        assert gauge(service, "memory_longest_step_seconds") > 0
        assert ask(service, "a-1", 60)["action"] == "allow"


def test_a_memory_under_another_key_is_set_aside_loudly(tmp_path: Path) -> None:
    with running(*options(tmp_path)) as service:
        ask(service, "a", 1)
        service.stop()
    (tmp_path / "key").write_text("0123456789abcdef0123456789abcdef\n")
    with running(*options(tmp_path, "--key-file", str(tmp_path / "key"))) as service:
        ready = service.ask("GET", "/readyz")
        assert ready.status == 200
        assert ready.json()["status"] == "weakened"
        assert "another key" in ready.json()["parts"]["memory"]
        assert gauge(service, "accounts") == 0
        _, log = service.stop()
    assert any(json.loads(line)["event"] == "started without memory" for line in log)
    assert (tmp_path / "memory.refused").exists()
    assert (tmp_path / "memory").exists()


def test_a_memory_that_cannot_be_written_is_said_and_stops_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    with running("--memory", str(folder / "memory"), "--memory-minutes", "0.01") as service:
        eventually(lambda: service.ask("GET", "/readyz").json()["status"] == "weakened")
        assert ask(service, "a", 1)["action"] == "allow"
        folder.mkdir()
        eventually(lambda: service.ask("GET", "/readyz").json()["status"] == "ok")
    assert (folder / "memory").exists()
