"""Asking a partner: what matches, what it costs, and that nothing but a whole and proved answer is believed."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from builders.match_houses import NOON, NearPeer, campaign, item, make_house, offer, pin, replaced
from revenuer.share.books import open_books
from revenuer.share.house import House
from revenuer.share.ledger import Ledger, check_ledger
from revenuer.share.ledger.check import read_line
from revenuer.share.matching import (
    CLIENT_TABLES,
    BudgetSpent,
    Match,
    MatchClient,
    MatchFault,
    Meter,
    OpenedSet,
    StaleSet,
)
from revenuer.share.matching.messages import MOST_BATCH
from revenuer.share.matching.meter import queries
from revenuer.share.matching.server import MATCH_TABLES
from revenuer.share.matching.voprf import blind
from revenuer.share.signing import read_jwk_file

VALUES = [("ip", "192.0.2.7"), ("ip", "203.0.113.1"), ("email_domain", "burner.example")]
MATCHES = [
    Match(kind="ip", value="192.0.2.7", campaign=campaign(1), confidence=85),
    Match(kind="ip", value="192.0.2.7", campaign=campaign(2), confidence=15),
    Match(kind="email_domain", value="burner.example", campaign=campaign(2), confidence=50),
]


class Two:
    """House A with a set for B, and a client of B."""

    def __init__(self, folder: Path, books: sqlite3.Connection, a: House, b: House) -> None:
        self.a, self.b, self.books, self.now = a, b, books, NOON
        self.server = offer(a)
        pin(a, b)
        self.peer = NearPeer(a, lambda: self.now)
        self.client = MatchClient(
            partner="a",
            peer=self.peer,
            keys=read_jwk_file(b.folder / "a.jwks"),
            folder=folder / "theirs",
            books=books,
            clock=lambda: self.now,
        )

    def open(self) -> OpenedSet:
        return self.client.open_set()

    def left(self) -> int:
        return Meter(self.a.books).left("b", 100, self.now).left


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    a = make_house(tmp_path / "a", "Lab A", "b")
    b = make_house(tmp_path / "b", "Lab B", "a")
    with open_books(b.books, CLIENT_TABLES) as books:
        yield Two(tmp_path, books, a, b)


def test_what_both_have_matches_and_nothing_else(two: Two) -> None:
    assert two.open().match(VALUES) == MATCHES
    assert two.left() == 97


def test_what_was_asked_once_is_free(two: Two) -> None:
    opened = two.open()
    opened.match(VALUES)
    assert opened.unasked([*VALUES, ("ip", "203.0.113.2")]) == [("ip", "203.0.113.2")]
    assert two.open().match(VALUES) == MATCHES
    assert two.open().downloaded == 0
    # A new set under the same key is looked up in with the old values.
    offer(two.a, [item("ip", "203.0.113.1", 9)], now=NOON + timedelta(minutes=1))
    two.now += timedelta(minutes=2)
    opened = two.open()
    assert opened.downloaded > 0
    assert [one.value for one in opened.match(VALUES)] == ["203.0.113.1"]
    assert two.left() == 97


def test_a_new_key_makes_old_answers_worthless(two: Two) -> None:
    two.open().match(VALUES)
    offer(two.a, rotate_key=True, now=NOON + timedelta(minutes=1))
    two.now += timedelta(minutes=2)
    opened = two.open()
    assert len(opened.unasked(VALUES)) == 3
    assert opened.match(VALUES) == MATCHES
    assert two.left() == 94


def test_a_value_twice_is_asked_once(two: Two) -> None:
    matches = two.open().match([VALUES[0], VALUES[0], ("ip", "192.0.2.7")])
    assert matches == MATCHES[:2]
    assert two.left() == 99


def test_more_values_than_a_batch(two: Two) -> None:
    offer(two.a, budget=5000, now=NOON + timedelta(minutes=1))
    two.now += timedelta(minutes=2)
    values = [("user_agent", f"agent {i}") for i in range(MOST_BATCH + 5)]
    assert two.open().match([*values, VALUES[0]]) == MATCHES[:2]
    assert len(two.peer.asked) == 2


def member(name: str, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    class Reply(msgspec.Struct):
        key_id: str
        revision: int
        evaluated: bytes
        proof: bytes
        left: int

    def spoil(raw: bytes) -> bytes:
        reply = msgspec.json.decode(raw, type=Reply)
        setattr(reply, name, change(getattr(reply, name)))
        return msgspec.json.encode(reply)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda raw: b"", MatchFault),
        (lambda raw: b"{}", MatchFault),
        (lambda raw: b"null", MatchFault),
        (lambda raw: b"[" * 100_000, MatchFault),
        (lambda raw: raw[: len(raw) // 2], MatchFault),
        (lambda raw: replaced(raw, matches=[]), MatchFault),
        (member("evaluated", lambda e: b""), MatchFault),
        (member("evaluated", lambda e: e[:-32]), MatchFault),
        (member("evaluated", lambda e: e + e[:32]), MatchFault),
        (member("evaluated", lambda e: e[:-1]), MatchFault),
        (member("evaluated", lambda e: e[32:] + e[:32]), MatchFault),
        (member("evaluated", lambda e: bytes(32) + e[32:]), MatchFault),
        (member("evaluated", lambda e: b"\xff" * 32 + e[32:]), MatchFault),
        (member("evaluated", lambda e: blind(b"x").element + e[32:]), MatchFault),
        (member("proof", lambda p: b""), MatchFault),
        (member("proof", lambda p: bytes(64)), MatchFault),
        (member("proof", lambda p: p[:32] + bytes(32)), MatchFault),
        (lambda raw: replaced(raw, revision=2), StaleSet),
        (lambda raw: replaced(raw, key_id="00" * 16), StaleSet),
    ],
)
def test_a_spoilt_reply_is_an_error_and_never_no_match(
    two: Two, spoil: Callable[[bytes], bytes], kind: type[MatchFault]
) -> None:
    opened = two.open()
    two.peer.spoil = spoil
    with pytest.raises(kind):
        opened.match(VALUES)
    # Charged, for nothing is refunded; and nothing was concluded.
    assert two.left() == 97
    assert len(opened.unasked(VALUES)) == 3
    two.peer.spoil = lambda reply: reply
    assert opened.match(VALUES) == MATCHES


def test_an_answer_with_another_key_is_an_error(two: Two) -> None:
    opened = two.open()
    other = make_house(two.a.folder.parent / "c", "Lab C", "b")
    stranger = offer(other)

    def answered(raw: bytes) -> bytes:
        question = replaced(two.peer.asked[-1], key_id=stranger.statement.key_id)
        return replaced(stranger.answer(question, NOON), key_id=two.server.statement.key_id)

    two.peer.spoil = answered
    with pytest.raises(MatchFault, match="proof does not hold"):
        opened.match(VALUES)


def test_a_set_that_moved_on_is_stale_and_costs_nothing(two: Two) -> None:
    opened = two.open()
    offer(two.a, now=NOON + timedelta(minutes=1))
    with pytest.raises(StaleSet, match="download it anew"):
        opened.match(VALUES)
    assert two.left() == 100


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "0" * 64},
        {"rows": 2048},
        {"public_key": "00" * 32},
        {"budget_per_day": 10**6},
        {"made_at": "2026-05-01T12:00:01Z"},
        {"revision": 7},
    ],
)
def test_a_statement_that_was_changed_is_refused(two: Two, change: dict[str, object]) -> None:
    def spoil(raw: bytes) -> bytes:
        return replaced(raw, statement={**msgspec.json.decode(raw)["statement"], **change})

    two.peer.spoil_statement = spoil
    with pytest.raises(MatchFault):
        two.open()


def test_a_statement_by_somebody_else_is_refused(two: Two) -> None:
    other = offer(make_house(two.a.folder.parent / "c", "Lab C", "b"))
    two.peer.spoil_statement = lambda raw: other.raw_statement
    with pytest.raises(MatchFault, match="not among the partner's"):
        two.open()


@pytest.mark.parametrize("raw", [b"", b"{}", b"x" * 20_000, b"[]"])
def test_a_statement_that_is_none_is_refused(two: Two, raw: bytes) -> None:
    two.peer.spoil_statement = lambda _: raw
    with pytest.raises(MatchFault):
        two.open()


def test_a_table_that_was_changed_is_refused(two: Two) -> None:
    two.peer.spoil_table = lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])
    with pytest.raises(MatchFault, match="not the one that the partner signed"):
        two.open()
    two.peer.spoil_table = lambda raw: raw
    assert two.open().match(VALUES) == MATCHES


def test_a_set_that_was_taken_back_is_refused(two: Two) -> None:
    old = two.server.raw_statement
    offer(two.a, now=NOON + timedelta(minutes=1))
    two.now += timedelta(minutes=2)
    two.open()
    two.peer.spoil_statement = lambda raw: old
    with pytest.raises(MatchFault, match="taken back"):
        two.open()


def test_another_set_under_the_same_number_is_refused(two: Two) -> None:
    two.open()
    for path in (two.a.folder / "match" / "b").iterdir():
        path.unlink()
    offer(two.a, [item("ip", "203.0.113.1")])
    with pytest.raises(MatchFault, match="two views"):
        two.open()


def test_budgets_hold_over_days_restarts_and_threads(two: Two) -> None:
    values = [("user_agent", f"agent {i}") for i in range(60)]
    two.open().match(values)
    with pytest.raises(BudgetSpent, match="40 of 100 are left"):
        two.open().match([("user_agent", f"more {i}") for i in range(41)])
    assert two.left() == 40
    two.now += timedelta(days=1)
    assert two.left() == 100
    assert [(one.elements, one.questions, one.refused) for one in queries(two.a.books, "b")] == [(60, 2, 1)]


def test_no_budget_is_given_back_in_the_books_either(two: Two) -> None:
    two.open().match(VALUES)
    with open_books(two.a.books, MATCH_TABLES) as books:
        for statement in (
            "UPDATE match_spent SET elements = 0",
            "DELETE FROM match_spent",
            "DELETE FROM match_query",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                books.execute(statement)


def test_questions_are_logged_without_what_they_are_about(two: Two) -> None:
    two.open().match(VALUES)
    with open_books(two.a.books, MATCH_TABLES) as books:
        rows = books.execute("SELECT * FROM match_query").fetchall()
    assert rows == [(1, "2026-05-01T12:00:00.000+00:00", "b", 3, "charged")]


def test_what_leaves_is_in_both_ledgers_first(two: Two) -> None:
    seen: list[int] = []

    def look(reply: bytes) -> bytes:
        seen.append(len(list(Ledger(two.books).lines())))
        return reply

    two.peer.spoil = look
    two.open().match(VALUES)
    assert seen == [1]
    ours = [read_line(line) for line in Ledger(two.books).lines()]
    assert [(one.object_id, one.channel) for one in ours if one] == [("match-question", "match")]
    with open_books(two.a.books, MATCH_TABLES) as books:
        lines = list(Ledger(books).lines())
    assert check_ledger(lines).whole
    assert "match-answer" in lines[-1]


@pytest.mark.parametrize(
    "question",
    [
        b"",
        b"{}",
        b"[" * 50_000,
        b'{"key_id":"x","revision":1,"blinded":"","more":1}',
    ],
)
def test_a_server_refuses_what_is_no_question(two: Two, question: bytes) -> None:
    with pytest.raises(MatchFault):
        two.server.answer(question, NOON)
    assert two.left() == 100


@pytest.mark.parametrize(
    "blinded", [b"", b"x" * 31, bytes(32), b"\xff" * 32, blind(b"x").element * (MOST_BATCH + 1)]
)
def test_a_server_refuses_elements_that_are_none_and_charges_nothing(two: Two, blinded: bytes) -> None:
    question = msgspec.json.encode({"key_id": two.server.statement.key_id, "revision": 1, "blinded": blinded})
    with pytest.raises(MatchFault):
        two.server.answer(question, NOON)
    assert two.left() == 100


def test_a_set_under_an_older_key_is_not_served(two: Two) -> None:
    from revenuer.records import InputError
    from revenuer.share.matching import open_server
    from revenuer.share.matching.match_key import make_match_key

    make_match_key(two.a.keys, "b", NOON)
    with pytest.raises(InputError, match="older key"):
        open_server(two.a, "b")


def test_families_cut_in_another_way_are_not_compared(two: Two) -> None:
    opened = two.open()
    assert opened.cuts_families_as_we_do()
    other = msgspec.structs.replace(opened.statement, bands={"version": 2})
    assert not replace(opened, statement=other).cuts_families_as_we_do()
