"""One entry of the shared stream, and its bytes: what a node wrote in one go, sealed if the fleet has a key."""

import hmac
from collections.abc import Mapping
from hashlib import blake2b
from typing import TypeAlias

import msgspec


class Notes(msgspec.Struct, frozen=True, array_like=True, tag="notes", gc=False):
    """Notes of one node, numbered without holes from `first` on."""

    node: str
    first: int
    notes: list[bytes]


class Ask(msgspec.Struct, frozen=True, array_like=True, tag="ask", gc=False):
    """A node has missed notes and asks one of the others to state again what stands."""

    node: str


class Answer(msgspec.Struct, frozen=True, array_like=True, tag="answer", gc=False):
    """A node is about to do so for the `Ask` with the stream id `asked`; the others need not."""

    node: str
    asked: str


Entry: TypeAlias = Notes | Ask | Answer

BODY, SEAL = b"e", b"s"
_SEAL_BYTES = 16


class EntryError(ValueError):
    """An entry that is not one of ours; the text is the reason."""


def write_entry(entry: Entry, key: bytes | None) -> dict[bytes, bytes]:
    """Return the fields of `entry`."""
    body = msgspec.msgpack.encode(entry)
    return {BODY: body} if key is None else {BODY: body, SEAL: _seal(body, key)}


def read_entry(fields: Mapping[bytes, bytes], key: bytes | None) -> Entry:
    """Return the entry in `fields`. Raises EntryError where it is malformed, of an unknown kind, or not sealed with `key`."""
    body = fields.get(BODY)
    if body is None:
        raise EntryError("the entry has no body")
    if key is not None and not hmac.compare_digest(fields.get(SEAL, b""), _seal(body, key)):
        raise EntryError("the entry is not sealed with this fleet's key")
    try:
        entry = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EntryError("the entry's body cannot be read") from error
    if isinstance(entry, Notes) and entry.first < 1:
        raise EntryError(f"the entry's notes are numbered from {entry.first}, expected 1 or more")
    return entry


def _seal(body: bytes, key: bytes) -> bytes:
    return blake2b(body, key=key, digest_size=_SEAL_BYTES).digest()


_DECODER: msgspec.msgpack.Decoder[Entry] = msgspec.msgpack.Decoder(Entry)
