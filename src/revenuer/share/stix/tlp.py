"""The Traffic Light Protocol 2.0 as OASIS publishes it for STIX 2.1: one extension, five marking definitions with fixed ids.

Source: OASIS CTI TC, cti-stix-common-objects, extension-definition-specifications/tlp-2.0.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
_CREATED = "2022-10-01T00:00:00.000Z"


class Tlp(StrEnum):
    """Labels, the widest first."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    AMBER_STRICT = "amber+strict"
    RED = "red"


_IDS: Mapping[Tlp, str] = MappingProxyType(
    {
        Tlp.CLEAR: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
        Tlp.GREEN: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        Tlp.AMBER: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        Tlp.AMBER_STRICT: "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        Tlp.RED: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
    }
)
_TLP_1: Mapping[str, Tlp] = MappingProxyType(
    {
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": Tlp.CLEAR,
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": Tlp.GREEN,
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": Tlp.AMBER,
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": Tlp.RED,
    }
)
"""The markings of TLP 1.0 that STIX 2.1 predefines (section 7.2.1.4), as the labels that took their place."""
_BY_ID: Mapping[str, Tlp] = MappingProxyType({**{id_: tlp for tlp, id_ in _IDS.items()}, **_TLP_1})


def marking_id(tlp: Tlp) -> str:
    return _IDS[tlp]


def marking_definition(tlp: Tlp) -> dict[str, object]:
    """Return the published marking definition, as it is."""
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": _IDS[tlp],
        "created": _CREATED,
        "name": f"TLP:{tlp.value.upper()}",
        "extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": tlp.value}},
    }


def tlp_of(marking_refs: Sequence[str]) -> Tlp | None:
    """Return the narrowest label among the markings of an object; None where there is none."""
    order = list(Tlp)
    found = [_BY_ID[ref] for ref in marking_refs if ref in _BY_ID]
    return max(found, key=order.index) if found else None
