"""Holds an answer to its limits on its way to the client: a JSON answer as a whole, a streamed one line by line as it is made."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from revenuer.guard.front.refusal import error_body, error_headers, unavailable
from revenuer.guard.limits import limited_answer
from revenuer.records import Limits

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

_REFUSED = 400
"""Status from which on an answer is none of the model's, and passes as it is."""


class AnswerLimiter:
    """An ASGI `send` in front of another. What it cannot read it does not send: the client then gets a 503."""

    def __init__(self, send: Send, language: str, limits: Limits) -> None:
        self._send = send
        self._language = language
        self._limits = limits
        self._head: Message = {}
        self._held = bytearray()
        self._mode = "pass"

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._start(message)
        elif message["type"] != "http.response.body" or self._mode == "pass":
            await self._send(message)
        elif self._mode == "stream":
            await self._stream(message.get("body", b""), message.get("more_body", False))
        else:
            await self._whole(message.get("body", b""), message.get("more_body", False))

    async def _start(self, message: Message) -> None:
        headers = {name.lower(): value for name, value in message.get("headers", ())}
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip()
        if message["status"] >= _REFUSED:
            await self._send(message)
        elif kind == b"text/event-stream" and b"content-encoding" not in headers:
            self._mode = "stream"
            await self._send(_without_length(message))
        else:
            self._mode, self._head = "whole", message

    async def _stream(self, body: bytes, more: bool) -> None:
        *lines, rest = (bytes(self._held) + body).split(b"\n")
        if not more:
            lines, rest = ([*lines, rest] if rest else lines), b""
        self._held = bytearray(rest)
        told = b"".join(self._line(line) + b"\n" for line in lines)
        if told or not more:
            await self._send({"type": "http.response.body", "body": told, "more_body": more})

    def _line(self, line: bytes) -> bytes:
        """Return a line of the stream within the limits: emptied where it speaks of log-probabilities and cannot be read."""
        if not line.startswith(b"data:") or b"logprob" not in line:
            return line
        said = self._within(line[5:])
        return b"" if said is None else b"data: " + said

    async def _whole(self, body: bytes, more: bool) -> None:
        self._held += body
        if more:
            return
        said = self._within(bytes(self._held))
        if said is None:
            refusal = unavailable()
            refused = error_body(refusal, self._language)
            headers = error_headers(refusal, refused)
            self._head, said = {**self._head, "status": refusal.status, "headers": headers}, refused
        else:
            head = _without_length(self._head)
            length = (b"content-length", str(len(said)).encode())
            self._head = {**head, "headers": [*head.get("headers", ()), length]}
        await self._send(self._head)
        await self._send({"type": "http.response.body", "body": said})

    def _within(self, text: bytes) -> bytes | None:
        try:
            said = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return msgspec.json.encode(limited_answer(said, self._language, self._limits))


def _without_length(message: Message) -> Message:
    headers = message.get("headers", ())
    return {**message, "headers": [pair for pair in headers if pair[0].lower() != b"content-length"]}
