"""Show attacker-controlled text as it is: nothing in it may act, hide, or reorder what stands beside it.

Escaping against HTML is the template's part. This is about characters that survive it: controls, invisible characters
and bidirectional overrides, which can make an account id read as another one.
"""

from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

_BIDI = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_INVISIBLE = {
    0x00AD,
    0x180E,
    0x200B,
    0x2060,
    0x2061,
    0x2062,
    0x2063,
    0x2064,
    0xFEFF,
    *range(0xE0000, 0xE0080),
}
_JOINERS = {0x200C, 0x200D}
"""Needed by Persian, Indic scripts and emoji, so hidden only in identifiers, never in prose."""


def _is_hostile(point: int, *, prose: bool) -> bool:
    if point in (0x09, 0x0A):
        return not prose
    if point < 0x20 or 0x7F <= point < 0xA0 or 0xD800 <= point < 0xE000 or point in (0x2028, 0x2029):
        return True
    if point & 0xFFFE == 0xFFFE or 0xFDD0 <= point < 0xFDF0:
        return True
    return point in _BIDI or point in _INVISIBLE or (not prose and point in _JOINERS)


def plain(text: str, *, prose: bool = False) -> str:
    """Return the text with each hostile character written as its code point: <U+202E>. For terminals and CSV."""
    return "".join(f"<U+{ord(char):04X}>" if _is_hostile(ord(char), prose=prose) else char for char in text)


def markup(text: str, *, prose: bool = False) -> Markup:
    """Return escaped HTML with each hostile character marked as its code point."""
    return Markup("").join(_pieces(text, prose=prose))


def _pieces(text: str, *, prose: bool) -> Iterator[Markup]:
    start = 0
    for index, char in enumerate(text):
        if _is_hostile(ord(char), prose=prose):
            yield escape(text[start:index])
            yield Markup('<span class="ctl">U+{}</span>').format(f"{ord(char):04X}")
            start = index + 1
    yield escape(text[start:])


def identifier(text: str) -> Markup:
    """Return an id as one isolated, left-to-right, breakable piece of code."""
    return Markup('<code class="id" dir="ltr">{}</code>').format(markup(text))


def highlighted(text: str, highlights: Sequence[tuple[int, int]], limit: int) -> Markup:
    """Return a prompt with the shared ranges in <mark>, cut to about `limit` characters around the first of them.

    Ranges are clipped to the text and merged; what is cut is counted in the output.
    """
    ranges = _merged(highlights, len(text))
    start, stop = _window(ranges, len(text), limit)
    parts: list[Markup] = []
    if start:
        parts.append(_cut(start))
    position = start
    for low, high in ranges:
        low, high = max(low, start), min(high, stop)
        if low >= high:
            continue
        parts.append(markup(text[position:low], prose=True))
        parts.append(Markup('<mark dir="auto">{}</mark>').format(markup(text[low:high], prose=True)))
        position = high
    parts.append(markup(text[position:stop], prose=True))
    if stop < len(text):
        parts.append(_cut(len(text) - stop))
    return Markup("").join(parts)


def _cut(characters: int) -> Markup:
    return Markup('<span class="cut">[{} characters not shown]</span>').format(f"{characters:,}")


def _merged(ranges: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted((max(0, low), min(length, high)) for low, high in ranges):
        if low >= high:
            continue
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def _window(ranges: Sequence[tuple[int, int]], length: int, limit: int) -> tuple[int, int]:
    if length <= limit:
        return 0, length
    first = ranges[0][0] if ranges else 0
    start = max(0, min(first - limit // 4, length - limit))
    return start, start + limit
