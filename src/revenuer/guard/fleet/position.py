"""How far a node has read the shared stream: what it saves with its state."""

import msgspec


class Position(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`at`: id of the last entry applied. `index`: how many entries the stream had ever had up to there. `last`: see `Order`."""

    stream: str
    at: str
    index: int
    last: dict[str, int]


BEGINNING = "0-0"


def restored(value: bytes | None, stream: str) -> Position | None:
    """Return the saved position, or None where there is none, or it is another stream's."""
    if value is None:
        return None
    try:
        position = msgspec.msgpack.decode(value, type=Position)
        entry_id(position.at)
    except (msgspec.DecodeError, ValueError):
        return None
    return position if position.stream == stream else None


def entry_id(text: str) -> tuple[int, int]:
    """Return a stream id as numbers that compare: (milliseconds on the server's clock, number within). Raises ValueError."""
    milliseconds, _, number = text.partition("-")
    return int(milliseconds), int(number or 0)
