"""MITRE ATLAS techniques under MITRE's own STIX ids.

Source: MITRE ATLAS 5.6.0, stix-atlas.json (Apache-2.0): ids, names and times of creation.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from revenuer.share.stix.tlp import Tlp, marking_id

URL = "https://atlas.mitre.org/techniques/"


class Technique(NamedTuple):
    """`uuid` and `created` as MITRE publishes them."""

    uuid: str
    name: str
    created: str


TECHNIQUES: Mapping[str, Technique] = MappingProxyType(
    {
        "AML.T0008": Technique(
            "159106db-413f-5f36-854f-09729ed0a18f", "Acquire Infrastructure", "2021-05-13"
        ),
        "AML.T0008.005": Technique(
            "647ac4ac-b2bc-53f7-ab83-81f421a1f0b5", "AI Service Proxies", "2026-03-30"
        ),
        "AML.T0012": Technique("ed66b442-059b-54cb-a806-620e6f8109a6", "Valid Accounts", "2022-01-24"),
        "AML.T0021": Technique("d3d7763a-58e1-5e38-84fd-3abea967cb08", "Establish Accounts", "2022-01-24"),
        "AML.T0024": Technique(
            "85fed2c6-e2df-595e-88bf-f356a17cec21", "Exfiltration via AI Inference API", "2021-05-13"
        ),
        "AML.T0024.002": Technique("3f567912-629a-5e0b-ab0c-0102977c2d6c", "Extract AI Model", "2021-05-13"),
        "AML.T0040": Technique(
            "5ac1f849-523e-51bf-a1e9-1a97ab91cc91", "AI Model Inference API Access", "2021-05-13"
        ),
        "AML.T0048.004": Technique(
            "73772ced-edba-578c-bacd-703e082a9c57", "AI Intellectual Property Theft", "2021-05-13"
        ),
        "AML.T0065": Technique("6e148299-0460-5d0b-9741-467437464d3d", "LLM Prompt Crafting", "2025-03-12"),
    }
)
PROXIES = "AML.T0008.005"


def attack_pattern_id(technique: str) -> str:
    return f"attack-pattern--{TECHNIQUES[technique].uuid}"


def attack_pattern(technique: str) -> dict[str, object]:
    """Return a stub of MITRE's attack pattern, for receivers that have not loaded ATLAS.

    `modified` is the time of its creation, so that any version that MITRE published goes before the stub.
    """
    entry = TECHNIQUES[technique]
    created = f"{entry.created}T00:00:00.000Z"
    return {
        "type": "attack-pattern",
        "spec_version": "2.1",
        "id": attack_pattern_id(technique),
        "created": created,
        "modified": created,
        "name": entry.name,
        "external_references": [
            {"source_name": "mitre-atlas", "url": URL + technique, "external_id": technique}
        ],
        "object_marking_refs": [marking_id(Tlp.CLEAR)],
    }
