"""The words that an operator's accounts share: spans that many of its members send in suspect prompts, and hardly anybody else.

An operator that words its request anew each time still draws from a stock of phrases. A phrase counts where most who send it in suspect
prompts are known by their identity to belong to a contained operator: people who ask for reasoning in a public phrase are linked by nothing.
"""

from collections import Counter

from revenuer.guard.suspicion.books import Books
from revenuer.guard.suspicion.house import SIGNUP_NIGHT
from revenuer.guard.suspicion.suspect import Operator, Suspect

LEAST_MEMBERS = 8
LEAST_SENDERS = 4
TIMES_COMMONER = 30.0
"""A word is this much commoner among the members than among accounts that nothing is known against."""
LINKED_SHARE = 0.4
"""Of the suspects that send a word, this share is linked by identity; else the word is anybody's who asks for such things."""
SPEAKS = 3
"""A suspect that uses so many of the words is a speaker."""
SPEAKERS_LINKED = 0.25
ELEVATED_SHARE = 0.3
GROWTH = 1.15
LEAST_ALIKE = 5
LEAST_COMMON = 4
COMMON_SHARE = 0.3
"""Two operators of at least LEAST_ALIKE such accounts are one when so many of the rare words of the smaller are the other's, too."""
"""The vocabulary is learnt anew when the operator has grown by this factor."""


def learn_vocabulary(books: Books, operator: Operator) -> None:
    """Learn the words of a contained operator anew if it has grown, and make them known."""
    n = len(operator.members)
    intent = operator.main_intent
    if operator.elevated.get(intent, 0) >= LEAST_ALIKE and n >= GROWTH * books.compared.get(operator.name, 0):
        books.compared[operator.name] = n
        _join_alike(books, operator, intent)
        n = len(operator.members)
    if n < LEAST_MEMBERS or operator.elevated.get(intent, 0) < ELEVATED_SHARE * n:
        return
    if n < GROWTH * books.learnt.get(operator.name, 0):
        return
    books.learnt[operator.name] = n
    words = _words(books, operator, intent)
    speakers = [s for s in books.suspects.values() if len(_used(s, intent, words)) >= SPEAKS]
    linked = sum(1 for s in speakers if _is_linked(books, s, operator))
    for span in operator.vocabulary:
        books.unmark(span, operator.name)
    operator.vocabulary = set()
    if not speakers or linked < SPEAKERS_LINKED * len(speakers):
        return
    _swallow(books, operator, words, intent)
    operator.vocabulary = words
    for span in words:
        books.marked_spans.setdefault(span, set()).add(operator.name)
    books.watch(words)
    for suspect in speakers:
        suspect.heard.setdefault(operator.name, 1)


def _used(suspect: Suspect, intent: int, words: set[int]) -> set[int]:
    """Return the words that the suspect used in prompts of that intent; none for one that is not elevated in it."""
    return words & suspect.spans.get(intent, set()) if suspect.asks(intent) else set()


def valued(books: Books, suspect: Suspect, operator: Operator) -> bool:
    """Return whether the suspect shares a rare identity value with another member."""
    return any(
        operator.values.get(value, 0) >= 2 and value & 7 != SIGNUP_NIGHT and books.links(value)
        for value in suspect.values
    )


def _is_linked(books: Books, suspect: Suspect, operator: Operator) -> bool:
    theirs = books.operator_of(suspect)
    return (
        theirs is not None and (theirs is operator or theirs.contained > 0) and valued(books, suspect, theirs)
    )


def _words(books: Books, operator: Operator, intent: int) -> set[int]:
    senders: dict[int, int] = {}
    linked: dict[int, int] = {}
    own: dict[int, int] = {}
    known = 0
    for suspect in books.suspects.values():
        if not suspect.asks(intent):
            continue
        by_identity = _is_linked(books, suspect, operator)
        mine = by_identity and books.operator_of(suspect) is operator
        known += mine
        for span in suspect.spans.get(intent, ()):
            senders[span] = senders.get(span, 0) + 1
            if by_identity:
                linked[span] = linked.get(span, 0) + 1
            if mine:
                own[span] = own.get(span, 0) + 1
    size = len(books.ledger)
    found = set()
    for span, count in own.items():
        if count < LEAST_SENDERS or linked[span] < LINKED_SHARE * senders[span]:
            continue
        outside = (max(books.ledger.reach_of(span) - senders[span], 0) + 1) / size
        if count / known >= TIMES_COMMONER * outside:
            found.add(span)
    return found


def _join_alike(books: Books, operator: Operator, intent: int) -> None:
    """Merge contained operators into this one whose accounts ask for the same in the same rare words."""
    own = _rare_words(books, operator, intent)
    for other in list(books.operators.values()):
        if other is operator or not other.contained or other.main_intent != intent:
            continue
        theirs = _rare_words(books, other, intent)
        if len(own & theirs) >= max(LEAST_COMMON, COMMON_SHARE * min(len(own), len(theirs))):
            books.merge(operator, other)
            own |= theirs


def _rare_words(books: Books, operator: Operator, intent: int) -> set[int]:
    """Return the spans that two or more of the operator's accounts send in such prompts and few others send at all."""
    senders = Counter(
        span
        for name in operator.members
        if books.suspects[name].asks(intent)
        for span in books.suspects[name].spans.get(intent, ())
    )
    known = operator.elevated.get(intent, 0)
    size = len(books.ledger)
    return {
        span
        for span, count in senders.items()
        if count >= 2 and count / known >= TIMES_COMMONER * (books.ledger.reach_of(span) - count + 1) / size
    }


def _swallow(books: Books, operator: Operator, words: set[int], intent: int) -> None:
    """Merge operators whose accounts speak these words into this one."""
    for other in list(books.operators.values()):
        elevated = [s for s in map(books.suspects.__getitem__, other.members) if s.asks(intent)]
        if other is operator or len(elevated) < 3 or len(elevated) < 0.5 * len(other.members):
            continue
        if sum(len(_used(s, intent, words)) >= 2 for s in elevated) >= 0.6 * len(elevated):
            books.merge(operator, other)
