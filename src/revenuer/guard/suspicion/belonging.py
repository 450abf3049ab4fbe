"""Is this account one of the operator's? The e-value of belonging, and what speaks for it in words.

Each kind of evidence is a likelihood ratio: how often members show it (the account itself left out) over how often others do. Kinds that
tell the same story are not multiplied: what is asked and the words it is asked in count once and a half.
"""

import math
from collections.abc import Iterator

from revenuer.guard.suspicion.books import Books
from revenuer.guard.suspicion.house import SIGNUP_NIGHT
from revenuer.guard.suspicion.linked import elevated_rate, siblings
from revenuer.guard.suspicion.pooled import is_private
from revenuer.guard.suspicion.replayed import DECISIVE
from revenuer.guard.suspicion.suspect import Operator, Suspect

MOST = {1: 2.5, 2: 2.0, 3: 1.5, 5: 1.5}
"""Most that one shared value counts, by kind: card, address, mail domain, night of the sign-up. Proxies have honest neighbours; cards are issued in series."""
KINDS = {1: "payment fingerprint", 2: "address", 3: "mail domain", 5: "night of sign-up"}
NOT_SHOWN = -0.3
"""log10 that is paid for the kinds that an account does not show."""
LENT = 2.0
"""What it counts that others replay an account's signatures, however many do: what it received may have been published or stolen."""
PER_WORD = 1.2
MOST_WORDS = 3.6
MOST_TEMPLATE = 4.0
LEAST_SENDERS = 3
COMMON_SHARE = 0.01
"""A night in which more than one in a hundred accounts signed up says nothing."""
MOST_IDENTITY = 2.5
"""Shared identity convicts nobody who asks for nothing suspect: proxies and nights have honest neighbours."""
MOST_INTENT = 1.0
"""What an account asks for tells an operator's accounts from most people, not from those who ask for the same honestly."""
CORROBORATED = 0.5
MOST_ALONE = 2.0
"""Nor do words convict alone: without log10 0.5 of other evidence they count for this at most, since a rubric or a phrase may be public,
and an instruction may be quoted, planted or read aloud. Only the habit of an instruction that is not public convicts by itself."""
RELAY_SHARE = 0.5
LEAST_RELAYS = 0.002
HABIT_OF_OPERATOR = 0.3


def belonging(books: Books, suspect: Suspect, operator: Operator) -> tuple[float, tuple[str, ...]]:
    """Return (log10 e-value, signals strongest first) of the suspect's being one of the operator's accounts."""
    if any(books.operator(name) is operator for name in suspect.replayed):
        return DECISIVE, ("replays a reasoning signature that another account received",)
    stories = _stories(books, suspect, operator)
    instructed = any(books.operator(name) is operator for name in suspect.instructed)
    found = sorted(_evidence(books, suspect, operator, stories, instructed), reverse=True)
    if not found:
        return 0.0, ()
    total = NOT_SHOWN + sum(weight for weight, _ in found)
    named = stories.keys() & {"named", "words"}
    if not (named or suspect.intents or suspect.relays or suspect.lent or instructed):
        total = min(total, MOST_IDENTITY)
    return total, tuple(words for _, words in found)


def _evidence(
    books: Books, suspect: Suspect, operator: Operator, stories: dict[str, float], instructed: bool
) -> Iterator[tuple[float, str]]:
    yield from _indexed(stories)
    inside = suspect.operator is not None and books.operator_of(suspect) is operator
    others = len(operator.members) - inside
    if suspect.lent:
        yield LENT, "its reasoning signatures are replayed by other accounts"
    if others < 2:
        return
    values = list(_shared_values(books, suspect, operator, inside, others))
    yield from values
    corroborated = sum(weight for weight, _ in values) >= CORROBORATED
    yield from _content(books, suspect, operator, inside, instructed, corroborated)
    if suspect.relays and operator.relays >= HABIT_OF_OPERATOR * len(operator.members):
        strangers = max(len(books.ledger) - len(operator.members), 1)
        rate = max(LEAST_RELAYS, (books.relays - operator.relays + 1) / strangers)
        yield math.log10(RELAY_SHARE / rate), "begins conversations with somebody's reasoning signatures"


def _stories(books: Books, suspect: Suspect, operator: Operator) -> dict[str, float]:
    """Return what the index says of the suspect and this operator, by story."""
    found: dict[str, float] = {}
    for name, stories in suspect.indexed.items():
        if books.operator(name) is operator:
            for story, weight in stories.items():
                found[story] = max(found.get(story, 0.0), weight)
    return found


def _indexed(stories: dict[str, float]) -> Iterator[tuple[float, str]]:
    for story, weight in stories.items():
        if story == "named":
            yield weight, "a scan named it one of the campaign's accounts"
        elif story == "words":
            yield min(weight, MOST_TEMPLATE), "sends a span that marks the campaign"
        elif weight > 0:
            yield weight, f"shares a {story} with the campaign's accounts"


def _shared_values(
    books: Books, suspect: Suspect, operator: Operator, inside: bool, others: int
) -> Iterator[tuple[float, str]]:
    best: dict[int, float] = {}
    size = len(books.ledger)
    for value in suspect.values:
        held = operator.values.get(value, 0) - inside - _siblings_with(books, suspect, operator, value)
        holders = books.ledger.values.holders(value)
        kind = value & 7
        cap = max(books.cap(), COMMON_SHARE * size) if kind == SIGNUP_NIGHT else books.cap()
        if held < 1 or holders > cap:
            continue
        outside = (max(holders - held - 1, 0) + 1) / max(size - others, 1)
        best[kind] = max(best.get(kind, 0.0), min(math.log10(held / others / outside), MOST[kind]))
    for kind, weight in best.items():
        if weight > 0:
            yield weight, f"shares a {KINDS[kind]} with the operator's accounts"


def _siblings_with(books: Books, suspect: Suspect, operator: Operator, value: int) -> int:
    """Return how many members that hold `value` are of the suspect's own organisation: sharing it with them says nothing."""
    if not suspect.organization or value not in operator.values:
        return 0
    others = (books.suspects[name] for name in books.holders.get(value, ()) if name in operator.members)
    return sum(other is not suspect and siblings(suspect, other) for other in others)


def _content(
    books: Books, suspect: Suspect, operator: Operator, inside: bool, instructed: bool, corroborated: bool
) -> Iterator[tuple[float, str]]:
    """Yield the evidence of what is asked, and of the words: the stronger whole, the weaker half."""
    n = len(operator.members)
    words = _instruction(books, suspect, operator, inside, corroborated) if instructed else 0.0
    told = "sends the operator's instruction"
    asks = operator.main_intent
    heard = _heard(books, suspect, operator) if suspect.asks(asks) else 0
    most = MOST_WORDS if corroborated else MOST_ALONE
    if min(PER_WORD * heard, most) > words:
        words, told = min(PER_WORD * heard, most), "words its requests from the operator's stock of phrases"
    intent = 0.0
    elevated = operator.elevated.get(asks, 0)
    if suspect.asks(asks) and elevated >= HABIT_OF_OPERATOR * n:
        intent = max(min(math.log10(elevated / n / elevated_rate(books, asks)), MOST_INTENT), 0.0)
    if words:
        yield words if words >= intent else 0.5 * words, told
    if intent:
        yield (
            intent if intent > words else 0.5 * intent,
            "asks for the same kind of output as the operator's accounts",
        )


def _instruction(
    books: Books, suspect: Suspect, operator: Operator, inside: bool, corroborated: bool
) -> float:
    """Return log10 of the evidence of the operator's heavy span that speaks most against the suspect."""
    ledger = books.ledger
    n, size = max(len(operator.members) - inside, 1), len(ledger)
    row = ledger.row_of(suspect.account_id, suspect.since)
    found = 0.0
    for span in suspect.sent & operator.heavy.keys():
        senders = operator.heavy[span] - inside
        if senders < LEAST_SENDERS:
            continue
        outside = (max(ledger.reach_of(span) - senders - 1, 0) + 1) / size
        weight = min(math.log10(senders / n / outside), MOST_TEMPLATE)
        if weight <= found:
            continue
        if weight > MOST_ALONE and not (
            corroborated or (ledger.repeats(row, span) and is_private(books, span))
        ):
            weight = MOST_ALONE
        found = max(found, weight)
    return found


def _heard(books: Books, suspect: Suspect, operator: Operator) -> int:
    if not operator.vocabulary:
        return 0
    return max((n for name, n in suspect.heard.items() if books.operator(name) is operator), default=0)
