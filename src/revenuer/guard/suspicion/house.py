"""Tells one house (an office, a class, a company's accounts) from an operator's scattered ones."""

from revenuer.guard.suspicion.suspect import Operator

LEAST_MEMBERS = 4
SIGNUP_WINDOW = 5
"""Kind of value that links nobody by itself: a night has many strangers' sign-ups."""
HOUSE_SHARE = 0.6
"""A value that this share of the members hold makes them a house."""


def is_house(operator: Operator) -> bool:
    """Return whether the members may be one house: too few to tell, or one value holds most of them."""
    n = len(operator.members)
    return n < LEAST_MEMBERS or max(operator.values.values(), default=0) >= HOUSE_SHARE * n
