"""The follower on a real Redis stream: acknowledged after the decision, nothing lost when either side dies, several as one guard."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from builders.followed import Following, denied, exchange, replay, run_once
from builders.redis_server import RedisServer
from revenuer.guard.fleet.link import Link


class Queue:
    """A stream on a server of the test's own."""

    def __init__(self, server: RedisServer, name: str = "requests") -> None:
        self.server = server
        self.name = name
        self.url = f"{server.url}&stream={name}"

    def link(self) -> Link:
        return Link(self.server.url, 5.0, "test")

    def add(self, rows: list[dict[str, Any]]) -> None:
        self.link().commands([["XADD", self.name, "*", "json", json.dumps(row)] for row in rows])

    def pending(self) -> int:
        return int(self.link().command("XPENDING", self.name, "revenuer")["pending"])


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with RedisServer() as started:
        yield started


@pytest.fixture
def queue(server: RedisServer) -> Queue:
    return Queue(server)


def test_once_reads_what_is_there_and_acknowledges_it(queue: Queue, tmp_path: Path) -> None:
    queue.add(replay())
    queue.link().command("XADD", "requests", "*", "other", "field")
    queue.link().command("XADD", "requests", "*", "json", "no json")
    aside = tmp_path / "quarantine.jsonl"
    decisions, _ = run_once(queue.url, "--quarantine", aside, expect=1)
    assert denied(decisions) == ["q2"]
    assert queue.pending() == 0
    reasons = [json.loads(line)["reason"] for line in aside.read_text().splitlines()]
    assert reasons[0] == "has no field json"
    assert len(reasons) == 2
    assert run_once(queue.url, "--all")[0] == []


def test_the_server_dies_and_comes_back(queue: Queue, follow: Callable[..., Following]) -> None:
    one, two, three = replay()
    queue.add([one])
    following = follow(queue.url, "--all", "--from", "beginning")
    following.until(lambda: len(following.decisions()) == 1)
    queue.server.kill()
    following.until(lambda: "is away" in following.said())
    queue.server.start()
    queue.add([two])
    following.until(lambda: len(following.decisions()) == 2)
    assert following.decisions()[1]["would"] == "deny"
    queue.server.pause()
    following.until(lambda: following.said().count("is away") == 2)
    queue.server.resume()
    queue.add([three])
    following.until(lambda: len(following.decisions()) == 3)
    following.until(lambda: queue.pending() == 0)
    following.stop(expect=1)


def test_what_a_killed_follower_had_not_acknowledged_comes_again(queue: Queue) -> None:
    rows = [exchange(f"q{i}", "a", i) for i in range(4)]
    queue.add(rows)
    address = f"{queue.url}&consumer=c1"
    link = queue.link()
    link.command("XGROUP", "CREATE", "requests", "revenuer", "0")
    link.command("XREADGROUP", "GROUP", "revenuer", "c1", "COUNT", 2, "STREAMS", "requests", ">")
    assert queue.pending() == 2
    decisions, _ = run_once(address, "--all")
    assert [one["request_id"] for one in decisions] == ["q0", "q1", "q2", "q3"]
    assert queue.pending() == 0


def test_two_followers_of_one_group_are_one_guard_with_shared_state(
    queue: Queue, follow: Callable[..., Following], tmp_path: Path
) -> None:
    address = tmp_path / "address"
    address.write_text(f"{queue.server.url}\n")
    key = tmp_path / "key"
    key.write_text("a secret of this test's own\n")
    shared = ["--shared", f"@{address}", "--shared-key", str(key), "--all"]
    other = Queue(queue.server, "others")
    one, two = follow(queue.url, *shared), follow(other.url, *shared)
    for following in (one, two):
        following.until(lambda following=following: "shared state: whole" in following.said())  # type: ignore[misc]
    received, replayed, _ = replay()
    queue.add([received])
    one.until(lambda: len(one.decisions()) == 1)
    one.until(lambda: int(queue.link().command("XLEN", "revenuer:guard")) > 0)
    for attempt in range(200):
        # The other node hears within milliseconds; how many is not this test's business.
        other.add(
            [{**replayed, "request_id": f"again-{attempt}", "timestamp": replayed["timestamp"] + attempt}]
        )
        two.until(lambda attempt=attempt: len(two.decisions()) > attempt)  # type: ignore[misc]
        if two.decisions()[-1]["would"] == "deny":
            break
    assert two.decisions()[-1]["would"] == "deny"
    for attempt in range(200):
        queue.add([exchange(f"elsewhere-{attempt}", "thief", 400 + attempt)])
        one.until(lambda attempt=attempt: len(one.decisions()) > attempt + 1)  # type: ignore[misc]
        if one.decisions()[-1]["would"] == "deny":
            break
    assert one.decisions()[-1]["would"] == "deny"
    one.stop(expect=1)
    two.stop(expect=1)
