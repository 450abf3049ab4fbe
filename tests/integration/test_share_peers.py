"""What MISP and OpenCTI keep of what we send, by their own libraries, and what they lose: docs/sharing/stix.md says it in these very lines.

Both pin what others pin otherwise, so each has a virtual environment of its own: .venv-misp (pip install misp-stix pymisp) and .venv-opencti (pip
install pycti), or the interpreters named by REVENUER_MISP_PYTHON and REVENUER_OPENCTI_PYTHON.
"""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from builders.shared_scan import campaign, campaigns_json, row, shop, table, usual_observables
from revenuer.share.stix import EXTENSION_ID, bundle_bytes, observables_of, read_objects
from revenuer.share.stix.pattern_text import TOGETHER_S

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "sharing" / "stix.md"
ANALYST = """
schema_version = 1
[[campaign]]
id = "C-0000000001"
author = "the analysts"
notes = ["Seen before in spring."]
attribution = { as = "intrusion-set", name = "KETTLE", confidence = 40, why = "The same tooling." }
"""


def peer(name: str, bundle: Path) -> dict[str, Any]:
    python = Path(
        os.environ.get(f"REVENUER_{name.upper()}_PYTHON", ROOT / f".venv-{name}" / "bin" / "python")
    )
    if not python.exists():
        pytest.skip(f"{python} is absent: {name}'s library needs a virtual environment of its own")
    script = ROOT / "tests" / "builders" / f"{name}_peer.py"
    done = subprocess.run([python, script, bundle], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def sent(tmp_path: Path) -> tuple[Path, list[dict[str, Any]]]:
    rows = [*usual_observables().to_pylist(), row("ip", "100.64.3.4")]
    scan = campaigns_json(
        campaign(1), campaign(2, lineage={"replaces": ["C-0000000001"], "shares_pool_with": []})
    )
    held = shop(tmp_path, campaigns=scan, observables=table(rows), analyst=ANALYST)
    released = held.released()
    path = tmp_path / "bundle.json"
    path.write_bytes(bundle_bytes(released.objects, held.house, "beta"))
    return path, [dict(one) for one in released.objects]


def said(line: str) -> None:
    """The guide says this line, word for word."""
    assert line in GUIDE.read_text(encoding="utf-8").splitlines(), f"docs/sharing/stix.md should say: {line}"


def losses(
    sent: list[dict[str, Any]], back: Mapping[str, dict[str, Any]]
) -> dict[str, tuple[int, int, list[str], list[str]]]:
    """Return, by type: how many were sent, how many came back under their id, and which fields those lost or changed."""
    found: dict[str, tuple[int, int, set[str], set[str]]] = {}
    for one in sent:
        count, kept, lost, changed = found.get(one["type"], (0, 0, set(), set()))
        other = back.get(one["id"])
        if other is not None:
            kept += 1
            lost |= one.keys() - other.keys()
            changed |= {name for name in one.keys() & other.keys() if one[name] != other[name]}
        found[one["type"]] = (count + 1, kept, lost, changed)
    return {
        kind: (n, kept, sorted(lost), sorted(changed)) for kind, (n, kept, lost, changed) in found.items()
    }


def table_line(kind: str, row: tuple[int, int, list[str], list[str]]) -> str:
    count, kept, lost, changed = row
    return f"| {kind} | {count} | {kept} | {', '.join(lost) or '–'} | {', '.join(changed) or '–'} |"


def test_misp_and_back(sent: tuple[Path, list[dict[str, Any]]]) -> None:
    path, objects = sent
    found = peer("misp", path)
    back = {one["id"]: one for one in found["back"]}
    for kind, found_of in sorted(losses(objects, back).items()):
        said(table_line(kind, found_of))
    assert len(found["events"]) == 2
    assert not any(EXTENSION_ID in one.get("extensions", {}) for one in found["back"])
    tags = {tag["name"] for event in found["events"] for tag in event["Tag"]}
    assert {"tlp:amber+strict", "statement:For the prevention of abuse only.", "model-extraction"} <= tags


def test_misp_keeps_together_what_counts_only_together(sent: tuple[Path, list[dict[str, Any]]]) -> None:
    """A shared address that leaves beside something else must not become an attribute of its own at the receiver."""
    path, objects = sent
    combined = [
        one["pattern"]
        for one in objects
        if str(one.get("pattern", "")).endswith(f"WITHIN {TOGETHER_S} SECONDS")
    ]
    assert len(combined) == 1
    assert "100.64.3.0/24" in combined[0]
    values = [
        attribute["value"]
        for event in peer("misp", path)["events"]
        for attribute in [
            *event.get("Attribute", []),
            *(one for item in event.get("Object", []) for one in item["Attribute"]),
        ]
    ]
    assert [value for value in values if "100.64" in value] == combined


def test_we_read_what_misp_sends_on(sent: tuple[Path, list[dict[str, Any]]]) -> None:
    path, objects = sent
    received = read_objects(peer("misp", path)["back"])
    ours = Counter(value for one in objects if one["type"] == "indicator" for value in observables_of(one))
    theirs = Counter(
        value for one in received.accepted if one["type"] == "indicator" for value in observables_of(one)
    )
    assert theirs == ours
    assert not received.quarantined


def test_opencti_takes_it_in(sent: tuple[Path, list[dict[str, Any]]]) -> None:
    path, objects = sent
    found = peer("opencti", path)
    assert (found["imported"], found["failed"]) == (len(objects) - 1, 0)
    taken = {
        (call.get("input") or call)["stix_id"]: json.dumps(call)
        for _, call in found["calls"]
        if "stix_id" in (call.get("input") or call)
    }
    assert len([one for one in objects if one["type"] == "indicator" and one["id"] in taken]) == 6
    missing = Counter(one["type"] for one in objects if one["id"] not in taken)
    said(
        f"OpenCTI's library takes in {found['imported']} of {len(objects)} objects and fails on none; what it asks the server to make lacks: {', '.join(f'{count} {kind}' for kind, count in sorted(missing.items()))}."
    )
    assert not any("key_id" in call or "stands_alone" in call for call in taken.values())
