"""Reading a nested record that nobody vouches for: field paths, JSON inside text, objects and lists."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

Record = Mapping[str, Any]
_MAX_STEPS = 32


def lookup(record: object, path: str) -> Any:
    """Return what stands at `path`, or None.

    `a.b.0.c` descends objects and lists (a list is entered by its position); a key that itself contains dots wins
    over descending, longest first; text that holds JSON is opened on the way.
    """
    if isinstance(record, dict) and (path in record or "." not in path):
        return record.get(path)
    return _descend(record, path.split(".")[:_MAX_STEPS])


def _descend(value: object, parts: list[str]) -> Any:
    if not parts:
        return value
    value = opened(value)
    if isinstance(value, list):
        inside = (
            parts[0].isascii() and parts[0].isdigit() and len(parts[0]) < 9 and int(parts[0]) < len(value)
        )
        return _descend(value[int(parts[0])], parts[1:]) if inside else None
    if not isinstance(value, dict):
        return None
    for size in range(len(parts), 0, -1):
        key = ".".join(parts[:size])
        if key in value:
            return _descend(value[key], parts[size:])
    return None


def first_of(record: object, paths: Iterable[str]) -> Any:
    """Return the first value among `paths` that is neither absent nor empty."""
    for path in paths:
        value = lookup(record, path)
        if value is not None and value != "":
            return value
    return None


def opened(value: object) -> Any:
    """Return the object or list that a text holds as JSON; anything else as it is."""
    if isinstance(value, (str, bytes)) and value[:1] in ("{", "[", b"{", b"["):
        try:
            return msgspec.json.decode(value)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return value
    return value


def as_record(value: object) -> Record:
    """Return `value` as an object, opened if it is JSON text; an empty one where it is none."""
    value = opened(value)
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return `value` as a list, opened if it is JSON text; an empty one where it is none."""
    value = opened(value)
    return value if isinstance(value, list) else []


def as_text(value: object) -> str | None:
    """Return `value` where it is text that is not empty."""
    return value if isinstance(value, str) and value else None
