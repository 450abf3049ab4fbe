"""Under the null p is uniform and decoys spread by one, on text that repeats itself; a mark by another key changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from builders.token_streams import Language
from revenuer.prove.marks import (
    DualGumbel,
    Green,
    Gumbel,
    Scheme,
    decoy_keys,
    distinct_pairs,
    sample_of,
    write_marked,
)
from revenuer.prove.marks.betting import bet_on
from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.detect import DetectOptions, detect
from revenuer.prove.marks.pair_kernels import whole_windows
from revenuer.records import Outcome

KEYS, TEXTS, LENGTH = 400, 20, 100
SCHEMES = (
    Green(width=1),
    Green(width=2, gamma=0.5),
    Green(width=4),
    Gumbel(width=1),
    Gumbel(width=2),
    Gumbel(width=4),
    DualGumbel(width=2),
)


@pytest.fixture(scope="module")
def language() -> Language:
    return Language(np.random.default_rng(1))


def p_values(
    scheme: Scheme, statistics: np.ndarray, sizes: list[int], rng: np.random.Generator
) -> list[float]:
    """The exact tails; a count's is drawn within its own step, which makes it uniform under the null to the last digit."""
    found = []
    for statistic, n in zip(statistics.tolist(), sizes, strict=True):
        p = 10.0 ** scheme.log10_p(statistic, n)
        if isinstance(scheme, Green):
            next_p = 10.0 ** scheme.log10_p(statistic + 1.0, n) if statistic < n else 0.0
            p = next_p + rng.random() * (p - next_p)
        found.append(p)
    return found


@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
def test_p_is_uniform_without_a_mark(scheme: Scheme, language: Language) -> None:
    rng = np.random.default_rng(2)
    found, sizes = [], []
    for key in decoy_keys(11, KEYS, scheme.key_words):
        pairs = distinct_pairs(sample_of(list(language.texts(TEXTS, LENGTH, rng))), scheme.width)
        found.append(float(scheme.statistics(pairs, key[None])[0]))
        sizes.append(pairs.n)
    assert stats.kstest(p_values(scheme, np.array(found), sizes, rng), "uniform").pvalue > 0.01


@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
def test_p_of_other_keys_is_uniform_on_marked_text(scheme: Scheme, language: Language) -> None:
    rng = np.random.default_rng(3)
    real = decoy_keys(12, 1, scheme.key_words)
    words = tuple(int(word) for word in real[0])
    texts = [write_marked(scheme, words, language.logits, LENGTH, rng) for _ in range(TEXTS)]
    pairs = distinct_pairs(sample_of(texts), scheme.width)
    others = scheme.statistics(pairs, decoy_keys(13, 1000, scheme.key_words))
    assert stats.kstest(p_values(scheme, others, [pairs.n] * 1000, rng), "uniform").pvalue > 0.01
    assert scheme.log10_p(float(scheme.statistics(pairs, real)[0]), pairs.n) < -6.0


@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
def test_decoys_spread_by_one_and_without_counting_once_they_do_not(
    scheme: Scheme, language: Language
) -> None:
    sample = sample_of(list(language.texts(60, 150, np.random.default_rng(4))))
    keys = decoy_keys(14, 2000, scheme.key_words)
    once = distinct_pairs(sample, scheme.width)
    places = whole_windows(
        sample.tokens, sample.starts, sample.prompt_tokens, sample.prompt_starts, scheme.width
    )
    every = replace(once, at=places)
    assert 0.95 < scheme.z(scheme.statistics(once, keys), once.n).std() < 1.05
    assert scheme.z(scheme.statistics(every, keys), every.n).std() > 2.0


def test_detect_names_nobody_more_often_than_alpha(language: Language) -> None:
    rng, alpha, runs, labels = np.random.default_rng(5), 0.05, 300, 8
    positive = 0
    for run in range(runs):
        sample = sample_of(list(language.texts(TEXTS, 40, rng)))
        candidates = [
            Candidate(label=f"account:{i}", scheme=scheme, words=tuple(int(word) for word in key))
            for scheme in (Green(width=1), Gumbel(width=2))
            for i, key in enumerate(decoy_keys(1000 + run, labels, 2))
        ]
        verdict, _ = detect(sample, candidates, DetectOptions(seed=run, alpha=alpha, decoys=99), "innocent")
        positive += verdict.outcome is Outcome.POSITIVE
        assert bool(verdict.details["named"]) == (verdict.outcome is Outcome.POSITIVE)
    assert stats.binomtest(positive, runs, alpha, alternative="greater").pvalue > 0.01


@pytest.mark.parametrize("scheme", [Green(width=1), Gumbel(width=2), DualGumbel(width=2)], ids=str)
def test_bets_reach_twenty_seldom_however_often_one_looks(scheme: Scheme, language: Language) -> None:
    pairs = distinct_pairs(sample_of(list(language.texts(40, 60, np.random.default_rng(6)))), scheme.width)
    keys = decoy_keys(15, 400, scheme.key_words)
    candidates = [
        Candidate(label="account:x", scheme=scheme, words=tuple(int(w) for w in key)) for key in keys
    ]
    crossed = sum(bet_on(pairs, one).largest >= np.log10(20.0) for one in candidates)
    assert stats.binomtest(crossed, len(candidates), 0.05, alternative="greater").pvalue > 0.01
