"""What the books keep of chains: ours move on with what is released, theirs as far as was verified, and heads can be compared."""

import copy
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.release_chains import DAY, NOON, Publisher, thing
from revenuer.records import UsageError
from revenuer.share.books import open_books
from revenuer.share.signing import (
    RELEASE_TABLES,
    FaultKind,
    check_received,
    differing,
    issue,
    known_heads,
    own_head,
    partner_head,
    partner_keys,
    revoked,
    rotated,
)

LATER = NOON + 60 * DAY


@pytest.fixture
def books(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with open_books(tmp_path / "share.sqlite", RELEASE_TABLES) as books:
        yield books


def test_our_chain_moves_on_with_what_is_released(books: sqlite3.Connection) -> None:
    house = Publisher()
    with books:
        first = issue(books, [thing(1)], house.signer, "b", NOON)
        second = issue(books, [thing(2)], house.signer, "b", NOON + DAY)
    head = own_head(books, "chain--1")
    assert head is not None
    assert (first["sequence"], second["sequence"], head.sequence) == (1, 2, 2)
    assert [(one.partner, one.audience, one.head.sequence) for one in known_heads(books)] == [
        (None, "b", 1),
        (None, "b", 2),
    ]


def test_a_release_that_fails_leaves_the_chain_where_it_was(books: sqlite3.Connection) -> None:
    house = Publisher()
    with pytest.raises(UsageError), books:
        issue(books, [thing(1)], house.signer, "b", NOON)
        issue(books, [thing(2), thing(2)], house.signer, "b", NOON + DAY)
    assert own_head(books, "chain--1") is None


def test_what_came_is_checked_against_what_came_before(books: sqlite3.Connection) -> None:
    house = Publisher()
    first = house.release(thing(1), thing(2))
    with books:
        assert check_received(books, "a", house.ring, [thing(1), thing(2), first], LATER).faults == ()
    # A day later: nothing of the first release comes again but one object, and a second release.
    second = house.release(thing(3))
    with books:
        assert check_received(books, "a", house.ring, [thing(1), thing(3), second], LATER).faults == ()
    assert partner_head(books, "a") == house.head
    changed = thing(1, name="another text")
    with books:
        found = check_received(books, "a", house.ring, [changed], LATER)
    assert [fault.kind for fault in found.faults] == [FaultKind.CHANGED]


def test_other_partners_chains_are_apart(books: sqlite3.Connection) -> None:
    house = Publisher()
    first = house.release(thing(1))
    with books:
        check_received(books, "a", house.ring, [thing(1), first], LATER)
    assert partner_head(books, "c") is None


def test_a_revocation_once_seen_stays(books: sqlite3.Connection) -> None:
    house = Publisher()
    thief = copy.deepcopy(house)
    house.own = rotated(house.own, house.now)
    house.own = revoked(house.own, house.own.keys[0].public.kid, "stolen", house.now)
    with books:
        check_received(books, "a", house.ring, [thing(1), house.release(thing(1))], LATER)
    assert partner_keys(books, "a", house.ring).revoked
    thief.head, thief.now = house.head, house.now
    with books:
        found = check_received(books, "a", house.ring, [thing(9), thief.release(thing(9))], LATER)
    assert {fault.kind for fault in found.faults} == {FaultKind.SIGNATURE, FaultKind.UNATTESTED}
    assert partner_head(books, "a") == house.head


def test_two_readers_who_were_shown_different_things_find_out(tmp_path: Path) -> None:
    house = Publisher()
    first = house.release(thing(1))
    twin = copy.deepcopy(house)
    heads = []
    for name, shown in (("b", house.release(thing(2))), ("c", twin.release(thing(3)))):
        with open_books(tmp_path / f"{name}.sqlite", RELEASE_TABLES) as books, books:
            objects = [thing(1), thing(2 if name == "b" else 3), first, shown]
            assert check_received(books, "a", house.ring, objects, LATER).faults == ()
            heads.append([one.head for one in known_heads(books)])
    pairs, compared = differing(*heads)
    assert compared == 2
    assert [(one.sequence, two.sequence) for one, two in pairs] == [(2, 2)]


def test_views_that_did_not_count_are_not_remembered(books: sqlite3.Connection) -> None:
    house = Publisher()
    first = house.release(thing(1))
    twin = copy.deepcopy(house)
    second, other = house.release(thing(2)), twin.release(thing(3))
    with books:
        check_received(books, "a", house.ring, [thing(1), thing(2), first, second], LATER)
        found = check_received(books, "a", house.ring, [thing(3), other], LATER)
    assert FaultKind.SPLIT_VIEW in {fault.kind for fault in found.faults}
    assert partner_head(books, "a") == house.head
    assert len(known_heads(books)) == 2


def test_two_at_once_cannot_fork_our_chain(books: sqlite3.Connection) -> None:
    house = Publisher()
    with books:
        issue(books, [thing(1)], house.signer, "b", NOON)
    with pytest.raises(sqlite3.IntegrityError):
        books.execute("INSERT INTO own_release VALUES ('chain--1', 1, 'x', 'x', 'b')")
