"""Peers' claims: who holds what they name, by how much a group's prior rises, and that a lie convicts nobody."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import revenuer.detect.link as link
from builders.bot_town import INSTRUCTION, bot_town
from builders.scanned import input_summary
from revenuer.detect.claim_priors import BOOSTED, prior_weights, with_priors
from revenuer.detect.group import Group
from revenuer.detect.judge import Judgement
from revenuer.detect.keyed_hash import UNKEYED, derive_key
from revenuer.detect.peer_claims import MOST_LOG10, Claimed, find_claimed
from revenuer.detect.population import build_population
from revenuer.detect.scan import ScanInput, scan
from revenuer.detect.sketch import sketch_kernel
from revenuer.detect.span_text import spans_of
from revenuer.engine import DuckDBEngine
from revenuer.records import CLAIM_SCHEMA, SKETCH_SCHEMA, ScanResult

SECRET = derive_key(b"a secret of the provider")


def claim(kind: str, value: str, **other: object) -> dict[str, object]:
    said = {
        "claim_id": f"indicator--{kind}-{value}", "partner": "lab-a", "campaign": "campaign--1", "kind": kind, "value": value,
        "how": "match", "confidence": 80, "source_weight": 1.0, "marking": "TLP:AMBER", "first_seen": None, "valid_until": None,
    }  # fmt: skip
    return said | other


def claims(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), CLAIM_SCHEMA)


def claimed(folder: Path, *rows: dict[str, object]) -> tuple[list[Claimed], list[str]]:
    """What `find_claimed` says of the town, and the town's accounts in code order."""
    made = bot_town()
    pq.write_table(made.exchanges(), folder / "log.parquet")
    with DuckDBEngine(folder / "engine", memory_mb=500, threads=2) as engine:
        engine.read_parquet("exchange", (folder / "log.parquet",))
        engine.map_batches("sketch", "SELECT * FROM exchange", sketch_kernel(SECRET), SKETCH_SCHEMA)
        population = build_population(engine, made.accounts())
        found = find_claimed(engine, claims(*rows), population, SECRET)
        return list(found), population.ids.to_pylist()


def names(one: Claimed, ids: Sequence[str]) -> set[str]:
    return {ids[code].rsplit("-", 1)[0] for code in one.accounts}


SPAN = next(words for _, words in spans_of(INSTRUCTION, UNKEYED, 0))


@pytest.mark.parametrize(
    ("kind", "value", "holders"),
    [
        ("ip", "2001:db8::ff", {"bot"}),
        ("ip_prefix", "2001:db8::/48", {"bot"}),
        ("user_agent", "bot/1", {"bot"}),
        ("tls_fingerprint", "tls-bot", {"bot"}),
        ("payment_fingerprint", "card-1", {"bot"}),
        ("email_domain", "mailinator.com", {"bot"}),
        ("signup_ip", "2001:db8::5", {"bot"}),
    ],
)
def test_holders_of_a_claimed_value_are_found(
    tmp_path: Path, kind: str, value: str, holders: set[str]
) -> None:
    (one,), ids = claimed(tmp_path, claim(kind, value))
    assert names(one, ids) == holders
    assert (one.partner, one.campaign, one.values, one.log10_prior) == ("lab-a", "campaign--1", 1, MOST_LOG10)


def test_senders_of_a_claimed_span_are_found_by_its_words(tmp_path: Path) -> None:
    spans = [claim("span", words) for _, words in spans_of(INSTRUCTION, UNKEYED, 0)]
    (one,), ids = claimed(tmp_path, *spans)
    assert names(one, ids) == {"bot", "quoter"}


def test_what_nobody_holds_or_everybody_or_what_expired_is_left_out(tmp_path: Path) -> None:
    old = datetime(2020, 1, 1, tzinfo=UTC)
    rows = (
        claim("ip", "192.0.2.1"),
        claim("user_agent", "bot/1", valid_until=old),
        claim("span", "only three words"),
    )
    assert claimed(tmp_path, *rows)[0] == []


def test_campaigns_and_partners_stay_apart_and_trust_scales(tmp_path: Path) -> None:
    rows = (
        claim("ip", "2001:db8::ff"),
        claim("user_agent", "bot/1", campaign="campaign--2", source_weight=0.5),
        claim("tls_fingerprint", "tls-bot", partner="lab-c", source_weight=0.0),
    )
    found, _ = claimed(tmp_path, *rows)
    assert sorted((one.partner, one.campaign, one.log10_prior) for one in found) == [
        ("lab-a", "campaign--1", 1.0),
        ("lab-a", "campaign--2", 0.5),
        ("lab-c", "campaign--1", 0.0),
    ]


@given(st.lists(st.floats(0, 1), max_size=50))
def test_weights_have_mean_one_and_leave_the_others_their_part(priors: list[float]) -> None:
    prior = np.array(priors)
    weights = prior_weights(prior)
    assert (weights > 0).all()
    assert weights.sum() == pytest.approx(len(prior))
    if (prior > 0).any() and not (prior > 0).all():
        most = max(BOOSTED * len(prior), (prior > 0).sum())
        assert weights[prior > 0].sum() <= most * (1 + 1e-9)
        assert (weights <= 10.0 + 1e-9).all()


def group(accounts: range) -> Judgement:
    codes = np.array(accounts)
    made = Group(accounts=codes, odds=np.zeros(len(codes)), facts={}, family=None)
    return Judgement(group=made, evidence=(), log10_e=2.5, sufficient=True)


def say(accounts: Sequence[int]) -> Claimed:
    return Claimed(
        partner="lab-a",
        campaign="campaign--1",
        marking="TLP:AMBER",
        accounts=np.array(accounts),
        values=4,
        log10_prior=1.0,
    )


def test_a_group_that_carries_a_claim_gains_a_prior_and_no_evidence() -> None:
    (found,) = with_priors([group(range(10))], [say(range(8))], 1000)
    assert (found.log10_prior, found.log10_e, found.sufficient) == (1.0, 2.5, True)
    (told,) = found.evidence
    assert told.log10_bayes_factor == 0.0
    assert "lab-a claims (TLP:AMBER): 8 of 10 accounts" in told.summary
    assert "no evidence of ours" in told.summary


@pytest.mark.parametrize(
    "accounts",
    [range(2), range(100), [1, *range(500, 900)], range(500, 510)],
    ids=["few", "large", "common", "others"],
)
def test_a_claim_that_hardly_touches_a_group_changes_nothing(accounts: Sequence[int]) -> None:
    whole = group(range(10)) if len(accounts) != 100 else group(range(0, 1000))
    (found,) = with_priors([whole], [say(list(accounts))], 1000)
    assert found == whole


def scanned(folder: Path, table: pa.Table | None) -> ScanResult:
    folder.mkdir()
    made = bot_town()
    log = made.exchanges()
    pq.write_table(log, folder / "log.parquet")
    given = ScanInput(
        files=(folder / "log.parquet",),
        kind="exchanges",
        accounts=made.accounts(),
        summary=input_summary(log),
        claims=table,
    )
    with (
        pytest.MonkeyPatch.context() as patch,
        DuckDBEngine(folder / "engine", memory_mb=500, threads=2) as engine,
    ):
        patch.setattr(link, "RANDOM_PAIRS", 5_000)
        return scan(engine, given)


def test_a_lying_peer_cannot_have_the_innocent_named(tmp_path: Path) -> None:
    """An office's address, a crowd's client, and every card of the people: claimed by a peer that is trusted in full."""
    lies = [claim("ip", "198.51.100.7"), *(claim("user_agent", f"client-{i}/2.0") for i in range(5))]
    lies += [claim("payment_fingerprint", f"card-person-{i:03d}") for i in range(130)]
    before, after = scanned(tmp_path / "before", None), scanned(tmp_path / "after", claims(*lies))
    assert [c.accounts for c in after.campaigns] == [c.accounts for c in before.campaigns]


def test_a_claim_is_told_with_its_source_and_leaves_the_evidence_alone(tmp_path: Path) -> None:
    valid = datetime(2030, 1, 1, tzinfo=UTC) + timedelta(days=1)
    table = claims(claim("user_agent", "bot/1", valid_until=valid))
    before, after = scanned(tmp_path / "before", None), scanned(tmp_path / "after", table)
    (one,), (other,) = before.campaigns, after.campaigns
    assert other.log10_e == one.log10_e
    told = [e for e in other.evidence if e.signal == "peer_claim"]
    assert len(told) == 1
    assert "lab-a" in told[0].summary
