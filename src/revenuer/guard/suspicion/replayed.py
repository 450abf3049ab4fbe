"""A reasoning signature sent by an account that never received it: decisive at once.

A signature is issued in one conversation of one account. No innocent way is known by which another account, of another organisation,
comes to send it. The account that received it is another matter: what it received may have been taken from it. It is not counted to the
operator, so that nobody is suspected for being like it; only what else is known of it convicts it, as where it replays signatures itself.
"""

from revenuer.guard.suspicion.books import Books
from revenuer.guard.suspicion.containment import contain
from revenuer.guard.suspicion.suspect import Suspect

DECISIVE = 6.0
"""log10 e-value of one replay. Not measured: no innocent replay is on record; one in a million is what is granted to mistakes in logs."""

MAX_LENT = 16
"""Senders remembered of an account whose signatures are replayed."""


def foreign_signature(books: Books, sender: Suspect, receiver: Suspect, now: int) -> None:
    """Take in that `sender` sent a signature that `receiver` surely had received."""
    if books.sharing and sender.account_id not in receiver.lent:
        books.crossed.append((sender.account_id, receiver.account_id))
    theirs = books.operator_of(sender)
    if theirs is not None and not theirs.contained:
        books.leave(sender)  # who is only like the sender has replayed nothing
    partners = [receiver, *(books.suspects[name] for name in sorted(sender.lent) if name in books.suspects)]
    operator = books.join_all((sender, *filter(books.belongs, partners)), now, merge=True)
    sender.replayed[operator.name] = sender.replayed.get(operator.name, 0) + 1
    if len(receiver.lent) < MAX_LENT:
        receiver.lent.add(sender.account_id)
    operator.sources["replay"] = DECISIVE
    operator.reasons["replay"] = "reasoning signatures are replayed by accounts that never received them"
    books.changed |= {
        ("suspect", sender.account_id),
        ("suspect", receiver.account_id),
        ("operator", operator.name),
    }
    contain(books, operator, now)
