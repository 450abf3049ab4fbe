"""The attestation is sound STIX 2.1, by its own schema and by other people's validator."""

import json
from pathlib import Path

import pytest
from stix2validator import ValidationOptions, validate_instance

from builders.release_chains import DAY, HOUSE, NOON, Publisher, thing
from revenuer.share.signing import canonical, rotated
from revenuer.share.signing.extension import SCHEMA_FILE, extension_definition, schema_bytes


def errors(value: dict[str, object], folder: Path) -> list[str]:
    (folder / SCHEMA_FILE).write_bytes(schema_bytes())
    options = ValidationOptions(version="2.1", schema_dir=str(folder))
    return [str(error) for error in validate_instance(json.loads(canonical(value)), options).errors]


@pytest.fixture
def attestation() -> dict[str, object]:
    house = Publisher()
    house.own = rotated(house.own, NOON)
    return house.release(thing(1), thing(2))


def test_an_attestation_and_its_definition_validate(attestation: dict[str, object], tmp_path: Path) -> None:
    assert errors(attestation, tmp_path) == []
    assert errors(extension_definition(HOUSE), tmp_path) == []
    markings = ("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",)
    assert errors(extension_definition(HOUSE, markings), tmp_path) == []


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": 0},
        {"previous_sha256": "x"},
        {"released": [{"id": "x", "sha256": "0" * 64}]},
        {"signature": "x"},
        {"chain": ""},
        {"more": 1},
        {"extensions": {}},
    ],
)
def test_the_schema_refuses_what_is_none(
    attestation: dict[str, object], change: dict[str, object], tmp_path: Path
) -> None:
    assert errors({**attestation, **change}, tmp_path)


def test_the_definition_holds_the_schema() -> None:
    assert json.loads(str(extension_definition(HOUSE)["schema"])) == json.loads(schema_bytes())
    assert extension_definition(HOUSE)["modified"] < (NOON + 365 * DAY).isoformat()  # type: ignore[operator]
