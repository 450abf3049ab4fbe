"""Which families the accounts of a group carry, and how much: one sparse matrix for the whole log."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from revenuer.detect.families import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyOverlap:
    """`support` (N, F) sparse: the share of each account's prompts that carry each family; `sizes` (F,) accounts of each."""

    support: sparse.csr_array
    sizes: np.ndarray

    @classmethod
    def build(cls, families: Sequence[Family], size: int) -> "FamilyOverlap":
        """Index `families` (F) by the codes of `size` accounts."""
        sizes = np.array([len(family.accounts) for family in families], np.int64)
        account = np.concatenate([np.zeros(0, np.int64), *(family.accounts for family in families)])
        value = np.concatenate([np.zeros(0), *(family.support for family in families)])
        number = np.repeat(np.arange(len(families)), sizes)
        return cls(
            support=sparse.csr_array((value, (account, number)), shape=(size, len(families))), sizes=sizes
        )

    def of(self, accounts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return, for each family, (how many of `accounts` it has, the sum of their support), both (F,)."""
        inside = self.support[accounts]
        return (
            np.bincount(inside.indices, minlength=len(self.sizes)),
            np.bincount(inside.indices, inside.data, minlength=len(self.sizes)),
        )
