import math

import numpy as np
import pytest
from scipy import integrate, stats

from builders.token_streams import Language
from revenuer.prove.marks import (
    ContextMask,
    DualGumbel,
    Green,
    Gumbel,
    decoy_keys,
    distinct_pairs,
    sample_of,
    write_marked,
)
from revenuer.prove.marks.prf import pair_words, uniforms, vocabulary_words
from revenuer.prove.marks.scheme import Scheme
from revenuer.prove.marks.write import probabilities
from revenuer.records import UsageError

KEY = (0x01234567, 0x89ABCDEF)
SCHEMES = (Green(width=1), Green(width=2, gamma=0.5), Gumbel(width=2), DualGumbel(width=2))


@pytest.fixture(scope="module")
def language() -> Language:
    return Language(np.random.default_rng(1))


def test_green_logits_gain_delta_where_the_draw_is_green() -> None:
    scheme = Green(width=2, gamma=0.25, delta=1.5)
    gained = scheme.marked_logits(np.zeros(4096), [3, 9], KEY)
    green = uniforms(vocabulary_words([3, 9], 4096, KEY)) < 0.25
    assert np.array_equal(gained, np.where(green, 1.5, 0.0))
    assert stats.binomtest(int(green.sum()), 4096, 0.25).pvalue > 0.01


def test_the_colours_of_one_window_are_independent_draws() -> None:
    """A list with a fixed share of the vocabulary would always have the same number of green tokens."""
    counts = [int((vocabulary_words([w], 1000, KEY) < 2**30).sum()) for w in range(2000)]
    assert 0.9 < np.var(counts) / (1000 * 0.25 * 0.75) < 1.1


def test_gumbel_keeps_the_models_distribution_over_windows() -> None:
    p = np.array([0.5, 0.0, 0.3, 0.15, 0.05])
    chosen = [Gumbel(width=1).chosen(p, [w], KEY) for w in range(4000)]
    counts = np.bincount(chosen, minlength=5)
    assert counts[1] == 0
    assert stats.chisquare(counts[p > 0], 4000 * p[p > 0]).pvalue > 0.01


def test_gumbel_chooses_what_the_formula_says() -> None:
    p = probabilities(np.random.default_rng(3).normal(size=300))
    u = uniforms(vocabulary_words([7, 8], 300, KEY))
    assert Gumbel(width=2).chosen(p, [7, 8], KEY) == int(np.argmax(np.log(u) / p))


def test_the_coin_picks_the_key() -> None:
    p = probabilities(np.random.default_rng(4).normal(size=300))
    scheme, other = DualGumbel(width=1, first_share=0.25), (5, 6)
    first, second = Gumbel(width=1).chosen(p, [2], KEY), Gumbel(width=1).chosen(p, [2], other)
    assert first != second
    assert scheme.chosen(p, [2], (KEY, other), 0.2) == first
    assert scheme.chosen(p, [2], (KEY, other), 0.3) == second


def test_statistics_are_those_of_the_readable_reference(language: Language) -> None:
    texts = list(language.texts(10, 80, np.random.default_rng(2)))
    for scheme in SCHEMES:
        pairs = distinct_pairs(sample_of(texts), scheme.width)
        keys = decoy_keys(3, 4, scheme.key_words)
        fast = scheme.statistics(pairs, keys)
        for key, value in zip(keys, fast, strict=True):
            assert value == pytest.approx(
                slowly(scheme, pairs.windows(), pairs.tokens[pairs.at], key), rel=1e-12
            )
            assert scheme.running(pairs, key)[-1] == pytest.approx(value, rel=1e-12)
            first = distinct_pairs(sample_of(texts[:3]), scheme.width)
            assert scheme.running(pairs, key)[2] == pytest.approx(
                scheme.statistics(first, key[None])[0], rel=1e-12
            )


def slowly(scheme: Scheme, windows: np.ndarray, tokens: np.ndarray, key: np.ndarray) -> float:
    halves = [(int(key[i]), int(key[i + 1])) for i in range(0, key.size, 2)]
    u = [uniforms(pair_words(windows, tokens, half)) for half in halves]
    if isinstance(scheme, Green):
        return float((u[0] < scheme.gamma).sum())
    if len(u) == 1:
        return math.fsum(-np.log(1.0 - u[0]))
    return math.fsum(-np.log(1.0 - np.maximum(u[0], u[1]) ** 2))


@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
def test_a_mark_is_found_by_its_key(scheme: Green | Gumbel | DualGumbel, language: Language) -> None:
    rng = np.random.default_rng(5)
    key = decoy_keys(9, 1, scheme.key_words)
    texts = [write_marked(scheme, tuple(key[0].tolist()), language.logits, 100, rng) for _ in range(15)]
    plain = [write_marked(None, (), language.logits, 100, rng) for _ in range(15)]
    for sample, low, high in ((texts, -1000.0, -6.0), (plain, -3.0, 0.0)):
        pairs = distinct_pairs(sample_of(sample), scheme.width)
        assert low < scheme.log10_p(float(scheme.statistics(pairs, key)[0]), pairs.n) < high


def test_green_bet_is_the_mean_likelihood_ratio() -> None:
    def ratio(q: float, k: int, n: int) -> float:
        return (q / 0.25) ** k * ((1 - q) / 0.75) ** (n - k)

    for k, n in [(0, 0), (3, 10), (20, 40), (1, 30)]:
        mean = integrate.quad(ratio, 0.25, 1.0, args=(k, n))[0] / 0.75
        assert Green().log10_e(k, n) == pytest.approx(math.log10(mean), abs=1e-8)


def test_exponential_bet_is_the_mean_likelihood_ratio() -> None:
    def ratio(rate: float, total: float, n: int) -> float:
        return rate**n * math.exp((1 - rate) * total)

    for total, n in [(0.0, 0), (14.0, 10), (3.0, 10), (60.0, 30)]:
        mean = integrate.quad(ratio, 0.0, 1.0, args=(total, n))[0]
        assert Gumbel().log10_e(total, n) == pytest.approx(math.log10(mean), abs=1e-8)


def test_power_is_what_simulation_gives() -> None:
    rng = np.random.default_rng(6)
    n, shift, alpha = 2000, 0.06, 0.01
    green = Green(gamma=0.25)
    counts = rng.binomial(n, 0.25 + shift * math.sqrt(0.1875), 3000)
    found = np.mean([green.log10_p(float(count), n) <= math.log10(alpha) for count in counts])
    assert abs(found - green.power(n, shift, alpha)) < 0.03
    sums = (1 + shift) * rng.gamma(n, size=3000)
    found = np.mean([Gumbel().log10_p(float(total), n) <= math.log10(alpha) for total in sums])
    assert abs(found - Gumbel().power(n, shift, alpha)) < 0.03


def test_intervals_hold_the_truth() -> None:
    value, low, high = Green(gamma=0.25).share(300.0, 1000, 0.95)
    assert low < value < high
    assert value == pytest.approx(0.05)
    value, low, high = Gumbel().share(1100.0, 1000, 0.95)
    assert low < value < high
    assert value == pytest.approx(0.1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Green(width=0),
        lambda: Green(gamma=1.0),
        lambda: Green(delta=-1.0),
        lambda: Gumbel(width=9),
        lambda: DualGumbel(first_share=1.5),
    ],
)
def test_options_out_of_range_are_refused(make: object) -> None:
    with pytest.raises(UsageError, match="expected"):
        make()  # type: ignore[operator]


def test_a_window_is_marked_once_in_a_response() -> None:
    mask = ContextMask(2)
    response = [1, 2, 3, 1, 2, 4]
    windows = [mask.window(response[:i]) for i in range(len(response) + 1)]
    assert windows == [None, None, (1, 2), (2, 3), (3, 1), None, (2, 4)]
