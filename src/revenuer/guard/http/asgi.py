"""The types of ASGI, as far as the service uses them."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ARRIVED = "revenuer.arrived"
"""Scope entry: when the request had come in whole, by the monotonic clock; set by the connection."""

WAITING = "revenuer.waiting"
"""Scope entry: how many requests were in work when this one came, or answered in the same turn of the loop; set by the connection."""

SUBJECT = "revenuer.subject"
"""Scope entry: common name of the client's verified certificate; set by the connection, absent without one."""

HEAD_TOO_LARGE = "revenuer.head_too_large"
"""Scope entry: true where the request has more headers than are read; set by the connection."""


def header(scope: Scope, name: bytes) -> bytes | None:
    """Return the first value of a header, or None. `name`: in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return None
