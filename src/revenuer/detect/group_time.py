"""When a group works: its activity against that of everyone else, from the hourly counts."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from revenuer.detect.population import Population

DAY_HOURS = 24
MOST_ACCOUNTS = 400
"""Of a larger group so many stand for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupActivity:
    """`counts` (k, H): requests per account and hour; `everyone` (H,): the whole log's requests per hour."""

    counts: np.ndarray
    everyone: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """The group's requests per hour, (H,)."""
        total: np.ndarray = self.counts.sum(axis=0)
        return total

    @property
    def by_hour_of_day(self) -> np.ndarray:
        """Requests per account and hour of the day, (k, DAY_HOURS)."""
        k, hours = self.counts.shape
        padded = np.zeros((k, -(-hours // DAY_HOURS) * DAY_HOURS), self.counts.dtype)
        padded[:, :hours] = self.counts
        profile: np.ndarray = padded.reshape(k, -1, DAY_HOURS).sum(axis=1)
        return profile


def group_activity(population: Population, accounts: np.ndarray) -> GroupActivity:
    """Return the activity of `accounts`, of many a part."""
    activity, accounts = population.activity, shown(accounts)
    counts = np.zeros((len(accounts), activity.hours), np.int32)
    _lay_out(accounts, activity.starts, activity.hour, activity.count, counts)
    return GroupActivity(counts=counts, everyone=activity.everyone)


def shown(accounts: np.ndarray) -> np.ndarray:
    """Return all `accounts`, or MOST_ACCOUNTS of them, evenly spaced."""
    if len(accounts) <= MOST_ACCOUNTS:
        return accounts
    spaced: np.ndarray = accounts[np.linspace(0, len(accounts) - 1, MOST_ACCOUNTS).astype(int)]
    return spaced


@njit(cache=True, nogil=True)
def _lay_out(
    accounts: np.ndarray, starts: np.ndarray, hour: np.ndarray, count: np.ndarray, counts: np.ndarray
) -> None:
    for row in range(len(accounts)):
        for i in range(starts[accounts[row]], starts[accounts[row] + 1]):
            counts[row, hour[i]] = count[i]
