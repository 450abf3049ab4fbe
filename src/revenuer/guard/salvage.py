"""Opens the JSON body of somebody else's request, whole or cut short, within bounds on time and depth.

A gateway may hand over the first bytes of a body only (Envoy's `allow_partial_message`), and a client may send anything. What cannot
be opened is no reason to fail: the request is then decided without its text. Only nesting too deep is refused, since a server that
accepts it could be made to read what the guard cannot.
"""

import json
import re
from typing import Any, NamedTuple

import msgspec
import numpy as np

from revenuer.records import InputError

MAX_DEPTH = 64
"""Levels of arrays and objects that a body may have; requests to language models have about ten, tool schemas included."""

_MAX_TOKENS = 20_000
"""Marks read in a body cut short: about 5 ms. Bodies of long text have few, since a string is one mark."""

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_MARK = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},:"]', re.DOTALL)
_CLOSER = {b"{": b"}", b"[": b"]"}
_NOT_BRACKETS = bytes(sorted(set(range(256)) - set(b"[]{}")))
_STEP = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")

_decode = msgspec.json.Decoder().decode


class Opened(NamedTuple):
    """`value`: the body, None where nothing could be read. `cut_in`: the top-level name within which a body cut short ends (its value
    is incomplete), empty where the body is whole or ends between names."""

    value: Any
    cut_in: str = ""


class _Cut(NamedTuple):
    """Where a body cut short is sound: its first `end` bytes, then `closers`; it ends within `cut_in`."""

    end: int
    closers: bytes
    cut_in: str


def open_body(body: bytes) -> Opened:
    """Return what `body` says as JSON; nothing where it is not JSON.

    Invalid UTF-8 and lone surrogates are read with replacement marks, as lenient servers do. Raises InputError where it is nested
    deeper than MAX_DEPTH.
    """
    body = _in_utf8(body)
    check_depth(body)
    try:
        return Opened(_decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    text = body.decode("utf-8-sig", "replace")
    try:
        return Opened(json.loads(text, strict=False))
    except (ValueError, RecursionError):
        return _salvaged(text.encode("utf-8", "replace"))


def _in_utf8(body: bytes) -> bytes:
    """Return the body in UTF-8. Python's servers (`json.loads`, so FastAPI and vLLM) also take UTF-16 and UTF-32, unasked: what they can
    read and the guard cannot would pass unread."""
    encoding = json.detect_encoding(body)
    if encoding in ("utf-8", "utf-8-sig"):
        return body
    return body.decode(encoding, "replace").encode("utf-8", "replace")


def check_depth(body: bytes) -> None:
    """Raise InputError where the arrays and objects in `body` nest deeper than MAX_DEPTH, without building them."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    brackets = _STRING.sub(b"", body).translate(_STEP, _NOT_BRACKETS)
    if not brackets:
        return
    depth = int(np.frombuffer(brackets, dtype=np.int8).cumsum(dtype=np.int64).max())
    if depth > MAX_DEPTH:
        raise InputError(
            f"the JSON body nests {depth} levels deep; at most {MAX_DEPTH} are read; send it flatter"
        )


def _salvaged(body: bytes) -> Opened:
    """Return the sound beginning of a body that was cut short: up to its last whole member. A half string counts for nothing."""
    cut = _last_sound(body)
    if cut is None:
        return Opened(None)
    try:
        return Opened(json.loads(body[: cut.end] + cut.closers, strict=False), cut.cut_in)
    except (ValueError, RecursionError):
        return Opened(None)


def _last_sound(body: bytes) -> _Cut | None:
    """Return the last place to cut `body` at; None where it is broken otherwise than by its end."""
    open_brackets: list[bytes] = []
    name, last = b"", b""
    sound: tuple[int, bytes] | None = None
    for count, mark in enumerate(_MARK.finditer(body)):
        token = mark.group()
        if count > _MAX_TOKENS:
            return None
        if token == b'"':
            break
        if token in _CLOSER:
            open_brackets.append(token)
            sound = _cut(mark.end(), open_brackets)
        elif token in (b"}", b"]"):
            if not open_brackets or _CLOSER[open_brackets.pop()] != token:
                return None
            name = name if len(open_brackets) > 1 else b""
            sound = _cut(mark.end(), open_brackets)
        elif token == b",":
            name = name if len(open_brackets) > 1 else b""
            sound = _cut(mark.start(), open_brackets)
        elif token == b":" and len(open_brackets) == 1:
            name = last
        last = token
    if sound is None or not open_brackets:
        return None
    return _Cut(*sound, name.strip(b'"').decode("utf-8", "replace"))


def _cut(end: int, open_brackets: list[bytes]) -> tuple[int, bytes]:
    return end, b"".join(_CLOSER[bracket] for bracket in reversed(open_brackets))
