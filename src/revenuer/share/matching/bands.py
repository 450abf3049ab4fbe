"""Prompt families under private matching: MinHash bands of a set of spans, and what so many equal bands say of two sets' likeness.

Two sets with Jaccard index J have one permutation's minimum in common with probability J (Broder 1997), a band of ROWS minima with J**ROWS, and of
BANDS bands a binomial number. A match reveals bands, never spans: a span that the other side lacks stays hidden behind every band.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from revenuer.stats.intervals import clopper_pearson

BANDS, ROWS = 32, 2
LEAST_EQUAL = 5
"""Bands that must be equal before two families are said to match; docs/sharing/matching.md has the probabilities that follow."""

LEAST_SPANS = 6
"""Fewer spans give no bands: their overlap says little, and the bands of one or two spans would give those away to a guess."""

VERSION = 1
_PERMUTATIONS = BANDS * ROWS
_PER_DIGEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What `equal` of BANDS equal bands say: the Jaccard index, and its 95 % interval (Clopper-Pearson, mapped through the ROWS-th root)."""

    equal: int
    jaccard: float
    low: float
    high: float


def bands_of(spans: Collection[str]) -> list[str]:
    """Return the values of the BANDS items that stand for a set of spans; none for fewer than LEAST_SPANS."""
    unique = set(spans)
    if len(unique) < LEAST_SPANS:
        return []
    hashes = np.frombuffer(b"".join(_hashes(span) for span in unique), dtype="<u8")
    minima = hashes.reshape(len(unique), _PERMUTATIONS).min(axis=0).reshape(BANDS, ROWS)
    return [f"{VERSION}:{i}:{row.tobytes().hex()}" for i, row in enumerate(minima)]


def likeness(equal: int) -> Likeness:
    """Return what so many equal bands of BANDS say of the two sets."""
    found = clopper_pearson(equal, BANDS, 0.95)
    return Likeness(equal=equal, jaccard=_root(found.share), low=_root(found.low), high=_root(found.high))


def match_probability(jaccard: float) -> float:
    """Return the probability that two sets with this Jaccard index match."""
    from scipy import stats

    return float(stats.binom.sf(LEAST_EQUAL - 1, BANDS, jaccard**ROWS))


def _hashes(span: str) -> bytes:
    """Return one 64-bit hash of a span for each permutation."""
    data = span.encode("utf-8", "surrogatepass")
    return b"".join(
        hashlib.blake2b(data, digest_size=64, person=f"rvnr band {VERSION} {i}".encode()).digest()
        for i in range(_PERMUTATIONS // _PER_DIGEST)
    )


def _root(share: float) -> float:
    return float(share ** (1 / ROWS))
