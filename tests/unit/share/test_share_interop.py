"""The STIX 2.1 interoperability cases: each object is taken in, or stays outside for a defect of the case that is named here."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.shared_data import shared
from revenuer.share.stix import read_objects

CASES = "standards/stix_interop/testcases.tar.gz"
NO_UUID = "of RFC 4122"
"""The standard asks for UUIDs of RFC 4122 (section 2.9): eleven digits in the last group, or a variant that RFC 4122 does not know."""
DEFECTS = {
    ("ex-3.1.4.2-leverage-externally-defined-frameworks", "malware"): NO_UUID,
    ("ex-3.1.4.2-leverage-externally-defined-frameworks", "relationship"): NO_UUID,
    ("ex-3.3.4.1-confidence-indicator-internal-validation", "malware"): "is_family is missing",
    ("ex-3.6.4.2-malware-analysis-grouping", "grouping"): NO_UUID,
    ("ex-3.6.4.2-malware-analysis-grouping", "malware-analysis"): NO_UUID,
    ("ex-3.6.4.2-malware-analysis-grouping", "relationship"): NO_UUID,
    ("ex-3.6.4.3-duplicate-sightings-grouping", "grouping"): NO_UUID,
    ("ex-3.6.4.3-duplicate-sightings-grouping", "sighting"): NO_UUID,
    ("ex-3.7.7.2-tms-indicator-consumer", "indicator"): NO_UUID,
    ("ex-3.7.7.3-tds-indicator-consumer", "indicator"): NO_UUID,
    ("ex-3.7.7.4-sxc-indicator-consumer", "indicator"): NO_UUID,
    ("ex-3.7.7.5-siem-indicator-consumer", "indicator"): NO_UUID,
    ("ex-3.13.4.1-note-on-sighting-of-malware", "malware"): "is_family is missing",
    ("ex-3.19.4.1-tool-drops-malware", "tool"): NO_UUID,
    ("ex-3.19.4.1-tool-drops-malware", "relationship"): NO_UUID,
    ("tc-3.12.3.1-create-malware-object", "malware"): NO_UUID,
    ("tc-3.16.3.1-create-report-object", "report"): "published is '2020-01-201T17:00:00Z'",
}
"""(case, type of the object) -> the defect of the published case, as the reason must name it."""


def bundles(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.name.endswith(".json") else None
            raw = content.read() if content else b""
            if raw and json.loads(raw).get("type") == "bundle":
                yield Path(member.name).stem, raw


@pytest.mark.shared
def test_every_case_is_taken_in_or_quarantined_for_its_defect() -> None:
    seen, objects, found = 0, 0, set()
    for case, raw in bundles(shared(CASES)):
        received = read_objects(raw)
        sent = json.loads(raw)["objects"]
        assert len(received.accepted) + len(received.quarantined) + received.repeated == len(sent)
        for one in received.quarantined:
            key = (case, sent[one.index]["type"])
            assert DEFECTS[key] in one.reason
            found.add(key)
        seen += 1
        objects += len(sent)
    assert found == DEFECTS.keys()
    assert seen >= 89
    assert objects > 250
