"""The power that a plan prints, against the tests themselves run on simulated suspects that have exactly the planned effect."""

import math

import numpy as np
import pytest

from revenuer.prove.plan import DESIGNS
from revenuer.prove.plan.designs.rank_design import rank_power
from revenuer.stats.chosen_by_lot import clipped_levels, log10_chosen_tail
from revenuer.stats.exact_tails import log10_binomial_tail, log10_gamma_tail
from revenuer.stats.randomization import rank_p_value

SIMULATED = 1500
SLACK = 4.0 * math.sqrt(0.25 / SIMULATED)
"""Four standard errors of a simulated share."""


def within(share: float, power: float) -> bool:
    return abs(share - power) < SLACK


@pytest.mark.parametrize(
    ("n", "twins", "effect", "share", "alpha"),
    [(40, 1, 0.6, 1.0, 0.01), (50, 4, 0.4, 1.0, 0.05), (60, 2, 0.9, 0.5, 0.01)],
)
def test_twins(n: int, twins: int, effect: float, share: float, alpha: float) -> None:
    """The test beside it is the one that `prove twins` runs: exact, on clipped deviations."""
    rng = np.random.default_rng(n)
    simulated, found = 200, 0
    for _ in range(simulated):
        scores = rng.normal(size=(n, twins + 1))
        scores[:, 0] += effect * (rng.uniform(size=n) < share)
        levels = clipped_levels(list(scores))
        found += log10_chosen_tail(levels, [0] * n) <= math.log10(alpha)
    planned = DESIGNS["twins"].power(n, effect, alpha, {"twins": twins, "share": share})
    assert abs(found / simulated - planned) < 4.0 * math.sqrt(0.25 / simulated)


@pytest.mark.parametrize(("canaries", "decoys", "effect", "alpha"), [(20, 99, 0.7, 0.01), (5, 19, 1.0, 0.05)])
def test_canaries(canaries: int, decoys: int, effect: float, alpha: float) -> None:
    """The test beside it: ranks counted one by one, their sum against redrawn ranks."""
    rng = np.random.default_rng(decoys)
    null = np.sort(rng.integers(0, decoys + 1, (200_000, canaries)).sum(axis=1))
    found = 0
    for _ in range(SIMULATED):
        planted = rng.normal(effect, 1.0, canaries)
        above = int((rng.normal(size=(decoys, canaries)) >= planted).sum())
        found += np.searchsorted(null, above, side="right") / null.size <= alpha
    assert within(found / SIMULATED, DESIGNS["canary"].power(canaries, effect, alpha, {"decoys": decoys}))


@pytest.mark.parametrize(("projects", "effect", "alpha"), [(99, 3.0, 0.01), (19, 2.0, 0.05)])
def test_lineage(projects: int, effect: float, alpha: float) -> None:
    rng = np.random.default_rng(projects)
    found = sum(
        rank_p_value(float(rng.normal(effect)), rng.normal(size=projects)) <= alpha for _ in range(SIMULATED)
    )
    assert within(found / SIMULATED, DESIGNS["lineage-answers"].power(projects, effect, alpha, {}))


def test_a_rank_without_effect_has_size_alpha() -> None:
    assert rank_power(99, 0.0, 0.05) == pytest.approx(0.05, abs=2e-3)
    assert rank_power(99, 0.0, 0.005) == 0.0


@pytest.mark.parametrize("keys", [1, 64])
def test_green_lists(keys: int) -> None:
    rng = np.random.default_rng(keys)
    values = {"scheme": "green", "tokens": 50, "chance": 0.25, "keys": keys}
    counts = rng.binomial(20 * 50, 0.29, SIMULATED)
    level = math.log10(0.01 / keys)
    found = sum(log10_binomial_tail(int(c), 1000, 0.25) <= level for c in counts)
    assert within(found / SIMULATED, DESIGNS["detect"].power(20, 0.29, 0.01, values))


def test_gumbel_noise() -> None:
    rng = np.random.default_rng(3)
    values = {"scheme": "gumbel", "tokens": 20, "chance": 0.25, "keys": 1}
    totals = rng.exponential(1.2, (SIMULATED, 200)).sum(axis=1)
    found = sum(log10_gamma_tail(float(total), 200.0) <= -2.0 for total in totals)
    assert within(found / SIMULATED, DESIGNS["detect"].power(10, 1.2, 0.01, values))


@pytest.mark.parametrize("gamma", [0.0, 0.001])
def test_safety(gamma: float) -> None:
    rng = np.random.default_rng(4)
    only_teacher, only_suspect = 0.15, 0.05
    draws = rng.multinomial(200, [only_teacher, only_suspect, 1.0 - only_teacher - only_suspect], SIMULATED)
    level = math.log10(0.01 - gamma)
    found = sum(log10_binomial_tail(int(a), int(a + b), 0.5, mid=True) <= level for a, b, _ in draws)
    values = {"discordant": 0.2, "gamma": gamma, "errors": 0}
    assert within(found / SIMULATED, DESIGNS["safety"].power(200, 0.1, 0.01, values))
