"""Who holds which value of an identity attribute, readable from both sides: what a group asks costs what its members hold."""

from dataclasses import dataclass

import numpy as np
from numba import njit


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """`account` (M,) sorted codes and the `value` (M,) each holds; `holder` (M,) the same accounts in order of value, of
    which `starts` (V + 1) delimits each value's part."""

    account: np.ndarray
    value: np.ndarray
    holder: np.ndarray
    starts: np.ndarray

    @classmethod
    def build(cls, account: np.ndarray, value: np.ndarray) -> "Holders":
        """Index parallel arrays (account ascending, value 0..V-1)."""
        return cls(
            account=account,
            value=value,
            holder=account[np.argsort(value, kind="stable")],
            starts=np.concatenate([[0], np.cumsum(np.bincount(value))]),
        )

    def entries(self, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (account, value) of everything that `members` (sorted codes) hold."""
        low = np.searchsorted(self.account, members, side="left")
        count = np.searchsorted(self.account, members, side="right") - low
        at = np.repeat(low - (np.cumsum(count) - count), count) + np.arange(count.sum())
        return self.account[at], self.value[at]

    def number(self, value: np.ndarray) -> np.ndarray:
        """Return how many hold each of `value`."""
        number: np.ndarray = self.starts[value + 1] - self.starts[value]
        return number


@njit(cache=True, nogil=True)
def raise_holders(
    best: np.ndarray,
    inside: np.ndarray,
    holder: np.ndarray,
    starts: np.ndarray,
    value: np.ndarray,
    for_member: np.ndarray,
    for_other: np.ndarray,
) -> None:
    """Raise `best` (N,) of each holder of each `value` to the value's worth: `for_member` of those `inside` (N,), else `for_other`."""
    for j in range(len(value)):
        for at in range(starts[value[j]], starts[value[j] + 1]):
            account = holder[at]
            worth = for_member[j] if inside[account] else for_other[j]
            if worth > best[account]:
                best[account] = worth
