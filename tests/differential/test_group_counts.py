"""Values held inside and outside of groups, counted in one pass, against counting pair by pair."""

from itertools import combinations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.detect.group_counts import count_held


@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=40)
def test_counts_are_those_of_all_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pairs = rng.permutation(np.unique(rng.integers(0, [30, 25], (120, 2)), axis=0))
    holds = {code: {v for a, v in pairs.tolist() if a == code} for code in range(40)}
    groups = [np.sort(rng.choice(40, rng.integers(1, 12), replace=False)) for _ in range(5)]
    found = count_held(pairs[:, 0].astype(np.int32), pa.array(pairs[:, 1]), groups)
    for g, group in enumerate(groups):
        mine = group.tolist()
        others = [code for code in holds if code not in mine]
        entries = [(code, v) for code in mine for v in holds[code]]
        assert found.entries[g] == len(entries)
        assert found.distinct[g] == len({v for _, v in entries})
        assert found.inside_pairs[g] == sum(len(holds[a] & holds[b]) for a, b in combinations(mine, 2))
        assert found.cross_pairs[g] == sum(len(holds[a] & holds[b]) for a in mine for b in others)
        assert found.inside_repeats[g] == sum(any(v in holds[b] for b in mine if b != a) for a, v in entries)
        assert found.shared_outside[g] == sum(any(v in holds[b] for b in others) for _, v in entries)


def test_nothing_held() -> None:
    found = count_held(np.zeros(0, np.int32), pa.array([], pa.int64()), [np.array([0, 1])])
    assert found.entries.tolist() == found.distinct.tolist() == [0]
