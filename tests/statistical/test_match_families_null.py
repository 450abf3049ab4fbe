"""How often families match that should, and that should not: over generated families, beside what the binomial law foretells."""

import itertools

import numpy as np
import pytest

from revenuer.share.matching.bands import LEAST_EQUAL, bands_of, match_probability
from revenuer.stats.intervals import clopper_pearson

FAMILIES = 250
PHRASES = 400


def equal_bands(one: list[str], other: list[str]) -> int:
    return len(set(one) & set(other))


def families(
    common: float, rng: np.random.Generator, count: int = FAMILIES, pool: int = 0
) -> list[list[str]]:
    """Families of 20 to 200 spans, a share `common` of which are phrases that everybody uses, the popular ones most (Zipf)."""
    weights = 1 / np.arange(1, PHRASES + 1)
    weights /= weights.sum()
    made = []
    for family in range(count):
        size = int(rng.integers(20, 200))
        shared = rng.choice(PHRASES, int(common * size), replace=False, p=weights)
        own = range(size - len(shared))
        made.append([f"phrase {pool} {i}" for i in shared] + [f"family {family} span {i}" for i in own])
    return made


def rate_of(made: list[list[str]]) -> tuple[int, int, float]:
    """Pairs that match, pairs, and how many matches the law foretells from the pairs' true Jaccard indices."""
    bands = [bands_of(spans) for spans in made]
    sets = [set(spans) for spans in made]
    matched = pairs = 0
    foretold = 0.0
    for i, j in itertools.combinations(range(len(made)), 2):
        pairs += 1
        matched += equal_bands(bands[i], bands[j]) >= LEAST_EQUAL
        common = len(sets[i] & sets[j])
        foretold += match_probability(common / len(sets[i] | sets[j])) if common else 0.0
    return matched, pairs, foretold


def test_unrelated_families_do_not_match() -> None:
    matched, pairs, _ = rate_of(families(0.0, np.random.default_rng(1)))
    assert pairs == FAMILIES * (FAMILIES - 1) // 2
    assert matched == 0


def test_families_with_some_common_phrases_do_not_match() -> None:
    assert rate_of(families(0.3, np.random.default_rng(2)))[0] == 0


def test_families_of_mostly_common_phrases_match_as_often_as_the_law_says() -> None:
    """Pairs are no independent trials: one set of hash functions cuts them all, and they share the same popular phrases. Other phrases are as good as
    other hash functions, so the mean is taken over many pools of them."""
    rng = np.random.default_rng(2)
    found = [rate_of(families(0.8, rng, 60, pool)) for pool in range(16)]
    matched, foretold = sum(one[0] for one in found), sum(one[2] for one in found)
    assert 0.7 * foretold < matched < 1.4 * foretold
    assert matched < 0.02 * sum(one[1] for one in found)


@pytest.mark.parametrize("jaccard", [0.2, 0.35, 0.5, 0.7])
def test_like_families_match_as_often_as_the_law_says(jaccard: float) -> None:
    trials, size = 300, 120
    common = round(2 * size * jaccard / (1 + jaccard))
    true = common / (2 * size - common)
    matched = sum(
        equal_bands(
            bands_of([f"{trial} {i}" for i in range(size)]),
            bands_of([f"{trial} {i}" for i in range(size - common, 2 * size - common)]),
        )
        >= LEAST_EQUAL
        for trial in range(trials)
    )
    interval = clopper_pearson(matched, trials, 0.999)
    assert interval.low <= match_probability(true) <= interval.high
