"""When the evidence on an operator suffices, what its members hold and send becomes known by it: who comes with the same is recognised."""

from revenuer.guard.suspicion.books import Books
from revenuer.guard.suspicion.suspect import Operator
from revenuer.guard.suspicion.vocabulary import learn_vocabulary
from revenuer.guard.suspicion.weighing import CONTAIN_AT


def contain(books: Books, operator: Operator, now: int) -> None:
    """Mark the operator contained once its evidence suffices, and make known by what its accounts are recognised."""
    if operator.log10_e < CONTAIN_AT:
        return
    if not operator.contained:
        operator.contained = now
        books.contained += 1
        operator.replaces = _taken_over(books, operator, now)
    learn_vocabulary(books, operator)
    books.mark(operator)
    books.changed.add(("operator", operator.name))


SUCCESSION_US = 3 * 3600 * 1_000_000
"""A pool that starts while its like was blocked this short a time ago is taken for its successor."""
LIKE = 0.2


def _taken_over(books: Books, operator: Operator, now: int) -> str | None:
    """Return the contained operator that went quiet before this one began and shares its marks, if there is one."""
    best, found = LIKE, None
    for other in books.operators.values():
        if (
            other is operator
            or not other.contained
            or not other.last <= operator.began <= other.last + SUCCESSION_US
        ):
            continue
        marks = {*operator.heavy, *operator.vocabulary, *operator.values}
        theirs = {*other.heavy, *other.vocabulary, *other.values}
        shared = len(marks & theirs) / max(min(len(marks), len(theirs)), 1)
        if shared > best:
            best, found = shared, other.name
    return found
