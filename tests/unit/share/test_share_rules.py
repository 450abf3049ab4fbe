"""Lifetimes and revocations."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from builders.match_houses import make_house
from revenuer.records import InputError, ObservableKind, UsageError
from revenuer.share.books import open_books
from revenuer.share.expiry import LIFETIMES, lifetime_of, valid_until
from revenuer.share.house import House
from revenuer.share.revocations import (
    REVOCATION_TABLES,
    acknowledgement,
    note_revocation,
    take_acknowledgement,
    unacknowledged,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_every_kind_has_a_lifetime_with_a_reason() -> None:
    assert LIFETIMES.keys() == {kind.value for kind in ObservableKind}
    assert all(life.days > 0 and life.reason for life in LIFETIMES.values())
    assert valid_until("ip", NOON) == NOON + timedelta(days=7)
    assert lifetime_of("ip").days < lifetime_of("email_domain").days < lifetime_of("span").days
    assert valid_until("something new", NOON) == NOON + timedelta(days=14)
    with pytest.raises(UsageError, match="zone"):
        valid_until("ip", NOON.replace(tzinfo=None))


REVOKED = {"type": "indicator", "id": "indicator--1", "modified": "2026-05-01T10:00:00.000Z", "revoked": True}


@pytest.fixture
def books(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with open_books(tmp_path / "share.sqlite", REVOCATION_TABLES) as books:
        yield books


@pytest.fixture
def peer(tmp_path: Path) -> House:
    return make_house(tmp_path / "b", "Lab B", "a")


def test_a_revocation_that_nobody_acknowledges_stays_visible(books: sqlite3.Connection, peer: House) -> None:
    for name in ("b", "c"):
        note_revocation(books, "indicator--1", name, NOON)
        note_revocation(books, "indicator--1", name, NOON + timedelta(days=9))
    note = acknowledgement(peer, REVOKED, NOON + timedelta(days=2), ("marking-definition--1",))
    assert take_acknowledgement(books, "b", note) == ["indicator--1"]
    assert take_acknowledgement(books, "b", note) == []
    late = NOON + timedelta(days=3, hours=5)
    (left,) = unacknowledged(books, late)
    assert (left.partner, left.object_id, left.days) == ("c", "indicator--1", 3)
    assert unacknowledged(books, late, after_days=4) == []


def test_one_partner_cannot_acknowledge_for_another(books: sqlite3.Connection, peer: House) -> None:
    note_revocation(books, "indicator--1", "b", NOON)
    note = acknowledgement(peer, REVOKED, NOON, ())
    assert take_acknowledgement(books, "c", note) == []
    assert len(unacknowledged(books, NOON)) == 1


@pytest.mark.parametrize(
    "change",
    [{"labels": []}, {"labels": None}, {"type": "opinion"}, {"object_refs": "x"}, {"object_refs": ["x"]}],
)
def test_other_notes_acknowledge_nothing(
    books: sqlite3.Connection, peer: House, change: dict[str, object]
) -> None:
    note_revocation(books, "indicator--1", "b", NOON)
    note = acknowledgement(peer, REVOKED, NOON, ())
    assert take_acknowledgement(books, "b", {**note, **change}) == []


def test_the_same_revocation_gives_the_same_note_and_a_sound_one(peer: House) -> None:
    from stix2validator import ValidationOptions, validate_instance

    whole = {**REVOKED, "id": "indicator--0b0a6e0e-6f9b-4b8e-9d33-55d5a5a0f7a1"}
    markings = ("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",)
    note = acknowledgement(peer, whole, NOON, markings)
    assert note["id"] == acknowledgement(peer, whole, NOON + timedelta(days=1), markings)["id"]
    assert [str(e) for e in validate_instance(note, ValidationOptions(version="2.1")).errors] == []


@pytest.mark.parametrize("change", [{"revoked": False}, {"id": None}, {"modified": 1}])
def test_only_what_is_revoked_is_acknowledged_as_such(peer: House, change: dict[str, object]) -> None:
    with pytest.raises(InputError, match="revoked"):
        acknowledgement(peer, {**REVOKED, **change}, NOON, ())
