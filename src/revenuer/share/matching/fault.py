"""What goes wrong in private matching, by what the caller can do about it. None of these may ever read as "no match"."""

from revenuer.records import InputError


class MatchFault(InputError):
    """The peer's answer proves nothing: wrong, cut short, or not by the key that it published. Conclude nothing from it."""


class StaleSet(MatchFault):
    """The peer has another set than the one that was downloaded: download it anew."""


class BudgetSpent(MatchFault):
    """The budget of the day does not cover the question: ask less, or tomorrow."""
