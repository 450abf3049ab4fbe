"""Two labs end to end, on real servers over TLS: what lab A knows of an operator lets lab B find its part of it earlier, and nothing else crosses."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from revenuer.cli.main import cli


def run(*words: object) -> Result:
    result = CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False)
    assert result.exception is None, result.exception
    return result


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("labs") / "demo"


@pytest.fixture(scope="module")
def outcome(place: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("share", "demo", "--out", place, "--json").stdout)
    return found


def test_b_finds_with_a_s_claims_what_it_did_not_find_alone_and_accuses_nobody(
    outcome: dict[str, Any],
) -> None:
    alone, warned = outcome["lab-b alone"], outcome["lab-b with claims"]
    assert "hydra" not in alone["accounts"]
    assert warned["accounts"]["hydra"] >= 8
    assert all(warned["accounts"][name] >= n for name, n in alone["accounts"].items())
    assert [
        outcome[name]["accused_wrongly"] for name in ("lab-a alone", "lab-b alone", "lab-b with claims")
    ] == [0, 0, 0]


def test_a_claim_is_shown_as_the_peer_s_and_counts_nothing(outcome: dict[str, Any], place: Path) -> None:
    campaigns = json.loads((place / "lab-b" / "scan-with-claims" / "campaigns.json").read_text())["campaigns"]
    told = [one for campaign in campaigns for one in campaign["evidence"] if one["signal"] == "peer_claim"]
    assert told
    assert all(one["log10_bayes_factor"] == 0 for one in told)
    assert all("lab-a claims (TLP:AMBER)" in one["summary"] for one in told)


def test_a_s_ledger_proves_what_left_and_nothing_of_a_customer_did(
    outcome: dict[str, Any], place: Path
) -> None:
    a = place / "houses" / "lab-a"
    run("share", "ledger", "export", a, "--out", place / "ledger.jsonl")
    lines = [json.loads(line)["entry"] for line in (place / "ledger.jsonl").read_text().splitlines()]
    received = {
        (row[0], row[1])
        for row in _books(place, "lab-b", "SELECT id, sha256 FROM received WHERE partner = 'lab-a'")
    }
    assert received
    assert received <= {(line["object_id"], line["sha256"]) for line in lines}, (
        "all that B got stands in A's ledger"
    )
    assert all(line["partner"] == "lab-b" for line in lines)
    bytes_sent = b"".join(row[0] for row in _books(place, "lab-b", "SELECT object FROM received"))
    accounts = pq.read_table(place / "lab-a" / "accounts.parquet")
    log = pq.read_table(place / "lab-a" / "exchanges.parquet", columns=["account_id", "prompt", "client_ip"])
    secrets = {
        *accounts["account_id"].to_pylist(),
        *accounts["payment_fingerprint"].to_pylist(),
        *log["client_ip"].unique().to_pylist(),
    }
    secrets |= {prompt for prompt in log["prompt"].unique().to_pylist()[:3000] if prompt and len(prompt) > 20}
    assert not [secret for secret in secrets - {None} if secret.encode() in bytes_sent]


def test_b_s_sighting_comes_back_and_both_sides_see_how_it_stands(
    outcome: dict[str, Any], place: Path
) -> None:
    a, b = (place / "houses" / name for name in ("lab-a", "lab-b"))
    (of_a,) = json.loads(run("share", "status", b, "--json").stdout)
    (of_b,) = json.loads(run("share", "status", a, "--json").stdout)
    assert of_a["came"]["campaign"] > 0
    assert of_a["came"]["indicator"] > 0
    assert (of_a["quarantined"], of_a["unattested"], of_a["faults"]) == (0, 0, [])
    assert of_a["experience"]["helped"] > 0
    assert of_a["weight"] > 0.5
    assert of_b["heard"]["sighting"] >= 1
    assert run("share", "ledger", "verify", a).return_value == 0


def test_a_revocation_is_visible_until_b_acknowledges_it(outcome: dict[str, Any], place: Path) -> None:
    a = place / "houses" / "lab-a"
    indicator = _books(
        place, "lab-a", "SELECT id FROM stix_version WHERE id LIKE 'indicator--%' ORDER BY id"
    )[0][0]
    run("share", "revoke", a, indicator, "--partner", "lab-b", "--collection", "campaigns")
    (of_b,) = json.loads(run("share", "status", a, "--json").stdout)
    assert of_b["unacknowledged"] == 1
    assert run("share", "status", a).return_value == 1


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = CliRunner().invoke(cli, ["share", "demo", "--out", str(tmp_path)], standalone_mode=False)
    assert "not an earlier demo" in str(result.exception)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def _books(place: Path, lab: str, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(place / "houses" / lab / "share.sqlite") as books:
        return books.execute(query).fetchall()
