"""Groups seen so far, by account: says what a further group shares with each of them without comparing them one by one."""

from itertools import chain

import numpy as np


class GroupIndex:
    """Starts empty; `sizes` are the numbers of accounts of the groups added, in order."""

    def __init__(self, size: int) -> None:
        self._groups_of: list[list[int]] = [[] for _ in range(size)]
        self._sizes: list[int] = []

    @property
    def sizes(self) -> np.ndarray:
        return np.array(self._sizes, np.int64)

    def add(self, accounts: np.ndarray) -> None:
        """Add a group of `accounts` (distinct codes)."""
        for code in accounts.tolist():
            self._groups_of[code].append(len(self._sizes))
        self._sizes.append(len(accounts))

    def common(self, accounts: np.ndarray) -> np.ndarray:
        """Return how many of `accounts` each group holds, in the order in which they were added."""
        groups = chain.from_iterable(self._groups_of[code] for code in accounts.tolist())
        return np.bincount(np.fromiter(groups, np.int64), minlength=len(self._sizes))
