"""The extension definition that `release-attestation` rests on, and its JSON schema."""

from importlib import resources

from revenuer.share.signing.attestation import EXTENSION_ID

SCHEMA_FILE = "release-attestation.json"
VERSION = "1.0.0"
_MADE = "2026-11-21T00:00:00.000Z"


def extension_definition(house_id: str, markings: tuple[str, ...] = ()) -> dict[str, object]:
    """Return the definition as the house `house_id` publishes it; it changes with this software's version of the schema only."""
    definition: dict[str, object] = {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": EXTENSION_ID,
        "created_by_ref": house_id,
        "created": _MADE,
        "modified": _MADE,
        "name": "Attestation of a release",
        "description": "A signed statement of which objects a house released to one audience, as one link of a chain.",
        "schema": schema_bytes().decode(),
        "version": VERSION,
        "extension_types": ["new-sdo"],
    }
    return {**definition, "object_marking_refs": list(markings)} if markings else definition


def schema_bytes() -> bytes:
    """Return the JSON schema of the object."""
    return (resources.files("revenuer.share.signing.schemas") / SCHEMA_FILE).read_bytes()
