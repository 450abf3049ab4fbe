"""Watches an answer go by: status, tokens, how it ended and the reasoning signatures in it, without holding it back."""

from collections.abc import Iterable
from typing import Any

import msgspec

from revenuer.guard.bodies import signature_of

MAX_HELD = 2**20
"""Bytes of a JSON answer, or of one line of a stream, that are looked at; longer ones pass unseen."""

MAX_SIGNATURES = 256
"""Signatures of one answer that are reported."""

_WORTH_READING = (b"signature", b"encrypted_content", b"redacted_thinking", b'"reasoning"', b"usage", b"finish_reason", b"stop_reason")  # fmt: skip


class AnswerWatch:
    """Fed with the pieces of one answer after each was passed on; then holds what it said."""

    def __init__(self) -> None:
        self.status = 0
        self.finish_reason: str | None = None
        self.output_tokens = 0
        self.issued_signatures: list[str] = []
        self._held = bytearray()
        self._kind = ""
        self._skipping = False

    def start(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Take in the head of the answer."""
        self.status = status
        named = {name.lower(): value for name, value in headers}
        if b"content-encoding" not in named:
            self._kind = named.get(b"content-type", b"").partition(b";")[0].strip().decode("latin-1")

    def piece(self, body: bytes) -> None:
        """Take in the next piece of the body."""
        if self._kind == "text/event-stream":
            self._lines(body)
        elif self._kind == "application/json" and not self._skipping:
            self._held += body
            if len(self._held) > MAX_HELD:
                self._skipping = True
                self._held.clear()

    def end(self) -> None:
        """Take in that the answer is complete."""
        rest, self._held = bytes(self._held), bytearray()
        if rest and not self._skipping:
            self._read(rest[5:] if self._kind == "text/event-stream" else rest)

    def _lines(self, body: bytes) -> None:
        *lines, rest = body.split(b"\n")
        for line in lines:
            whole = bytes(self._held) + line
            self._held.clear()
            if not self._skipping and whole.startswith(b"data:"):
                self._read(whole[5:])
            self._skipping = False
        self._held += rest
        if len(self._held) > MAX_HELD:
            self._held.clear()
            self._skipping = True

    def _read(self, text: bytes) -> None:
        if not any(word in text for word in _WORTH_READING):
            return
        try:
            said = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        if isinstance(said, dict):
            self.take(said)

    def take(self, said: dict[str, Any]) -> None:
        """Take in a decoded answer, or one event of a streamed one."""
        for part in _reasoning_parts(said):
            if (found := signature_of(part)) and len(self.issued_signatures) < MAX_SIGNATURES:
                self.issued_signatures.append(found)
        nested = [said.get(name) for name in ("message", "response")]
        for value in (said, *(inner for inner in nested if isinstance(inner, dict))):
            self._usage(value.get("usage"))
        delta = said.get("delta")
        choices = said.get("choices")
        for value in (said, delta, *(choices if isinstance(choices, list) else ())):
            reason = (
                (value.get("finish_reason") or value.get("stop_reason")) if isinstance(value, dict) else None
            )
            if isinstance(reason, str):
                self.finish_reason = reason

    def _usage(self, usage: object) -> None:
        if isinstance(usage, dict):
            for name in ("completion_tokens", "output_tokens"):
                count = usage.get(name)
                if isinstance(count, int):
                    self.output_tokens = max(self.output_tokens, count)


def _reasoning_parts(said: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Yield the reasoning blocks in an answer, or in one event of a streamed one, of Anthropic's, OpenAI's or LiteLLM's making."""
    delta = said.get("delta")
    if isinstance(delta, dict) and delta.get("type") == "signature_delta":
        yield {"type": "thinking", "signature": delta.get("signature")}
    for name in ("content_block", "item"):
        yield from _dicts([said.get(name)])
    response = said.get("response")
    for holder in (said, response if isinstance(response, dict) else {}):
        yield from _dicts(holder.get("content"))
        yield from _dicts(holder.get("output"))
    for choice in _dicts(said.get("choices")):
        for message in _dicts([choice.get("message"), choice.get("delta")]):
            fields = message.get("provider_specific_fields")
            for holder in (message, fields if isinstance(fields, dict) else {}):
                yield from _dicts(holder.get("thinking_blocks"))
            yield from _dicts(message.get("content"))


def _dicts(values: object) -> Iterable[dict[str, Any]]:
    return (value for value in values if isinstance(value, dict)) if isinstance(values, list) else ()
