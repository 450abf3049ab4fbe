"""What never leaves, whatever a policy says. Fields by construction (a draft does not hold them); texts by what stands in them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

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
_SHORT = 4
"""Names of fewer characters are looked for as words: as parts of words they stand everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denylist:
    """`never`: customers' names and whatever else the house lists. They are looked for without regard to case."""

    never: tuple[str, ...] = ()

    def fault(self, text: str, ids: Iterable[str] = ()) -> str | None:
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
        folded = text.casefold()
        if any(_stands_in(word, folded) for word in self.never):
            return "it holds a name that the house lists as never to be told"
        if any(_stands_in(one, folded) for one in ids):
            return "it holds an identifier of our own log"
        return None


def _stands_in(word: str, folded: str) -> bool:
    wanted = word.casefold()
    if len(wanted) >= _SHORT:
        return wanted in folded
    return bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", folded) is not None
