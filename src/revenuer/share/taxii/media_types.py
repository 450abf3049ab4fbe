"""Content negotiation: is TAXII 2.1 what the client can take, and what it sent?"""

from typing import NamedTuple

_OURS, _SUBTYPE = "application", "taxii+json"
_VERSION = "2.1"


class _Range(NamedTuple):
    kind: str
    subtype: str
    version: str | None
    quality: float


def accepts(header: str | None) -> bool:
    """Return whether an Accept header admits `application/taxii+json;version=2.1`. A missing header admits everything (RFC 9110, 12.5.1).

    The most specific range decides, so `*/*, application/taxii+json;q=0` does not admit it.
    """
    if header is None:
        return True
    best: tuple[int, float] | None = None
    for text in header.split(","):
        one = _range(text)
        rank = None if one is None else _rank(one)
        if one is not None and rank is not None and (best is None or (rank, one.quality) > best):
            best = (rank, one.quality)
    return best is not None and best[1] > 0


def is_taxii(header: str | None) -> bool:
    """Return whether a Content-Type says TAXII 2.1 (a missing version parameter means the newest)."""
    one = None if header is None else _range(header)
    return (
        one is not None and (one.kind, one.subtype) == (_OURS, _SUBTYPE) and one.version in (None, _VERSION)
    )


def _rank(one: _Range) -> int | None:
    """Return how specific a range is that holds our type; None for one that does not."""
    if (one.kind, one.subtype) == ("*", "*"):
        return 0
    if one.kind != _OURS or one.subtype not in ("*", _SUBTYPE):
        return None
    if one.subtype == "*":
        return 1
    if one.version is None:
        return 2
    return 3 if one.version == _VERSION else None


def _range(text: str) -> _Range | None:
    name, *parameters = text.split(";")
    kind, slash, subtype = name.strip().lower().partition("/")
    if not slash:
        return None
    version, quality = None, 1.0
    for parameter in parameters:
        key, _, value = parameter.strip().partition("=")
        value = value.strip().strip('"')
        if key.strip().lower() == "version":
            version = value
        elif key.strip().lower() == "q":
            try:
                quality = float(value)
            except ValueError:
                return None
    return _Range(kind, subtype, version, quality if 0 <= quality <= 1 else 0.0)
