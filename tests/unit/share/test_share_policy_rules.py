"""Every rule of the policy, and a case that breaks it: what the rule holds back does leave without it, and does not with it."""

from pathlib import Path
from typing import Any

import pytest

from builders.shared_scan import (
    FULL_POLICY,
    NOW,
    SMALL_POLICY,
    SPANS,
    Shop,
    campaign,
    campaigns_json,
    objects_of,
    row,
    shop,
    table,
)
from revenuer.records import InputError, UsageError
from revenuer.share.policy import Released
from revenuer.share.stix import EXTENSION_ID, bundle_bytes, read_objects, tlp_of

ANALYST = """
schema_version = 1
[[campaign]]
id = "C-0000000001"
name = "Copper Kettle"
author = "the analysts"
notes = ["Seen before in spring."]
texts = ["Rewrite the following text."]
attribution = { as = "intrusion-set", name = "KETTLE", confidence = 40, why = "The same tooling." }
"""


def policy(**changes: str) -> str:
    """Return the full policy with keys replaced: TOML text by key."""
    lines = [line for line in FULL_POLICY.splitlines() if line.split(" =")[0] not in changes]
    return "\n".join([*lines, *(f"{key} = {value}" for key, value in changes.items() if value)]) + "\n"


def content(released: Released, held: Shop) -> str:
    return bundle_bytes(released.objects, held.house, "beta").decode()


def extension(released: Released) -> dict[str, Any]:
    found: dict[str, Any] = objects_of(released, "campaign")[0]["extensions"][EXTENSION_ID]
    return found


def patterns(released: Released) -> list[str]:
    return [one["pattern"] for one in objects_of(released, "indicator")]


def rules(released: Released, what: str) -> set[str]:
    return {one.rule for one in released.withheld if one.what == what}


def test_a_partner_without_a_section_gets_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"says nothing of the partner 'gamma'.*\[partner.gamma\]"):
        shop(tmp_path).released(partner="gamma")


def test_a_stranger_gets_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no partner 'delta'"):
        shop(tmp_path).released(partner="delta")


@pytest.mark.parametrize(
    "kind",
    [
        "indicator",
        "infrastructure",
        "attack-pattern",
        "course-of-action",
        "sighting",
        "report",
        "note",
        "intrusion-set",
    ],
)
def test_objects(tmp_path: Path, kind: str) -> None:
    whole = shop(tmp_path / "a", analyst=ANALYST).released()
    assert objects_of(whole, kind)
    named = [
        one
        for one in (
            "campaign",
            "indicator",
            "infrastructure",
            "attack-pattern",
            "course-of-action",
            "sighting",
            "report",
            "note",
            "intrusion-set",
            "threat-actor",
        )
        if one != kind and (kind, one) != ("indicator", "sighting")
    ]
    less = shop(tmp_path / "b", policy(objects=str(named).replace("'", '"')), analyst=ANALYST).released()
    assert not objects_of(less, kind)
    assert objects_of(less, "campaign")


@pytest.mark.parametrize(
    "field",
    [
        "exchanges",
        "evidence",
        "behaviour",
        "cluster",
        "families",
        "lineage",
        "models",
        "confidence",
        "times",
        "members",
    ],
)
def test_fields(tmp_path: Path, field: str) -> None:
    scan = campaigns_json(
        campaign(1), campaign(2, lineage={"replaces": ["C-0000000001"], "shares_pool_with": []})
    )
    whole, without = told(shop(tmp_path / "a", campaigns=scan).released(), field), None
    names = [
        one
        for one in (
            "confidence",
            "times",
            "exchanges",
            "evidence",
            "behaviour",
            "cluster",
            "members",
            "families",
            "lineage",
            "models",
        )
        if one != field and (field, one) != ("cluster", "members")
    ]
    changes = {"fields": str(names).replace("'", '"')}
    if field == "families":
        changes |= {"families": '"none"', "span_key": ""}
    if field == "models":
        changes["models"] = ""
    without = told(shop(tmp_path / "b", policy(**changes), campaigns=scan).released(), field)
    assert whole
    assert not without


def told(released: Released, field: str) -> object:
    """Return what a field of the policy makes the objects tell."""
    campaign_object, own = objects_of(released, "campaign")[0], extension(released)
    if field in ("confidence",):
        return campaign_object.get("confidence")
    if field == "times":
        return campaign_object.get("first_seen")
    if field == "exchanges":
        return own.get("behaviour", {}).get("exchanges")
    if field == "members":
        return own["cluster"].get("members")
    if field == "lineage":
        later = objects_of(released, "campaign")[1]["extensions"][EXTENSION_ID]
        named = later.get("replaces"), later.get("behaviour", {}).get("takeover_minutes")
        return any(named) or [
            one for one in objects_of(released, "relationship") if one["relationship_type"] == "related-to"
        ]
    return own.get(field)


def test_confidence(tmp_path: Path) -> None:
    scan = campaigns_json(campaign(1), campaign(2, confidence="low"))
    assert len(objects_of(shop(tmp_path / "a", campaigns=scan).released(), "campaign")) == 2
    less = shop(tmp_path / "b", policy(confidence='["high"]'), campaigns=scan).released()
    assert len(objects_of(less, "campaign")) == 1
    assert rules(less, "campaign") == {"confidence"}


def test_an_unknown_confidence_is_never_told(tmp_path: Path) -> None:
    assert not shop(tmp_path, campaigns=campaigns_json(campaign(confidence="certain"))).released().objects


def test_min_accounts(tmp_path: Path) -> None:
    assert shop(tmp_path / "a", policy(min_accounts="40")).released().objects
    less = shop(tmp_path / "b", policy(min_accounts="41")).released()
    assert not less.objects
    assert rules(less, "campaign") == {"min_accounts"}


def test_an_account_named_twice_counts_once(tmp_path: Path) -> None:
    scan = campaigns_json(campaign(accounts=["acct-a", "acct-b", *["acct-c"] * 40]))
    assert not shop(tmp_path, policy(min_accounts="4"), campaigns=scan).released().objects


def test_min_members(tmp_path: Path) -> None:
    rows = table([row("email_domain", "mailinator.com", 4)])
    assert patterns(shop(tmp_path / "a", policy(min_members="4"), observables=rows).released())
    less = shop(tmp_path / "b", policy(min_members="5"), observables=rows).released()
    assert not patterns(less)
    assert rules(less, "email_domain") == {"min_members"}


def test_max_outsiders(tmp_path: Path) -> None:
    rows = table([row("email_domain", "mailinator.com", 9, 3)])
    assert patterns(shop(tmp_path / "a", policy(max_outsiders="3"), observables=rows).released())
    less = shop(tmp_path / "b", policy(max_outsiders="2"), observables=rows).released()
    assert rules(less, "email_domain") == {"max_outsiders"}


def test_outsiders_of_a_network_are_those_of_all_its_addresses(tmp_path: Path) -> None:
    rows = table([row("ip", "198.51.100.7", 9, 1), row("ip", "198.51.100.8", 9, 1)])
    assert patterns(shop(tmp_path / "a", policy(max_outsiders="2"), observables=rows).released())
    assert not patterns(shop(tmp_path / "b", policy(max_outsiders="1"), observables=rows).released())


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("ip_prefix", "198.51.100.0/24"),
        ("email_domain", "mailinator.com"),
        ("user_agent", "agent/1"),
        ("tls_fingerprint", "t13d1516h2"),
    ],
)
def test_observables(tmp_path: Path, kind: str, value: str) -> None:
    rows = table([row(kind, value)])
    assert len(patterns(shop(tmp_path / "a", observables=rows).released())) == 1
    others = [one for one in ("ip_prefix", "email_domain", "user_agent", "tls_fingerprint") if one != kind]
    less = shop(
        tmp_path / "b", policy(observables=str(others).replace("'", '"')), observables=rows
    ).released()
    assert not patterns(less)
    assert rules(less, kind) == {"observables"}


def test_exact_addresses_leave_only_by_name(tmp_path: Path) -> None:
    rows = table([row("ip", "198.51.100.7"), row("ip", "2001:db8:1:2::3")])
    coarse = shop(tmp_path / "a", observables=rows)
    assert patterns(coarse.released()) == [
        "[ipv4-addr:value = '198.51.100.0/24']",
        "[ipv6-addr:value = '2001:db8:1::/48']",
    ]
    assert "198.51.100.7" not in content(coarse.released(), coarse)
    exact = shop(tmp_path / "b", policy(observables='["ip"]'), observables=rows).released()
    assert patterns(exact) == ["[ipv4-addr:value = '198.51.100.7']", "[ipv6-addr:value = '2001:db8:1:2::3']"]


def test_prefixes(tmp_path: Path) -> None:
    rows = table(
        [row("ip", "198.51.100.7"), row("ip", "2001:db8:1:2::3"), row("ip_prefix", "203.0.113.0/24")]
    )
    held = shop(tmp_path, policy(ipv4_prefix="20", ipv6_prefix="32"), observables=rows).released()
    assert patterns(held) == [
        "[ipv4-addr:value = '198.51.96.0/20']",
        "[ipv6-addr:value = '2001:db8::/32']",
        "[ipv4-addr:value = '203.0.112.0/20']",
    ]


def test_a_mail_domain_is_a_customers_name_unless_it_is_thrown_away(tmp_path: Path) -> None:
    rows = table([row("email_domain", "customer.example"), row("email_domain", "mailinator.com")])
    held = shop(tmp_path / "a", observables=rows).released()
    assert patterns(held) == ["[domain-name:value = 'mailinator.com']"]
    assert rules(held, "email_domain") == {"mail_domains"}
    named = shop(tmp_path / "b", policy(mail_domains='["customer.example"]'), observables=rows).released()
    assert len(patterns(named)) == 2


@pytest.mark.parametrize("value", ["100.64.3.4", "2002:c633:6407::1", "100.0.0.0/8"])
def test_an_address_that_strangers_share_indicates_nobody_alone(tmp_path: Path, value: str) -> None:
    """Carriers' NAT is known to everybody; a network that touches it counts as well."""
    rows = [row("ip_prefix" if "/" in value else "ip", value)]
    alone = shop(tmp_path / "a", policy(ipv4_prefix="16"), observables=table(rows)).released()
    assert not patterns(alone)
    beside = table([*rows, row("email_domain", "mailinator.com")])
    withheld = shop(tmp_path / "b", policy(shared_egress='"withhold"'), observables=beside).released()
    assert patterns(withheld) == ["[domain-name:value = 'mailinator.com']"]
    combined = shop(tmp_path / "c", observables=beside).released()
    both = [one for one in objects_of(combined, "indicator") if " AND " in one["pattern"]]
    assert len(both) == 1
    assert both[0]["extensions"][EXTENSION_ID]["stands_alone"] is False


def test_lists_of_shared_ranges(tmp_path: Path) -> None:
    rows = table([row("ip_prefix", "198.51.100.0/24")])
    text = FULL_POLICY + '\n[shared_egress]\nfiles = ["vpn.txt"]\n'
    held = shop(tmp_path, text.replace("combined", "withhold"), observables=rows)
    (tmp_path / "vpn.txt").write_text("# a provider\n198.51.100.128/25\n\n")
    released = held.released()
    assert not patterns(released)
    assert rules(released, "ip_prefix") == {"shared_egress"}


@pytest.mark.parametrize("value", ["10.1.2.3", "192.168.7.0/24", "fd00::1", "127.0.0.1", "fe80::1"])
def test_our_own_networks_never_leave(tmp_path: Path, value: str) -> None:
    rows = table([row("ip_prefix" if "/" in value else "ip", value), row("email_domain", "mailinator.com")])
    for name, kinds in (("a", '["ip_prefix", "email_domain"]'), ("b", '["ip", "ip_prefix", "email_domain"]')):
        held = shop(tmp_path / name, policy(observables=kinds), observables=rows).released()
        assert patterns(held) == ["[domain-name:value = 'mailinator.com']"]


@pytest.mark.parametrize(
    ("word", "ending"), [("hour", ":00:00.000Z"), ("day", "T00:00:00.000Z"), ("week", "T00:00:00.000Z")]
)
def test_times(tmp_path: Path, word: str, ending: str) -> None:
    held = shop(tmp_path, policy(times=f'"{word}"')).released()
    for one in held.objects:
        times = [
            one[name]
            for name in ("first_seen", "last_seen", "valid_from", "valid_until", "published")
            if name in one
        ]
        assert all(str(time).endswith(ending) for time in times)
    found = objects_of(held, "campaign")[0]
    assert found["first_seen"] <= "2026-09-01T10:11:12Z"
    assert found["last_seen"] >= "2026-09-09T01:02:03.456Z"


@pytest.mark.parametrize(
    ("counts", "accounts", "exchanges"),
    [("buckets", (30, 100), (10_000, 30_000)), ("magnitude", (10, 100), (10_000, 100_000))],
)
def test_counts(tmp_path: Path, counts: str, accounts: tuple[int, int], exchanges: tuple[int, int]) -> None:
    found = extension(shop(tmp_path, policy(counts=f'"{counts}"')).released())
    assert tuple(found["cluster"]["accounts"].values()) == accounts
    assert tuple(found["behaviour"]["exchanges"].values()) == exchanges


def test_families(tmp_path: Path) -> None:
    whole = shop(tmp_path / "a")
    family = extension(whole.released())["families"][0]
    assert len(family["span_hashes"]) == len(SPANS)
    assert len(family["bands"]) == 32
    assert not any(span in content(whole.released(), whole) for span in SPANS)
    bands = extension(shop(tmp_path / "b", policy(families='"bands"')).released())["families"][0]
    assert "span_hashes" not in bands
    assert bands["bands"] == family["bands"]


def test_a_span_that_few_send_or_others_too_does_not_leave(tmp_path: Path) -> None:
    rows = table(
        [
            row("span", "one two three four", 4),
            row("span", "five six seven eight", 9, 1),
            row("span", "nine ten ten ten", 9),
        ]
    )
    family = extension(shop(tmp_path, observables=rows).released())["families"][0]
    assert len(family["span_hashes"]) == 1


def test_pseudonyms_differ_by_partner_and_rotate(tmp_path: Path) -> None:
    text = policy() + FULL_POLICY.replace("schema_version = 1", "").replace(
        "[partner.beta]", "[partner.gamma]"
    )
    scans = [
        campaigns_json(campaign(), generated_at=at)
        for at in ("2026-09-10T00:00:00Z", "2026-09-11T00:00:00Z", "2026-11-10T00:00:00Z")
    ]
    held = [shop(tmp_path, text, campaigns=scan) for scan in scans]
    first, same, later = (extension(one.released())["cluster"] for one in held)
    other = extension(held[0].released(partner="gamma"))["cluster"]
    assert first == same
    assert later["epoch"] > first["epoch"]
    assert len({*first["members"], *later["members"], *other["members"]}) == 120
    assert len({first["pseudonym"], later["pseudonym"], other["pseudonym"]}) == 3


def test_the_secret_of_pseudonyms_is_drawn_once_and_for_the_house_alone(tmp_path: Path) -> None:
    held = shop(tmp_path)
    held.released()
    path = held.house.keys / "pseudonyms.key"
    secret = path.read_text()
    held.released()
    assert path.read_text() == secret
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in held.house.keys.iterdir() if "partial" in one.name] == []
    path.write_text("abcd")
    with pytest.raises(InputError, match="restore the file from a copy"):
        held.released()


def test_nothing_to_tell_is_an_empty_bundle(tmp_path: Path) -> None:
    held = shop(tmp_path, campaigns=campaigns_json())
    released = held.released()
    assert not released.objects
    assert "objects" not in content(released, held)
    assert not read_objects(content(released, held).encode()).accepted


def test_ids_differ_by_partner(tmp_path: Path) -> None:
    text = policy() + FULL_POLICY.replace("schema_version = 1", "").replace(
        "[partner.beta]", "[partner.gamma]"
    )
    held = shop(tmp_path, text)
    ids = [
        {one["id"] for one in objects_of(held.released(partner=name), "campaign")}
        for name in ("beta", "gamma")
    ]
    assert not ids[0] & ids[1]


def test_pseudonym_epoch(tmp_path: Path) -> None:
    days = ("2026-09-10T00:00:00Z", "2026-09-11T00:00:00Z")
    clusters = [
        extension(
            shop(
                tmp_path,
                policy(pseudonym_epoch='"1d"'),
                campaigns=campaigns_json(campaign(), generated_at=at),
            ).released()
        )["cluster"]
        for at in days
    ]
    assert [one["epoch"] for one in clusters] == ["2026-09-10", "2026-09-11"]
    assert clusters[0]["pseudonym"] != clusters[1]["pseudonym"]


def test_span_key(tmp_path: Path) -> None:
    held = shop(tmp_path, policy(span_key='"keys/community.spans"'))
    one = extension(shop(tmp_path / "other").released())["families"][0]
    (tmp_path / "keys" / "community.spans").write_text("cd" * 32)
    other = extension(held.released())["families"][0]
    assert one["key_id"] != other["key_id"]
    assert not set(one["span_hashes"]) & set(other["span_hashes"])
    assert not set(one["bands"]) & set(other["bands"])


def test_models(tmp_path: Path) -> None:
    held = shop(tmp_path)
    assert extension(held.released())["models"] == ["model-public"]
    assert "model-secret" not in content(held.released(), held)


@pytest.mark.parametrize("label", ["clear", "green", "amber", "amber+strict", "red"])
def test_everything_is_marked(tmp_path: Path, label: str) -> None:
    released = shop(tmp_path, policy(tlp=f'"{label}"')).released()
    ours = [
        one
        for one in released.objects
        if one.get("created_by_ref") == shop(tmp_path).house.identity_id
        and one["type"] != "marking-definition"
    ]
    assert ours
    assert all(tlp_of(one["object_marking_refs"]) == label for one in ours)  # type: ignore[arg-type]
    caveat = next(one for one in released.objects if one.get("definition_type") == "statement")
    assert all(caveat["id"] in one["object_marking_refs"] for one in ours)  # type: ignore[operator]


def test_an_indicator_that_ran_out_is_not_sent(tmp_path: Path) -> None:
    held = shop(tmp_path)
    assert patterns(held.released())
    late = held.released(now=NOW.replace(year=2027))
    assert not patterns(late)
    assert rules(late, "indicator") == {"valid"}


def test_valid(tmp_path: Path) -> None:
    rows = table([row("email_domain", "mailinator.com")])
    text = policy() + '\n[partner.beta.valid]\nemail_domain = "7d"\n'
    found = objects_of(shop(tmp_path, text, observables=rows).released(), "indicator")[0]
    assert found["valid_until"] == "2026-09-16T02:00:00.000Z"


def test_human_text(tmp_path: Path) -> None:
    held = shop(tmp_path / "a", analyst=ANALYST)
    told = content(held.released(), held)
    assert all(
        words in told
        for words in (
            "Copper Kettle",
            "Seen before in spring.",
            "KETTLE",
            "The same tooling.",
            "Rewrite the following text.",
        )
    )
    names = '["campaign", "indicator", "report"]'
    less = shop(tmp_path / "b", policy(human_text="false", objects=names), analyst=ANALYST)
    quiet = content(less.released(), less)
    assert not any(words in quiet for words in ("Copper Kettle", "spring", "KETTLE", "tooling", "Rewrite"))
    assert rules(less.released(), "analysis") == {"human_text"}


def test_nothing_is_attributed_without_an_analyst(tmp_path: Path) -> None:
    released = shop(tmp_path).released()
    assert not objects_of(released, "intrusion-set") + objects_of(released, "threat-actor")
    assert "attributed-to" not in {one["relationship_type"] for one in objects_of(released, "relationship")}


@pytest.mark.parametrize(
    "note",
    [
        "Acme complained first.",
        "acct_1_0007 began it.",
        "They paid $4,000.",
        "It took 3 million tokens a day.",
        "Ask jo@lab.example.",
        "token-abcdefghijkl12345",
        "see C-0000000001",
        "a\u202eb",
    ],
)
def test_the_denylist_cannot_be_overridden(tmp_path: Path, note: str) -> None:
    analyst = f'schema_version = 1\n[[campaign]]\nid = "C-0000000001"\nnotes = ["{note}", "harmless"]\n'
    held = shop(tmp_path, policy() + '\n[never]\nwords = ["acme"]\n', analyst=analyst)
    released = held.released()
    assert [one["content"] for one in objects_of(released, "note")] == ["harmless"]
    assert rules(released, "note") == {"denylist"}


def test_a_listed_name_stops_a_client_as_well(tmp_path: Path) -> None:
    rows = table([row("user_agent", "AcmeBot/1.0")])
    held = shop(tmp_path, policy() + '\n[never]\nfiles = ["names.txt"]\n', observables=rows)
    (tmp_path / "names.txt").write_text("Acme\n")
    assert not patterns(held.released())


@pytest.mark.parametrize("value", ["acct_1_0007", "run C-0000000001", "C-00000000ff", f"tool ({SPANS[3]})"])
def test_a_client_that_names_accounts_campaigns_or_prompts_does_not_leave(tmp_path: Path, value: str) -> None:
    scan = campaigns_json(campaign(lineage={"replaces": ["C-00000000ff"], "shares_pool_with": []}))
    rows = table([row("user_agent", value), row("span", SPANS[3])])
    held = shop(tmp_path, campaigns=scan, observables=rows).released()
    assert not patterns(held)
    assert rules(held, "user_agent") == {"denylist"}


def test_the_small_policy_tells_little(tmp_path: Path) -> None:
    held = shop(tmp_path, SMALL_POLICY)
    released = held.released()
    kinds = {one["type"] for one in released.objects}
    assert kinds.isdisjoint({"note", "intrusion-set", "threat-actor"})
    own = extension(released)
    assert own.keys() == {
        "about",
        "extension_type",
        "schema_version",
        "cluster",
        "behaviour",
        "evidence",
        "calibration",
    }
    assert sorted(patterns(released)) == [
        "[domain-name:value = 'mailinator.com']",
        "[ipv4-addr:value = '198.51.100.0/24']",
        "[ipv6-addr:value = '2001:db8:1::/48']",
    ]
