"""What the service answers: status, headers and body, ready to be sent."""

from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

Headers = list[tuple[bytes, bytes]]

JSON = (b"content-type", b"application/json")
CLOSE = (b"connection", b"close")
FAILURE = b"x-revenuer-failure"

_LENGTHS = tuple((b"content-length", b"%d" % length) for length in range(4096))
"""Ready-made headers for the lengths that answers have."""

encode = msgspec.json.Encoder().encode


class Answer(NamedTuple):
    """`headers` in lower case, without content-length."""

    status: int
    headers: Headers
    body: bytes

    def start(self) -> dict[str, Any]:
        """Return the first of the two messages that ASGI wants."""
        size = len(self.body)
        length = _LENGTHS[size] if size < 4096 else (b"content-length", b"%d" % size)
        return {"type": "http.response.start", "status": self.status, "headers": [*self.headers, length]}

    def raw(self) -> bytes:
        """Return the whole answer as HTTP/1.1 wants it."""
        start = self.start()
        lines = [b"HTTP/1.1 %d %b" % (self.status, _PHRASES[self.status])]
        lines += [name + b": " + value for name, value in start["headers"]]
        return b"\r\n".join([*lines, b"", self.body])


_PHRASES = {status.value: status.phrase.encode() for status in HTTPStatus}


def told(status: int, value: object, *headers: tuple[bytes, bytes]) -> Answer:
    """Return `value` as JSON."""
    return Answer(status, [JSON, *headers], encode(value))


def fault(status: int, message: str, *headers: tuple[bytes, bytes]) -> Answer:
    """Return an error: `message` says what was got, expected, and what to do."""
    return told(status, {"error": {"status": status, "message": message}}, *headers)
