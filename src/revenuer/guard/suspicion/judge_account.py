"""What the books say of one account now: the operator that it most probably belongs to, and how sure that is."""

from collections.abc import Iterator

from revenuer.guard.assessment import NOTHING, Assessment
from revenuer.guard.suspicion.belonging import belonging
from revenuer.guard.suspicion.books import Books
from revenuer.guard.suspicion.containment import contain
from revenuer.guard.suspicion.suspect import Operator, Suspect
from revenuer.guard.suspicion.weighing import CONTAIN_AT

JOIN_AT = 3.0
"""An account that belongs with so much evidence is counted to the operator, and what it holds marks others."""
JUDGED_FOR_US = 1_000_000


def judge_measured(suspect: Suspect, books: Books, now: int) -> Assessment:
    """Return the assessment of a suspect under a measure: the last one while it is younger than JUDGED_FOR_US. The measure stands
    meanwhile, and the harvest goes on most where it is asked most often."""
    known = books.judged.get(suspect.account_id)
    if known is not None and now - known[0] < JUDGED_FOR_US:
        return known[1]
    found = judge_account(suspect, books, now)
    books.judged[suspect.account_id] = (now, found)
    return found


def judge_account(suspect: Suspect, books: Books, now: int) -> Assessment:
    """Return the assessment of a suspect; may count it to an operator.

    Two questions are asked and both must be answered: is the pool one operator that harvests (false discoveries among operators are
    held at 1 %), and is the account one of it (an e-value of its own)? Before the first is answered, the weaker answer counts.
    """
    best = 0.0
    found: Operator | None = None
    told: tuple[str, ...] = ()
    for operator in _candidates(suspect, books):
        log10_e, signals = belonging(books, suspect, operator)
        if operator.log10_e < CONTAIN_AT:
            log10_e = min(log10_e, operator.log10_e)
        if log10_e > best:
            best, found, told = log10_e, operator, signals
    if found is None:
        return NOTHING
    if best >= JOIN_AT and suspect.operator is None:
        books.join(found, suspect)
        contain(books, found, now)
    return Assessment(
        operator=found.name,
        log10_e=best,
        signals=(*told, *_reasons(found), *_claims(found)),
        harvested=found.answered,
    )


def _candidates(suspect: Suspect, books: Books) -> list[Operator]:
    names = {suspect.operator} if suspect.operator is not None else set()
    names |= set(suspect.heard) | set(suspect.indexed) | suspect.instructed
    names |= {s.operator for s in map(books.suspects.get, suspect.lent) if s is not None and s.operator}
    for value in suspect.values:
        if value in books.marked_values:
            names.add(books.marked_values[value])
    found = {o.name: o for o in (books.operator(name) for name in names if name) if o is not None}
    return sorted(found.values(), key=lambda operator: (operator.place.ordinal, operator.name))


def _claims(operator: Operator) -> Iterator[str]:
    """Yield whose claims raised the operator's prior; they are no part of its evidence."""
    for claim in sorted(operator.claimed):
        yield f"operator {operator.name}: its first accounts hold values that a peer claims ({claim}); this counts for its prior alone"


def _reasons(operator: Operator) -> tuple[str, ...]:
    ordered = sorted(operator.sources, key=lambda kind: -operator.sources[kind])
    return tuple(f"operator {operator.name}: {operator.reasons[kind]}" for kind in ordered[:1])
