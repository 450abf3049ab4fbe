"""A house with a partner, a scan's campaigns, and what their members hold in common: for tests of what leaves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.records.observable import OBSERVABLE_SCHEMA, OBSERVABLES_FILE
from revenuer.share.house import House, open_house
from revenuer.share.policy import Released, load_share_policy, release
from revenuer.share.stix import CampaignsFile, decode_campaigns, draft_campaigns, read_analyses

NOW = datetime(2026, 9, 12, 8, 30, tzinfo=UTC)
NAMESPACE = "5f1c6f5e-7f0b-4c3e-9d0a-0d3f6f0a9b11"
FIRST, LAST = "2026-09-01T10:11:12Z", "2026-09-09T01:02:03.456Z"
FULL_POLICY = """
schema_version = 1

[partner.beta]
tlp = "amber+strict"
caveats = ["For the prevention of abuse only."]
objects = ["campaign", "indicator", "infrastructure", "attack-pattern", "course-of-action", "sighting", "report", "note", "intrusion-set", "threat-actor"]
fields = ["confidence", "times", "exchanges", "evidence", "behaviour", "cluster", "members", "families", "lineage", "models"]
confidence = ["high", "medium", "low"]
observables = ["ip_prefix", "email_domain", "user_agent", "tls_fingerprint"]
families = "hashes"
span_key = "keys/beta.spans"
models = ["model-public"]
human_text = true
shared_egress = "combined"
"""
"""Everything that a policy can let leave, but for exact addresses."""
SMALL_POLICY = "schema_version = 1\n\n[partner.beta]\n"
SPANS = tuple(f"rewrite the following text # {word}" for word in "abcdefghijklmnopqrst")


@dataclass
class Shop:
    """A house's folder and what it scanned."""

    house: House
    campaigns: dict[str, Any]
    observables: pa.Table | None
    analyst: Path | None = None

    @property
    def file(self) -> CampaignsFile:
        return decode_campaigns(json.dumps(self.campaigns).encode(), "campaigns.json")

    def released(self, now: datetime = NOW, partner: str = "beta") -> Released:
        analyses = read_analyses(self.analyst) if self.analyst else None
        drafts = draft_campaigns(self.file, self.observables, self.house, now, analyses=analyses)
        return release(drafts, load_share_policy(self.house), self.house, partner, now)

    def scan_folder(self) -> Path:
        """Write the result folder of a scan and return it."""
        folder = self.house.folder / "scan"
        folder.mkdir(exist_ok=True)
        (folder / "campaigns.json").write_text(json.dumps(self.campaigns))
        if self.observables is not None:
            pq.write_table(self.observables, folder / OBSERVABLES_FILE)
        return folder


def shop(folder: Path, policy: str = FULL_POLICY, **given: Any) -> Shop:
    """Return a house in `folder` with the partners beta and gamma; `campaigns`, `observables` and `analyst` (TOML text) as given, or usual ones."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "keys").mkdir(exist_ok=True)
    (folder / "house.toml").write_text(
        f'schema_version = 1\nname = "Lab A"\nnamespace = "{NAMESPACE}"\n'
        '[partners.beta]\nname = "Lab B"\n[partners.gamma]\nname = "Lab C"\n'
    )
    (folder / "policy.toml").write_text(policy)
    (folder / "keys" / "beta.spans").write_text("ab" * 32)
    analyst = None
    if "analyst" in given:
        analyst = folder / "analyst.toml"
        analyst.write_text(given["analyst"])
    return Shop(
        house=open_house(folder),
        campaigns=given.get("campaigns", campaigns_json(campaign())),
        observables=given.get("observables", usual_observables()),
        analyst=analyst,
    )


def campaigns_json(
    *campaigns: Mapping[str, Any], generated_at: str = "2026-09-10T07:08:09Z"
) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "generated_by": "revenuer 0.1.0",
        "generated_at": generated_at,
        "input": {"exchanges": 1, "accounts": 1, "from": FIRST, "until": LAST, "quarantined": 0},
        "campaigns": list(campaigns),
    }


def campaign(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a campaign of 40 accounts as a scan writes it."""
    return {
        "campaign_id": f"C-{number:010x}",
        "rank": number,
        "headline": "40 accounts, 300 requests each: one template",
        "confidence": "high",
        "log10_e": 9.31,
        "accounts": [f"acct_{number}_{place:04d}" for place in range(40)],
        "exchanges": 12_345,
        "harvest_exchanges": 9_000,
        "output_tokens": 7_654_321,
        "first_seen": FIRST,
        "last_seen": LAST,
        "models": ["model-public", "model-secret"],
        "techniques": ["AML.T0008.005", "AML.T0024.002", "AML.T0040"],
        "evidence": [evidence("shared_template"), evidence("failover", 1.2)],
        "lineage": {"replaces": [], "shares_pool_with": []},
        "facts": {
            "with tools": "5% of requests",
            "first user turns": "88% of requests",
            "addresses": "400 in 23 networks",
            "system prompts": "1",
        },
        "recommended_action": "Restrict all accounts together.",
        "would_change_our_mind": ["A customer who declares these accounts."],
    } | changes


def evidence(signal: str, log10: float = 3.4, outcome: str = "positive") -> dict[str, Any]:
    return {
        "signal": signal,
        "family": "template",
        "outcome": outcome,
        "log10_bayes_factor": log10,
        "summary": "40 accounts send one template",
        "look_alike": "a SaaS wrapper",
        "request_ids": ["req-000000001"],
    }


def row(kind: str, value: str, members: int = 20, outsiders: int = 0, number: int = 1) -> dict[str, Any]:
    return {
        "campaign_id": f"C-{number:010x}",
        "kind": kind,
        "value": value,
        "members": members,
        "outsiders": outsiders,
        "support": 1.0,
        "first_seen": datetime.fromisoformat(FIRST),
        "last_seen": datetime.fromisoformat(LAST),
    }


def table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=OBSERVABLE_SCHEMA)


def usual_observables() -> pa.Table:
    return table(
        [
            row("ip", "198.51.100.7"),
            row("ip_prefix", "198.51.100.0/24", 22),
            row("ip", "2001:db8:1:2::3"),
            row("email_domain", "mailinator.com"),
            row("email_domain", "customer.example"),
            row("user_agent", "weird-client/1.0 'x'"),
            row("tls_fingerprint", "t13d1516h2_8daaf6152771_b186095e22b6"),
            row("payment_fingerprint", "pf_1234567890"),
            row("signup_ip", "203.0.113.9"),
            *(row("span", span) for span in SPANS),
        ]
    )


def objects_of(released: Released, kind: str) -> list[dict[str, Any]]:
    return [one for one in released.objects if one["type"] == kind]
