"""What never leaves, whatever a policy says. Fields by construction (a draft does not hold them); texts by what stands in them."""

import re
from collections.abc import Iterable

MAX_TEXT = 10_000
_MONEY = re.compile(
    r"[$€£¥₹]\s?\d|\b\d[\d.,]*\s?(?:k|m|bn|thousand|million|billion)?\s?(?:usd|eur|gbp|jpy|cny|dollars?|euros?|pounds?|cents?)\b|\b(?:usd|eur|gbp|jpy|cny)\s?\d",
    re.IGNORECASE,
)
_CAPACITY = re.compile(
    r"\b\d[\d.,]*\s?(?:k|m|bn|million|billion)?\s?(?:tokens?|gpus?|qps|rps)\b", re.IGNORECASE
)
_MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_CREDENTIAL = re.compile(
    r"\b(?:sk|pk|rk|key|token|secret|bearer|ghp|xox[abp])[-_ ][A-Za-z0-9_-]{12,}", re.IGNORECASE
)
_NO_WORD = re.compile(r"\W+")
_SHORT = 4
"""Names of fewer characters are looked for as words: as parts of words they stand everywhere."""


class Names:
    """Names that are looked for in texts, without regard to case. A search takes as long as the text, however many names there are."""

    def __init__(self, names: Iterable[str]) -> None:
        folded = {name.casefold().strip() for name in names} - {""}
        self._words = frozenset(name for name in folded if len(name) < _SHORT)
        starts: dict[str, list[str]] = {}
        for name in sorted(folded - self._words):
            starts.setdefault(name[:_SHORT], []).append(name)
        self._starts = starts

    def stand_in(self, text: str) -> bool:
        """Return whether one of the names stands in a text; short ones as words."""
        folded = text.casefold()
        if self._words and not self._words.isdisjoint([*_NO_WORD.split(folded), *folded.split()]):
            return True
        return any(
            folded.startswith(name, at)
            for at in range(len(folded) - _SHORT + 1)
            for name in self._starts.get(folded[at : at + _SHORT], ())
        )


class Denylist:
    """`never`: customers' names and whatever else the house lists."""

    def __init__(self, never: Iterable[str] = ()) -> None:
        self._never = Names(never)

    def fault(self, text: str, ids: Names | None = None) -> str | None:
        """Return why a text may not leave; None where nothing forbids it. `ids`: the log's own identifiers. No reason repeats what it found."""
        if len(text) > MAX_TEXT:
            return f"it has more than {MAX_TEXT} characters"
        if any(not char.isprintable() and char not in "\n\t" for char in text):
            return "it has invisible or control characters"
        for pattern, what in (
            (_MONEY, "a price or an amount of money"),
            (_CAPACITY, "a figure of capacity"),
            (_MAIL, "a mail address"),
            (_CREDENTIAL, "something like a credential"),
        ):
            if pattern.search(text):
                return f"it holds {what}"
        if self._never.stand_in(text):
            return "it holds a name that the house lists as never to be told"
        if ids is not None and ids.stand_in(text):
            return "it holds an identifier of our own log"
        return None
