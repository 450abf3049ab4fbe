"""Accounts that ask for the same suspicious thing and share rare identity values: is that chance?

Null: whether an account asks for it (reasoning traces, grading, bypasses, pipeline data) does not depend on which identity values it
holds. Each account that holds a rare value of an operator's is then a trial with the population's rate. One value held by most members
is a house (an office, a class), which may well have one habit: there the null says nothing, and nothing is concluded.
"""

import math

from revenuer.guard.suspicion.books import Books
from revenuer.guard.suspicion.containment import contain
from revenuer.guard.suspicion.house import SIGNUP_NIGHT, is_house
from revenuer.guard.suspicion.suspect import Operator, Suspect
from revenuer.guard.suspicion.weighing import bet, discount

EXPECTED = 0.7
"""Share of an operator's accounts that are elevated, as bet on: covers of 30-70 % leave most of them so."""
LEAST_MEMBERS = 4
"""Fewer may always be one house."""
LEAST_RATE = 0.005
"""Rate of elevated accounts that the population is granted at least (measured on the range: 0.012 of honest accounts)."""


def became_elevated(books: Books, suspect: Suspect, intent: int, now: int) -> None:
    """Take in that a suspect's e-process of an intent passed the mark."""
    suspect.intents |= 1 << intent
    books.elevated[intent] = books.elevated.get(intent, 0) + 1
    operator = books.operator_of(suspect)
    if operator is not None:
        operator.elevated[intent] = operator.elevated.get(intent, 0) + 1
    books.tell(suspect)
    seek_link(books, suspect, now)


def seek_link(books: Books, suspect: Suspect, now: int) -> None:
    """Join an elevated suspect with the one, elevated in the same intent, that holds the rarest value in common with it."""
    if suspect.declared:
        return
    best: tuple[int, int, str] | None = None
    for value in suspect.values:
        others = books.holders.get(value, ())
        if len(others) < 2 or value & 7 == SIGNUP_NIGHT:
            continue
        held = books.ledger.values.holders(value)
        if held > books.cap() or (best is not None and held >= best[0]):
            continue
        for name in others:
            other = books.suspects[name]
            asks_alike = other is not suspect and other.intents & suspect.intents and not other.declared
            if asks_alike and not siblings(suspect, other):
                best = (held, value, name)
                break
    if best is None:
        return
    other = books.suspects[best[2]]
    if suspect.operator is not None and books.operator_of(suspect) is books.operator_of(other):
        return
    operator = books.join_all((suspect, other), now, merge=False)
    if books.operator_of(suspect) is not books.operator_of(other):
        return  # both belonged elsewhere already: a pair that is met again with each new address is no new trial
    if operator.asks < 0:
        operator.asks = (suspect.intents & other.intents).bit_length() - 1
    if suspect.asks(operator.asks) and other.asks(operator.asks):
        operator.trials[best[1]] = operator.trials.get(best[1], 0) + 1
    weigh_links(books, operator)
    contain(books, operator, now)


def weigh_links(books: Books, operator: Operator) -> None:
    """Set the evidence of the operator's links: per value a bet that it is the operator's or nobody's, half and half."""
    if operator.asks < 0:
        return
    rate = elevated_rate(books, operator.asks)
    up, down = bet(rate, EXPECTED, True), bet(rate, EXPECTED, False)
    total, first = 0.0, True
    for value, linked in operator.trials.items():
        trials = max(books.ledger.values.holders(value) - 1, linked)
        if first and linked:
            linked, trials, first = linked - 1, trials - 1, False
        log10_e = min(linked * up + (trials - linked) * down, 100.0)
        total += math.log10((1.0 + 10.0**log10_e) / 2.0)
    total -= discount(operator.place, books.contained)
    operator.sources["linked"] = min(total, 0.0) if _may_be_house(books, operator) else total
    operator.reasons["linked"] = (
        f"{operator.elevated.get(operator.asks, 0)} of {len(operator.members)} accounts ask for the same kind of output and share "
        f"{len(operator.trials)} rare identity values"
    )
    books.changed.add(("operator", operator.name))


def elevated_rate(books: Books, intent: int) -> float:
    """Return the share of accounts that are elevated in `intent` without belonging to a suspected operator."""
    counted = sum(o.elevated.get(intent, 0) for o in books.operators.values() if len(o.members) >= 3)
    free = books.elevated.get(intent, 0) - counted
    return min(max(LEAST_RATE, (free + 2) / (len(books.ledger) + 100)), 0.5)


def _may_be_house(books: Books, operator: Operator) -> bool:
    n = len(operator.members)
    return n < LEAST_MEMBERS or is_house(books, operator.values, n)


def siblings(one: Suspect, other: Suspect) -> bool:
    """Return whether the two say themselves that they belong together."""
    return one.organization != 0 and one.organization == other.organization
