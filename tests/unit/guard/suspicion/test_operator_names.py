"""Operators have names that nodes agree on."""

from revenuer.guard.ledger import Ledger
from revenuer.guard.suspicion import Books


def named(*founders: str, books: Books | None = None) -> str:
    return (books or Books(Ledger())).new_operator(1, founders).name


def test_nodes_that_see_the_same_founders_give_the_same_name() -> None:
    assert named("owner", "thief") == named("thief", "owner")
    assert named("owner", "thief") != named("owner", "thief-2")


def test_a_name_that_is_taken_grows_longer() -> None:
    books = Books(Ledger())
    first, second = (named("owner", "thief", books=books) for _ in range(2))
    assert first != second
    assert second.startswith(first)
    books.merge(books.operators[second], books.operators[first])
    third = named("owner", "thief", books=books)
    assert third not in (first, second)
    assert third.startswith(first)
