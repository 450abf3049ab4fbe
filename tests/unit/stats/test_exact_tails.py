"""The tails beside sums over every term in sixty decimal digits."""

import itertools
import math
from decimal import Decimal, localcontext

import pytest

from revenuer.stats.exact_tails import log10_binomial_tail, log10_gamma_tail

AGREE = 1e-10


def slow_binomial(successes: int, n: int, chance: float, mid: bool) -> float:
    with localcontext() as context:
        context.prec = 60
        p, total = Decimal(chance), Decimal(0)
        for j in range(successes, n + 1):
            term = Decimal(math.comb(n, j)) * p**j * (1 - p) ** (n - j)
            total += term / 2 if mid and j == successes else term
            if j > n * p and term < total * Decimal("1e-40"):
                break
        return float(total.log10())


def slow_gamma(total: float, shape: int) -> float:
    """P(Gamma(shape) >= total) is P(Poisson(total) < shape)."""
    with localcontext() as context:
        context.prec = 60
        mean, term, tail = Decimal(total), Decimal(1), Decimal(1)
        for j in range(1, shape):
            term = term * mean / j
            tail += term
        return float((tail * (-mean).exp()).log10())


@pytest.mark.parametrize("mid", [False, True])
@pytest.mark.parametrize(
    ("successes", "n", "chance"),
    [
        (0, 10, 0.25),
        (3, 10, 0.25),
        (10, 10, 0.25),
        (300, 1000, 0.25),
        (900, 1000, 0.25),
        (1000, 1000, 0.25),
        (2500, 10_000, 0.25),
        (5000, 10_000, 0.25),
        (3000, 4000, 0.5),
        (1, 5000, 1e-6),
        (99, 100, 0.999),
    ],
)
def test_binomial_tail_is_the_sum_of_its_terms(successes: int, n: int, chance: float, mid: bool) -> None:
    slow = slow_binomial(successes, n, chance, mid)
    assert log10_binomial_tail(successes, n, chance, mid=mid) == pytest.approx(slow, rel=AGREE, abs=1e-12)


@pytest.mark.parametrize(
    ("total", "shape"),
    [
        (0.0, 3),
        (1.0, 1),
        (2.0, 5),
        (700.0, 1),
        (1000.0, 900),
        (2000.0, 900),
        (12_000.0, 5000),
        (5000.0, 5000),
    ],
)
def test_gamma_tail_is_the_sum_of_its_terms(total: float, shape: int) -> None:
    assert log10_gamma_tail(total, shape) == pytest.approx(slow_gamma(total, shape), rel=AGREE, abs=1e-12)


@pytest.mark.parametrize("n", [10**6, 10**8])
def test_tails_of_large_samples_have_no_step_where_the_method_changes(n: int) -> None:
    """At 1e-280, 36 standard deviations out, log10 p has to go on falling at an even pace."""
    step = round(math.sqrt(n * 0.1875) / 10)
    binomial = [log10_binomial_tail(n // 4 + i * step, n, 0.25) for i in range(350, 370)]
    gamma = [log10_gamma_tail(n + i * math.sqrt(n) / 10, n) for i in range(350, 370)]
    for tail in (binomial, gamma):
        paces = [a - b for a, b in itertools.pairwise(tail)]
        assert tail[0] > -280 > tail[-1]
        assert max(abs(b - a) for a, b in itertools.pairwise(paces)) < 0.005


def test_an_empty_sample_says_nothing() -> None:
    assert log10_binomial_tail(0, 0, 0.25) == 0.0


@pytest.mark.parametrize("arguments", [(-1, 5, 0.5), (6, 5, 0.5), (1, 5, 0.0), (1, 5, 1.0)])
def test_binomial_refuses_what_is_no_count(arguments: tuple[int, int, float]) -> None:
    with pytest.raises(ValueError, match="successes"):
        log10_binomial_tail(*arguments)


def test_gamma_refuses_what_is_no_sum() -> None:
    for total, shape in [(1.0, 0.0), (-1.0, 2.0), (math.nan, 2.0)]:
        with pytest.raises(ValueError, match="shape"):
            log10_gamma_tail(total, shape)
