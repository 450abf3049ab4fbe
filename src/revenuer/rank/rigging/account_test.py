"""One test's answer for every account."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from revenuer.rank.rigging.findings import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTest:
    """`log10_e` (V,): 0 for an account that this test does not judge. `tested`: how many it does. `null`:
    what it takes for honest, in words. `reason` (code) -> the words for one account. Where `not_evaluated` is
    not empty it says why no account was judged."""

    name: str
    null: str
    log10_e: np.ndarray
    tested: int
    reason: Callable[[int], Reason]
    not_evaluated: str = ""


def skipped(name: str, null: str, voters: int, why: str) -> AccountTest:
    """Return the answer of a test that could not run."""

    def nothing(code: int) -> Reason:
        return Reason(test=name, words="", look_alike="", model="", log10_e=0.0)

    return AccountTest(
        name=name, null=null, log10_e=np.zeros(voters), tested=0, reason=nothing, not_evaluated=why
    )


BROKEN_SHARE, BROKEN_E = 0.1, 1.3
"""At most 5 % of honest accounts reach an e-value of 20 (Markov); where 10 % do, the null is wrong for this
board."""


def null_is_broken(log10_e: np.ndarray, about: np.ndarray | None = None) -> bool:
    """Return whether so many accounts reach an e-value of 20 that it is the test's null that is at fault, and
    not the accounts.

    Where `about` names the model that each account stands out by, accounts of the commonest are left out of
    the count: one model sought by many is an attack, many models sought by many is a board that deals
    otherwise. Without it an attack by more than a tenth of the judged accounts is missed.
    """
    stands_out = log10_e >= BROKEN_E
    if about is not None and stands_out.any():
        stands_out &= about != np.bincount(about[stands_out]).argmax()
    return len(log10_e) > 0 and float(stands_out.mean()) > BROKEN_SHARE
