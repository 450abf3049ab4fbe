"""The assembled service when things break: each answer is correct, or the failure mode that has a name."""

import contextlib
import http.client
import json
import re
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builders import campaign_indexes
from builders.guard_service import Running, running
from builders.operator_traffic import people
from builders.redis_server import RedisServer
from revenuer.detect.campaign_index import IndexContent, KeyKind, KeyNote, index_bytes
from revenuer.detect.keyed_hash import UNKEYED
from revenuer.detect.string_hash import hash_string
from revenuer.guard.journal import JournalReader

HOUR_US = 3_600_000_000
LIVE = """
[mode]
shadow = false
deadline_ms = 10000
[caps]
max_restricted_per_hour = 1000000
max_denied_per_hour = 1000000
"""


@pytest.fixture
def live(tmp_path: Path) -> list[str]:
    """Options of a service that says no, with journal and memory."""
    (tmp_path / "policy.toml").write_text(LIVE)
    return [
        "--policy", str(tmp_path / "policy.toml"), "--journal", str(tmp_path / "journal.db"),
        "--memory", str(tmp_path / "memory"), "--memory-minutes", "0.01",
    ]  # fmt: skip


def eventually(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def action(service: Running, name: str, **more: object) -> str:
    reply = service.ask("POST", "/v1/decide", {"account_id": name, **more})
    assert reply.status == 200
    assert "x-revenuer-failure" not in reply.headers
    return str(reply.json()["action"])


def issue(service: Running, account: str, signature: str) -> None:
    outcome = {"request_id": "r", "account_id": account, "issued_signatures": [signature]}
    assert service.ask("POST", "/v1/outcomes", outcome).status == 200


def page(service: Running) -> str:
    return service.ask("GET", "/metrics").body.decode()


def gauge(service: Running, name: str) -> float:
    found = re.search(rf"^revenuer_guard_{name} (\S+)$", page(service), re.MULTILINE)
    assert found is not None, name
    return float(found[1])


def ready(service: Running) -> tuple[int, dict[str, str]]:
    reply = service.ask("GET", "/readyz")
    return reply.status, reply.json()["parts"]


@contextlib.contextmanager
def under_load(service: Running) -> Iterator[list[str]]:
    """Keep the service busy; give the failures that its answers named. That it is gone is none."""
    stop = threading.Event()
    named: list[str] = []

    def work(seed: int) -> None:
        events = people(300, seed=seed)
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            while not stop.is_set():
                for event in events:
                    connection.request("POST", "/v1/decide", json.dumps(event))
                    answer = connection.getresponse()
                    answer.read()
                    if answer.status != 200:
                        named.append(str(answer.status))
                    elif (failure := answer.getheader("x-revenuer-failure")) is not None:
                        named.append(failure)
                    if stop.is_set():
                        return

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield named
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_killed_under_load_it_comes_back_with_every_measure_of_a_second_ago(
    tmp_path: Path, live: list[str]
) -> None:
    denied: dict[str, float] = {}
    with running(*live) as service:
        issue(service, "owner", "block")
        with under_load(service) as named:
            end = time.monotonic() + 4
            while time.monotonic() < end:
                thief = f"thief-{len(denied)}"
                if action(service, thief, reasoning_signature="block") == "deny":
                    denied[thief] = time.monotonic()
            killed_at = time.monotonic()
            service.process.send_signal(signal.SIGKILL)
            service.process.wait()
        assert set(named) <= {"deadline", "shed"}, named
    assert (tmp_path / "memory").exists()
    kept = [name for name, at in denied.items() if at < killed_at - 1.0]
    assert kept
    with running(*live) as service:
        assert [name for name in kept if action(service, name) != "deny"] == []
        assert action(service, "owner") != "deny"
        assert action(service, "person-1") == "allow"
        assert gauge(service, "accounts") > len(kept)
        assert ready(service) == (200, {})


def test_a_full_disk_is_told_and_answers_go_on_and_nothing_is_lost(tmp_path: Path, live: list[str]) -> None:
    with running(*live) as service:
        issue(service, "owner", "block")
        assert action(service, "before", reasoning_signature="block") == "deny"
        eventually(lambda: gauge(service, "journal_lag_seconds") == 0 and (tmp_path / "memory").exists())
        pid = service.process.pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
        assert action(service, "during", reasoning_signature="block") == "deny"
        eventually(lambda: ready(service)[0] == 503)
        assert {"journal", "memory"} >= set(ready(service)[1]) >= {"journal"}
        eventually(lambda: "memory" in ready(service)[1])
        with under_load(service) as named:
            time.sleep(0.5)
            assert action(service, "before") == "deny"
            assert action(service, "during") == "deny"
        assert set(named) <= {"deadline"}, named
        assert gauge(service, "journal_dropped_decisions") == 0
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
        eventually(lambda: ready(service) == (200, {}))
        code, log = service.stop()
    assert code == 0
    events = [json.loads(line)["event"] for line in log if line.startswith("{")]
    assert events.count("the journal is not written") == events.count("the journal is written again") == 1
    assert events.count("the memory is not written") == 1
    with JournalReader(tmp_path / "journal.db") as reader:
        assert {"before", "during"} <= {one.key for one in reader.facts() if one.kind == "standing"}


def index_of(account: str) -> IndexContent:
    """Return an index of one campaign, of which `account` is a member and whose accounts share the card `card-of-ACCOUNT`."""
    values = ((KeyKind.MEMBER, account), (KeyKind.PAYMENT_FINGERPRINT, f"card-of-{account}"))
    rows = [(0, kind, int(hash_string(value, UNKEYED))) for kind, value in values]
    return IndexContent(
        campaigns=(campaign_indexes.campaign("C-1"),),
        entries=campaign_indexes.entries(rows, outsiders=0),
        key=KeyNote.of(UNKEYED),
        made_at=campaign_indexes.MADE_AT,
    )


def card(account: str) -> dict[str, str]:
    return {"payment_fingerprint": f"card-of-{account}"}


def test_half_written_files_are_kept_out_and_the_old_ones_stay(tmp_path: Path, live: list[str]) -> None:
    path = tmp_path / "campaigns.index"
    whole = index_bytes(index_of("named"))
    path.write_bytes(whole)
    with running(*live, "--index", str(path)) as service:
        before = action(service, "named", account=card("named"))
        assert before not in ("allow", "observe")
        with under_load(service) as named:
            flipped = whole[:-1] + bytes([whole[-1] ^ 1])
            for turn, broken in enumerate((whole[: len(whole) // 2], flipped, b"", b"\x00" * len(whole)), 1):
                path.write_bytes(broken)
                eventually(lambda turn=turn: reloads(service, "bad") == turn)  # type: ignore[misc]
                assert action(service, "named") == before
                path.write_bytes(whole)
                eventually(lambda turn=turn: reloads(service, "ok") == turn)  # type: ignore[misc]
            path.unlink()
            (tmp_path / "policy.toml").write_text(LIVE.replace("shadow = false", "shadow = "))
            eventually(lambda: 'reloads_total{outcome="bad",what="policy"}' in page(service))
            assert action(service, "named") == before
            assert action(service, "unnamed") == "allow"
        assert set(named) <= {"deadline"}, named
        path.write_bytes(index_bytes(index_of("another")))
        eventually(lambda: reloads(service, "ok") == 5)
        assert action(service, "another", account=card("another")) not in ("allow", "observe")


def reloads(service: Running, outcome: str) -> float:
    found = re.search(rf'reloads_total{{outcome="{outcome}",what="index"}} (\S+)', page(service))
    return float(found[1]) if found else 0.0


def test_a_clock_that_jumps_gives_nobody_a_way_out_and_accuses_nobody(live: list[str]) -> None:
    now = time.time_ns() // 1000
    with running(*live) as service:
        issue(service, "owner", "block")
        assert action(service, "thief", reasoning_signature="block", timestamp=now) == "deny"
        for jump in (-HOUR_US, -24 * HOUR_US, -365 * 24 * HOUR_US, 24 * HOUR_US, 50 * 365 * 24 * HOUR_US):
            assert action(service, "thief", timestamp=max(now + jump, 0)) == "deny", jump
            assert action(service, f"person-{jump}", timestamp=max(now + jump, 0), prompt="hello") == "allow"
            assert action(service, "owner", timestamp=max(now + jump, 0)) in ("allow", "observe")
        assert action(service, "second", reasoning_signature="block", timestamp=now - HOUR_US) == "deny"
        assert action(service, "second") == "deny"


def test_a_shared_server_that_is_cut_off_holds_nobody_up(live: list[str]) -> None:
    with RedisServer() as server, running(*live, "--fleet", server.url) as service:
        eventually(lambda: ready(service) == (200, {}))
        with under_load(service) as named:
            # Every connection stays open and nothing comes back, as when a cable is cut.
            server.pause()
            eventually(lambda: ready(service)[1].get("fleet", "").startswith("lonely"))
            issue(service, "owner", "block")
            assert action(service, "thief", reasoning_signature="block") == "deny"
            assert gauge(service, "fleet_connected") == 0
            server.resume()
            eventually(lambda: ready(service) == (200, {}))
            eventually(lambda: gauge(service, "fleet_buffered_notes") == 0)
        assert set(named) <= {"deadline"}, named
        assert gauge(service, "fleet_dropped_notes") == 0
