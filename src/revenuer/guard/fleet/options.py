"""How a node takes part in a fleet."""

import re
from dataclasses import dataclass

from revenuer.records import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOptions:
    """`url`: redis://, rediss:// (TLS), unix:// or valkey's own schemes, with user and password in it. `stream`: the key of the
    shared order; nodes with the same one are a fleet. `key`: a secret of at most 64 bytes that every node knows; with it, entries
    that nobody of the fleet has sealed are refused. `horizon_s`, `entries`: how long, and how many entries at most, the stream keeps.
    `room_notes`, `room_bytes`: what waits in memory while the server is gone. `timeout_s`: of one command. `backoff_s`: first and
    longest pause before connecting again. `window_s`: how long notes are gathered before they are sent. `node`: what this node is called;
    each run of it adds something random, since its notes are numbered from one.
    """

    url: str
    stream: str = "revenuer:guard"
    key: bytes | None = None
    horizon_s: float = 86400.0
    entries: int = 1_000_000
    room_notes: int = 65_536
    room_bytes: int = 16 << 20
    batch_notes: int = 256
    batch_bytes: int = 16 << 10
    timeout_s: float = 1.0
    block_s: float = 0.25
    backoff_s: tuple[float, float] = (0.05, 5.0)
    window_s: float = 0.001
    node: str | None = None

    def __post_init__(self) -> None:
        if self.node is not None and not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", self.node):
            raise UsageError(
                "the node's name must be of 1 to 64 letters, digits, dots, dashes and underscores; choose another"
            )
