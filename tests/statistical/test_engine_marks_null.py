"""Texts that no engine marked: under keys at random every engine scheme's z is standard and its p uniform, whatever the text repeats."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from revenuer.prove.marks import Pairs, Scheme, decoy_keys, distinct_pairs, sample_of
from revenuer.prove.marks.engines import (
    SglangDual,
    SglangGumbel,
    SynthId,
    TransformersGreen,
    VllmDual,
    VllmGumbel,
)

VOCABULARY = 400
SCHEMES: Sequence[Scheme] = (
    VllmGumbel(),
    VllmGumbel(width=1),
    VllmDual(),
    VllmDual(width=2, alpha=0.4),
    SglangGumbel(),
    SglangDual(width=1, mixing=0.3),
    TransformersGreen(vocabulary=VOCABULARY),
    TransformersGreen(vocabulary=VOCABULARY, ratio=0.5, context_width=3),
    TransformersGreen(vocabulary=VOCABULARY, seeding="selfhash"),
    TransformersGreen(vocabulary=VOCABULARY, seeding="selfhash", context_width=3),
    SynthId(),
    SynthId(layers=9, ngram=3, statistic="mean"),
)


def repetitive_texts() -> list[np.ndarray]:
    """Twenty texts with a few very frequent tokens, each of which says its first half twice."""
    rng = np.random.default_rng(11)
    chances = 1.0 / np.arange(1, VOCABULARY + 1)
    texts = [rng.choice(VOCABULARY, 60, p=chances / chances.sum()) for _ in range(20)]
    return [np.concatenate([text, text[:30]]) for text in texts]


def z_and_p(scheme: Scheme, pairs: Pairs, keys: int) -> tuple[np.ndarray, np.ndarray]:
    statistics = scheme.statistics(pairs, decoy_keys(5, keys, scheme.key_words))
    p = np.array([10 ** scheme.log10_p(float(one), pairs.n) for one in statistics])
    return scheme.z(statistics, pairs.n), p


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: f"{scheme.name}-{scheme.width}")
def test_z_is_standard_and_p_uniform(scheme: Scheme) -> None:
    pairs = distinct_pairs(sample_of(repetitive_texts()), scheme.width)
    z, p = z_and_p(scheme, pairs, 1000)
    assert 0.95 <= z.std(ddof=1) <= 1.05
    # Counts come in whole steps, and p = P(at least as many) rounds towards innocence.
    assert -0.2 <= z.mean() <= 0.1
    # A count's p is never too small, and too large by up to the chance of one count.
    counted = isinstance(scheme, TransformersGreen)
    assert stats.kstest(p, "uniform", alternative="greater" if counted else "two-sided").pvalue > 0.01
    for alpha in (0.05, 0.01):
        assert (p <= alpha).mean() <= alpha + 2.6 * np.sqrt(alpha / 1000)


def test_without_counting_once_the_null_breaks() -> None:
    """What the hygiene is for: every pair counted five times over."""
    scheme = VllmGumbel(width=1)
    pairs = distinct_pairs(sample_of(repetitive_texts()), 1)
    z, _ = z_and_p(scheme, replace(pairs, at=np.tile(pairs.at, 5)), 300)
    assert z.std(ddof=1) > 2.0
