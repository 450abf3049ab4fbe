"""The table of identity values: a dictionary of sets would count the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import revenuer.guard.value_table as module
from revenuer.guard.value_table import FIRST_SLOTS, ValueTable

VALUES = st.integers(1, 2**64 - 1)
HOLDERS = st.integers(0, 2**64 - 1)


@given(st.lists(st.tuples(VALUES | st.integers(1, 5), HOLDERS | st.integers(1, 5)), max_size=60))
@settings(max_examples=30, deadline=None)
def test_it_counts_as_a_dictionary_of_sets(given: list[tuple[int, int]]) -> None:
    table, known = ValueTable(), dict[int, set[int]]()
    for value, holder in given:
        known.setdefault(value, set()).add(holder)
        assert table.add(value, holder) == len(known[value])
    assert all(table.holders(value) == len(holders) for value, holders in known.items())
    assert table.used == len(known)


def test_growing_loses_nothing() -> None:
    rng = np.random.default_rng(1)
    values = rng.integers(1, 2**63, 2 * FIRST_SLOTS).tolist()
    table = ValueTable()
    for i, value in enumerate(values):
        table.add(value, 1)
        if i % 3 == 0:
            table.add(value, 2)
    assert len(table.keys) > FIRST_SLOTS
    assert all(table.holders(value) == 1 + (i % 3 == 0) for i, value in enumerate(values))


def test_a_value_that_nobody_holds_has_no_holders() -> None:
    assert ValueTable().holders(12345) == 0


@pytest.mark.parametrize("holders", [1, 2, 3])
def test_a_full_table_keeps_what_is_common_and_takes_more(
    monkeypatch: pytest.MonkeyPatch, holders: int
) -> None:
    """Before, a table full of values with two holders each had nothing to give away and looked for a free place for ever."""
    monkeypatch.setattr(module, "MAX_SLOTS", FIRST_SLOTS)
    table = ValueTable()
    for holder in range(50):
        table.add(7, holder)
    for value in range(1000, 1000 + 2 * FIRST_SLOTS):
        for holder in range(holders):
            table.add(value, holder)
    assert len(table.keys) == FIRST_SLOTS
    assert table.used < FIRST_SLOTS
    assert table.holders(7) == 50


def test_forgetting_the_pairs_counts_again_and_never_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PAIRS", 10)
    table = ValueTable()
    for value in range(1, 40):
        table.add(value, 1)
    assert all(table.holders(value) == 1 for value in range(1, 40))
    assert table.add(1, 1) == 2
