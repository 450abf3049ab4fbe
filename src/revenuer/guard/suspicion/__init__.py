"""Finds operators in live traffic: links, pools and vocabularies of accounts, each an e-process, and who belongs to them."""

from revenuer.guard.suspicion.attend import attend, declared
from revenuer.guard.suspicion.books import Books
from revenuer.guard.suspicion.indexed import use_index
from revenuer.guard.suspicion.judge_account import judge_account, judge_measured
from revenuer.guard.suspicion.replayed import foreign_signature
from revenuer.guard.suspicion.suspect import Operator, Pool, Suspect

__all__ = [
    "Books",
    "Operator",
    "Pool",
    "Suspect",
    "attend",
    "declared",
    "foreign_signature",
    "judge_account",
    "judge_measured",
    "use_index",
]
