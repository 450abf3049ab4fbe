"""What a policy comes to, on curves whose costs are known."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revenuer.prove.degrade import judge_runs
from revenuer.prove.degrade.costs import exchanges_for
from revenuer.records import InputError
from revenuer.records.degradation import DegradeResult, DegradeRun, PolicyCost

GRID = (250, 500, 1000, 2000, 4000)


def runs(
    policy: str,
    score: Callable[[int, int], float],
    attacker: str = "naive",
    strategy: str = "",
    seeds: tuple[int, ...] = (1, 2, 3),
    **more: Any,
) -> list[DegradeRun]:
    """Return a run of each seed at each number of exchanges."""
    return [
        DegradeRun(
            task="t", policy=policy, attacker=attacker, strategy=strategy, exchanges=n, seed=seed, score=score(n, seed),
            **{"honest_loss": 0.0, **more},
        )
        for seed in seeds
        for n in GRID
    ]  # fmt: skip


def rising(delay: float = 1.0, noise: float = 0.0) -> Callable[[int, int], float]:
    """A score that rises by a tenth with each doubling, and under a policy does so after `delay` times as many exchanges."""
    return lambda n, seed: 0.1 * math.log2(n / 125 / delay) + noise * (seed - 2)


def cost(result: DegradeResult, policy: str, attacker: str = "adaptive") -> PolicyCost:
    (found,) = (one for one in result.costs if (one.policy, one.attacker) == (policy, attacker))
    return found


def test_a_policy_that_takes_three_times_the_exchanges() -> None:
    result = judge_runs([*runs("undefended", rising(noise=0.05)), *runs("less", rising(3, noise=0.05))], "f")
    found = cost(result, "less")
    assert found.factor is not None
    assert found.lost is not None
    assert (found.factor.value, found.factor.low, found.factor.high) == pytest.approx((3, 3, 3))
    assert found.lost.value == pytest.approx(0.1 * math.log2(3))
    assert found.lost.low == pytest.approx(found.lost.value)
    assert found.score.low is not None
    assert found.score.low < found.score.value - 0.1
    assert found.further == pytest.approx(0.2 / 3)


def test_an_adaptive_attacker_may_do_all_that_a_naive_one_does_and_the_best_counts() -> None:
    result = judge_runs(
        [
            *runs("undefended", rising()), *runs("less", rising(2)),
            *runs("less", rising(4), "adaptive", "worse"), *runs("less", rising(1.5), "adaptive", "better"),
        ],
        "f",
    )  # fmt: skip
    assert cost(result, "less").strategy == "better"
    assert cost(result, "less", "naive").strategy == ""
    naive_only = judge_runs([*runs("undefended", rising()), *runs("less", rising(2))], "f")
    assert cost(naive_only, "less").lost == cost(naive_only, "less", "naive").lost


def test_undefended_is_the_best_attack_without_defence() -> None:
    result = judge_runs(
        [
            *runs("undefended", rising(4)),
            *runs("undefended", rising(), "adaptive", "s"),
            *runs("less", rising()),
        ],
        "f",
    )
    found = cost(result, "less")
    assert found.lost is not None
    assert found.lost.value == pytest.approx(0)
    assert cost(result, "undefended").lost is None


def test_what_was_never_reached_is_more_than_was_measured() -> None:
    result = judge_runs([*runs("undefended", rising()), *runs("less", rising(50))], "f")
    found = cost(result, "less")
    assert found.factor is None
    assert found.factor_over == pytest.approx(4000 / (125 * 2 ** (0.98 * 3)))


def test_where_curves_have_flattened_nothing_takes_longer() -> None:
    flat = judge_runs(
        [*runs("undefended", lambda n, seed: 0.9 + n / 1e6), *runs("less", lambda n, seed: 0.9)], "f"
    )
    found = cost(flat, "less")
    assert found.factor is not None
    assert found.factor.value == pytest.approx(1)
    below = judge_runs([*runs("undefended", lambda n, seed: -0.1), *runs("less", lambda n, seed: -0.2)], "f")
    assert (cost(below, "less").factor, cost(below, "less").factor_over) == (None, None)


def test_without_a_reference_or_pairs_nothing_is_compared() -> None:
    alone = cost(judge_runs(runs("less", rising(2)), "f"), "less")
    assert (alone.lost, alone.factor) == (None, None)
    assert "no policy of this task is called 'undefended'" in alone.reason
    apart = judge_runs([*runs("undefended", rising(), seeds=(1,)), *runs("less", rising(2), seeds=(2,))], "f")
    assert "no seed was measured both" in cost(apart, "less").reason
    assert cost(apart, "less").lost is None


def test_one_seed_gives_no_interval() -> None:
    result = judge_runs(
        [*runs("undefended", rising(), seeds=(1,)), *runs("less", rising(2), seeds=(1,))], "f"
    )
    lost = cost(result, "less").lost
    assert lost is not None
    assert (lost.low, lost.high, lost.n) == (None, None, 1)


def test_policies_are_compared_where_runs_are() -> None:
    with pytest.raises(InputError, match="no run of 999 exchanges; it has 250, 500, 1000, 2000, 4000"):
        judge_runs(runs("undefended", rising()), "f", at=999)


def test_honest_loss_is_that_of_the_point() -> None:
    half = [*runs("undefended", rising()), *runs("less", rising(2), honest_loss=0.5, honest_user="u")]
    found = cost(judge_runs(half, "f"), "less")
    assert (found.honest_loss.value, found.honest_user) == (0.5, "u")


LINES = st.dictionaries(st.integers(1, 10_000), st.floats(-5, 1), min_size=1)


@given(LINES, st.floats(-5, 1), st.floats(-5, 1))
def test_more_takes_no_fewer_exchanges_and_lies_where_it_was_measured(
    line: dict[int, float], one: float, two: float
) -> None:
    low, high = (exchanges_for(line, score) for score in sorted((one, two)))
    assert high is None or (low is not None and low <= high * (1 + 1e-9))
    assert low is None or min(line) * (1 - 1e-9) <= low <= max(line) * (1 + 1e-9)
    assert (low is None) == (min(one, two) > max(line.values()))
