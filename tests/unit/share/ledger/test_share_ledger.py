"""The ledger: what is entered stays, and whoever changes, drops, puts in or moves a line is found out."""

import csv
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.records import InputError, UsageError
from revenuer.share.books import open_books
from revenuer.share.ledger import EMPTY, LEDGER_TABLES, Departure, Ledger, LedgerHead, check_ledger, summary
from revenuer.share.ledger.entry import placed, sealed
from revenuer.share.ledger.summary import summary_csv

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def departure(number: int = 1, **members: object) -> Departure:
    one = Departure(
        time=NOON + timedelta(minutes=number),
        partner="b",
        channel="taxii",
        object_id=f"note--{number}",
        modified="2026-05-01T10:00:00.000Z",
        sha256=f"{number:064x}",
        marking="TLP:GREEN",
        policy_sha256="f" * 64,
        purpose="publication",
    )
    return replace(one, **members)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with open_books(tmp_path / "share.sqlite", LEDGER_TABLES) as books:
        yield books


@pytest.fixture
def lines(books: sqlite3.Connection) -> list[str]:
    Ledger(books).append(*(departure(i) for i in range(1, 7)))
    return list(Ledger(books).lines())


def test_entries_are_chained(books: sqlite3.Connection) -> None:
    ledger = Ledger(books)
    assert ledger.head() == EMPTY
    first = ledger.append(departure(1))
    assert ledger.append(departure(2), departure(3)).seq == 3
    found = check_ledger(ledger.lines(), first)
    assert found.whole
    assert found.head == ledger.head()
    entry = json.loads(list(ledger.lines())[1])["entry"]
    assert (entry["seq"], entry["previous"], entry["object_id"]) == (2, first.sha256, "note--2")


def test_a_time_is_kept_in_utc(books: sqlite3.Connection) -> None:
    Ledger(books).append(departure(0, time=NOON.astimezone(timezone(timedelta(hours=-9)))))
    assert '"time":"2026-05-01T12:00:00.000+00:00"' in next(Ledger(books).lines())


@pytest.mark.parametrize("members", [{"channel": "fax"}, {"time": NOON.replace(tzinfo=None)}])
def test_what_cannot_be_entered(books: sqlite3.Connection, members: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        Ledger(books).append(departure(1), departure(2, **members))
    assert Ledger(books).head() == EMPTY


def test_the_caller_s_transaction_decides(books: sqlite3.Connection) -> None:
    with pytest.raises(RuntimeError), books:
        books.execute("BEGIN IMMEDIATE")
        Ledger(books).append(departure(1))
        raise RuntimeError
    assert Ledger(books).head() == EMPTY


@pytest.mark.parametrize("statement", ["DELETE FROM ledger", "UPDATE ledger SET line = 'x' WHERE seq = 1"])
def test_lines_are_neither_changed_nor_removed_by_a_slip(books: sqlite3.Connection, statement: str) -> None:
    Ledger(books).append(departure(1))
    with pytest.raises(sqlite3.IntegrityError, match="only grows"):
        books.execute(statement)


def test_two_writers_make_one_chain(tmp_path: Path) -> None:
    def write(name: str) -> None:
        with open_books(tmp_path / "share.sqlite", LEDGER_TABLES) as books:
            for i in range(25):
                Ledger(books).append(departure(i, partner=name))

    threads = [threading.Thread(target=write, args=(name,)) for name in "bcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open_books(tmp_path / "share.sqlite", LEDGER_TABLES) as books:
        found = check_ledger(Ledger(books).lines())
    assert found.whole
    assert found.lines == 75


def rewritten(line: str, **members: object) -> str:
    """A line with members changed, and a hash that fits again."""
    entry = {**json.loads(line)["entry"], **members}
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    import hashlib

    return f'{{"entry":{text},"sha256":"{hashlib.sha256(text.encode()).hexdigest()}"}}'


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (lambda x: [*x[:2], x[2].replace('"partner":"b"', '"partner":"c"'), *x[3:]], "line 3 was changed"),
        (lambda x: [*x[:2], rewritten(x[2], partner="c"), *x[3:]], "changed, removed, put in or moved"),
        (lambda x: [*x[:2], *x[3:]], "lines are missing"),
        (lambda x: [*x[:2], x[3], x[2], *x[4:]], "moved"),
        (lambda x: [*x[:3], x[2], *x[3:]], "put in"),
        (lambda x: x[1:], "lines are missing"),
        (lambda x: [*x[:2], x[2].replace(",", ", ", 1), *x[3:]], "rewritten"),
        (lambda x: [*x[:2], "", *x[3:]], "no line of a ledger"),
        (lambda x: [*x[:2], "[" * 5000, *x[3:]], "no line of a ledger"),
        (lambda x: [*x[:2], rewritten(x[2], schema_version=2), *x[3:]], "version 1"),
        (lambda x: [*x[:2], rewritten(x[2], more=1), *x[3:]], "has not the members"),
    ],
)
def test_tampering_is_found(lines: list[str], tamper: Callable[[list[str]], list[str]], words: str) -> None:
    found = check_ledger(tamper(lines))
    assert not found.whole
    assert any(words in fault for fault in found.faults), found.faults


def test_a_head_kept_elsewhere_shows_a_cut_and_a_new_chain(lines: list[str]) -> None:
    head = check_ledger(lines).head
    assert check_ledger(lines[:4]).whole
    assert "cut off" in check_ledger(lines[:4], head).faults[0]
    anew, last = [], EMPTY
    for i in range(1, 7):
        text, digest = sealed(placed(departure(i, partner="c"), last))
        anew.append(text)
        last = LedgerHead(i, digest)
    assert check_ledger(anew).whole
    assert "written anew" in check_ledger(anew, head).faults[0]
    assert check_ledger([], EMPTY).whole


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5), st.integers(0, 400), st.characters(codec="utf-8"))
def test_no_character_can_be_changed(line: int, place: int, character: str) -> None:
    texts, last = [], EMPTY
    for i in range(1, 7):
        text, digest = sealed(placed(departure(i), last))
        texts.append(text)
        last = LedgerHead(i, digest)
    place %= len(texts[line])
    if texts[line][place] == character:
        return
    texts[line] = texts[line][:place] + character + texts[line][place + 1 :]
    assert not check_ledger(texts, last).whole


def test_nothing_is_appended_to_an_overwritten_end(books: sqlite3.Connection) -> None:
    Ledger(books).append(departure(1))
    books.execute("DROP TRIGGER ledger_fixed")
    books.execute("UPDATE ledger SET line = 'x'")
    books.commit()
    with pytest.raises(InputError, match="overwritten"):
        Ledger(books).append(departure(2))


def test_half_a_character_is_not_entered(books: sqlite3.Connection) -> None:
    with pytest.raises(UnicodeEncodeError):
        Ledger(books).append(departure(1, purpose="\ud800"))
    assert Ledger(books).head() == EMPTY


def test_the_summary_for_counsel(books: sqlite3.Connection) -> None:
    ledger = Ledger(books)
    ledger.append(departure(1), departure(1), departure(2), departure(3, partner="=cmd()"))
    days = summary(ledger.lines())
    assert [(day.partner, day.departures, day.objects) for day in days] == [("=cmd()", 1, 1), ("b", 3, 2)]
    rows = list(csv.reader(summary_csv(days).decode().splitlines()))
    assert rows[0] == ["day", "partner", "channel", "marking", "departures", "objects"]
    assert rows[1][1] == "'=cmd()"
    assert rows[2] == ["2026-05-01", "b", "taxii", "TLP:GREEN", "3", "2"]
