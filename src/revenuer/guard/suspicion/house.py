"""Tells one house (an office, a class, a company's accounts) from an operator's scattered ones."""

from collections.abc import Mapping

from revenuer.guard.suspicion.books import Books

SIGNUP_NIGHT = 5
"""Kind of value that links nobody by itself: many strangers sign up in one night."""
HOUSE_SHARE = 0.6
"""A value that this share of the members hold makes them a house."""
PUBLIC_SHARE = 0.02
LEAST_PUBLIC = 200
"""A value of more holders than 200 and 2 % of all accounts is nobody's house: it is a public mail domain, or a carrier's exit."""


def is_house(books: Books, values: Mapping[int, int], members: int) -> bool:
    """Return whether accounts may be one house: one of their `values` (value -> how many of them hold it) holds most of them."""
    most_public = max(LEAST_PUBLIC, PUBLIC_SHARE * len(books.ledger))
    return any(
        held >= HOUSE_SHARE * members
        and value & 7 != SIGNUP_NIGHT
        and books.ledger.values.holders(value) <= most_public
        for value, held in values.items()
    )
