"""A peer's bundle: sound objects are taken in, all others stay outside with a reason, and nothing that it holds can hurt."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.shared_scan import shop
from revenuer.records import InputError
from revenuer.share.stix import Limits, bundle_bytes, observables_of, read_objects, reading_of

UUID = "7c76e809-3334-4ac1-aed3-7efe3d02635d"
WHEN = "2026-09-08T12:00:00.000Z"


def indicator(**changes: Any) -> dict[str, Any]:
    found = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{UUID}",
        "created": WHEN,
        "modified": WHEN,
        "pattern": "[ipv4-addr:value = '198.51.100.0/24']",
        "pattern_type": "stix",
        "valid_from": WHEN,
    } | changes
    return {name: value for name, value in found.items() if value is not ...}


def reason(**changes: Any) -> str:
    received = read_objects([indicator(**changes)])
    assert not received.accepted
    return received.quarantined[0].reason


def bundle(*objects: Any) -> bytes:
    return json.dumps({"type": "bundle", "id": f"bundle--{UUID}", "objects": list(objects)}).encode()


def test_a_sound_object_is_taken_in() -> None:
    received = read_objects(bundle(indicator()))
    assert received.accepted == (indicator(),)
    assert not received.quarantined


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"type": "Indicator"}, "expected a STIX type"),
        ({"type": 7}, "expected a STIX type"),
        ({"type": "gadget", "id": f"gadget--{UUID}"}, "neither of STIX 2.1 nor defined by an extension"),
        ({"id": "indicator--1"}, "id is 'indicator--1'"),
        ({"id": f"campaign--{UUID}"}, "expected indicator--"),
        ({"id": f"indicator--{UUID[:19]}0{UUID[20:]}"}, "RFC 4122"),
        ({"id": ["indicator"]}, "expected indicator--"),
        ({"spec_version": "2.0"}, "expected 2.1"),
        ({"spec_version": ...}, "expected 2.1"),
        ({"created": ...}, "created is missing"),
        ({"modified": "2026-09-08"}, "expected a time such as"),
        ({"modified": "2026-02-30T00:00:00Z"}, "expected a time such as"),
        ({"modified": "2025-09-08T12:00:00.000Z"}, "modified is before created"),
        ({"valid_until": WHEN}, "valid_until is not after valid_from"),
        ({"pattern": ...}, "pattern is missing"),
        ({"pattern": 4}, "expected a text"),
        ({"pattern": "nonsense"}, "not a STIX pattern"),
        ({"pattern": "[" * 90 + "]" * 90}, "nested 90 deep"),
        ({"pattern": "[a:b = '" + "x" * 30_000 + "' OR a:c = 'd']"}, "30"),
        ({"confidence": 101}, "expected a whole number from 0 to 100"),
        ({"confidence": True}, "expected a whole number from 0 to 100"),
        ({"revoked": "yes"}, "neither true nor false"),
        ({"labels": "one"}, "no list of texts"),
        ({"external_references": [{"url": "https://a.example"}]}, "source_name"),
        ({"created_by_ref": f"campaign--{UUID}"}, "no identity"),
        ({"created_by_ref": "nobody"}, "expected a STIX id"),
        ({"object_marking_refs": []}, "not empty"),
        ({"object_marking_refs": [f"campaign--{UUID}"]}, "no marking-definition"),
        ({"extensions": []}, "extensions are no object"),
        ({"name": "x" * 200_000}, "a text of 200000 characters"),
        ({"name": "\ud800"}, "surrogate"),
        ({"x_deep": json.loads("[" * 40 + "]" * 40)}, "nested more than 20 deep"),
        ({"x_wide": [0] * 60_000}, "more than 50000 values"),
        ({"x_number": 2**70}, "no canonical JSON"),
        ({"granular_markings": [{"selectors": ["nothing"], "marking_ref": "x"}]}, "stix2 refuses it"),
        ({"kill_chain_phases": [{"phase_name": "only"}]}, "stix2 refuses it"),
    ],
)  # fmt: skip
def test_a_bad_object_stays_outside(changes: dict[str, Any], words: str) -> None:
    assert words in reason(**changes)


def test_one_bad_object_does_not_keep_out_the_others() -> None:
    received = read_objects([indicator(), "text", None, [indicator()], indicator(id="indicator--1")])
    assert len(received.accepted) == 1
    assert [one.index for one in received.quarantined] == [1, 2, 3, 4]
    assert [one.id for one in received.quarantined] == [None, None, None, "indicator--1"]


def test_repetitions_count_once_and_contradictions_do_not_count() -> None:
    received = read_objects(
        [indicator(), indicator(), indicator(name="other"), indicator(modified="2026-09-09T12:00:00.000Z")]
    )
    assert len(received.accepted) == 2
    assert received.repeated == 1
    assert "differs from another object with the same id and modified" in received.quarantined[0].reason


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "not a STIX bundle"),
        (b"[]", "expected an object"),
        (b'{"type": "bundle", "objects": {}}', "a list of objects"),
        (b'{"type": "report", "objects": []}', "expected an object"),
        (b'{"type": "bundle", "type": "bundle"}', "stands twice"),
        (b'{"type": "bundle", "objects": [NaN]}', "NaN is no number"),
        (b'{"type": "bundle", "objects": [' + b"9" * 5000 + b"]}", "not a STIX bundle"),
        (b'{"type": "bundle", "objects": ' + b"[" * 200_000, "nested too deeply"),
        (b"\xff\xfe", "not a STIX bundle"),
    ],
)  # fmt: skip
def test_what_is_no_bundle(raw: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_objects(raw)


def test_bounds_of_a_whole() -> None:
    with pytest.raises(InputError, match="at most 10 are read"):
        read_objects([indicator()] * 11, Limits(max_objects=10))
    with pytest.raises(InputError, match="at most 10 are read"):
        read_objects(bundle(indicator()), Limits(max_bytes=10))


def test_types_that_an_extension_defines_are_taken_in() -> None:
    kind = "release-attestation"
    extension = {f"extension-definition--{UUID}": {"extension_type": "new-sdo"}}
    found = {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{UUID}",
        "created": WHEN,
        "modified": WHEN,
        "extensions": extension,
    }
    assert read_objects([found]).accepted == (found,)


def test_our_own_extension_is_held_to_its_schema(tmp_path: Path) -> None:
    held = shop(tmp_path)
    content = bundle_bytes(held.released().objects, held.house, "beta")
    received = read_objects(content.replace(b'"about":"indicator"', b'"about":"nothing"'))
    assert received.quarantined
    assert all("does not fit its schema" in one.reason for one in received.quarantined)


@pytest.mark.parametrize(
    ("pattern", "values"),
    [
        ("[ipv4-addr:value = '198.51.100.0/24']", [("ip_prefix", "198.51.100.0/24")]),
        ("[ipv4-addr:value = '198.51.100.7/24']", [("ip_prefix", "198.51.100.0/24")]),
        ("[ipv4-addr:value ISSUBSET '198.51.100.0/24']", [("ip_prefix", "198.51.100.0/24")]),
        ("[ ipv4-addr:value = '198.51.100.7' ]", [("ip", "198.51.100.7")]),
        ("[ipv4-addr:value = '198.51.100.7/32']", [("ip", "198.51.100.7")]),
        ("[ipv6-addr:value = '2001:0DB8::0/32']", [("ip_prefix", "2001:db8::/32")]),
        ("[ipv6-addr:value = '198.51.100.7']", []),
        ("[ipv4-addr:value = 'a.example']", []),
        ("[domain-name:value = 'A.Example.']", [("email_domain", "a.example")]),
        ("[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'it\\'s \\\\ me']", [("user_agent", "it's \\ me")]),
        ("([network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'it\\'s \\\\ me'])", [("user_agent", "it's \\ me")]),
        ("[domain-name:value = 'a.example' OR ipv4-addr:value = '198.51.100.7']", [("email_domain", "a.example"), ("ip", "198.51.100.7")]),
        ("[domain-name:value = 'a.example'] OR [domain-name:value = 'b.example']", [("email_domain", "a.example"), ("email_domain", "b.example")]),
        ("[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.0/24']", [("ip_prefix", "198.51.100.0/24")]),
        ("[network-traffic:src_ref.type = 'ipv6-addr' AND network-traffic:src_ref.value = '2001:db8::1']", [("ip", "2001:db8::1")]),
        ("[network-traffic:src_ref.type = 'ipv6-addr' AND network-traffic:dst_ref.value = '2001:db8::1']", []),
        ("[network-traffic:src_ref.type = 'domain-name' AND network-traffic:src_ref.value = 'a.example']", []),
        ("[domain-name:value = 'a.example'] AND [domain-name:value = 'b.example']", []),
        ("[domain-name:value = 'a.example' AND domain-name:value = 'b.example']", []),
        ("[domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value = 'b.example']", []),
        ("[domain-name:value = 'a.example'] REPEATS 5 TIMES", []),
        ("[domain-name:value = 'a.example'] WITHIN 5 SECONDS", []),
        ("[domain-name:value != 'a.example']", []),
        ("[domain-name:value NOT = 'a.example']", []),
        ("[domain-name:value LIKE '%.example']", []),
        ("[domain-name:value MATCHES '(a+)+$']", []),
        ("[domain-name:value IN ('a.example', 'b.example')]", []),
        ("[file:hashes.'SHA-256' = '4bac27393bdd9777ce02453256c5577cd02275510b2227f473d03f533924f877']", []),
    ],
)  # fmt: skip
def test_what_we_understand_of_patterns(pattern: str, values: list[tuple[str, str]]) -> None:
    found = indicator(pattern=pattern)
    assert observables_of(found) == values
    assert bool(reading_of(found).not_understood) == (not values)
    assert read_objects([found]).accepted


def test_a_mixed_pattern_is_understood_in_part() -> None:
    reading = reading_of(
        indicator(pattern="[domain-name:value = 'a.example' OR url:value = 'https://b.example']")
    )
    assert reading.values == (("email_domain", "a.example"),)
    assert reading.not_understood == ("url:value = 'https://b.example'",)


def test_other_languages_are_kept_and_not_understood() -> None:
    found = indicator(pattern="alert tcp any any -> any any", pattern_type="snort")
    assert read_objects([found]).accepted
    assert observables_of(found) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(["id", "type", "pattern", "created", "labels", "extensions", "object_marking_refs", "granular_markings", "external_references", "kill_chain_phases", "valid_until", "confidence", "lang", "x_new"]),
    value=json_values,
)  # fmt: skip
def test_no_value_in_any_place_breaks_the_reader(name: str, value: Any) -> None:
    received = read_objects([indicator(**{name: value})])
    assert len(received.accepted) + len(received.quarantined) == 1
    for one in received.accepted:
        observables_of(one)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="[]()'\\=<>ANDORipv4-addr:value 0123456789./{}", max_size=80))
def test_no_pattern_breaks_the_reader(pattern: str) -> None:
    read_objects([indicator(pattern=pattern)])
    observables_of(indicator(pattern=pattern))
