"""The power that a plan prints, against the tests themselves run on simulated suspects that have exactly the planned effect."""

import math

import numpy as np
import pytest

from revenuer.prove.plan import DESIGNS
from revenuer.prove.plan.designs.rank_design import rank_power
from revenuer.stats.exact_tails import log10_binomial_tail, log10_gamma_tail
from revenuer.stats.randomization import rank_p_value, sign_flip_p_value

SIMULATED = 1500
SLACK = 4.0 * math.sqrt(0.25 / SIMULATED)
"""Four standard errors of a simulated share."""


def within(share: float, power: float) -> bool:
    return abs(share - power) < SLACK


@pytest.mark.parametrize(("n", "effect", "alpha"), [(10, 0.9, 0.01), (60, 0.4, 0.01), (200, 0.15, 0.05)])
def test_twins(n: int, effect: float, alpha: float) -> None:
    rng = np.random.default_rng(n)
    values = {"twins": 1, "share": 1.0, "draws": 499}
    found = 0
    for _ in range(SIMULATED):
        found += sign_flip_p_value(rng.normal(effect, 1.0, n), rng, draws=499) <= alpha
    assert within(found / SIMULATED, DESIGNS["twins"].power(n, effect, alpha, values))


@pytest.mark.parametrize(
    ("canaries", "decoys", "effect", "alpha"), [(20, 999, 0.7, 0.01), (5, 99, 1.0, 0.05)]
)
def test_canaries(canaries: int, decoys: int, effect: float, alpha: float) -> None:
    rng = np.random.default_rng(decoys)
    found = 0
    for _ in range(SIMULATED):
        planted = rng.normal(effect, 1.0, canaries).mean() * math.sqrt(canaries)
        found += rank_p_value(float(planted), rng.normal(size=decoys)) <= alpha
    assert within(found / SIMULATED, DESIGNS["canary"].power(canaries, effect, alpha, {"decoys": decoys}))


def test_a_rank_without_effect_has_size_alpha() -> None:
    assert rank_power(99, 0.0, 0.05) == pytest.approx(0.05, abs=2e-3)
    assert rank_power(99, 0.0, 0.005) == 0.0


@pytest.mark.parametrize("keys", [1, 64])
def test_green_lists(keys: int) -> None:
    rng = np.random.default_rng(keys)
    values = {"scheme": "green", "tokens": 50, "chance": 0.25, "keys": keys}
    counts = rng.binomial(20 * 50, 0.29, SIMULATED)
    level = math.log10(0.01 / keys)
    found = sum(log10_binomial_tail(int(c), 1000, 0.25, mid=True) <= level for c in counts)
    assert within(found / SIMULATED, DESIGNS["detect"].power(20, 0.29, 0.01, values))


def test_gumbel_noise() -> None:
    rng = np.random.default_rng(3)
    values = {"scheme": "gumbel", "tokens": 20, "chance": 0.25, "keys": 1}
    totals = rng.exponential(1.2, (SIMULATED, 200)).sum(axis=1)
    found = sum(log10_gamma_tail(float(total), 200.0) <= -2.0 for total in totals)
    assert within(found / SIMULATED, DESIGNS["detect"].power(10, 1.2, 0.01, values))


def test_safety() -> None:
    rng = np.random.default_rng(4)
    only_teacher, only_suspect = 0.15, 0.05
    draws = rng.multinomial(200, [only_teacher, only_suspect, 1.0 - only_teacher - only_suspect], SIMULATED)
    found = sum(log10_binomial_tail(int(a), int(a + b), 0.5) <= -2.0 for a, b, _ in draws)
    assert within(found / SIMULATED, DESIGNS["safety"].power(200, 0.1, 0.01, {"discordant": 0.2}))
