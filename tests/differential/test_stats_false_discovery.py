"""e-BH against its definition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from revenuer.stats import e_bh


def e_bh_by_definition(e: list[float], level: float) -> set[int]:
    """Wang & Ramdas 2022, definition 1, word for word."""
    m, order = len(e), sorted(range(len(e)), key=lambda i: -e[i])
    k_star = max((k for k in range(1, m + 1) if k * e[order[k - 1]] / m >= 1 / level), default=0)
    return {i for i in range(m) if k_star and e[i] >= m / (level * k_star)}


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=40), st.sampled_from([0.01, 0.05, 0.2]))
def test_e_bh_agrees_with_its_definition(e: list[float], level: float) -> None:
    fast = set(np.flatnonzero(e_bh(np.log10(e), level).rejected).tolist())
    slow = e_bh_by_definition(e, level)
    # log10 and division may round apart on values exactly at a bar; nothing else may differ.
    assert all(
        abs(np.log10(e[i] * level * k / len(e))) < 1e-9
        for i in fast ^ slow
        for k in [max(len(fast), len(slow))]
    )
