"""Exact tails of sums: against laws that are known in closed form, and against counting."""

import itertools
import math

import numpy as np
import pytest
from scipy import special, stats

from revenuer.prove.marks.engines.lattice_tail import Part, SumLaw, log10_normal_tail, normal_score
from revenuer.prove.marks.engines.two_gammas_tail import log10_two_gammas_tail
from revenuer.stats.exact_tails import log10_binomial_tail

COIN = np.log([0.75, 0.25])


@pytest.mark.parametrize(
    ("n", "total"), [(50, 20), (1000, 300), (100_000, 26_000), (100_000, 40_000), (10, 10)]
)
def test_coins_give_the_binomial_tail(n: int, total: int) -> None:
    ours = SumLaw([Part(COIN, n)]).log10_tail(total)
    assert ours == pytest.approx(log10_binomial_tail(total, n, 0.25), rel=1e-8)


def test_a_sum_of_different_numbers_is_counted() -> None:
    laws = [np.array([0.2, 0.5, 0.3]), np.array([0.6, 0.0, 0.0, 0.4]), np.array([0.2, 0.5, 0.3])]
    with np.errstate(divide="ignore"):
        law = SumLaw([Part(np.log(laws[0]), 2), Part(np.log(laws[1]))])
    for total in range(8):
        chance = sum(
            math.prod(one[x] for one, x in zip(laws, values, strict=True))
            for values in itertools.product(*(range(len(one)) for one in laws))
            if sum(values) >= total
        )
        assert 10 ** law.log10_tail(total) == pytest.approx(chance, rel=1e-9)
    assert law.log10_tail(8) == -math.inf


def test_chances_must_add_up() -> None:
    with pytest.raises(ValueError, match="add up"):
        SumLaw([Part(np.log([0.5, 0.4]))])


@pytest.mark.parametrize("log10_p", [-0.0001, -0.3, -5.0, -300.0, -20_000.0])
def test_normal_scores_lose_nothing(log10_p: float) -> None:
    assert log10_normal_tail(normal_score(log10_p)) == pytest.approx(log10_p, rel=1e-9)


@pytest.mark.parametrize("n", [1, 5, 100, 2000])
@pytest.mark.parametrize("weight", [0.1, 0.3, 0.45])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.3, 1.6])
def test_two_gammas_against_the_series(n: int, weight: float, ratio: float) -> None:
    """The larger gamma is a mixture of the smaller's over a negative binomial number (Moschopoulos 1985)."""
    score, share = n * ratio, weight / (1.0 - weight)
    k = np.arange(int(4 * n / share) + 4000)
    with np.errstate(divide="ignore"):
        terms = stats.nbinom.logpmf(k, n, share) + np.log(special.gammaincc(2 * n + k, score / weight))
    expected = float(special.logsumexp(terms)) / math.log(10.0)
    ours = log10_two_gammas_tail(score, n, 1.0 - weight, weight)
    assert ours == pytest.approx(expected, rel=1e-7, abs=1e-9)


def test_equal_and_single_weights_are_gammas() -> None:
    assert 10 ** log10_two_gammas_tail(8.0, 5, 0.5, 0.5) == pytest.approx(stats.gamma.sf(16.0, 10))
    assert 10 ** log10_two_gammas_tail(8.0, 5, 0.0, 1.0) == pytest.approx(stats.gamma.sf(8.0, 5))
    with pytest.raises(ValueError, match="not negative"):
        log10_two_gammas_tail(1.0, 5, -0.1, 1.1)
