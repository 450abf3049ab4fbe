import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import scan_fixture

from revenuer.report import accounts_table, campaigns_json, json_bytes

GOLDEN = Path(__file__).parents[2] / "golden" / "report" / "campaigns.json"


def small() -> bytes:
    """Three campaigns without their account lists being long: the golden file stays readable."""
    result = scan_fixture.scan()
    made = tuple(
        scan_fixture.campaign(rank, scan_fixture.names(f"a{rank}_", 3), bins=4, last=4, strength=9.0 / rank)
        for rank in (1, 2)
    )
    cleared = tuple(replace(group, accounts=group.accounts[:2]) for group in result.cleared)
    sanctioned = tuple(replace(group, accounts=group.accounts[:2]) for group in result.sanctioned)
    return json_bytes(
        campaigns_json(
            replace(result, campaigns=(*made, result.campaigns[3]), cleared=cleared, sanctioned=sanctioned),
            scan_fixture.NOW,
        )
    )


def test_campaigns_json_is_the_golden_file() -> None:
    assert small().decode() == GOLDEN.read_text(encoding="utf-8"), (
        f"campaigns.json changed; if that is meant, it may only gain keys: rewrite {GOLDEN.name}"
    )


def test_the_contract_has_its_names() -> None:
    content = json.loads(small())
    assert content["schema_version"] == 1
    assert {"exchanges", "accounts", "from", "until", "quarantined", "columns_missing"} <= content[
        "input"
    ].keys()
    assert content["input"]["from"] == "2026-04-22T00:00:00Z"
    assert content["prevalence"].keys() == {"share", "low", "high"}
    campaign = content["campaigns"][0]
    assert {
        "campaign_id", "rank", "confidence", "log10_e", "accounts", "exchanges", "output_tokens", "first_seen",
        "last_seen", "models", "techniques", "evidence", "lineage", "recommended_action",
    } <= campaign.keys()  # fmt: skip
    assert campaign["evidence"][0].keys() >= {
        "signal", "outcome", "log10_bayes_factor", "summary", "look_alike", "request_ids",
    }  # fmt: skip
    assert campaign["lineage"].keys() == {"replaces", "shares_pool_with"}
    assert campaign["first_seen"].endswith("Z")
    assert content["not_evaluated"][0].keys() == {"signal", "reason"}


def test_campaigns_json_holds_no_prompt_text() -> None:
    assert scan_fixture.PROMPTS[0][:30] not in small().decode()


def test_an_empty_log_has_no_times() -> None:
    content = campaigns_json(scan_fixture.empty(), scan_fixture.NOW)
    assert content["input"]["from"] is None
    assert content["campaigns"] == []


def test_infinite_weights_are_cut_and_nan_is_refused() -> None:
    result = scan_fixture.scan()
    first = result.campaigns[0]
    infinite = replace(result, campaigns=(replace(first, log10_e=math.inf),))
    assert campaigns_json(infinite, scan_fixture.NOW)["campaigns"][0]["log10_e"] == 308.0
    with pytest.raises(ValueError, match="NaN"):
        campaigns_json(replace(result, campaigns=(replace(first, log10_e=math.nan),)), scan_fixture.NOW)


def test_accounts_table_has_the_contract_s_columns() -> None:
    result = scan_fixture.scan()
    table = accounts_table(result)
    assert [(field.name, str(field.type)) for field in table.schema] == [
        ("account_id", "string"),
        ("campaign_id", "string"),
        ("verdict", "string"),
        ("log10_e", "double"),
    ]
    assert table.num_rows == len(result.verdicts)
    assert table["campaign_id"].null_count == len(result.verdicts) - 751
    assert accounts_table(scan_fixture.empty()).num_rows == 0
