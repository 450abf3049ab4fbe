"""Secrets planted in every field of a scan's result: none of them stands in any byte that leaves, in no spelling and under no policy that does not
let the very thing leave."""

import base64
import hashlib
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from builders.shared_scan import NOW, campaigns_json, evidence, row, shop, table
from revenuer.records.observable import ObservableKind
from revenuer.share.policy import load_share_policy
from revenuer.share.policy.policy import FIELDS, OBJECTS
from revenuer.share.stix import EXTENSION_ID, bundle_bytes
from revenuer.share.stix.signals import SIGNALS

KINDS = [str(kind) for kind in ObservableKind]
OWN_NAMES = ("accounts", "campaign_id", "replaces", "pool", "span", "system_span")
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""No shrinking: an example of a leak is small enough, and the search for a smaller one takes minutes."""
TLP = ("clear", "green", "amber", "amber+strict", "red")
words = st.from_regex(r"[a-zA-Z]{9,14}[0-9]{2}", fullmatch=True)
secrets = st.one_of(
    words,
    words.map(lambda word: f"Please summarise {word} for our client"),
    words.map(lambda word: f"{word} Industries GmbH"),
    words.map(lambda word: f"someone@{word.lower()}.example"),
    words.map(lambda word: f"acct_{word}"),
    st.integers(10**6, 10**9).map(lambda amount: f"${amount}.37"),
    st.tuples(st.integers(1, 9), *[st.integers(10, 255)] * 3).map(lambda parts: ".".join(map(str, parts))),
)
numbers = st.integers(10**7, 10**11).filter(lambda number: number % 10 and str(number) not in str(10**12))
moments = st.datetimes().map(
    lambda at: (
        f"2026-09-0{at.day % 9 + 1}T{at:%H}:{17 + at.minute % 40}:{11 + at.second % 40}.{at.microsecond:06d}Z"
    )
)


class Planted:
    """Draws secrets and keeps them: `texts` may not leave in any spelling, `figures` not as they are."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.texts: dict[str, set[str]] = {}
        self.figures: set[str] = set()

    def text(self, field: str) -> str:
        found = str(self.draw(secrets))
        self.texts.setdefault(field, set()).add(found)
        return found

    def number(self) -> int:
        found = int(self.draw(numbers))
        self.figures.add(str(found))
        return found

    def moment(self) -> str:
        found = str(self.draw(moments))
        self.figures.add(found.split("T")[1][:12])
        return found


@st.composite
def campaigns(draw: Any, number: int) -> tuple[dict[str, Any], Planted]:
    """A campaign with a secret in every field that can hold one."""
    plant = Planted(draw)
    first, last = sorted([plant.moment(), plant.moment()])
    made = {
        "campaign_id": plant.text("campaign_id"),
        "rank": number,
        "headline": plant.text("headline"),
        "confidence": draw(st.sampled_from(["high", "medium", "low"])),
        "log10_e": draw(st.floats(-308, 308)),
        "accounts": [plant.text("accounts") for _ in range(draw(st.integers(3, 12)))],
        "exchanges": plant.number(),
        "harvest_exchanges": plant.number(),
        "output_tokens": plant.number(),
        "first_seen": first,
        "last_seen": last,
        "models": [plant.text("models"), "model-public"],
        "techniques": [plant.text("techniques"), "AML.T0024.002"],
        "evidence": [
            evidence(plant.text("signal")),
            evidence(draw(st.sampled_from(sorted(SIGNALS))), draw(st.floats(-300, 300)))
            | {
                "family": plant.text("family"),
                "summary": plant.text("summary"),
                "look_alike": plant.text("look_alike"),
                "request_ids": [plant.text("request_ids")],
            },
        ],
        "lineage": {"replaces": [plant.text("replaces")], "shares_pool_with": [plant.text("pool")]},
        "facts": {plant.text("facts"): plant.text("facts"), "addresses": plant.text("facts"), "refused": plant.text("facts")},
        "recommended_action": plant.text("action"),
        "would_change_our_mind": [plant.text("mind")],
        plant.text("unknown field"): {"deep": [plant.text("unknown field")]},
    }  # fmt: skip
    return made, plant


@st.composite
def observables(draw: Any, campaign_id: str, plant: Planted) -> list[dict[str, Any]]:
    rows = []
    for kind in KINDS:
        for _ in range(draw(st.integers(0, 3))):
            found = row(kind, plant.text(kind), draw(st.integers(1, 40)), draw(st.integers(0, 2)))
            rows.append(found | {"campaign_id": campaign_id})
    return rows


@st.composite
def policies(draw: Any) -> str:
    """Any policy that can be read. It lets models and mail domains leave only under names that are nobody's secret."""
    some = lambda words: draw(st.sets(st.sampled_from(words)).map(sorted))  # noqa: E731
    human = draw(st.booleans())
    objects = set(some(list(OBJECTS))) | {"campaign", "indicator"}
    fields = set(some(list(FIELDS)))
    if not human:
        objects -= {"note", "intrusion-set", "threat-actor"}
    if "members" in fields:
        fields |= {"cluster"}
    keys = {
        "tlp": draw(st.sampled_from(TLP)),
        "objects": sorted(objects),
        "fields": sorted(fields),
        "confidence": some(["high", "medium", "low"]),
        "observables": some(["ip", "ip_prefix", "email_domain", "user_agent", "tls_fingerprint"]),
        "min_accounts": draw(st.integers(3, 6)),
        "min_members": draw(st.integers(2, 10)),
        "max_outsiders": draw(st.integers(0, 2)),
        "ipv4_prefix": draw(st.integers(16, 28)),
        "times": draw(st.sampled_from(["hour", "day", "week"])),
        "counts": draw(st.sampled_from(["buckets", "magnitude"])),
        "shared_egress": draw(st.sampled_from(["withhold", "combined"])),
        "human_text": human,
        "families": draw(st.sampled_from(["bands", "hashes"])) if "families" in fields else "none",
    }
    if "models" in fields:
        keys["models"] = ["model-public"]
    if "families" in fields:
        keys["span_key"] = "keys/beta.spans"
    lines = [f"{name} = {json.dumps(value)}" for name, value in keys.items()]
    return "\n".join(["schema_version = 1", "[partner.beta]", *lines]) + "\n"


def spellings(secret: str) -> set[str]:
    """A secret as it is, in hex and base64, and as what a plain hash makes of it."""
    raw = secret.encode()
    forms = {secret, secret.lower(), json.dumps(secret)[1:-1], raw.hex()}
    forms |= {base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("=")}
    for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        digest = hashlib.new(name, raw)
        forms |= {digest.hexdigest()[:16], base64.b64encode(digest.digest()).decode()[:16]}
    return forms


def allowed(house: Any) -> set[str]:
    """Kinds that the policy explicitly lets leave as they are."""
    kinds = load_share_policy(house).partners["beta"].observables
    return {str(kind) for kind in kinds} & {"ip", "user_agent", "tls_fingerprint"}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(data=st.data())
def test_nothing_planted_ever_leaves(data: st.DataObject) -> None:
    nothing_planted_leaves(data)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(data=st.data())
def test_nothing_planted_ever_leaves_at_length(data: st.DataObject) -> None:
    nothing_planted_leaves(data)


def nothing_planted_leaves(data: st.DataObject) -> None:
    made, rows, plants = [], [], []
    for number in range(data.draw(st.integers(1, 2))):
        one, plant = data.draw(campaigns(number))
        made.append(one)
        plants.append(plant)
        rows += data.draw(observables(one["campaign_id"], plant))
    if len({one["campaign_id"] for one in made}) < len(made):
        return
    policy = data.draw(policies())
    scan = campaigns_json(*made, generated_at=plants[0].moment())
    with tempfile.TemporaryDirectory() as folder:
        held = shop(Path(folder), policy, campaigns=scan, observables=table(rows))
        content = bundle_bytes(held.released(NOW).objects, held.house, "beta").decode()
        open_kinds = allowed(held.house)
    for plant in plants:
        open_texts = {text for kind in open_kinds for text in plant.texts.get(kind, ())}
        for field, texts in plant.texts.items():
            if field in open_kinds:
                continue
            # A text that stands in a kind that may leave as well leaves there, but never one by which our log calls something.
            closed = texts if field in OWN_NAMES else texts - open_texts
            for form in (form for text in closed for form in spellings(text)):
                assert form not in content, f"a secret of {field} left"
        for figure in plant.figures:
            assert figure not in content, "an exact figure left"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(data=st.data())
def test_what_a_human_wrote_leaves_no_identifier_of_ours(data: st.DataObject) -> None:
    """An analyst who quotes an account, a price or a customer's name stops the text, not the denylist."""
    one, plant = data.draw(campaigns(1))
    quoted = data.draw(st.sampled_from(sorted(plant.texts["accounts"])))
    name = data.draw(words)
    note = data.draw(
        st.sampled_from(
            [quoted, f"see {quoted}!", f"{name} complained", "they paid $1200", "about 3.5 million EUR"]
        )
    )
    policy = data.draw(policies()) + f"\n[never]\nwords = [{json.dumps(name)}]\n"
    analyst = (
        f"schema_version = 1\n[[campaign]]\nid = {json.dumps(one['campaign_id'])}\nname = {json.dumps(note)}\n"
        f"author = {json.dumps(note)}\nnotes = [{json.dumps(note)}, 'harmless']\ntexts = [{json.dumps(note)}]\n"
        f'attribution = {{ as = "threat-actor", name = "X", confidence = 5, why = {json.dumps(note)} }}\n'
    )
    with tempfile.TemporaryDirectory() as folder:
        held = shop(
            Path(folder),
            policy,
            campaigns=campaigns_json(one),
            observables=table(data.draw(observables(one["campaign_id"], plant))),
            analyst=analyst,
        )
        content = bundle_bytes(held.released(NOW).objects, held.house, "beta").decode()
    assert json.dumps(note)[1:-1] not in content
    assert quoted not in content


def test_the_leak_test_would_see_a_leak(tmp_path: Path) -> None:
    """What a policy explicitly lets leave does leave: the search above finds what is there."""
    policy = 'schema_version = 1\n[partner.beta]\nobservables = ["ip", "user_agent"]\n'
    rows = [row("ip", "198.51.100.7"), row("user_agent", "planted-agent/7")]
    held = shop(tmp_path, policy, observables=table(rows))
    content = bundle_bytes(held.released().objects, held.house, "beta").decode()
    assert "198.51.100.7" in content
    assert any(form in content for form in spellings("planted-agent/7"))


def test_ids_and_pseudonyms_are_no_plain_hashes(tmp_path: Path) -> None:
    """The same scan in a house with another secret namespace and another secret gives no id and no pseudonym again."""
    one, other = shop(tmp_path / "one"), shop(tmp_path / "other")
    toml = other.house.folder / "house.toml"
    toml.write_text(re.sub(r'namespace = "5f1c6f5e', 'namespace = "6f1c6f5e', toml.read_text()))
    other = shop_again(other)
    first, second = one.released(), other.released()
    ids = [
        {str(item["id"]) for item in found.objects if item["type"] in ("campaign", "indicator")}
        for found in (first, second)
    ]
    assert not ids[0] & ids[1]
    clusters = [
        str(item["extensions"][EXTENSION_ID]["cluster"])  # type: ignore[index]
        for found in (first, second)
        for item in found.objects
        if item["type"] == "campaign"
    ]
    assert clusters[0] != clusters[1]


def shop_again(held: Any) -> Any:
    from revenuer.share.house import open_house

    held.house = open_house(held.house.folder)
    return held
