"""The gate: whatever composed them, objects with a field that no rule lets pass do not leave, and nothing beside them either."""

import copy
from pathlib import Path
from typing import Any

import pytest

from builders.shared_scan import Shop, objects_of, shop
from revenuer.share.policy import RefusedError, Released, load_share_policy, refuse_unmarked
from revenuer.share.policy.gate import gate, leaves
from revenuer.share.policy.gate_checks import Context
from revenuer.share.stix import EXTENSION_ID, Tlp, marking_id

ANALYST = 'schema_version = 1\n[[campaign]]\nid = "C-0000000001"\nnotes = ["Seen before."]\n'


@pytest.fixture
def held(tmp_path: Path) -> Shop:
    return shop(tmp_path, analyst=ANALYST)


def context(held: Shop, released: Released) -> Context:
    policy = load_share_policy(held.house)
    family = objects_of(released, "campaign")[0]["extensions"][EXTENSION_ID]["families"][0]
    return Context(
        house=held.house,
        policy=policy.partners["beta"],
        shared=policy.shared_ranges,
        denied=policy.denylist.fault,
        ids=frozenset(str(one["id"]) for one in released.objects),
        human=frozenset({"Seen before."}),
        key_ids=frozenset({family["key_id"]}),
    )


def test_every_field_that_leaves_has_a_reason(held: Shop) -> None:
    released = held.released()
    told = {(one.id, one.path) for one in released.passages}
    sent = {(str(one["id"]), path) for one in released.objects for path, _ in leaves(one)}
    assert told == sent
    assert len(released.passages) == len(sent)
    assert all(one.rule and one.why for one in released.passages)


CASES: list[tuple[str, str, Any]] = [
    ("campaign", "headline", "secret"),
    ("campaign", "name", "Operation secret"),
    ("campaign", "description", "secret"),
    ("campaign", "first_seen", "2026-09-01T10:11:12.000Z"),
    ("campaign", "confidence", 84),
    ("campaign", "aliases", ["secret"]),
    ("campaign", "external_references", [{"source_name": "secret"}]),
    ("campaign", "created", "2026-09-10T07:08:09.000Z"),
    ("campaign", "created_by_ref", "identity--7c76e809-3334-4ac1-aed3-7efe3d02635d"),
    ("campaign", "object_marking_refs", [marking_id(Tlp.GREEN)]),
    ("campaign", "labels", ["secret"]),
    ("indicator", "pattern", "[ipv4-addr:value = '198.51.100.7']"),
    ("indicator", "pattern", "[ipv4-addr:value = '198.51.100.0/25']"),
    ("indicator", "pattern", "[ipv4-addr:value = '100.64.0.0/24']"),
    ("indicator", "pattern", "[url:value = 'https://secret.example']"),
    ("indicator", "pattern", "[domain-name:value = 'a.example' OR domain-name:value = 'b.example']"),
    ("indicator", "pattern", "[domain-name:value = 'a.example'] AND [domain-name:value = 'b.example'] AND [domain-name:value = 'c.example']"),
    ("indicator", "pattern", "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'jo@lab.example']"),
    ("indicator", "pattern", "nonsense"),
    ("indicator", "name", "secret"),
    ("indicator", "valid_until", "2026-10-08T01:02:03.000Z"),
    ("sighting", "count", 22),
    ("sighting", "summary", True),
    ("note", "content", "another text"),
    ("relationship", "description", "secret"),
    ("relationship", "target_ref", "campaign--7c76e809-3334-4ac1-aed3-7efe3d02635d"),
    ("relationship", "relationship_type", "owned-by"),
    ("report", "object_refs", ["campaign--7c76e809-3334-4ac1-aed3-7efe3d02635d"]),
    ("attack-pattern", "description", "secret"),
    ("identity", "contact_information", "secret"),
    ("extension-definition", "description", "secret"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "field", "value"), CASES)
def test_one_field_out_of_place_stops_everything(held: Shop, kind: str, field: str, value: Any) -> None:
    released = held.released()
    gate(released.objects, context(held, released))
    objects = copy.deepcopy(list(released.objects))
    next(one for one in objects if one["type"] == kind)[field] = value
    with pytest.raises(RefusedError, match="nothing was sent") as caught:
        gate(objects, context(held, released))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("cluster", "pseudonym"), "acct_1_0001"),
        (("cluster", "members", 0), "acct_1_0001"),
        (("cluster", "epoch"), "2026-13-01"),
        (("cluster", "accounts", "at_least"), 40),
        (("families", 0, "key_id"), "0" * 16),
        (("families", 0, "span_hashes", 0), "rewrite the following text"),
        (("families", 0, "texts"), ["rewrite the following text"]),
        (("behaviour", "tool_share"), 0.05),
        (("behaviour", "secret"), 1),
        (("evidence", 0, "signal"), "secret"),
        (("evidence", 0, "log10_bayes_factor_at_least"), 31),
        (("calibration", "false_campaign_share"), 0.02),
        (("models", 0), "model-secret"),
    ],
)
def test_one_field_of_the_extension_out_of_place(held: Shop, path: tuple[Any, ...], value: Any) -> None:
    released = held.released()
    objects = copy.deepcopy(list(released.objects))
    place: Any = next(one for one in objects if one["type"] == "campaign")["extensions"][EXTENSION_ID]  # type: ignore[index]
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    with pytest.raises(RefusedError):
        gate(objects, context(held, released))


def test_unmarked_objects_are_refused(held: Shop) -> None:
    released = held.released()
    for kind in ("campaign", "indicator", "relationship", "report", "sighting"):
        objects = copy.deepcopy(list(released.objects))
        del next(one for one in objects if one["type"] == kind)["object_marking_refs"]
        with pytest.raises(RefusedError, match=r"does not bear TLP:AMBER\+STRICT"):
            gate(objects, context(held, released))


def test_what_others_bring_must_be_marked(held: Shop) -> None:
    released = held.released()
    refuse_unmarked(released.objects)
    bare = {name: value for name, value in released.objects[-1].items() if name != "object_marking_refs"}
    with pytest.raises(RefusedError, match="1 objects bear no TLP marking"):
        refuse_unmarked([*released.objects, bare])


def test_a_type_that_the_policy_does_not_name_is_refused(held: Shop) -> None:
    released = held.released()
    stranger = {
        **objects_of(released, "campaign")[0],
        "type": "malware",
        "id": "malware--7c76e809-3334-4ac1-aed3-7efe3d02635d",
    }
    with pytest.raises(RefusedError):
        gate([*released.objects, stranger], context(held, released))
