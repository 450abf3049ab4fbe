"""Finds the line on which a value of a JSON text stands, so that a fault can be named where it is."""

import json
import re
from collections.abc import Sequence

_SPACE = re.compile(r"[ \t\r\n]*")


def line_of(text: str, path: Sequence[str | int]) -> int:
    """Return the line, from 1, of the value that `path` leads to: keys of objects and indices of lists; where the path ends early, the line of
    the last value on it. Assumes that `text` is JSON."""
    at = _after_space(text, 0)
    for step in path:
        inner = _member(text, at, step)
        if inner is None:
            break
        at = inner
    return text.count("\n", 0, at) + 1


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _member(text: str, at: int, step: str | int) -> int | None:
    """Return where the value of key or index `step` begins in the object or list that begins at `at`; None where there is none."""
    opening = text[at : at + 1]
    if opening != ("[" if isinstance(step, int) else "{"):
        return None
    index, at = 0, _after_space(text, at + 1)
    while text[at : at + 1] not in ("]", "}", ""):
        name: str | int = index
        if opening == "{":
            name, at = json.JSONDecoder().raw_decode(text, at)
            at = _after_space(text, _after_space(text, at) + 1)
        if name == step:
            return at
        _, at = json.JSONDecoder().raw_decode(text, at)
        at = _after_space(text, at)
        if text[at : at + 1] == ",":
            at = _after_space(text, at + 1)
        index += 1
    return None
