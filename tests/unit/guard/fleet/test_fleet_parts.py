"""The parts of the fleet, one by one: entries, numbers, gaps, what waits."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.guard import GuardState, Policy, hear
from revenuer.guard.fleet.entry import Answer, Ask, Entry, EntryError, Notes, read_entry, write_entry
from revenuer.guard.fleet.link import Backoff
from revenuer.guard.fleet.order import NODES, Order
from revenuer.guard.fleet.outbox import Outbox
from revenuer.guard.fleet.position import BEGINNING, Position, entry_id, restored
from revenuer.guard.fleet.retained import NOTHING_RETAINED, Gap, Retained, gap_since

ENTRIES = st.one_of(
    st.builds(
        Notes,
        node=st.text(max_size=8),
        first=st.integers(1, 2**62),
        notes=st.lists(st.binary(max_size=9), max_size=4),
    ),
    st.builds(Ask, node=st.text(max_size=8)),
    st.builds(Answer, node=st.text(max_size=8), asked=st.text(max_size=8)),
)


@given(ENTRIES, st.none() | st.binary(min_size=1, max_size=64))
@settings(deadline=None)
def test_an_entry_comes_back(entry: Entry, key: bytes | None) -> None:
    assert read_entry(write_entry(entry, key), key) == entry


@given(ENTRIES, st.binary(min_size=1, max_size=64), st.integers(0, 2**16), st.integers(1, 255))
@settings(deadline=None)
def test_an_entry_that_was_touched_is_refused(entry: Entry, key: bytes, at: int, change: int) -> None:
    fields = {name: bytearray(value) for name, value in write_entry(entry, key).items()}
    name = list(fields)[at % 2]
    fields[name][at % len(fields[name])] ^= change
    with pytest.raises(EntryError):
        read_entry({name: bytes(value) for name, value in fields.items()}, key)


@given(
    st.dictionaries(st.binary(max_size=2), st.binary(max_size=60), max_size=3)
    | st.binary().map(lambda b: {b"e": b})
)
@settings(deadline=None)
def test_any_fields_are_read_or_refused(fields: dict[bytes, bytes]) -> None:
    try:
        entry = read_entry(fields, None)
    except EntryError:
        return
    assert read_entry(write_entry(entry, None), None) == entry


@given(st.binary(max_size=80))
@settings(deadline=None)
def test_any_note_is_heard_or_counted_as_unread(note: bytes) -> None:
    state = hear(note, GuardState(Policy()))
    assert state.unread == 1 or len(state.received) + len(state.standing) == 1


def test_a_note_of_a_kind_that_comes_later_is_counted_as_unread() -> None:
    assert hear(msgspec.msgpack.encode(["a later kind", 1]), GuardState(Policy())).unread == 1


def test_a_note_is_taken_once_and_holes_are_counted() -> None:
    order = Order()
    assert order.take(Notes("a", 1, [b"1", b"2"]), joining=False) == ([b"1", b"2"], 0)
    assert order.take(Notes("a", 1, [b"1", b"2"]), joining=False) == ([], 0)
    assert order.take(Notes("a", 2, [b"2", b"3"]), joining=False) == ([b"3"], 0)
    assert order.take(Notes("a", 6, [b"6"]), joining=False) == ([b"6"], 2)
    assert order.take(Notes("b", 4, [b"4"]), joining=True) == ([b"4"], 0)
    assert order.take(Notes("c", 4, [b"4"]), joining=False) == ([b"4"], 3)
    assert Order(order.last).take(Notes("b", 4, [b"4"]), joining=True) == ([], 0)


def test_the_nodes_remembered_are_bounded() -> None:
    order = Order()
    for i in range(NODES + 10):
        order.take(Notes(str(i), 1, [b"1"]), joining=False)
    assert len(order.last) == NODES
    assert "9" not in order.last


def test_what_waits_is_numbered_and_the_oldest_goes() -> None:
    outbox = Outbox(room_notes=3, room_bytes=100)
    outbox.put([b"1", b"2"])
    assert outbox.oldest(9, 100) == (1, [b"1", b"2"])
    outbox.put([b"3", b"4", b"5"])
    assert (outbox.oldest(9, 100), outbox.dropped, outbox.room) == ((3, [b"3", b"4", b"5"]), 2, 0)
    assert outbox.oldest(9, 2) == (3, [b"3", b"4"])
    assert outbox.oldest(1, 0) == (3, [b"3"])
    outbox.sent(2)
    assert len(outbox) == 3
    outbox.sent(4)
    assert outbox.oldest(9, 100) == (5, [b"5"])
    outbox.put([b"x" * 101])
    assert (len(outbox), outbox.dropped) == (0, 4)
    assert not outbox.wait(0.0)


@pytest.mark.parametrize(
    ("at", "index", "retained", "gap"),
    [
        (BEGINNING, 0, NOTHING_RETAINED, Gap.NONE),
        (BEGINNING, 0, Retained(5, "7-0", "9-0", 50), Gap.NONE),
        ("9-0", 50, Retained(5, "7-0", "9-0", 50), Gap.NONE),
        ("8-0", 48, Retained(5, "7-0", "9-0", 50), Gap.NONE),
        ("6-0", 45, Retained(5, "7-0", "9-0", 50), Gap.NONE),
        ("6-0", 44, Retained(5, "7-0", "9-0", 50), Gap.TRIMMED),
        ("6-0", 45, Retained(5, "7-0", "9-0", None), Gap.TRIMMED),
        ("9-0", 50, Retained(0, BEGINNING, "9-0", 50), Gap.NONE),
        ("8-0", 49, Retained(0, BEGINNING, "9-0", 50), Gap.TRIMMED),
        ("9-1", 51, Retained(5, "7-0", "9-0", 50), Gap.RESET),
        ("9-0", 50, NOTHING_RETAINED, Gap.RESET),
        ("9-0", 50, Retained(3, "11-0", "13-0", 3), Gap.RESET),
    ],
)
def test_what_was_lost_since(at: str, index: int, retained: Retained, gap: Gap) -> None:
    assert gap_since(at, index, retained) is gap


@given(st.none() | st.binary(max_size=60))
@settings(deadline=None)
def test_any_saved_position_is_taken_or_left(value: bytes | None) -> None:
    position = restored(value, "stream")
    assert position is None or entry_id(position.at) >= (0, 0)


def test_a_position_is_this_stream_s_only() -> None:
    saved = msgspec.msgpack.encode(Position(stream="one", at="5-1", index=7, last={"a": 3}))
    assert restored(saved, "other") is None
    assert restored(saved, "one") == Position(stream="one", at="5-1", index=7, last={"a": 3})


def test_pauses_grow_to_their_bound_and_begin_again() -> None:
    backoff = Backoff(0.1, 1.0, np.random.default_rng(1))
    pauses = [backoff.next_s() for _ in range(6)]
    assert all(
        half <= pause <= 2 * half for half, pause in zip([0.05, 0.1, 0.2, 0.4, 0.5, 0.5], pauses, strict=True)
    )
    assert len(set(pauses)) == 6
    backoff.reset()
    assert backoff.next_s() <= 0.1
