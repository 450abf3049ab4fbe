"""A candidate group and everything that signals may ask about it; and the log that it stands in."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from revenuer.detect.account_behavior import Behavior
from revenuer.detect.account_content import Content
from revenuer.detect.families import Family
from revenuer.detect.identity import Identity
from revenuer.detect.link import AccountSpace
from revenuer.detect.population import Population
from revenuer.detect.replay import Replay


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The log around the groups: what is usual here. `scattered` describes accounts by their requests
    outside their own topics. `seed` makes every random choice repeatable."""

    population: Population
    scattered: Content
    behavior: Behavior
    identity: Identity
    replay: Replay
    content_space: AccountSpace
    behavior_space: AccountSpace
    families: tuple[Family, ...]
    columns_missing: frozenset[str]
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Accounts (sorted codes) that may be one operator's, with `odds` (log10, per account) of belonging.

    `facts` are the group's numbers from the request table, by name (see group_facts); `family` the prompt family that all
    share, if one does.
    """

    accounts: np.ndarray
    odds: np.ndarray
    facts: dict[str, float]
    family: Family | None
    origins: frozenset[str] = field(default_factory=frozenset)

    @property
    def size(self) -> int:
        """Number of accounts."""
        return len(self.accounts)


def registered(context: Context, group: Group, column: str) -> pa.ChunkedArray:
    """Return the account table's `column` for the accounts of `group`."""
    return context.population.registry[column].take(pa.array(group.accounts))
