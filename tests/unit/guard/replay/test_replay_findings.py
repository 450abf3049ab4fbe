"""What a replay concludes: counts before and after containment, verdicts, and the difference that a policy makes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builders.replayed import START, accounts, replaying_log
from revenuer.engine import DuckDBEngine
from revenuer.guard.policy import Policy, Rule
from revenuer.guard.replay import (
    LOG,
    Findings,
    by_archetype,
    by_shape,
    compare,
    findings,
    registry,
    replay,
    served,
)
from revenuer.records import Action, Confidence, InputSummary, Outcome, Verdict

LIVE = Policy(shadow=False)
SUMMARY = InputSummary(
    exchanges=16,
    accounts=8,
    first=START,
    last=START + timedelta(minutes=20),
    quarantined=0,
    duplicates=0,
    columns_missing=(),
    columns_ignored=(),
    sources=(),
)
THROTTLE = Rule(name="throttle", action=Action.THROTTLE, log10_e=3.0, hold_s=3600, retry_after_s=90)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    with DuckDBEngine(tmp_path / "engine", memory_mb=300, threads=1) as found:
        pq.write_table(replaying_log(), tmp_path / "log.parquet")
        found.read_parquet(LOG, [tmp_path / "log.parquet"])
        yield found


def found_with(
    engine: DuckDBEngine, folder: Path, policy: Policy = LIVE, table: pa.Table | None = None
) -> Findings:
    known = registry(table)
    state = replay(engine, known, policy, folder / "decisions.parquet")
    return findings(engine, state, known, folder / "decisions.parquet", SUMMARY)


def test_what_was_answered_before_and_after_containment(engine: DuckDBEngine, tmp_path: Path) -> None:
    found = found_with(engine, tmp_path)
    (one,) = found.containment
    assert (one.group, one.accounts, one.requests) == ("G-0274ceea", 1, 7)
    assert (one.answered_before, one.answered_after, one.unanswered) == (3, 0, 4)
    assert one.contained_at == START + timedelta(minutes=10)
    assert one.output_tokens == 300
    assert one.request_ids == ("r0006", "r0007", "r0008", "r0009")


def test_a_blocked_request_is_no_harvest(engine: DuckDBEngine, tmp_path: Path) -> None:
    (campaign,) = found_with(engine, tmp_path).result.campaigns
    assert (campaign.exchanges, campaign.harvest_exchanges) == (7, 3)
    assert campaign.accounts == ("thief",)
    shadow = found_with(engine, tmp_path, Policy())
    assert shadow.result.campaigns[0].harvest_exchanges == 7
    assert shadow.containment[0].contained_at is None


def test_each_source_of_evidence_is_told_with_its_look_alike(engine: DuckDBEngine, tmp_path: Path) -> None:
    (campaign,) = found_with(engine, tmp_path).result.campaigns
    (evidence,) = campaign.evidence
    assert (evidence.signal, evidence.family, evidence.log10_bayes_factor) == (
        "signature_replay",
        "replay",
        6.0,
    )
    assert evidence.outcome is Outcome.POSITIVE
    assert "one organisation" in evidence.look_alike
    assert evidence.request_ids == ("r0006", "r0007", "r0008", "r0009")
    assert campaign.techniques == ("AML.T0008.005", "AML.T0024.002", "AML.T0040")
    assert campaign.confidence is Confidence.HIGH
    assert campaign.detail.facts["linked, not named"] == "0"
    assert len(campaign.would_change_our_mind) == 2


def test_whoever_the_policy_exempts_is_in_no_campaign(engine: DuckDBEngine, tmp_path: Path) -> None:
    declared = accounts(thief={"declared_use": "evaluation", "verification": "kyc"})
    found = found_with(engine, tmp_path, LIVE, declared)
    assert found.result.campaigns == ()
    assert {one.account_id: one.verdict for one in found.result.verdicts}["thief"] is Verdict.CLEAR


def test_what_a_throttle_lets_through_counts_as_answered_after(engine: DuckDBEngine, tmp_path: Path) -> None:
    found = found_with(engine, tmp_path, Policy(shadow=False, rules=(THROTTLE,)))
    (one,) = found.containment
    assert (one.answered_before, one.answered_after, one.unanswered) == (3, 1, 3)


def test_every_account_has_a_verdict(engine: DuckDBEngine, tmp_path: Path) -> None:
    verdicts = {one.account_id: one for one in found_with(engine, tmp_path).result.verdicts}
    assert len(verdicts) == 8
    assert verdicts["thief"].verdict is Verdict.CAMPAIGN
    assert (verdicts["thief"].campaign_id, verdicts["thief"].log10_e) == ("G-0274ceea", 6.0)
    assert verdicts["owner"].verdict is Verdict.CLEAR


def test_a_licence_that_was_checked_is_sanctioned_and_no_finding(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    licence = {"declared_use": "licensed_distillation", "verification": "kyc", "organization_id": "org"}
    found = found_with(engine, tmp_path, LIVE, accounts(thief=licence))
    assert found.result.campaigns == ()
    (customer,) = found.result.sanctioned
    assert (customer.campaign_id, customer.accounts, customer.harvest_exchanges) == ("S-org", ("thief",), 7)
    verdicts = {one.account_id: one.verdict for one in found.result.verdicts}
    assert verdicts["thief"] is Verdict.SANCTIONED
    bare = found_with(engine, tmp_path, LIVE, accounts(thief={**licence, "verification": "card"}))
    assert len(bare.result.campaigns) == 1


def test_the_truth_is_compared_by_archetype(engine: DuckDBEngine, tmp_path: Path) -> None:
    found_with(engine, tmp_path)
    names = ["thief", "owner", *(f"person-{i}" for i in range(6))]
    truth = pa.table(
        {
            "account_id": names,
            "role": ["campaign", *["honest"] * 7],
            "archetype": ["signature_replay", *["ordinary"] * 7],
        }
    )
    pq.write_table(
        pa.table({"request_id": ["r0003", "r0006", "r0007"], "is_harvest": [True, True, False]}),
        tmp_path / "harvest.parquet",
    )
    thief, rest = served(engine, truth, tmp_path / "harvest.parquet")
    assert (thief.restricted, thief.denied, thief.unanswered, thief.harvest, thief.harvest_served) == (
        1,
        1,
        4,
        2,
        1,
    )
    assert (rest.accounts, rest.restricted, rest.harvest) == (7, 0, 0)
    assert served(engine, truth, None)[0].harvest == 0
    assert by_archetype(truth)["segment"].to_pylist()[:2] == ["signature_replay (campaign)", "ordinary"]


def test_a_change_of_policy_is_told_by_segment_and_by_account(engine: DuckDBEngine, tmp_path: Path) -> None:
    files = {}
    for name, rules in (("deny", LIVE.rules), ("throttle", (THROTTLE,)), ("nothing", ())):
        files[name] = tmp_path / f"{name}.parquet"
        replay(engine, {}, replace(LIVE, rules=rules), files[name])
    segments = by_shape(engine, {})
    assert set(segments["segment"].to_pylist()) == {"not registered, few requests"}
    found = compare(engine, files["nothing"], files["deny"], segments)
    (row,) = found.segments
    assert (row.accounts, row.newly_restricted, row.newly_denied, row.requests) == (8, 1, 1, 4)
    (change,) = found.changes
    assert (change.account_id, change.before, change.after) == ("thief", Action.ALLOW, Action.DENY)
    assert "reasoning signature" in change.reason
    back = compare(engine, files["deny"], files["nothing"], segments, limit=0)
    assert (back.segments[0].no_longer_restricted, back.segments[0].no_longer_denied) == (1, 1)
    assert (back.changed, back.changes) == (1, ())
    milder = compare(engine, files["deny"], files["throttle"], segments)
    assert (milder.segments[0].no_longer_restricted, milder.segments[0].no_longer_denied) == (0, 1)
    same = compare(engine, files["deny"], files["deny"], segments)
    assert (same.changed, same.segments[0].requests) == (0, 0)
