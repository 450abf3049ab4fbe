"""What one node tells the others: facts that every node must hold alike, as small messages in one order."""

from typing import TypeAlias

import msgspec

from revenuer.guard.standing import Standing


class Received(msgspec.Struct, frozen=True, array_like=True, tag="received", gc=False):
    """An account holds a reasoning block. `issued`: the answer that carried it was seen, not merely a first request with it.
    `doubtful`: the teller could not know whether it is the first (see `Receipt`)."""

    signature: str
    account_id: str
    issued: bool = False
    doubtful: bool = False
    organization: int = 0


class Placed(msgspec.Struct, frozen=True, array_like=True, tag="placed"):
    """A measure was put, changed or lifted; the whole of it as it stands."""

    standing: Standing


class Noticed(msgspec.Struct, frozen=True, array_like=True, tag="noticed"):
    """An account is suspected: what identity it holds (value -> accounts that hold it, as the teller knows), what it asks for (bits of
    intents) and in which words (intent -> spans), whether it begins conversations with a reasoning signature."""

    account_id: str
    organization: int
    since: int
    values: dict[int, int]
    intents: int
    relays: bool
    spans: dict[int, list[int]]


class Habit(msgspec.Struct, frozen=True, array_like=True, tag="habit"):
    """A span became the habit of an account that holds these identity values (value -> accounts that hold it)."""

    account_id: str
    organization: int
    span: int
    values: dict[int, int]


class Crossed(msgspec.Struct, frozen=True, array_like=True, tag="crossed"):
    """`sender` replayed a reasoning signature that `receiver` had received."""

    sender: str
    receiver: str


Note: TypeAlias = Received | Placed | Noticed | Habit | Crossed
"""Every kind of note. A new kind is a new tag here and a new case in `core.hear`: a node that does not know a tag counts the note
as unread and goes on, so that nodes of two versions may run side by side."""


def write_note(note: Note) -> bytes:
    """Return `note` as a message for `core.hear`."""
    return msgspec.msgpack.encode(note)


def read_note(message: bytes) -> Note | None:
    """Return the note in `message`, or None where it is of no kind that this version knows."""
    try:
        return _DECODER.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


_DECODER: msgspec.msgpack.Decoder[Note] = msgspec.msgpack.Decoder(Note)
