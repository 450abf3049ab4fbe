"""Tells one house (an office, a class, a company's accounts) from an operator's scattered ones."""

from collections.abc import Mapping

from revenuer.guard.suspicion.suspect import Operator

LEAST_MEMBERS = 4
SIGNUP_NIGHT = 5
"""Kind of value that links nobody by itself: many strangers sign up in one night."""
HOUSE_SHARE = 0.6
"""A value that this share of the members hold makes them a house."""


def is_house(operator: Operator) -> bool:
    """Return whether the members may be one house: too few to tell, or one value holds most of them."""
    n = len(operator.members)
    return n < LEAST_MEMBERS or strongest(operator.values) >= HOUSE_SHARE * n


def strongest(values: Mapping[int, int]) -> int:
    """Return how many accounts hold the commonest of `values` (value -> holders), of those that may link."""
    return max((held for value, held in values.items() if value & 7 != SIGNUP_NIGHT), default=0)
