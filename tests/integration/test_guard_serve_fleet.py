"""Two `guard serve` with a real redis-server between them: one guard, named states when the server is away, and nobody restarted."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from builders.guard_service import SIGNATURE, Running, running
from builders.operator_traffic import operator, people
from builders.redis_server import RedisServer

PATIENCE_S = 60.0
BATCH = 400


@dataclass
class Pair:
    """Two nodes and their server."""

    server: RedisServer
    one: Running
    two: Running
    _marks: int = 0

    def both(self, true: Callable[[Running], bool]) -> None:
        for node in (self.one, self.two):
            eventually(lambda node=node: true(node))  # type: ignore[misc]

    def even(self) -> None:
        """Wait until each node has heard what was said before: a mark that each sets now is told and heard last."""
        for name, node in (("one", self.one), ("two", self.two)):
            before = gauge(node, "fleet_told_notes")
            mark = {
                "request_id": "mark",
                "account_id": name,
                "issued_signatures": [f"mark-{name}-{self._marks}"],
            }
            assert node.ask("POST", "/v1/outcomes", mark).status == 200
            eventually(lambda node=node, before=before: gauge(node, "fleet_told_notes") > before)  # type: ignore[misc]
        self._marks += 1

        def even() -> bool:
            told = sum(gauge(node, "fleet_told_notes") for node in (self.one, self.two))
            return {gauge(node, "fleet_heard_notes") for node in (self.one, self.two)} == {told}

        eventually(even)
        self.both(lambda node: gauge(node, "fleet_whole") == 1)


def eventually(true: Callable[[], bool], every_s: float = 0.02) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(every_s)


def gauge(node: Running, name: str) -> float:
    page = node.ask("GET", "/metrics").body.decode()
    found = re.search(rf"^revenuer_guard_{name} (\S+)$", page, re.MULTILINE)
    assert found is not None, name
    return float(found[1])


def decide(node: Running, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    decisions = []
    for start in range(0, len(events), BATCH):
        reply = node.ask("POST", "/v1/decide", {"events": events[start : start + BATCH]})
        assert reply.status == 200, reply.body
        decisions += reply.json()["decisions"]
    return decisions


def actions(node: Running, events: list[dict[str, Any]]) -> set[str]:
    return {str(one["action"]) for one in decide(node, events)}


def state_of(node: Running) -> dict[str, Any]:
    reply = node.ask("GET", "/readyz")
    assert reply.status == 200, "a node that is alone goes on being asked"
    return dict(reply.json())


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    (tmp_path / "policy.toml").write_text("[mode]\nshadow = false\ndeadline_ms = 10000\n")
    (tmp_path / "key").write_text("a secret of this fleet\n")
    with ExitStack() as stack:
        server = stack.enter_context(RedisServer())
        (tmp_path / "address").write_text(f"{server.url}\n")
        nodes = [
            stack.enter_context(
                running(
                    "--policy", str(tmp_path / "policy.toml"), "--node", name, "--journal", str(tmp_path / f"{name}.db"),
                    "--fleet", f"@{tmp_path / 'address'}", "--fleet-key", str(tmp_path / "key"),
                )
            )
            for name in ("one", "two")
        ]  # fmt: skip
        pair = Pair(server, nodes[0], nodes[1])
        pair.both(lambda node: state_of(node)["status"] == "ok")
        yield pair


def test_an_operator_that_is_too_small_on_each_node_is_contained_on_both(pair: Pair) -> None:
    decide(pair.one, people(800, seed=1))
    decide(pair.two, people(800, seed=3))
    assert actions(pair.one, operator(0, 4)) == {"allow"}
    pair.even()
    assert "deny" not in actions(pair.two, operator(4, 2, requests=2)), (
        "four accounts elsewhere, two new here"
    )
    decide(pair.two, operator(4, 4))
    pair.even()
    whole = operator(0, 8, requests=1, seed=9)
    found = [decide(node, whole) for node in (pair.one, pair.two)]
    spared = [
        (node, one["account_id"], one["reason"])
        for node, decisions in enumerate(found)
        for one in decisions
        if one["action"] not in ("challenge", "deny")
    ]
    assert not spared
    assert len({one["campaign_id"] for decisions in found for one in decisions}) == 1, (
        "one name on both nodes"
    )
    for node in (pair.one, pair.two):
        assert actions(node, people(100, seed=5)) == {"allow"}


def test_accounts_of_one_organization_on_two_nodes_are_not_accused(pair: Pair) -> None:
    decide(pair.one, people(800, seed=1))
    decide(pair.two, people(800, seed=3))
    for round_ in range(2):
        assert actions(pair.one, operator(0, 5, organization="lab", seed=20 + round_)) == {"allow"}
        assert actions(pair.two, operator(5, 5, organization="lab", seed=20 + round_)) == {"allow"}
        pair.even()
    pair.one.ask("POST", "/v1/decide", {**signed("lab-0"), "organization_id": "lab"})
    pair.even()
    crossed = pair.two.ask("POST", "/v1/decide", {**signed("lab-9"), "organization_id": "lab"})
    assert crossed.json()["action"] == "allow"


def signed(account: str, signature: str = SIGNATURE) -> dict[str, object]:
    return {"account_id": account, "reasoning_signature": signature, "turn": 1}


def test_a_signature_that_the_other_node_issued_is_known_and_the_server_comes_back(pair: Pair) -> None:
    outcome = {"request_id": "r", "account_id": "owner", "issued_signatures": [SIGNATURE]}
    assert pair.one.ask("POST", "/v1/outcomes", outcome).status == 200
    pair.even()
    assert pair.two.ask("POST", "/v1/decide", signed("thief")).json()["action"] == "deny"
    pair.even()
    assert pair.one.ask("POST", "/v1/decide", {"account_id": "thief"}).json()["action"] == "deny"

    pair.server.kill()
    pair.both(lambda node: state_of(node)["parts"].get("fleet", "").startswith("lonely"))
    pair.both(lambda node: gauge(node, "fleet_connected") == 0)
    later = "another-" + SIGNATURE
    assert pair.one.ask("POST", "/v1/outcomes", {**outcome, "issued_signatures": [later]}).status == 200
    assert pair.one.ask("POST", "/v1/decide", signed("second", later)).json()["action"] == "deny"
    assert pair.two.ask("POST", "/v1/decide", {"account_id": "thief"}).json()["action"] == "deny"
    assert pair.two.ask("POST", "/v1/decide", {"account_id": "second"}).json()["action"] == "allow"
    eventually(lambda: gauge(pair.one, "fleet_buffered_notes") > 0)
    pair.both(lambda node: any('"lonely"' in line for line in node.log))

    pair.server.start()
    pair.both(lambda node: state_of(node)["status"] == "ok")
    eventually(
        lambda: pair.two.ask("POST", "/v1/decide", {"account_id": "second"}).json()["action"] == "deny"
    )
    pair.both(lambda node: gauge(node, "fleet_dropped_notes") == 0)
    for node in (pair.one, pair.two):
        assert node.stop()[0] == 0
