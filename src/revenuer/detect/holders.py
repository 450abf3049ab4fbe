"""Who holds which value of an identity attribute, readable from both sides: what a group asks costs what its members hold."""

from dataclasses import dataclass

import numpy as np
from numba import njit


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """`value` (M,) in order of account, of which `first` (A + 1) delimits each account's part; `holder` (M,) the accounts in
    order of value, of which `starts` (V + 1) delimits each value's part. Accounts from A on hold nothing."""

    value: np.ndarray
    first: np.ndarray
    holder: np.ndarray
    starts: np.ndarray

    @classmethod
    def build(cls, account: np.ndarray, value: np.ndarray) -> "Holders":
        """Index parallel arrays (account ascending, value 0..V-1)."""
        return cls(
            value=value,
            first=np.concatenate([[0], np.cumsum(np.bincount(account))]),
            holder=account[np.argsort(value, kind="stable")],
            starts=np.concatenate([[0], np.cumsum(np.bincount(value))]),
        )

    def entries(self, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (account, value) of everything that `members` (sorted codes) hold."""
        known = members[members < len(self.first) - 1]
        low, count = self.first[known], self.first[known + 1] - self.first[known]
        at = np.repeat(low - (np.cumsum(count) - count), count) + np.arange(count.sum())
        return np.repeat(known, count), self.value[at]

    def number(self, value: np.ndarray) -> np.ndarray:
        """Return how many hold each of `value`."""
        number: np.ndarray = self.starts[value + 1] - self.starts[value]
        return number

    def raise_sharers(self, best: np.ndarray, inside: np.ndarray, members: np.ndarray, most: float) -> None:
        """Raise `best` (N,) of everybody who holds a value of (other) `members` to log10 of how much likelier the value is in
        the group than at large, at most `most`. `inside` (N,) bool marks the members."""
        held = np.zeros(len(self.starts) - 1, np.int64)
        _raise_sharers(best, inside, members, self.value, self.first, self.holder, self.starts, held, most)


@njit(cache=True, nogil=True)
def _raise_sharers(
    best: np.ndarray,
    inside: np.ndarray,
    members: np.ndarray,
    value: np.ndarray,
    first: np.ndarray,
    holder: np.ndarray,
    starts: np.ndarray,
    held: np.ndarray,
    most: float,
) -> None:
    """`held` (V,) comes zeroed from outside, where zeros of which few are touched cost nothing."""
    known = members[members < len(first) - 1]
    for member in known:
        for at in range(first[member], first[member + 1]):
            held[value[at]] += 1
    for member in known:
        for at in range(first[member], first[member + 1]):
            shared = value[at]
            low, high = starts[shared], starts[shared + 1]
            at_large = len(members) * (high - low) / len(best)
            # A member shares its value with one holder fewer than others do: itself.
            for_other, for_member = 0.0, 0.0
            if held[shared] > at_large:
                for_other = min(np.log10(held[shared] / at_large), most)
            if held[shared] - 1 > at_large:
                for_member = min(np.log10((held[shared] - 1) / at_large), most)
            held[shared] = 0
            if for_other > 0:
                for place in range(low, high):
                    account = holder[place]
                    best[account] = max(best[account], for_member if inside[account] else for_other)
