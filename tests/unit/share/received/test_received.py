"""What came from a partner: nothing counts that is unsound or that no release vouches for; and what counts becomes claims, until it does not."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from builders.received_house import CAMPAIGN, NOW, Listener, campaign, indicates, indicator
from builders.release_chains import DAY
from revenuer.records import CLAIM_SCHEMA, OBSERVABLE_SCHEMA, UsageError
from revenuer.share.received import (
    Experience,
    Use,
    claims_of,
    dispute,
    experience,
    note_use,
    partner_status,
    source_weight,
    take_in,
)
from revenuer.share.signing import stix_time
from revenuer.share.stix import EXTENSION_ID, SpanKey, bands_of

NETWORK = "[ipv4-addr:value = '203.0.113.0/24']"
DOMAIN = "[domain-name:value = 'mail.example']"


@pytest.fixture
def ears(tmp_path: Path) -> Listener:
    return Listener(tmp_path / "house")


def inventory(*rows: tuple[str, str]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {"campaign_id": None, "kind": kind, "value": value, "members": 2, "outsiders": 0, "support": 1.0}
            for kind, value in rows
        ],
        OBSERVABLE_SCHEMA,
    )


def claimed(ears: Listener, **given: Any) -> list[dict[str, Any]]:
    with ears.books() as books:
        table = claims_of(books, ears.house, given.pop("now", NOW), **given)
    assert table.schema == CLAIM_SCHEMA
    return table.to_pylist()


def test_what_a_release_vouches_for_becomes_claims(ears: Listener) -> None:
    one, two = indicator(1, NETWORK), indicator(2, DOMAIN)
    settled = ears.hears(campaign(), one, two, indicates(3, one["id"]))
    assert (settled.accepted, settled.quarantined, settled.unattested, settled.faults) == (5, 0, 0, ())
    rows = claimed(ears)
    assert [(row["kind"], row["value"], row["campaign"], row["how"]) for row in rows] == [
        ("ip_prefix", "203.0.113.0/24", CAMPAIGN, "indicator"),
        ("email_domain", "mail.example", two["id"], "indicator"),
    ]
    assert {(row["partner"], row["confidence"], row["marking"], row["source_weight"]) for row in rows} == {
        ("lab-a", 85, "TLP:AMBER", 0.5)
    }


def test_an_indicator_of_infrastructure_is_of_the_campaign_that_uses_it(ears: Listener) -> None:
    one = indicator(1, NETWORK)
    infra = "infrastructure--00000000-0000-4000-8000-000000000009"
    ears.hears(campaign(), one, indicates(3, one["id"], infra), indicates(4, CAMPAIGN, infra, "uses"))
    assert [row["campaign"] for row in claimed(ears)] == [CAMPAIGN]


def test_what_no_release_vouches_for_waits_and_counts_when_one_does(ears: Listener) -> None:
    one = indicator(1, NETWORK)
    settled = ears.hears(one, attested=False)
    assert (settled.accepted, settled.unattested) == (0, 1)
    assert claimed(ears) == []
    assert ears.hears(one).accepted == 2
    assert len(claimed(ears)) == 1


def test_content_that_was_changed_on_the_way_counts_nothing_and_is_told(ears: Listener) -> None:
    one = indicator(1, NETWORK)
    attestation = ears.partner.release(one)
    settled = ears.hears({**one, "pattern": DOMAIN}, attestation, attested=False)
    assert settled.unattested == 1
    assert {fault.kind.value for fault in settled.faults} & {"changed", "omitted", "unattested"}
    assert claimed(ears) == []
    with ears.books() as books:
        assert partner_status(books, "lab-a", NOW).faults


def test_unsound_objects_are_quarantined_with_the_reason(ears: Listener) -> None:
    bad = indicator(1, "[ipv4-addr:value = ")
    settled = ears.hears(bad, indicator(2, NETWORK))
    assert settled.quarantined == 1
    with ears.books() as books:
        reason = books.execute("SELECT reason FROM received WHERE state = 'quarantined'").fetchone()[0]
    assert reason
    assert len(claimed(ears)) == 1


def test_without_the_partner_s_keys_nothing_is_believed(tmp_path: Path) -> None:
    deaf = Listener(tmp_path / "house", keys=False)
    settled = deaf.hears(indicator(1, NETWORK))
    assert (settled.accepted, settled.unattested) == (0, 2)
    assert claimed(deaf) == []


def test_what_ran_out_was_revoked_or_replaced_is_no_claim(ears: Listener) -> None:
    short, kept, gone = (
        indicator(1, NETWORK, days=2),
        indicator(2, DOMAIN),
        indicator(3, "[ipv4-addr:value = '198.51.100.7']"),
    )
    ears.hears(short, kept, gone)
    later = NOW + DAY
    ears.hears(
        {**gone, "revoked": True, "modified": stix_time(later)},
        {**kept, "pattern": NETWORK, "modified": stix_time(later)},
    )
    assert [row["value"] for row in claimed(ears, now=NOW + 3 * DAY)] == ["203.0.113.0/24"]


def test_with_an_inventory_only_what_we_hold_is_claimed_and_networks_are_resolved(ears: Listener) -> None:
    ears.hears(indicator(1, "[ipv4-addr:value = '203.0.113.0/20']"), indicator(2, DOMAIN))
    own = inventory(
        ("ip", "203.0.112.9"),
        ("ip", "198.51.100.1"),
        ("ip_prefix", "203.0.113.0/24"),
        ("email_domain", "other.example"),
    )
    assert [(row["kind"], row["value"]) for row in claimed(ears, inventory=own)] == [
        ("ip", "203.0.112.9"),
        ("ip_prefix", "203.0.113.0/24"),
    ]


def test_keyed_hashes_of_a_family_are_resolved_to_our_spans(ears: Listener) -> None:
    key = SpanKey(b"a secret that two labs share")
    theirs = [f"rewrite the text # {word}" for word in "abcdef"]
    hashes = [key.span_hash("span", span) for span in theirs]
    family = {
        "kind": "span", "algorithm": "hmac-sha256-128/minhash-32x2", "key_id": key.key_id, "spans": {"at_least": 3}, "span_hashes": hashes,
        "bands": list(bands_of(hashes)),
    }  # fmt: skip
    about = {
        "about": "campaign",
        "extension_type": "property-extension",
        "schema_version": 1,
        "families": [family],
    }
    ears.hears(campaign(last_seen=stix_time(NOW), extensions={EXTENSION_ID: about}))
    own = inventory(("span", theirs[2]), ("span", "something else of ours"), ("system_span", theirs[0]))
    found = claimed(ears, inventory=own, span_keys={"lab-a": key})
    assert [(row["kind"], row["value"], row["how"]) for row in found] == [("span", theirs[2], "hash")]
    assert (
        claimed(ears, inventory=own, span_keys={"lab-a": SpanKey(b"another secret of sixteen bytes")}) == []
    )


def test_a_match_is_weighed_by_our_experience_with_its_partner(ears: Listener) -> None:
    row = {
        "claim_id": "match--1", "partner": "lab-a", "campaign": CAMPAIGN, "kind": "ip", "value": "203.0.113.9", "how": "match", "confidence": 50,
        "source_weight": 1.0, "marking": "TLP:AMBER", "first_seen": None, "valid_until": NOW + DAY,
    }  # fmt: skip
    table = pa.Table.from_pylist([row, {**row, "partner": "stranger"}], CLAIM_SCHEMA)
    assert [one["source_weight"] for one in claimed(ears, matches=[table])] == [0.5]
    assert claimed(ears, matches=[table], now=NOW + 2 * DAY) == []


def test_weight_rises_with_help_and_falls_faster_with_wrong() -> None:
    assert source_weight(Experience()) == 0.5
    assert source_weight(Experience(helped=8)) == 0.9
    assert source_weight(Experience(helped=3, wrong=1)) == 0.5
    assert source_weight(Experience(wrong=2)) == 0.125


def test_a_disputed_claim_is_used_no_more_and_costs_its_partner(ears: Listener) -> None:
    one = indicator(1, NETWORK)
    ears.hears(one)
    with ears.books() as books:
        assert (
            note_use(books, [Use(partner="lab-a", claim_id=one["id"], campaign=CAMPAIGN)], "helped", NOW) == 1
        )
        assert (
            note_use(books, [Use(partner="lab-a", claim_id=one["id"], campaign=CAMPAIGN)], "helped", NOW) == 0
        )
        dispute(books, "lab-a", one["id"], "an office", "kim", NOW)
        assert experience(books, "lab-a") == Experience(helped=1, wrong=1)
        with pytest.raises(UsageError, match="never sent"):
            dispute(books, "lab-a", "indicator--x", "why", "kim", NOW)
        status = partner_status(books, "lab-a", NOW + timedelta(minutes=2))
    assert claimed(ears) == []
    assert status.weight == pytest.approx(2 / 6)
    assert status.came["indicator"] == 1
    assert status.release == 1


def test_nothing_of_an_unknown_partner_is_taken_in(ears: Listener) -> None:
    with ears.books() as books, pytest.raises(UsageError, match="lab-x"):
        take_in(books, ears.house, "lab-x", [indicator(1, NETWORK)], 0)
