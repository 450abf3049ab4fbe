"""The manifest of an evidence pack: what is in it, hashed; the signature is over its bytes."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from revenuer.records import InputError

Text = Annotated[str, msgspec.Meta(min_length=1)]
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Size = Annotated[int, msgspec.Meta(ge=0)]


class FileEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Length in bytes and SHA-256 of a file in the pack."""

    size: Size
    sha256: Sha256


class InputEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that the test read and that is not in the pack."""

    name: str
    size: Size
    sha256: Sha256


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a pack states of itself."""

    pack_version: Literal[1]
    test: Text
    suspect: Text
    log10_p: Annotated[float, msgspec.Meta(le=0.0)] | None
    made_at: datetime
    files: dict[str, FileEntry]
    inputs: list[InputEntry]
    seeds: dict[str, int]
    versions: dict[str, str]


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return the file's content."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def parse_manifest(content: bytes, name: str) -> Manifest:
    """Return the manifest. Raises InputError, naming the field, where it is none."""
    try:
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{name} is no evidence pack: its manifest is unreadable: {error}") from error
