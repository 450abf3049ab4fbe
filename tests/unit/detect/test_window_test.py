import numpy as np
import pytest

from revenuer.detect.window_test import WindowConfig, fit
from revenuer.records.campaign import Outcome
from revenuer.records.errors import InputError, UsageError
from revenuer.stats.window_features import FeatureConfig, combine

SMALL = WindowConfig(null_windows=400, features=FeatureConfig(frequencies=64, cells=24))


def people(n: int, rng: np.random.Generator) -> np.ndarray:
    """Prompts of ten topics in twelve columns."""
    topics = np.random.default_rng(0).normal(size=(10, 12)) * 2
    return topics[rng.integers(10, size=n)] + rng.normal(size=(n, 12))


def harvest(n: int, rng: np.random.Generator) -> np.ndarray:
    """A pipeline's prompts: near each other where people are thin."""
    return np.full(12, 1.5) + rng.normal(size=(n, 12)) * 0.5


@pytest.fixture(scope="module")
def reference():  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(1)
    return fit(people(4000, rng), rng, config=SMALL)


def test_fires_on_a_small_share_and_points_at_it(reference) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(2)
    result = reference.test(np.concatenate([people(360, rng), harvest(40, rng)]))
    assert result.outcome is Outcome.POSITIVE
    assert result.p_value == pytest.approx(1 / 201)
    assert result.e_value > 5
    assert result.harvest.low <= 0.1 <= result.harvest.high
    assert result.harvest.posterior[360:].mean() > result.harvest.posterior[:360].mean() + 0.3


def test_an_ordinary_window_is_not_accused(reference) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(3)
    null = reference.draw_null([300])
    p = [reference.test(people(300, rng), null=null).p_value for _ in range(20)]
    assert np.median(p) > 0.1
    assert reference.test(people(300, rng), null=null).harvest.low < 0.02


def test_evasion_prompts_drawn_from_history_stay_unseen(reference) -> None:  # type: ignore[no-untyped-def]
    """The stated limit: a harvester who replays the deployment's own mixture is not foreign to it."""
    assert reference.test(people(300, np.random.default_rng(4))).outcome is Outcome.NEGATIVE


def test_look_alike_specialists_need_blocks() -> None:
    """Twenty honest accounts, each on one topic, look foreign as single prompts and ordinary as accounts."""
    rng = np.random.default_rng(5)
    topics = rng.normal(size=(400, 12)) * 2
    account = np.repeat(np.arange(400), 20)
    rows = topics[account] + rng.normal(size=(8000, 12)) * 0.3
    fresh = [
        np.repeat(rng.normal(size=(10, 12)) * 2, 20, axis=0) + rng.normal(size=(200, 12)) * 0.3
        for _ in range(9)
    ]
    alone = fit(rows, np.random.default_rng(7), config=SMALL)
    grouped = fit(rows, np.random.default_rng(7), blocks=account, config=SMALL)
    rows_null, account_null = alone.draw_null([200]), grouped.draw_null([20] * 10)
    assert all(alone.test(w, null=rows_null).p_value <= 0.01 for w in fresh)
    assert np.median([grouped.test(w, null=account_null).p_value for w in fresh]) > 0.1


def test_same_seed_same_answer() -> None:
    answers = []
    for _ in range(2):
        rng = np.random.default_rng(8)
        answers.append(fit(people(1200, rng), rng, config=SMALL).test(harvest(50, rng)))
    assert answers[0].statistic == answers[1].statistic
    assert answers[0].p_value == answers[1].p_value


def test_too_little_history_is_said_and_not_guessed(reference) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(9)
    result = reference.test(people(3000, rng))
    assert result.outcome is Outcome.NOT_EVALUATED
    assert "calibration history" in result.reason
    assert (result.p_value, result.e_value, result.harvest) == (1.0, 1.0, None)
    with pytest.raises(InputError, match="600 prompts"):
        fit(people(100, rng), rng)
    with pytest.raises(InputError, match="one account"):
        fit(people(1000, rng), rng, blocks=np.zeros(1000))


def test_accounts_larger_than_any_in_history_are_said() -> None:
    rng = np.random.default_rng(10)
    reference = fit(people(2000, rng), rng, blocks=np.repeat(np.arange(400), 5), config=SMALL)
    assert reference.test(people(50, rng), sizes=[50]).outcome is Outcome.NOT_EVALUATED
    assert reference.test(people(50, rng), sizes=[5] * 10).outcome is not Outcome.NOT_EVALUATED


def test_wrong_shapes_are_refused(reference) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match="12 columns"):
        reference.test(np.zeros((5, 3)))
    with pytest.raises(UsageError, match="5 prompts"):
        reference.test(np.zeros((5, 12)), sizes=[2, 2])
    with pytest.raises(UsageError, match="finite"):
        fit(np.full((700, 2), np.nan), np.random.default_rng(0))


def test_an_extra_column_in_any_unit_is_used() -> None:
    rng = np.random.default_rng(11)
    tokens = rng.lognormal(8.0, 0.3, size=(3000, 1)) * 1000
    reference = fit(np.concatenate([people(3000, rng), tokens], axis=1), rng, config=SMALL)
    window = np.concatenate([people(200, rng), rng.lognormal(9.0, 0.3, size=(200, 1)) * 1000], axis=1)
    assert reference.test(window).p_value <= 0.01


def test_combination_is_one_sided_without_ties() -> None:
    z = np.array([[0.0, 0, 0, 3], [-5, -5, 0, 3], [-5, -5.1, 0, 3]])
    assert combine(z)[0] - combine(z)[1] < 0.8
    assert combine(z)[1] > combine(z)[2]
