"""The rule for spans, on logs of nothing but fingerprints."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.detect.campaign_index import KeyKind, index_key
from revenuer.detect.campaign_index.spans import MOST, Members, find_spans, shared_spans
from revenuer.detect.fingerprints import BAND, SPAN, SYSTEM
from revenuer.engine import DuckDBEngine

STRANGERS = 1_000


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    with DuckDBEngine(tmp_path_factory.mktemp("engine"), memory_mb=500) as made:
        yield made


def fingerprint(number: int, kind: int = SPAN) -> int:
    return (number * 0x9E3779B97F4A7C15 << 2 | kind) + 2**63 & (2**64 - 1)


def found(
    engine: DuckDBEngine, sizes: list[int], sent: Mapping[int, Mapping[int, int]], prompts: int = 4
) -> dict[tuple[int, int], tuple[int, int, int, float]]:
    """Spans of campaigns of `sizes`: {(campaign, key): (kind, members, outsiders, support)}.

    `sent`: fingerprint -> group -> accounts of it that send it once; group -1 are the strangers.
    """
    groups = {place: [f"m{place}-{i}" for i in range(size)] for place, size in enumerate(sizes)}
    groups[-1] = [f"s{i}" for i in range(STRANGERS)]
    rows: dict[str, list[int]] = {name: [] for names in groups.values() for name in names}
    for value, by in sent.items():
        for group, n in by.items():
            for name in groups[group][:n]:
                rows[name].append(value)
    table = pa.table(
        {
            "account_id": pa.array(rows),
            "fingerprints": pa.array(
                [np.array(values, np.uint64).view(np.int64).tolist() for values in rows.values()],
                pa.list_(pa.int64()),
            ),
        }
    )
    engine.register("sketch", table)
    ids = [name for place in range(len(sizes)) for name in groups[place]]
    members = Members(
        ids=pa.array(ids),
        starts=np.concatenate([[0], np.cumsum(sizes)]),
        prompts=np.full(len(ids), prompts),
    )
    entries = find_spans(engine, members, pa.array(groups[-1]))
    return {
        (int(e["campaign"]), int(e["key"])): (
            int(e["kind"]),
            int(e["members"]),
            int(e["outsiders"]),
            float(e["support"]),
        )
        for e in entries
    }


def key(value: int) -> int:
    return int(index_key((value & 3) + 1, np.uint64(value)))


@pytest.mark.parametrize(
    ("size", "members", "outsiders", "kept"),
    [
        (20, 4, 0, True),
        (20, 3, 0, False),
        (20, 8, 1, True),
        (20, 7, 1, False),
        (20, 20, 4, True),
        (20, 20, 5, False),
        (100, 5, 0, True),
        (100, 4, 0, False),
        (4, 4, 0, True),
    ],
)
def test_four_members_to_a_stranger_and_a_twentieth_of_the_campaign(
    engine: DuckDBEngine, size: int, members: int, outsiders: int, kept: bool
) -> None:
    value = fingerprint(1)
    spans = found(engine, [size], {value: {0: members, -1: outsiders}})
    assert spans == ({(0, key(value)): (KeyKind.SPAN, members, outsiders, 0.25)} if kept else {})


def test_other_campaigns_are_no_strangers(engine: DuckDBEngine) -> None:
    """A pool that takes over sends what the first one sent: it marks both, and counts against neither."""
    value = fingerprint(1)
    spans = found(engine, [20, 30], {value: {0: 20, 1: 25}})
    assert spans == {
        (0, key(value)): (KeyKind.SPAN, 20, 0, 0.25),
        (1, key(value)): (KeyKind.SPAN, 25, 0, 0.25),
    }


def test_what_much_of_the_log_sends_marks_nobody(engine: DuckDBEngine) -> None:
    assert found(engine, [20], {fingerprint(1): {0: 20, -1: STRANGERS}}) == {}
    assert found(engine, [20], {}) == {}


def test_bands_stand_in_where_there_is_nothing_else(engine: DuckDBEngine) -> None:
    band, system = fingerprint(1, BAND), fingerprint(2, SYSTEM)
    assert set(found(engine, [20], {band: {0: 20}})) == {(0, key(band))}
    assert set(found(engine, [20], {band: {0: 20}, system: {0: 6}})) == {(0, key(system))}


def test_of_many_the_weightiest_are_kept(engine: DuckDBEngine) -> None:
    sent = {fingerprint(i): {0: 50 if i < MOST else 30, -1: 0 if i % 2 else 3} for i in range(2 * MOST)}
    sent |= {fingerprint(i): {1: 10} for i in range(1_000, 1_003)}
    spans = found(engine, [50, 10], sent)
    mine = [span for (place, _), span in spans.items() if place == 0]
    assert (len(mine), len(spans)) == (MOST, MOST + 3)
    # 50 or 30 members before no stranger, before any before three strangers.
    assert (
        sorted((members, outsiders) for _, members, outsiders, _ in mine) == [(30, 0)] * 32 + [(50, 0)] * 32
    )


def test_an_account_is_counted_once_however_often_it_sends(engine: DuckDBEngine) -> None:
    value = fingerprint(1)
    ids = [f"m0-{i}" for i in range(8)] + ["s0"]
    engine.register(
        "sketch",
        pa.table(
            {
                "account_id": pa.array(ids * 3),
                "fingerprints": pa.array([[value - 2**64, value - 2**64, 8]] * 27, pa.list_(pa.int64())),
            }
        ),
    )
    members = Members(ids=pa.array(ids[:8]), starts=np.array([0, 8]), prompts=np.full(8, 3))
    spans = find_spans(engine, members, pa.array([f"s{i}" for i in range(STRANGERS)]))
    assert {(int(e["members"]), int(e["outsiders"]), float(e["support"])) for e in spans} == {(8, 1, 1.0)}


@settings(max_examples=100, deadline=None)
@given(
    sent=st.lists(st.lists(st.integers(-6, 6), max_size=12), min_size=1, max_size=6),
    least=st.integers(1, 3),
    spread=st.sampled_from([1, 2**40 + 1, 2**58]),
)
def test_sharing_is_counted_as_sets_say(sent: list[list[int]], least: int, spread: int) -> None:
    values = np.array([value * spread for part in sent for value in part], np.int64)
    begins = np.concatenate([[0], np.cumsum([len(part) for part in sent])])
    prompts = np.arange(1, len(sent) + 1) * 4
    value, accounts, support = shared_spans(values, begins, prompts, least)
    expected = {}
    for one in {value for part in sent for value in part}:
        by = [i for i, part in enumerate(sent) if one in part]
        if len(by) >= least:
            shares = [sent[i].count(one) / prompts[i] for i in by]
            expected[one * spread] = (len(by), pytest.approx(min(sum(shares) / len(by), 1.0)))
    assert {int(v): (int(n), float(s)) for v, n, s in zip(value, accounts, support, strict=True)} == expected


def test_the_table_of_shared_spans_grows() -> None:
    values = np.tile(np.arange(30_000) * 7, 2)
    value, accounts, support = shared_spans(values, np.array([0, 30_000, 60_000]), np.array([10, 20]), 2)
    assert sorted(value.tolist()) == (np.arange(30_000) * 7).tolist()
    assert set(accounts.tolist()) == {2}
    assert np.allclose(support, (1 / 10 + 1 / 20) / 2)
