"""Accounts that send one rare span again and again: a public template of strangers, or one operator's instruction?

Null: those who send a span again and again are, as to identity, a random draw from all accounts. Each one that joins is then a trial: does it hold
a rare value that an earlier one holds? Strangers do as often as those values are common.
"""

from collections import Counter

import numpy as np

from revenuer.detect.fingerprints import KIND_BITS, SYSTEM
from revenuer.guard.suspicion.books import MAX_HABITS, MAX_POOLS, Books
from revenuer.guard.suspicion.containment import contain
from revenuer.guard.suspicion.house import SIGNUP_NIGHT, is_house
from revenuer.guard.suspicion.suspect import Operator, Pool
from revenuer.guard.suspicion.weighing import CONTAIN_AT, bet, discount

EXPECTED = 0.5
"""Share of an operator's accounts that share a rare identity value with another, as bet on."""
LEAST_CHANCE = 1 / 300
"""A coincidence is never held rarer: what chance brings together is more than the values that we see."""
LEAST_ACCOUNTS = 5
PURE = 0.5
"""A pool is an operator's only where half of it shares identity; of a public template an operator may be a part."""
STILL_LINKED = 0.25
"""A contained operator's instruction is its own while this share of those who send it by habit share identity."""
HABIT_SHARE = 0.34
"""And where a third of all who ever sent the span send it by habit: a phrase of the language is sent once by many."""
DISTINCT = 0.8
"""And where the prompts around it differ: a class sends one exercise, an operator deals out its work."""
LEAST_SENT = 5
KEPT_TEXTS = 500
FEW_SPANS, MANY_SPANS = 2, 3
"""Spans of an instruction that one prompt must contain to be taken for it; fewer where few mark the operator."""
_KIND = (1 << KIND_BITS) - 1
HOPELESS = -4.0
"""A pool with so much evidence of strangers is watched no longer."""


def has_habit(books: Books, account_id: str, span: int, now: int) -> None:
    """Take in that `span` became a habit of the account."""
    if books.sharing:
        books.habits_told.append((account_id, span))
    meets_habit(books, account_id, span, now)


def meets_habit(books: Books, account_id: str, span: int, now: int) -> None:
    """Count a habit in the pools, whoever noticed it."""
    accounts = books.habits.get(span)
    if accounts is None:
        if len(books.habits) >= MAX_HABITS:
            _forget_habits(books)
        books.habits[span] = [account_id]
        return
    pool = books.pools.get(span)
    if account_id in accounts or (pool is None and len(accounts) >= 2):
        return  # a span of which the pool was given up belongs to the public
    accounts.append(account_id)
    if pool is None:
        if len(books.pools) >= MAX_POOLS:
            _forget_pools(books)
        claims = books.claims_of(accounts)
        pool = books.pools[span] = Pool(span=span, place=books.pool_queue.take(bool(claims)), claimed=claims)
        books.watch((span,))
        _enter(books, pool, accounts[0])
    _enter(books, pool, account_id)
    _weigh(books, pool, now)
    books.changed.add(("pool", str(span)))


def is_instruction(spans: list[int], operator: Operator) -> bool:
    """Return whether one prompt with these of the operator's heavy spans contains its instruction: one span is four words, which anybody
    may write; a whole system prompt is not."""
    enough = FEW_SPANS if len(operator.heavy) <= MANY_SPANS else MANY_SPANS
    return len(spans) >= enough or any(span & _KIND == SYSTEM for span in spans)


def spans_sent(books: Books, spans: list[int], text: int) -> None:
    """Take in a prompt (its hash) with its watched spans, some of them pools'."""
    pools = books.pools
    for span in spans:
        pool = pools.get(span)
        if pool is not None and pool.sent < KEPT_TEXTS:
            pool.sent += 1
            pool.texts.add(text)


def is_private(books: Books, span: int) -> bool:
    """Return whether a contained operator's span still is nobody else's: enough of those who send it by habit share identity, and few send
    it without. Else it has become a public template, and those who took it up are not convicted by it."""
    pool = books.pools.get(span)
    if pool is None:
        return False
    n = len(pool.accounts)
    return len(pool.matched) >= STILL_LINKED * n and n >= HABIT_SHARE * books.ledger.reach_of(span)


def _enter(books: Books, pool: Pool, account_id: str) -> None:
    """Let the account join, and bet on whether it shares a rare value with those before it."""
    row = books.ledger.rows.get(account_id)
    if row is None:
        return
    organization = books.ledger.organization(row)
    values = books.ledger.values_of(row)
    if pool.accounts and not (organization and organization in pool.organizations):
        shared = {
            value
            for value in values
            if value & 7 != SIGNUP_NIGHT and value in pool.values and books.links(value)
        }
        pool.log10_e += bet(_chance(books, pool), EXPECTED, bool(shared))
        if shared:
            pool.matched.add(account_id)
            for name in pool.accounts:
                if name in pool.matched:
                    continue
                known = books.ledger.rows.get(name)
                if known is not None and shared & books.ledger.values_of(known):
                    pool.matched.add(name)
    pool.accounts.append(account_id)
    pool.organizations.add(organization)
    for value in values:
        pool.values[value] = pool.values.get(value, 0) + 1


def _chance(books: Books, pool: Pool) -> float:
    """Return how probable it is that a stranger holds one of the pool's rare values."""
    cap, size = books.cap(), len(books.ledger)
    values = np.fromiter(pool.values, np.uint64, len(pool.values))
    held = np.fromiter(pool.values.values(), np.int64, len(pool.values))
    holders = books.ledger.values.holders_of(values)
    rare = (holders <= cap) & (values & np.uint64(7) != SIGNUP_NIGHT)
    total = float(((np.maximum(holders - held, 0) + 1)[rare]).sum()) / size
    return min(max(total, LEAST_CHANCE), EXPECTED)


def _weigh(books: Books, pool: Pool, now: int) -> None:
    n = len(pool.accounts)
    if pool.log10_e < HOPELESS:
        del books.pools[pool.span]
        books.changed.add(("pool", str(pool.span)))
        return
    log10_e = pool.log10_e - discount(pool.place, books.contained)
    if (
        log10_e < CONTAIN_AT
        or n < LEAST_ACCOUNTS
        or is_house(books, pool.values, n)
        or n < HABIT_SHARE * books.ledger.reach_of(pool.span)
        or len(pool.matched) < PURE * n
        or (pool.sent >= LEAST_SENT and len(pool.texts) < DISTINCT * pool.sent)
    ):
        return
    operator = _operator_of(books, pool, now)
    if log10_e > operator.sources.get("template", 0.0):
        operator.sources["template"] = log10_e
        operator.reasons["template"] = (
            f"{n} accounts send one rare instruction again and again, and {len(pool.matched)} of them share rare identity values"
        )
    contain(books, operator, now)


def _operator_of(books: Books, pool: Pool, now: int) -> Operator:
    """Return the operator that half of the pool belongs to, or a new one; who belongs to no contained operator is counted to it."""
    suspects = [books.suspect(name, now) for name in pool.accounts if name in books.ledger.rows]
    theirs = Counter(o.name for o in map(books.operator_of, suspects) if o is not None)
    name, most = theirs.most_common(1)[0] if theirs else ("", 0)
    known = most >= PURE * len(suspects)
    # Named after the instruction: which of its senders came first may differ between nodes.
    operator = books.operators[name] if known else books.new_operator(now, [f"span {pool.span}"])
    operator.claimed |= pool.claimed
    for suspect in suspects:
        other = books.operator_of(suspect)
        if other is not None and other is not operator and not other.contained:
            books.leave(suspect)
        books.sends(suspect, (pool.span,))
        books.join(operator, suspect)
    books.mark_heavy(operator, (pool.span,))
    return operator


def _forget_habits(books: Books) -> None:
    """Drop the older half of the habits that are no pool's: those of one account, and those that were given up."""
    idle = [span for span in books.habits if span not in books.pools]
    for span in idle[: max(len(idle) // 2, 1)]:
        del books.habits[span]


def _forget_pools(books: Books) -> None:
    """Drop the half of the pools, of those that mark no operator, against which there is the least evidence."""
    idle = sorted(
        (p for p in books.pools.values() if p.span not in books.marked_spans), key=lambda p: p.log10_e
    )
    for pool in idle[: max(len(idle) // 2, 1)]:
        del books.pools[pool.span]
        books.habits.pop(pool.span, None)
        books.changed.add(("pool", str(pool.span)))
