"""Prompt families by bands: like ones match, unlike ones do not, and the interval says how like."""

import random
from pathlib import Path

import pyarrow as pa
import pytest

from builders.match_houses import campaign
from revenuer.records import OBSERVABLE_SCHEMA
from revenuer.share.matching import BAND, Match, OfferRule, band_values, family_matches, offered
from revenuer.share.matching.bands import (
    BANDS,
    LEAST_EQUAL,
    LEAST_SPANS,
    bands_of,
    likeness,
    match_probability,
)


FIRST = ("26a8ff7fa684a607e265626575b10151", "6d7bdfcff93c723545cf05dd612c6953")
"""What the first two bands of six given spans were when version 1 was cut: they may never change."""


def spans(start: int, count: int) -> list[str]:
    return [f"span number {i} of four words" for i in range(start, start + count)]


def test_the_order_of_spans_does_not_matter_and_few_give_none() -> None:
    some = spans(0, 40)
    shuffled = random.Random(7).sample(some, len(some))
    assert bands_of(some) == bands_of([*shuffled, some[0]])
    assert len(bands_of(some)) == BANDS
    assert bands_of(spans(0, LEAST_SPANS - 1)) == []


def test_bands_are_the_same_in_every_house() -> None:
    assert bands_of(spans(0, 6))[:2] == ["1:0:" + FIRST[0], "1:1:" + FIRST[1]]


def test_equal_bands_estimate_the_jaccard_index() -> None:
    """250 of 350 spans in common: J = 0.714. Over several pairs, the interval of 95 % holds it."""
    held = []
    for base in range(0, 20_000, 1000):
        equal = len(set(bands_of(spans(base, 300))) & set(bands_of(spans(base + 50, 300))))
        found = likeness(equal)
        held.append(found.low <= 250 / 350 <= found.high)
        assert found.low <= found.jaccard <= found.high
    assert sum(held) >= 17


def test_what_so_many_equal_bands_say() -> None:
    assert likeness(0).low == likeness(0).jaccard == 0
    assert likeness(BANDS).jaccard == likeness(BANDS).high == 1
    assert match_probability(0.0) == 0
    assert match_probability(1.0) == 1
    assert match_probability(0.05) < 1e-7 * 10
    assert match_probability(0.5) > 0.9


def claim(value: str, number: int, confidence: int = 50) -> Match:
    return Match(kind=BAND, value=value, campaign=campaign(number), confidence=confidence)


def test_families_match_from_enough_bands_of_one_campaign() -> None:
    asked = band_values({"ours": spans(0, 30), "few": spans(0, 2)})
    assert asked["few"] == []
    bands = [value for _, value in asked["ours"]]
    one, other = bands[:LEAST_EQUAL], bands[LEAST_EQUAL : 2 * LEAST_EQUAL - 1]
    matches = [*(claim(band, 1, 85) for band in one), *(claim(band, 2) for band in other)]
    (found,) = family_matches(asked, matches)
    assert (found.family, found.campaign, found.confidence) == ("ours", campaign(1), 85)
    assert found.likeness.equal == LEAST_EQUAL


def observables(*rows: tuple[str | None, str, str, int, int]) -> pa.Table:
    names = ("campaign_id", "kind", "value", "members", "outsiders")
    full = [
        {**dict(zip(names, row, strict=True)), "support": 1.0, "first_seen": None, "last_seen": None}
        for row in rows
    ]
    return pa.Table.from_pylist(full, schema=OBSERVABLE_SCHEMA)


CAMPAIGNS = {"C1": (campaign(1), 85)}


def test_what_is_offered() -> None:
    table = observables(
        ("C1", "ip", "192.0.2.1", 5, 0),
        ("C1", "ip", "192.0.2.2", 2, 0),
        ("C1", "ip", "192.0.2.3", 5, 1),
        ("C1", "email_domain", "burner.example", 5, 0),
        ("C2", "ip", "192.0.2.4", 5, 0),
        (None, "ip", "192.0.2.5", 5, 0),
    )
    items = offered(table, CAMPAIGNS, OfferRule())
    assert [one.value for one in items] == ["192.0.2.1", "burner.example"]
    assert {(one.campaign, one.confidence) for one in items} == {(campaign(1), 85)}
    assert [one.value for one in offered(table, CAMPAIGNS, OfferRule(kinds=frozenset({"ip"})))] == [
        "192.0.2.1"
    ]


@pytest.mark.parametrize(("bands", "count"), [(True, BANDS), (False, 0)])
def test_families_are_offered_as_bands_of_what_is_offered(bands: bool, count: int, tmp_path: Path) -> None:
    rows = [("C1", "span", span, 5, 0) for span in spans(0, 10)]
    items = offered(observables(*rows, ("C1", "span", "common", 5, 50)), CAMPAIGNS, OfferRule(bands=bands))
    assert sum(one.kind == BAND for one in items) == count
    assert sum(one.kind == "span" for one in items) == 10
