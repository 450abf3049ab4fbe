"""Two houses, two processes: A serves its set, B asks with the command line, and both ledgers tell of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builders import match_service
from builders.programs import free_port, started
from revenuer.records import CLAIM_SCHEMA, OBSERVABLE_SCHEMA
from revenuer.share.house import House, open_house

COMMAND = (sys.executable, "-c", "from revenuer.cli.main import main; main()")
SPANS = [f"compare option {i} and explain" for i in range(40)]


def run(*words: str | Path, code: int = 0) -> str:
    done = subprocess.run([*COMMAND, "share", *map(str, words)], capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code < 2 else done.stderr


def observables(path: Path, rows: list[tuple[str | None, str, str]]) -> Path:
    full = [
        {
            "campaign_id": campaign,
            "kind": kind,
            "value": value,
            "members": 6,
            "outsiders": 0,
            "support": 1.0,
            "first_seen": None,
            "last_seen": None,
        }
        for campaign, kind, value in rows
    ]
    pq.write_table(pa.Table.from_pylist(full, schema=OBSERVABLE_SCHEMA), path)
    return path


def scan(folder: Path) -> Path:
    folder.mkdir()
    rows = [("C1", "ip", "192.0.2.7"), ("C1", "email_domain", "burner.example"), ("C2", "ip", "192.0.2.9")]
    observables(folder / "observables.parquet", [*rows, *(("C1", "span", span) for span in SPANS)])  # type: ignore[list-item]
    campaigns = [{"campaign_id": "C1", "confidence": "high"}, {"campaign_id": "C2", "confidence": "low"}]
    (folder / "campaigns.json").write_text(json.dumps({"schema_version": 1, "campaigns": campaigns}))
    return folder


def house(folder: Path, name: str, partner: str, more: str = "") -> House:
    run("init", folder, "--name", name)
    with (folder / "house.toml").open("a") as file:
        file.write(f'\n[partners.{partner}]\nname = "{partner}"\n{more}')
    run("key", "new", folder)
    return open_house(folder)


class Pair:
    def __init__(self, place: Path, a: House, b: House) -> None:
        self.place, self.a, self.b = place, a, b

    def match(self, table: Path, *options: str, code: int = 0) -> str:
        out = self.place / f"claims-{len(list(self.place.glob('claims-*')))}.parquet"
        return run(
            "match", self.b.folder, "--partner", "a", "--inventory", table, "--out", out, *options, code=code
        )

    def ledger(self, house: House) -> list[str]:
        lines = run("ledger", "show", house.folder, "--json").splitlines()
        return [json.loads(line)["entry"]["object_id"] for line in lines]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    place = tmp_path_factory.mktemp("match")
    port = free_port()
    a = house(place / "a", "Lab A", "b")
    more = f'match = "http://127.0.0.1:{port}"\ntoken_file = "a.token"\nkeys = "a.jwks"\n'
    b = house(place / "b", "Lab B", "a", more)
    (b.folder / "a.token").write_text("secret-token\n")
    (b.folder / "a.jwks").write_text(run("key", "show", a.folder, "--public"))
    run("match-set", "build", a.folder, scan(place / "scan"), "--partner", "b", "--budget", "300")
    program = [sys.executable, match_service.__file__, str(a.folder), "secret-token", "b", str(port)]
    environ = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with started(program, f"http://127.0.0.1:{port}/v1/budget", place / "log", environ):
        yield Pair(place, a, b)


def test_what_both_have_comes_out_as_claims(pair: Pair) -> None:
    ours = [
        ("ip", "192.0.2.7"),
        ("ip", "203.0.113.5"),
        ("email_domain", "BURNER.example"),
        ("user_agent", "x"),
    ]
    table = observables(
        pair.place / "mine.parquet",
        [
            *((None, *one) for one in ours),
            *(("K1", "span", span) for span in [*SPANS[5:], "another span of ours"]),
        ],
    )
    refusal = pair.match(table, "--agreed-share", "0.1", code=2)
    assert "--yes" in refusal
    result = json.loads(pair.match(table, "--json", code=1))
    assert result["spent"] == 4 + 36 + 32
    assert result["budget_left"] == 300 - 72
    campaign = pair.a.stix_id("campaign", "C1")
    found = {(one["kind"], one["value"], one["campaign"], one["confidence"]) for one in result["matches"]}
    assert {one for one in found if one[0] != "span"} == {
        ("ip", "192.0.2.7", campaign, 85),
        ("email_domain", "BURNER.example", campaign, 85),
    }
    (family,) = result["families"]
    assert (family["family"], family["campaign"]) == ("K1", campaign)
    assert family["likeness"]["low"] < 35 / 41 <= family["likeness"]["high"]
    claims = pq.read_table(result["out"])
    assert claims.schema.equals(CLAIM_SCHEMA)
    assert claims.num_rows == 2 + 36
    assert set(claims["how"].to_pylist()) == {"match"}
    assert set(claims["marking"].to_pylist()) == {"TLP:AMBER"}
    again = json.loads(pair.match(table, "--json", code=1))
    assert (again["spent"], again["downloaded_bytes"], again["claims"]) == (0, 0, 38)
    assert {"match-set", "match-answer"} <= set(pair.ledger(pair.a))
    assert set(pair.ledger(pair.b)) == {"match-question"}
    for place in (pair.a, pair.b):
        assert "whole" in run("ledger", "verify", place.folder)


def test_nothing_in_common_is_said_as_such_and_what_was_not_asked_too(pair: Pair) -> None:
    table = observables(
        pair.place / "others.parquet", [(None, "ip", f"203.0.113.{i}") for i in range(10, 16)]
    )
    out = pair.match(table, "--most", "4")
    assert "0 match" in out
    assert "2 values were not asked about: of these nothing is known" in out


def test_the_server_s_view(pair: Pair) -> None:
    shown = json.loads(run("match-set", "show", pair.a.folder, "--json"))
    (one,) = shown["sets"]
    assert one["partner"] == "b"
    assert one["rows"] == 1024
    assert sum(day["elements"] for day in one["asked"]) == 300 - one["left"]


def test_another_token_or_key_ends_in_an_error(pair: Pair) -> None:
    table = observables(pair.place / "one.parquet", [(None, "ip", "192.0.2.7")])
    token = pair.b.folder / "a.token"
    token.write_text("another")
    assert "401" in pair.match(table, code=2)
    token.write_text("secret-token")
    jwks = pair.b.folder / "a.jwks"
    kept = jwks.read_text()
    jwks.write_text(run("key", "show", pair.b.folder, "--public"))
    assert "not among the partner's" in pair.match(table, code=2)
    jwks.write_text(kept)


def test_a_restart_does_not_refill_the_budget_and_a_missing_service_is_an_error(pair: Pair) -> None:
    port = free_port()
    text = (pair.b.folder / "house.toml").read_text()
    old = next(line for line in text.splitlines() if line.startswith("match = "))
    (pair.b.folder / "house.toml").write_text(text.replace(old, f'match = "http://127.0.0.1:{port}"'))
    table = observables(pair.place / "later.parquet", [(None, "ip", "192.0.2.7")])
    assert "did not answer" in pair.match(table, code=2)
    before = json.loads(run("match-set", "show", pair.a.folder, "--json"))["sets"][0]["left"]
    program = [sys.executable, match_service.__file__, str(pair.a.folder), "secret-token", "b", str(port)]
    environ = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with started(program, f"http://127.0.0.1:{port}/v1/budget", pair.place / "log2", environ):
        result = json.loads(pair.match(table, "--json", code=1))
    assert result["budget_left"] == before
    (pair.b.folder / "house.toml").write_text(text)


def test_no_token_goes_out_in_the_clear(pair: Pair) -> None:
    text = (pair.b.folder / "house.toml").read_text()
    old = next(line for line in text.splitlines() if line.startswith("match = "))
    (pair.b.folder / "house.toml").write_text(text.replace(old, 'match = "http://a.example/match"'))
    table = observables(pair.place / "clear.parquet", [(None, "ip", "192.0.2.7")])
    assert "https://" in pair.match(table, code=2)
    (pair.b.folder / "house.toml").write_text(text)
