"""How much of a peer's bundle is read at most, and the walk that finds what is beyond it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`max_bytes` and `max_objects` of one bundle; depth, nodes (values of any kind) and characters of a string of one object."""

    max_bytes: int = 64 << 20
    max_objects: int = 100_000
    max_depth: int = 20
    max_nodes: int = 50_000
    max_string: int = 100_000


def beyond(stix_object: object, limits: Limits) -> str | None:
    """Return what of an object is beyond the limits, or no JSON at all; None where nothing is. Works without recursion."""
    nodes = 0
    waiting: list[tuple[object, int]] = [(stix_object, 1)]
    while waiting:
        value, depth = waiting.pop()
        nodes += 1
        if nodes > limits.max_nodes:
            return f"it has more than {limits.max_nodes} values"
        if isinstance(value, str):
            fault = _bad_string(value, limits)
            if fault is not None:
                return fault
        elif isinstance(value, dict | list):
            if depth > limits.max_depth:
                return f"it is nested more than {limits.max_depth} deep"
            waiting.extend((inner, depth + 1) for inner in _inner(value))
        elif not isinstance(value, int | float | None):
            return f"it holds a {type(value).__name__}, which is no JSON"
    return None


def _inner(value: Mapping[object, object] | Sequence[object]) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from value.keys()
        yield from value.values()
    else:
        yield from value


def _bad_string(value: str, limits: Limits) -> str | None:
    if len(value) > limits.max_string:
        return f"it has a text of {len(value)} characters, at most {limits.max_string} are read"
    if any("\ud800" <= char <= "\udfff" for char in value):
        return "it has half a surrogate pair, which is no text"
    return None
