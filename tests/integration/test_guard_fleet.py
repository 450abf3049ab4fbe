"""Two nodes and a real redis-server: one operator is seen by both, the server dies and comes back, and nobody is restarted."""

import asyncio
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from builders.redis_server import RedisServer, require_program
from revenuer.guard import Aftermath, Event, Guard, GuardState, Policy
from revenuer.guard.fleet import Condition, Fleet, FleetOptions
from revenuer.guard.fleet.link import Link
from revenuer.records import Action, UsageError

PATIENCE_S = 20.0


class Node:
    """A guard with its fleet, pumped by the test."""

    def __init__(
        self, server: RedisServer | str, seed: int, guard: Guard | None = None, **more: object
    ) -> None:
        self.guard = guard if guard is not None else Guard(GuardState(Policy(shadow=False)))
        url = server if isinstance(server, str) else server.url
        given = {"timeout_s": 0.5, "block_s": 0.05, "backoff_s": (0.01, 0.1), **more}
        self.fleet = Fleet(self.guard, FleetOptions(url=url, **given), np.random.default_rng(seed))  # type: ignore[arg-type]
        self.fleet.start()

    def ask(self, account: str, signature: str, at: int = 1) -> Action:
        event = Event(
            request_id=f"{account}-{at}",
            account_id=account,
            model="m",
            timestamp=at,
            reasoning_signature=signature,
        )
        action = self.guard.decide(event).action
        self.fleet.pump()
        return action

    def issue(self, account: str, *signatures: str) -> None:
        self.guard.learn(
            Aftermath(request_id="r", account_id=account, timestamp=1, issued_signatures=list(signatures))
        )
        self.fleet.pump()

    def holds(self, signature: str) -> bool:
        receipt = self.guard.state.received.get(signature)
        return receipt is not None and receipt.settled


def until(nodes: list[Node], true: Callable[[], bool]) -> float:
    """Pump `nodes` until `true`; return how long it took."""
    began = time.monotonic()
    while not true():
        for node in nodes:
            node.fleet.pump()
        assert time.monotonic() - began < PATIENCE_S, [
            (node.fleet.condition, node.fleet.error, node.fleet.buffered) for node in nodes
        ]
        time.sleep(0.0005)
    return time.monotonic() - began


def whole(*nodes: Node) -> bool:
    return all(node.fleet.condition is Condition.WHOLE and not node.guard.state.unsure for node in nodes)


def facts(node: Node) -> tuple[object, object]:
    return node.guard.state.standing, dict(node.guard.state.received.items())


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with RedisServer() as started:
        yield started


@pytest.fixture
def open_node() -> Iterator[Callable[..., Node]]:
    with ExitStack() as stack:

        def opened(*given: object, **more: object) -> Node:
            node = Node(*given, **more)  # type: ignore[arg-type]
            stack.callback(node.fleet.close)
            return node

        yield opened


@pytest.fixture
def pair(server: RedisServer, open_node: Callable[..., Node]) -> list[Node]:
    nodes = [open_node(server, 1), open_node(server, 2)]
    until(nodes, lambda: whole(*nodes))
    return nodes


def test_two_nodes_see_one_operator(pair: list[Node]) -> None:
    one, two = pair
    assert one.ask("a", "block") is Action.ALLOW
    until(pair, lambda: two.holds("block"))
    assert two.ask("b", "block", 2) is Action.DENY
    took = until(pair, lambda: "b" in one.guard.state.standing)
    assert one.ask("b", "another", 3) is Action.DENY
    print(f"a measure put on one node stood on the other after {took * 1000:.1f} ms")


def test_an_appeal_on_one_node_holds_on_the_other(pair: list[Node]) -> None:
    one, two = pair
    one.issue("a", "block")
    until(pair, lambda: two.holds("block"))
    two.ask("b", "block", 2)
    until(pair, lambda: "b" in one.guard.state.standing)
    one.guard.lift("b", "ann", "a colleague's account", 5)
    until(pair, lambda: two.guard.state.standing["b"].lifted_by == "ann")
    assert two.ask("b", "fresh", 6) is not Action.DENY


def test_concurrent_first_receivers_end_with_one_owner(pair: list[Node]) -> None:
    one, two = pair
    for i in range(50):
        one.ask("a", f"block-{i}")
        two.ask("b", f"block-{i}")
    until(pair, lambda: all(node.holds(f"block-{i}") for node in pair for i in range(50)))
    until(pair, lambda: facts(one) == facts(two))
    assert one.guard.state.standing == {}


@pytest.mark.parametrize("how", ["kill", "pause"])
def test_alone_and_back_without_a_restart(server: RedisServer, pair: list[Node], how: str) -> None:
    one, two = pair
    one.issue("a", "before")
    until(pair, lambda: two.holds("before"))
    assert two.ask("b", "before", 2) is Action.DENY
    until(pair, lambda: "b" in one.guard.state.standing)
    server.kill() if how == "kill" else server.pause()
    two.issue("c", "meanwhile")
    until(pair, lambda: [node.fleet.condition for node in pair] == [Condition.LONELY] * 2)
    assert two.ask("d", "meanwhile", 3) is Action.DENY
    assert one.ask("b", "fresh", 3) is Action.DENY
    assert one.ask("d", "other", 3) is Action.ALLOW
    assert two.fleet.buffered >= 2
    assert two.fleet.dropped == 0
    server.start() if how == "kill" else server.resume()
    until(pair, lambda: whole(*pair) and one.holds("meanwhile") and "d" in one.guard.state.standing)
    assert one.ask("d", "more", 9) is Action.DENY
    until(pair, lambda: facts(one) == facts(two))
    assert one.fleet.missed == two.fleet.missed == 0


def test_a_server_that_lost_everything_is_told_the_measures_again(
    server: RedisServer, pair: list[Node], open_node: Callable[..., Node]
) -> None:
    one, two = pair
    one.issue("a", "block")
    until(pair, lambda: two.holds("block"))
    two.ask("b", "block", 2)
    until(pair, lambda: "b" in one.guard.state.standing)
    server.kill()
    server.start()
    until(pair, lambda: whole(*pair))
    late = open_node(server, 3)
    until([*pair, late], lambda: "b" in late.guard.state.standing)


def test_what_found_no_room_while_alone_is_counted_and_the_measures_come_after_all(
    server: RedisServer, open_node: Callable[..., Node]
) -> None:
    one, two = nodes = [open_node(server, 1), open_node(server, 2, room_notes=40)]
    until(nodes, lambda: whole(*nodes))
    server.pause()
    until(nodes, lambda: not two.fleet.connected and not one.fleet.connected)
    two.issue("a", "block")
    assert two.ask("b", "block", 2) is Action.DENY
    for i in range(100):
        two.issue("c", f"block-{i}")
    assert two.fleet.buffered == 40
    assert two.fleet.dropped >= 62
    server.resume()
    until(nodes, lambda: "b" in one.guard.state.standing and one.holds("block-99"))
    until(nodes, lambda: two.fleet.buffered == 0)
    assert one.fleet.missed >= 62


def test_a_late_node_reads_what_the_stream_retains(
    pair: list[Node], server: RedisServer, open_node: Callable[..., Node]
) -> None:
    one, two = pair
    one.issue("a", "block")
    until(pair, lambda: two.holds("block"))
    two.ask("b", "block", 2)
    until(pair, lambda: "b" in one.guard.state.standing)
    late = open_node(server, 3)
    until([late], lambda: whole(late))
    assert facts(late) == facts(one)
    assert late.ask("b", "other", 3) is Action.DENY


def test_a_restarted_node_goes_on_where_its_journal_stood(
    server: RedisServer, open_node: Callable[..., Node]
) -> None:
    one, two = open_node(server, 1), Node(server, 2)
    until([one, two], lambda: whole(one, two))
    one.issue("a", "early")
    until([one, two], lambda: two.holds("early"))
    saved = two.guard.state.take_saved()
    two.fleet.close()
    one.issue("a", "late")
    until([one], lambda: one.holds("late"))
    state = GuardState(Policy(shadow=False))
    state.restore(saved)
    again = open_node(server, 3, Guard(state))
    until([again], lambda: whole(again))
    assert facts(again) == facts(one)
    assert again.fleet.heard == 1


def test_a_node_that_was_away_too_long_says_so_and_gets_the_measures(
    server: RedisServer, open_node: Callable[..., Node]
) -> None:
    one, two = open_node(server, 1), Node(server, 2)
    until([one, two], lambda: whole(one, two))
    one.issue("a", "early")
    until([one, two], lambda: two.holds("early"))
    saved = two.guard.state.take_saved()
    two.fleet.close()
    one.ask("b", "early", 2)
    until([one], lambda: one.fleet.buffered == 0 and one.guard.state.take_notes() == [])
    one.issue("a", "block-0")
    until([one], lambda: one.holds("block-0"))
    one.issue("a", "block-1")
    until([one], lambda: one.holds("block-1"))
    Link(server.url, 5.0, "test").command("XTRIM", "revenuer:guard", "MAXLEN", "=", 1)
    state = GuardState(Policy(shadow=False))
    state.restore(saved)
    again = open_node(server, 3, Guard(state))
    seen = set[Condition]()

    def recovered() -> bool:
        seen.add(again.fleet.condition)
        return "b" in again.guard.state.standing and again.fleet.condition is Condition.WHOLE

    until([one, again], recovered)
    assert Condition.BEHIND in seen
    assert again.guard.state.unsure, "receipts are still missing: being first proves nothing here"
    assert again.ask("thief", "block-0", 7) is Action.ALLOW
    assert again.ask("a", "block-0", 8) is Action.ALLOW, "nobody is accused for what was missed"


def test_foreign_and_forged_entries_are_refused(server: RedisServer, open_node: Callable[..., Node]) -> None:
    one, two = nodes = [open_node(server, 1, key=b"ours"), open_node(server, 2, key=b"ours")]
    stranger = open_node(server, 3, key=b"theirs")
    until([*nodes, stranger], lambda: whole(*nodes, stranger))
    stranger.issue("a", "forged")
    Link(server.url, 5.0, "test").command("XADD", "revenuer:guard", "*", "e", b"\xff\x00junk")
    one.issue("a", "genuine")
    until([*nodes, stranger], lambda: two.holds("genuine") and two.fleet.refused == 2)
    assert two.guard.state.received.get("forged") is None
    assert two.fleet.condition is Condition.WHOLE


def test_a_stream_of_the_wrong_type_leaves_the_node_alone_and_deciding(
    server: RedisServer, open_node: Callable[..., Node]
) -> None:
    link = Link(server.url, 5.0, "test")
    link.command("SET", "revenuer:guard", "x")
    node = open_node(server, 1)
    until([node], lambda: node.fleet.error is not None)
    assert node.fleet.condition is Condition.LONELY
    assert node.ask("a", "block") is Action.ALLOW
    link.command("DEL", "revenuer:guard")
    until([node], lambda: whole(node) and node.fleet.buffered == 0)


def test_ten_thousand_notes(pair: list[Node]) -> None:
    one, two = pair
    began = time.monotonic()
    for batch in range(100):
        one.issue("a", *(f"block-{batch}-{i}" for i in range(100)))
    until(pair, lambda: len(two.guard.state.received) == 10_000 and two.fleet.condition is Condition.WHOLE)
    print(f"10,000 notes from one node to the other in {time.monotonic() - began:.2f} s")
    until(pair, lambda: facts(one) == facts(two))
    assert one.fleet.dropped == one.fleet.missed == two.fleet.missed == 0


def test_notes_travel_while_an_event_loop_attends(server: RedisServer) -> None:
    async def run() -> list[float]:
        one, two = nodes = [Node(server, 1), Node(server, 2)]
        tasks = [asyncio.create_task(node.fleet.attend()) for node in nodes]
        took = []
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not whole(*nodes):
                    await asyncio.sleep(0.001)
                for i in range(50):
                    began = time.monotonic()
                    one.guard.learn(
                        Aftermath(
                            request_id="r", account_id="a", timestamp=1, issued_signatures=[f"block-{i}"]
                        )
                    )
                    while not two.holds(f"block-{i}"):
                        await asyncio.sleep(0)
                    took.append(time.monotonic() - began)
        finally:
            for task in tasks:
                task.cancel()
            for node in nodes:
                node.fleet.close()
        return took

    took = sorted(asyncio.run(run()))
    print(f"node to node: median {took[25] * 1000:.1f} ms, longest {took[-1] * 1000:.1f} ms")
    assert len(took) == 50


def test_tls_and_password(tmp_path: Path, open_node: Callable[..., Node]) -> None:
    require_program("openssl", "openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            str(key),
            "-out",
            str(certificate),
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ],
        check=True,
        capture_output=True,
    )
    tls = ["--tls-cert-file", str(certificate), "--tls-key-file", str(key), "--tls-auth-clients", "no"]
    port = free_port()
    with RedisServer("--requirepass", "hidden", "--tls-port", str(port), *tls) as server:
        given = f"rediss://:hidden@localhost:{port}/0?ssl_ca_certs={certificate}"
        node, wrong = open_node(given, 1), open_node(given.replace("hidden", "guess"), 2)
        until([node, wrong], lambda: whole(node) and wrong.fleet.error is not None)
        assert wrong.fleet.condition is Condition.LONELY
        assert "guess" not in str(wrong.fleet.error)
        assert server.process.poll() is None


def test_an_address_that_cannot_be_read_is_not_repeated() -> None:
    for url in ("http://user:hidden@host/", "redis://user:hidden@host:port/0"):
        with pytest.raises(UsageError) as error:
            Link(url, 1.0, "test")
        assert "hidden" not in str(error.value)


def free_port() -> int:
    """Return a port that was free a moment ago; redis-server cannot choose one itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
