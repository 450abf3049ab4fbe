"""The extension definition that `release-attestation` rests on, and its JSON schema."""

from importlib import resources

from revenuer.share.signing.attestation import EXTENSION_ID
from revenuer.share.stix.extension import AUTHOR_ID
from revenuer.share.stix.tlp import Tlp, marking_id

SCHEMA_FILE = "release-attestation.json"
VERSION = "1.0.0"
_MADE = "2026-11-21T00:00:00.000Z"


def extension_definition() -> dict[str, object]:
    """Return the definition: the same in every house, by the same author and for everybody, as that of the campaign extension."""
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": EXTENSION_ID,
        "created_by_ref": AUTHOR_ID,
        "created": _MADE,
        "modified": _MADE,
        "name": "Attestation of a release",
        "description": "A signed statement of which objects a house released to one audience, as one link of a chain.",
        "schema": schema_bytes().decode(),
        "version": VERSION,
        "extension_types": ["new-sdo"],
        "object_marking_refs": [marking_id(Tlp.CLEAR)],
    }


def schema_bytes() -> bytes:
    """Return the JSON schema of the object."""
    return (resources.files("revenuer.share.signing.schemas") / SCHEMA_FILE).read_bytes()
