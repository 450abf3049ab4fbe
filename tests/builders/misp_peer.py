"""Runs in a virtual environment of its own (misp-stix and pymisp pin what others pin otherwise): a bundle to MISP events and back.

python misp_peer.py BUNDLE -> JSON on stdout: `events` as MISP has them, `back`: objects as MISP sends them on, `errors`.
"""

import json
import logging
import sys
import uuid
from typing import Any

import stix2
from misp_stix_converter import ExternalSTIX2toMISPParser, MISPtoSTIX21Parser


def events_of(bundle: Any) -> tuple[list[Any], list[str]]:
    parser = ExternalSTIX2toMISPParser()
    parser.load_stix_bundle(bundle)
    parser.parse_stix_bundle(single_event=False)
    told = [line for found in (parser.errors, parser.warnings) for lines in found.values() for line in lines]
    found = parser.misp_events
    return list(found) if isinstance(found, list) else [found], told


def stored(event: Any) -> dict[str, Any]:
    """Return the event as a server would keep it, which gives sightings a uuid."""
    kept: dict[str, Any] = json.loads(event.to_json())
    attributes = [
        *kept.get("Attribute", []),
        *(one for item in kept.get("Object", []) for one in item["Attribute"]),
    ]
    for number, attribute in enumerate(attributes):
        for place, sighting in enumerate(attribute.get("Sighting", [])):
            sighting.setdefault("uuid", str(uuid.uuid5(uuid.NAMESPACE_OID, f"{number} {place}")))
    return kept


def sent_on(event: dict[str, Any]) -> list[dict[str, Any]]:
    parser = MISPtoSTIX21Parser()
    parser.parse_misp_event(event)
    objects: list[dict[str, Any]] = json.loads(parser.bundle.serialize())["objects"]
    return objects


def main() -> None:
    logging.disable(logging.CRITICAL)
    with open(sys.argv[1], encoding="utf-8") as file:
        bundle = stix2.parse(json.load(file), allow_custom=True)
    events, told = events_of(bundle)
    kept = [stored(event) for event in events]
    back = [one for event in kept for one in sent_on(json.loads(json.dumps(event)))]
    json.dump({"events": kept, "back": back, "errors": told}, sys.stdout)


main()
