"""The one extension by which we say what STIX 2.1 has no words for. docs/sharing/stix.md explains every field; the JSON schema is made from these types.

An extension says things *about a campaign* or *about an indicator*; in patterns it also names one property of network traffic.
"""

import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated, Literal

import msgspec

from revenuer.records.observable import ObservableKind
from revenuer.share.stix.tlp import Tlp, marking_id

EXTENSION_ID = "extension-definition--d42e4e82-604a-4111-9fb4-baac284bf78b"
AUTHOR_ID = "identity--7c76e809-3334-4ac1-aed3-7efe3d02635d"
VERSION = "1.0.0"
SCHEMA_FILE = "campaign-extension.json"
_CREATED = "2026-11-21T00:00:00.000Z"

SpanHash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
BandHash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
Pseudonym = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
KeyId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
Count = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Day = Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Name = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z_]{0,63}$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]
CampaignId = Annotated[str, msgspec.Meta(pattern="^campaign--[0-9a-f-]{36}$")]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Unknown fields are refused; fields that are left out say nothing."""


class Range(Strict, frozen=True, kw_only=True):
    """A figure as a bucket: `at_least` <= figure < `below`."""

    at_least: Count
    below: Count | None = None


class AccountCluster(Strict, frozen=True, kw_only=True):
    """The accounts of the campaign. `pseudonym` stands for all of them, `members` for single ones: keyed per receiver, and new each `epoch`."""

    pseudonym: Pseudonym
    epoch: Day
    accounts: Range
    members: Annotated[tuple[Pseudonym, ...], msgspec.Meta(max_length=100_000)] = ()


class PromptFamily(Strict, frozen=True, kw_only=True):
    """A template by its spans: HMAC-SHA-256 of each, cut to 128 bits, and MinHash bands of those hashes. `texts` only where a human added them."""

    kind: Literal["span", "system_span"]
    algorithm: Literal["hmac-sha256-128/minhash-32x2"]
    key_id: KeyId
    spans: Range
    span_hashes: Annotated[tuple[SpanHash, ...], msgspec.Meta(max_length=4096)] = ()
    bands: Annotated[tuple[BandHash, ...], msgspec.Meta(max_length=32)] = ()
    texts: Annotated[tuple[Text, ...], msgspec.Meta(max_length=32)] = ()


class Behaviour(Strict, frozen=True, kw_only=True):
    """Rates, windows and times, as buckets; shares of requests in tenths."""

    exchanges: Range | None = None
    requests_per_account_day: Range | None = None
    active_hours: Range | None = None
    takeover_minutes: Range | None = None
    addresses: Range | None = None
    networks: Range | None = None
    harvest_share: Share | None = None
    opening_share: Share | None = None
    tool_share: Share | None = None
    distribution_share: Share | None = None
    refusal_share: Share | None = None


class SignalWeight(Strict, frozen=True, kw_only=True):
    """A signal that spoke for a harvesting operator, and a whole number that its log10 Bayes factor reached."""

    signal: Name
    log10_bayes_factor_at_least: Annotated[int, msgspec.Meta(ge=-308, le=308)]


class Calibration(Strict, frozen=True, kw_only=True):
    """What the confidence rests on: an e-value on the sender's own traffic, in a list that is cut by e-BH at `false_campaign_share`."""

    measure: Literal["e-value"]
    log10_e_at_least: Annotated[int, msgspec.Meta(ge=-308, le=308)]
    cut: Literal["e-BH"]
    false_campaign_share: Share
    null: Literal["the sender's own traffic"]


class AboutCampaign(Strict, frozen=True, kw_only=True, tag_field="about", tag="campaign"):
    """On a campaign."""

    extension_type: Literal["property-extension"]
    schema_version: Literal[1]
    cluster: AccountCluster | None = None
    families: Annotated[tuple[PromptFamily, ...], msgspec.Meta(max_length=64)] = ()
    behaviour: Behaviour | None = None
    evidence: Annotated[tuple[SignalWeight, ...], msgspec.Meta(max_length=256)] = ()
    calibration: Calibration | None = None
    models: Annotated[tuple[Text, ...], msgspec.Meta(max_length=256)] = ()
    replaces: Annotated[tuple[CampaignId, ...], msgspec.Meta(max_length=256)] = ()
    shares_pool_with: Annotated[tuple[CampaignId, ...], msgspec.Meta(max_length=256)] = ()


class AboutIndicator(Strict, frozen=True, kw_only=True, tag_field="about", tag="indicator"):
    """On an indicator. `kinds`: what the values of its pattern are, in the pattern's order. `stands_alone`: false where it counts beside others only."""

    extension_type: Literal["property-extension"]
    schema_version: Literal[1]
    kinds: Annotated[tuple[ObservableKind, ...], msgspec.Meta(min_length=1, max_length=8)]
    stands_alone: bool
    accounts: Range | None = None
    outsiders: Range | None = None


Extension = AboutCampaign | AboutIndicator


def extension_of(stix_object: Mapping[str, object]) -> Extension | None:
    """Return our extension on an object; None where it has none. Raises ValueError, saying what is wrong, for one that does not fit its schema."""
    extensions = stix_object.get("extensions")
    found = extensions.get(EXTENSION_ID) if isinstance(extensions, dict) else None
    if found is None:
        return None
    try:
        read: Extension = msgspec.convert(found, Extension, strict=True)
    except msgspec.ValidationError as error:
        raise ValueError(f"our extension does not fit its schema: {error}") from error
    about = "campaign" if isinstance(read, AboutCampaign) else "indicator"
    if stix_object.get("type") != about:
        raise ValueError(f"our extension is about a {about} and stands on a {stix_object.get('type')}")
    return read


def extensions(content: Extension) -> dict[str, object]:
    """Return the `extensions` property that holds `content`: every field in plain JSON."""
    plain: object = msgspec.json.decode(msgspec.json.encode(content))
    return {EXTENSION_ID: plain}


def json_schema() -> str:
    """Return the JSON schema of the extension's content: the text of the file that is shipped."""
    (top,), components = msgspec.json.schema_components([Extension], ref_template="#/$defs/{name}")
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Revenuer: campaigns of model extraction, extension of STIX 2.1",
        **top,
        "$defs": components,
    }
    return json.dumps(schema, indent=2) + "\n"


def shipped_schema() -> str:
    return (files("revenuer.share.stix") / "schemas" / SCHEMA_FILE).read_text(encoding="utf-8")


def author() -> dict[str, object]:
    """Return the identity that published the extension: the program's, the same in every house."""
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": AUTHOR_ID,
        "created": _CREATED,
        "modified": _CREATED,
        "name": "Revenuer",
        "identity_class": "system",
        "object_marking_refs": [marking_id(Tlp.CLEAR)],
    }


def extension_definition() -> dict[str, object]:
    """Return the extension's definition: the same in every house."""
    digest = hashlib.sha256(shipped_schema().encode()).hexdigest()
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": EXTENSION_ID,
        "created_by_ref": AUTHOR_ID,
        "created": _CREATED,
        "modified": _CREATED,
        "name": "Revenuer campaign extension",
        "description": "Account clusters under pseudonyms, prompt-template families as keyed hashes, behaviour, and calibration of campaigns of model extraction.",
        "schema": f"JSON schema {SCHEMA_FILE} {VERSION}, shipped with Revenuer in share/stix/schemas (SHA-256 {digest})",
        "version": VERSION,
        "extension_types": ["property-extension"],
        "object_marking_refs": [marking_id(Tlp.CLEAR)],
    }
