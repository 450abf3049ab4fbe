"""When a group works: its activity against that of everyone else, from the hourly counts."""

from dataclasses import dataclass

import numpy as np

from revenuer.detect.population import Population

DAY_HOURS = 24


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
    def daily(self) -> np.ndarray:
        """Requests per account and day, (k, days)."""
        k, hours = self.counts.shape
        days = -(-hours // DAY_HOURS)
        padded = np.zeros((k, days * DAY_HOURS), self.counts.dtype)
        padded[:, :hours] = self.counts
        daily: np.ndarray = padded.reshape(k, days, DAY_HOURS).sum(axis=2)
        return daily


def group_activity(population: Population, accounts: np.ndarray, most: int = 400) -> GroupActivity:
    """Return the activity of `accounts`; of more than `most`, an evenly spaced part of them."""
    if len(accounts) > most:
        accounts = accounts[np.linspace(0, len(accounts) - 1, most).astype(int)]
    activity = population.activity
    counts = np.zeros((len(accounts), activity.hours), np.int32)
    for row, code in enumerate(accounts):
        hours, n = activity.of(int(code))
        counts[row, hours] = n
    return GroupActivity(counts=counts, everyone=everyone(population))


def everyone(population: Population) -> np.ndarray:
    """Return the log's requests per hour, (H,)."""
    activity = population.activity
    return np.bincount(activity.hour, activity.count, minlength=activity.hours)
