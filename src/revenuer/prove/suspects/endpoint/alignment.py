"""Tokens as a server spells them, laid over the text that was sent: which of them are the continuation's.

Servers spell tokens in their own ways: part of a character as U+FFFD, `<0xE6>` or `bytes:\\xe6`; a space as U+2581 or not at all at the
beginning; an opening token that is not in the text. So each token may cover several numbers of characters, and all ways to lay the tokens over
the whole text are followed; where they do not agree on the boundary, or there is none, the pair is not scored.
"""

import re
from collections.abc import Sequence

import numpy as np

from revenuer.prove.suspect import Scored
from revenuer.prove.suspects.endpoint.wire import TokenScores

MOST_OPENING = 4
"""Opening tokens that a tokenizer or template puts before the text."""
FIRST_UNKNOWN = 64
"""Most characters of a first token that the server does not spell."""
SAME_TOKEN = 0.05
"""Nats by which a server's figure for one token behind the same words may differ between two requests (16-bit arithmetic, other batches)."""
_PART = re.compile(r"<0x[0-9A-Fa-f]{2}>|\ufffd+")
_BYTES = re.compile(r"bytes:((?:\\x[0-9A-Fa-f]{2})+)")


def needs_context(context: str, continuation: str) -> bool:
    """Return whether the boundary may lie within characters that a server spells as U+FFFD, so that only the context's own tokens tell it."""
    return not (context[-1:] + continuation[:1]).isascii()


def scored_pair(
    found: TokenScores, context: str, continuation: str, alone: TokenScores | None = None
) -> Scored:
    """Return the continuation's log-probabilities out of those of context + continuation. `alone`: the tokens of the context by itself, for the
    places where spelling does not tell them apart."""
    laid = _laid(found, context + continuation)
    if laid is None:
        return _none("the endpoint's tokens do not spell the text that was sent")
    count, spans = laid
    first = next((i for i, (_, most) in enumerate(spans) if most > len(context)), count)
    straddling = 0 < first < count and spans[first - 1][1] < len(context)
    if first < count and spans[first][0] <= len(context):
        before = None if alone is None else _laid(alone, context)
        if alone is None or before is None:
            return _none("where the continuation begins cannot be told from the endpoint's tokens")
        shared = _shared(found, alone, min(count, before[0]))
        if shared is None:
            return _none("the endpoint splits the text in a way that hides where the continuation begins")
        first, straddling = shared, shared < before[0]
    if first == count:
        return _none("the continuation has no token")
    if first == 0:
        return _none("nothing stands before the continuation's first token")
    values = found.logprobs[first:count]
    if any(value is None for value in values):
        return _none("the endpoint gives no log-probability for a token of the continuation")
    return Scored(logprobs=np.array(values, np.float64), straddling=straddling)


def _none(reason: str) -> Scored:
    return Scored(logprobs=None, reason=reason)


def _laid(found: TokenScores, text: str) -> tuple[int, list[tuple[int, int]]] | None:
    """Return (how many tokens are the text's, their ends), or None where they do not spell it."""
    # What the server says of generated tokens may be wrong by one: an end-of-text token is counted by some and spelled by others.
    for generated in dict.fromkeys((found.generated, 0, 1)):
        count = len(found.tokens) - generated
        spans = _end_spans(found.tokens[:count], text) if count > 0 else None
        if spans is not None:
            return count, spans
    return None


def _shared(found: TokenScores, alone: TokenScores, most: int) -> int | None:
    """Return how many tokens both begin with; None where spelling and log-probabilities disagree about it."""
    alike = next((i for i in range(most) if found.marks[i] != alone.marks[i]), most)
    for one, other in zip(found.logprobs[:alike], alone.logprobs[:alike], strict=True):
        if (one is None) != (other is None) or (
            one is not None and other is not None and abs(one - other) > SAME_TOKEN
        ):
            return None
    return alike


def _end_spans(tokens: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """Return for each token the least and the most characters up to its end over all ways to lay the tokens over the whole text; None
    where there is no way."""
    places: list[set[int]] = []
    reached = {0}
    for index, token in enumerate(tokens):
        reached = {end for place in reached for end in _ends(token, index, place, text)}
        if not reached:
            return None
        places.append(reached)
    kept = {len(text)} & places[-1] if places else set()
    spans: list[tuple[int, int]] = []
    for index in range(len(tokens) - 1, -1, -1):
        if not kept:
            return None
        spans.append((min(kept), max(kept)))
        before = places[index - 1] if index else {0}
        kept = {place for place in before if kept & _ends(tokens[index], index, place, text)}
    return spans[::-1] if 0 in kept else None


def _ends(token: str, index: int, place: int, text: str) -> set[int]:
    """Return where a token may end that begins at `place`."""
    found: set[int] = set()
    if index < MOST_OPENING and place == 0:
        found.add(0)
        if index == 0 and not token:
            return set(range(min(FIRST_UNKNOWN, len(text)) + 1))
        if token[:1] in (" ", "\u2581"):
            found |= _spelled(token[1:], place, text)
    return found | _spelled(token, place, text)


def _spelled(token: str, place: int, text: str) -> set[int]:
    """Return the ends of a token by its spelling alone."""
    if text.startswith(token, place):
        return {place + len(token)}
    token = token.replace("\u2581", " ")
    escaped = _BYTES.fullmatch(token)
    if escaped:
        return set(range(place, min(place + token.count("\\x"), len(text)) + 1))
    ends, low = {place}, 0
    for part in _PART.finditer(token):
        plain = token[low : part.start()]
        ends = {end + len(plain) for end in ends if text.startswith(plain, end)}
        # Each sign stands for one to four bytes that may finish a character, begin one, or do neither.
        most = 1 if part[0].startswith("<") else len(part[0])
        ends = {min(end + more, len(text)) for end in ends for more in range(most + 1)}
        low = part.end()
    rest = token[low:]
    return {end + len(rest) for end in ends if text.startswith(rest, end)}
