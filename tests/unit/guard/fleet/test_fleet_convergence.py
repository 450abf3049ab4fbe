"""Whatever order nodes decide, learn, lift, send, send again and hear in: they end with the same facts."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.guard import Aftermath, Event, Guard, GuardState, Policy
from revenuer.guard.fleet.entry import Notes
from revenuer.guard.fleet.order import Order

NODES = 3


@dataclass
class Node:
    """A guard with a place in the shared order, and what it has not sent yet."""

    name: str
    guard: Guard
    order: Order = field(default_factory=Order)
    unsent: list[bytes] = field(default_factory=list)
    numbered: int = 0
    read: int = 0
    last_entry: Notes | None = None


def fleet_of(count: int) -> list[Node]:
    nodes = [Node(f"n{i}", Guard(GuardState(Policy(shadow=False)))) for i in range(count)]
    for node in nodes:
        node.guard.state.sharing = True
    return nodes


def send(node: Node, stream: list[Notes]) -> None:
    node.unsent += node.guard.state.take_notes()
    if node.unsent:
        node.last_entry = Notes(node.name, node.numbered + 1, node.unsent)
        stream.append(node.last_entry)
        node.numbered += len(node.unsent)
        node.unsent = []


def hear(node: Node, stream: list[Notes], most: int) -> None:
    for entry in stream[node.read : node.read + most]:
        notes, missed = node.order.take(entry, joining=False)
        assert missed == 0
        for note in notes:
            node.guard.hear(note)
    node.read = min(len(stream), node.read + most)


def act(node: Node, stream: list[Notes], kind: str, account: str, signature: str, time: int) -> None:
    match kind:
        case "decide":
            node.guard.decide(
                Event(
                    request_id="r",
                    account_id=account,
                    model="m",
                    timestamp=time,
                    reasoning_signature=signature,
                )
            )
        case "learn":
            node.guard.learn(
                Aftermath(request_id="r", account_id=account, timestamp=time, issued_signatures=[signature])
            )
        case "lift" if account in node.guard.state.standing:
            node.guard.lift(account, "ann", "appeal", time)
        case "unsure":
            node.guard.state.unsure = not node.guard.state.unsure
        case "send":
            send(node, stream)
        case "send again" if node.last_entry is not None:
            stream.append(node.last_entry)
        case "hear":
            hear(node, stream, 1 + time % 4)


STEPS = st.lists(
    st.tuples(
        st.integers(0, NODES - 1),
        st.sampled_from(
            ["decide", "decide", "learn", "lift", "unsure", "send", "send again", "hear", "hear"]
        ),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["s", "t"]),
        st.integers(1, 20),
    ),
    max_size=60,
)


def settle(nodes: list[Node], stream: list[Notes]) -> None:
    for node in nodes:
        send(node, stream)
    for node in nodes:
        hear(node, stream, len(stream))


@given(STEPS)
@settings(max_examples=400, deadline=None)
def test_any_interleaving_ends_alike(steps: list[tuple[int, str, str, str, int]]) -> None:
    nodes, stream = fleet_of(NODES), list[Notes]()
    for which, kind, account, signature, time in steps:
        act(nodes[which], stream, kind, account, signature, time)
    settle(nodes, stream)
    for node in nodes[1:]:
        assert node.guard.state.standing == nodes[0].guard.state.standing
        assert dict(node.guard.state.received.items()) == dict(nodes[0].guard.state.received.items())
    assert not any(node.guard.state.received.unsettled() for node in nodes)


@given(STEPS)
@settings(max_examples=200, deadline=None)
def test_saying_everything_again_changes_nothing(steps: list[tuple[int, str, str, str, int]]) -> None:
    nodes, stream = fleet_of(NODES), list[Notes]()
    for which, kind, account, signature, time in steps:
        act(nodes[which], stream, kind, account, signature, time)
    settle(nodes, stream)
    before = [(dict(node.guard.state.standing), dict(node.guard.state.received.items())) for node in nodes]
    for node in nodes:
        node.unsent += node.guard.state.restated()
    settle(nodes, stream)
    after = [(dict(node.guard.state.standing), dict(node.guard.state.received.items())) for node in nodes]
    assert after == before


def owner(node: Node, signature: str) -> str:
    receipt = node.guard.state.received.get(signature)
    assert receipt is not None
    return receipt.account_id


def test_of_two_first_receivers_at_once_the_order_decides_and_nobody_is_accused() -> None:
    one, two = fleet_of(2)
    stream: list[Notes] = []
    act(one, stream, "decide", "a", "s", 1)
    act(two, stream, "decide", "b", "s", 1)
    send(two, stream)
    send(one, stream)
    settle([one, two], stream)
    assert (owner(one, "s"), owner(two, "s")) == ("b", "b")
    for node in (one, two):
        act(node, stream, "decide", "a", "s", 2)
        act(node, stream, "decide", "b", "s", 2)
        assert node.guard.state.standing == {}


def test_an_issued_block_outranks_who_came_first_with_it() -> None:
    one, two = fleet_of(2)
    stream: list[Notes] = []
    act(two, stream, "decide", "thief", "s", 1)
    send(two, stream)
    act(one, stream, "learn", "honest", "s", 1)
    settle([one, two], stream)
    assert (owner(one, "s"), owner(two, "s")) == ("honest", "honest")
    act(two, stream, "decide", "honest", "s", 2)
    act(two, stream, "decide", "thief", "s", 3)
    assert list(two.guard.state.standing) == ["thief"]


def test_a_lifted_measure_does_not_come_back_with_an_old_note() -> None:
    one, two = fleet_of(2)
    stream: list[Notes] = []
    act(one, stream, "learn", "a", "s", 1)
    act(one, stream, "decide", "b", "s", 5)
    old = one.guard.state.restated()
    settle([one, two], stream)
    act(two, stream, "lift", "b", "s", 9)
    settle([one, two], stream)
    one.unsent += old
    settle([one, two], stream)
    assert one.guard.state.standing["b"].lifted_by == "ann"
    assert two.guard.state.standing["b"].lifted_by == "ann"


def test_what_a_node_sees_while_it_cannot_hear_the_others_accuses_nobody() -> None:
    [node] = fleet_of(1)
    node.guard.state.unsure = True
    act(node, [], "decide", "thief", "s", 1)
    act(node, [], "decide", "honest", "s", 2)
    assert node.guard.state.standing == {}
    act(node, [], "learn", "honest", "t", 3)
    act(node, [], "decide", "thief", "t", 4)
    assert list(node.guard.state.standing) == ["thief"]
