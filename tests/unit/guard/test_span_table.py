"""The table of watched spans: a set would answer the same."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.guard.ledger_kernel import probe
from revenuer.guard.span_table import FIRST_SLOTS, SpanTable

SPANS = st.integers(1, 2**64 - 1)


def holds(table: SpanTable, span: int) -> bool:
    return bool(probe(table.keys, np.uint64(span)) >= 0)


@given(st.lists(SPANS | st.integers(1, 9), max_size=40), st.lists(SPANS | st.integers(1, 9), max_size=20))
@settings(max_examples=50, deadline=None)
def test_it_answers_as_a_set(added: list[int], asked: list[int]) -> None:
    table = SpanTable()
    for span in added:
        table.add(span)
    assert table.used == len(set(added))
    assert all(holds(table, span) == (span in added) for span in added + asked)


def test_growing_loses_nothing() -> None:
    spans = np.random.default_rng(1).integers(1, 2**63, 3 * FIRST_SLOTS).tolist()
    table = SpanTable()
    for span in spans:
        table.add(span)
    assert 2 * table.used <= len(table.keys)
    assert all(holds(table, span) for span in spans)
    assert not holds(table, 2**63 + 1)


@given(st.sets(SPANS, max_size=40), st.sets(SPANS, max_size=40))
@settings(max_examples=50, deadline=None)
def test_keeping_some_forgets_the_others(before: set[int], kept: set[int]) -> None:
    table = SpanTable()
    for span in before:
        table.add(span)
    table.keep(np.fromiter(kept, np.uint64, len(kept)))
    assert table.used == len(kept)
    assert all(holds(table, span) == (span in kept) for span in before | kept)


def test_a_table_kept_to_nothing_can_be_added_to() -> None:
    table = SpanTable()
    table.keep(np.zeros(0, np.uint64))
    table.add(5)
    assert holds(table, 5)
    assert not holds(table, 6)
