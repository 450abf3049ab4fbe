"""Whether an object keeps the structure of STIX 2.1: what every object has, and what each type requires.

Not checked here: vocabularies (they are open), and whether what an object refers to exists.
Source: STIX 2.1 (OASIS Standard, 10 June 2021), sections 2, 3, 4, 5, 6 and 7.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

_TYPE = re.compile(r"[a-z][a-z0-9-]{1,248}[a-z0-9]")
_ID = re.compile(r"([a-z][a-z0-9-]+)--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
"""The variant of RFC 4122, which STIX asks for, is what the first digit of the fourth group tells."""
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d+))?Z", re.ASCII)
_NEW_TYPES = ("new-sdo", "new-sco", "new-sro")

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "attack-pattern": ("name",),
    "campaign": ("name",),
    "course-of-action": ("name",),
    "grouping": ("context", "object_refs"),
    "identity": ("name",),
    "incident": ("name",),
    "indicator": ("pattern", "pattern_type", "valid_from"),
    "infrastructure": ("name",),
    "intrusion-set": ("name",),
    "location": (),
    "malware": ("is_family",),
    "malware-analysis": ("product",),
    "note": ("content", "object_refs"),
    "observed-data": ("first_observed", "last_observed", "number_observed"),
    "opinion": ("opinion", "object_refs"),
    "report": ("name", "published", "object_refs"),
    "threat-actor": ("name",),
    "tool": ("name",),
    "vulnerability": ("name",),
    "relationship": ("relationship_type", "source_ref", "target_ref"),
    "sighting": ("sighting_of_ref",),
    "language-content": ("object_ref", "contents"),
    "extension-definition": ("created_by_ref", "name", "schema", "version", "extension_types"),
}
"""Types with `created` and `modified`, and what else they must have."""
OBSERVABLES = frozenset(
    {
        "artifact", "autonomous-system", "directory", "domain-name", "email-addr", "email-message", "file", "ipv4-addr",
        "ipv6-addr", "mac-addr", "mutex", "network-traffic", "process", "software", "url", "user-account",
        "windows-registry-key", "x509-certificate",
    }
)  # fmt: skip
"""Cyber-observable objects: no versions."""
UNVERSIONED = frozenset({"marking-definition"})
OPINIONS = ("strongly-disagree", "disagree", "neutral", "agree", "strongly-agree")
_TIMES = frozenset(
    {
        "created", "modified", "first_seen", "last_seen", "valid_from", "valid_until", "published", "start_time", "stop_time",
        "first_observed", "last_observed",
    }
)  # fmt: skip
_ORDERS = (
    ("created", "modified", False), ("first_seen", "last_seen", False), ("start_time", "stop_time", False),
    ("first_observed", "last_observed", False), ("valid_from", "valid_until", True),
)  # fmt: skip
"""Earlier, later, and whether they must differ."""


def moment(text: object) -> datetime | None:
    """Return a STIX timestamp as a time, to the microsecond; None for what is none."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    try:
        whole = datetime.strptime(match[1], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None
    return whole.replace(microsecond=int((match[2] or "0")[:6].ljust(6, "0")), tzinfo=UTC)


def type_of_id(identifier: object) -> str | None:
    """Return the type that an id names; None for what is no id."""
    match = _ID.fullmatch(identifier) if isinstance(identifier, str) else None
    return match[1] if match is not None else None


def faults(stix_object: Mapping[str, object]) -> Iterator[str]:
    """Yield what is wrong with an object's structure, in words."""
    kind = stix_object.get("type")
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind):
        yield f"type is {_told(kind)}, expected a STIX type such as indicator"
        return
    if type_of_id(stix_object.get("id")) != kind:
        yield f"id is {_told(stix_object.get('id'))}, expected {kind}-- and a UUID of RFC 4122"
    if stix_object.get("spec_version", "2.1") != "2.1" or (
        "spec_version" not in stix_object and kind not in OBSERVABLES
    ):
        yield f"spec_version is {_told(stix_object.get('spec_version'))}, expected 2.1"  # fmt: skip
    yield from _required(kind, stix_object)
    yield from _common(stix_object)
    yield from _times(stix_object)
    yield from _references(stix_object)


def _required(kind: str, stix_object: Mapping[str, object]) -> Iterator[str]:
    if kind in REQUIRED:
        wanted: tuple[str, ...] = ("created", "modified", *REQUIRED[kind])
    elif kind in OBSERVABLES:
        wanted = ()
    elif kind in UNVERSIONED:
        wanted = ("created",)
    elif kind.startswith("x-") or _new_type(stix_object):
        wanted = ()
    else:
        yield f"type {kind!r} is neither of STIX 2.1 nor defined by an extension on the object"
        return
    for name in wanted:
        if name not in stix_object:
            yield f"{name} is missing"
    if kind == "opinion" and stix_object.get("opinion") not in OPINIONS:
        yield f"opinion is {_told(stix_object.get('opinion'))}, expected one of {', '.join(OPINIONS)}"
    for name in ("name", "pattern", "pattern_type", "content", "relationship_type"):
        if name in stix_object and not (isinstance(stix_object[name], str) and stix_object[name]):
            yield f"{name} is {_told(stix_object[name])}, expected a text"


def _new_type(stix_object: Mapping[str, object]) -> bool:
    extensions = stix_object.get("extensions")
    found = extensions.values() if isinstance(extensions, dict) else ()
    return any(isinstance(one, dict) and one.get("extension_type") in _NEW_TYPES for one in found)


def _common(stix_object: Mapping[str, object]) -> Iterator[str]:
    confidence = stix_object.get("confidence", 0)
    if not isinstance(confidence, int) or isinstance(confidence, bool) or not 0 <= confidence <= 100:
        yield f"confidence is {_told(confidence)}, expected a whole number from 0 to 100"
    if not isinstance(stix_object.get("revoked", False), bool):
        yield "revoked is neither true nor false"
    labels = stix_object.get("labels", [])
    if not isinstance(labels, list) or not all(isinstance(one, str) for one in labels):
        yield "labels are no list of texts"
    if not isinstance(stix_object.get("extensions", {}), dict):
        yield "extensions are no object"
    references = stix_object.get("external_references", [])
    sources = references if isinstance(references, list) else [None]
    if not all(isinstance(one, dict) and isinstance(one.get("source_name"), str) for one in sources):
        yield "external_references are no list of objects with source_name"


def _times(stix_object: Mapping[str, object]) -> Iterator[str]:
    for name in sorted(_TIMES & stix_object.keys()):
        if moment(stix_object[name]) is None:
            yield f"{name} is {_told(stix_object[name])}, expected a time such as 2026-09-08T12:00:00.000Z"
    for earlier, later, apart in _ORDERS:
        first, last = moment(stix_object.get(earlier)), moment(stix_object.get(later))
        if first is not None and last is not None and (last < first or (apart and last == first)):
            yield f"{later} is not after {earlier}" if apart else f"{later} is before {earlier}"


def _references(stix_object: Mapping[str, object]) -> Iterator[str]:
    for name, value in stix_object.items():
        if name.endswith("_ref") and type_of_id(value) is None:
            yield f"{name} is {_told(value)}, expected a STIX id (a type, -- and a UUID of RFC 4122)"
        elif name.endswith("_refs"):
            if not isinstance(value, list) or not value:
                yield f"{name} is {_told(value)}, expected a list of STIX ids that is not empty"
                continue
            bad = [one for one in value if type_of_id(one) is None]
            if bad:
                yield f"{name} holds {_told(bad[0])}, expected a STIX id (a type, -- and a UUID of RFC 4122)"
    markings = stix_object.get("object_marking_refs")
    if isinstance(markings, list) and any(
        type_of_id(one) not in ("marking-definition", None) for one in markings
    ):
        yield "object_marking_refs refer to something that is no marking-definition"
    if "created_by_ref" in stix_object and type_of_id(stix_object["created_by_ref"]) not in (
        "identity",
        None,
    ):
        yield "created_by_ref refers to something that is no identity"


def _told(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
