"""`revenuer share key|ledger|head`: what they print, what they refuse, and their exit codes."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from builders.release_chains import DAY, NOON, Publisher, thing
from revenuer.cli.share import command
from revenuer.records import InputError, RevenuerError, UsageError
from revenuer.share.books import open_books
from revenuer.share.house import open_house
from revenuer.share.ledger import LEDGER_TABLES, Departure, Ledger
from revenuer.share.signing import RELEASE_TABLES, check_received, issue, read_jwk_set, read_own_keys


def run(*words: object) -> Result:
    result = CliRunner().invoke(command, [str(word) for word in words], standalone_mode=False)
    if isinstance(result.exception, RevenuerError):
        raise result.exception
    assert result.exception is None, result.exception
    return result


@pytest.fixture
def house(tmp_path: Path) -> Path:
    folder = tmp_path / "house"
    run("init", folder, "--name", "Lab A")
    return folder


def test_keys_are_made_rotated_revoked_and_published(house: Path) -> None:
    run("key", "new", house)
    with pytest.raises(UsageError, match="rotate"):
        run("key", "new", house)
    assert (house / "keys" / "signing.json").stat().st_mode & 0o077 == 0
    run("key", "rotate", house, "--overlap-days", "10")
    rows = json.loads(run("key", "show", house, "--json").stdout)["keys"]
    assert [row["state"] for row in rows] == ["counts", "signs"]
    with pytest.raises(UsageError, match="signs now"):
        run("key", "revoke", house, rows[1]["kid"], "--reason", "x")
    run("key", "revoke", house, rows[0]["kid"], "--reason", "its disk was sold\u202e")
    assert "revoked: its disk was sold<U+202E>" in run("key", "show", house).stdout
    ring = read_jwk_set(run("key", "show", house, "--public").stdout_bytes)
    assert set(ring.revoked) == {rows[0]["kid"]}
    secrets = [key.d for key in read_own_keys(house / "keys").keys]
    for shown in (
        run("key", "show", house),
        run("key", "show", house, "--public"),
        run("key", "show", house, "--json"),
    ):
        assert not any(secret in shown.stdout for secret in secrets)


def test_a_house_without_keys_says_what_to_do(house: Path) -> None:
    for words in (("show",), ("rotate",)):
        with pytest.raises(UsageError, match="share key new"):
            run("key", *words, house)


def enter(house: Path, purposes: Iterable[str]) -> None:
    with open_books(open_house(house).books, LEDGER_TABLES) as books:
        for number, purpose in enumerate(purposes, 1):
            departure = Departure(
                time=datetime(2026, 5, number, tzinfo=UTC),
                partner=f"p{number % 2}",
                channel="push",
                object_id=f"note--{number}",
                modified="",
                sha256="0" * 64,
                marking="TLP:GREEN",
                policy_sha256="",
                purpose=purpose,
            )
            Ledger(books).append(departure)


def test_the_ledger_is_shown_checked_and_exported(house: Path, tmp_path: Path) -> None:
    enter(house, ["one", "two\u202e", "three"])
    shown = run("ledger", "show", house).stdout.splitlines()
    assert len(shown) == 3
    assert "two<U+202E>" in shown[1]
    assert len(run("ledger", "show", house, "--partner", "p1").stdout.splitlines()) == 2
    assert len(run("ledger", "show", house, "--day", "2026-05-02").stdout.splitlines()) == 1
    verified = run("ledger", "verify", house, "--json")
    assert verified.return_value == 0
    head = json.loads(verified.stdout)["head"]
    out = tmp_path / "ledger.jsonl"
    run("ledger", "export", house, "--out", out)
    assert run("ledger", "verify", out, "--expect-head", head).return_value == 0
    assert run("ledger", "show", out).stdout.splitlines() == shown
    with pytest.raises(UsageError, match="exists"):
        run("ledger", "export", house, "--out", out)
    run("ledger", "export", house, "--out", tmp_path / "days.csv", "--summary")
    assert (
        (tmp_path / "days.csv")
        .read_text()
        .startswith("day,partner,channel,marking,departures,objects\n2026-05-01,p1,")
    )
    out.write_text("".join(out.read_text().splitlines(keepends=True)[:-1]))
    cut = run("ledger", "verify", out, "--expect-head", head)
    assert cut.return_value == 1
    assert "cut off" in cut.stdout
    with pytest.raises(UsageError, match="--expect-head"):
        run("ledger", "verify", out, "--expect-head", "3")


def test_a_tampered_ledger_is_not_exported(house: Path, tmp_path: Path) -> None:
    enter(house, ["one", "two"])
    with sqlite3.connect(open_house(house).books) as books:
        books.execute("DROP TRIGGER ledger_fixed")
        books.execute("UPDATE ledger SET line = replace(line, 'p1', 'p9') WHERE seq = 1")
    books.close()
    assert run("ledger", "verify", house).return_value == 1
    with pytest.raises(InputError, match="nothing was exported"):
        run("ledger", "export", house, "--out", tmp_path / "x")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x\n"])
def test_a_file_that_is_no_ledger(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InputError):
        run("ledger", "show", tmp_path / "file")
    with pytest.raises(InputError):
        run("ledger", "show", tmp_path / "nothing")


def test_heads_are_printed_and_compared(house: Path, tmp_path: Path) -> None:
    assert "no release" in run("head", house).stdout
    theirs = Publisher()
    first = theirs.release(thing(1))
    with open_books(open_house(house).books, RELEASE_TABLES) as books, books:
        issue(books, [thing(5)], Publisher().signer, "b", NOON)
        received = [thing(1), thing(2), first, theirs.release(thing(2))]
        check_received(books, "a", theirs.ring, received, NOON + 9 * DAY)
    shown = run("head", house).stdout.splitlines()
    assert [line.split(":")[0] for line in shown] == ["ours, to b", "of a"]
    assert "release 2" in shown[1]
    mine = run("head", house, "--partner", "a", "--json").stdout
    (tmp_path / "same.json").write_text(mine)
    same = run("head", house, "--partner", "a", "--compare", tmp_path / "same.json")
    assert same.return_value == 0
    assert "2 releases were seen by both" in same.stdout
    heads = json.loads(mine)
    heads["heads"][1]["sha256"] = "1" * 64
    (tmp_path / "other.json").write_text(json.dumps(heads))
    differs = run("head", house, "--compare", tmp_path / "other.json")
    assert differs.return_value == 1
    assert "two views" in differs.stdout
    as_json = json.loads(run("head", house, "--compare", tmp_path / "other.json", "--json").stdout)
    assert [one["sequence"] for one in as_json["differing"]] == [2]
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(InputError, match="holds no heads"):
        run("head", house, "--compare", tmp_path / "bad.json")
