"""The two-sample test of answers: what it tells apart, what it refuses, and that files are read by sample."""

import numpy as np
import pytest

from builders.lineage_panel import World
from revenuer.prove.lineage.same_model import relabellings, same_model_verdict
from revenuer.records import Outcome

World2 = tuple[dict[str, list[str]], dict[str, list[str]], dict[str, list[str]]]


@pytest.fixture(scope="module")
def samples() -> World2:
    """(reference, the same model again, another model), six answers to each of ten prompts."""
    world = World(2, prompts=10)
    one, two = world.habits(), world.habits()

    def draw(habits: np.ndarray) -> dict[str, list[str]]:
        return {name: [world.answers(habits)[name].text for _ in range(6)] for name in world.prompts}

    return draw(one), draw(one), draw(two)


def test_another_model_is_told_apart_and_the_same_is_not(samples: World2) -> None:
    reference, same, other = samples
    found, _ = same_model_verdict(other, reference, name="x", alpha=0.01, seed=0)
    assert found.outcome is Outcome.POSITIVE
    assert found.p == found.floor
    found, _ = same_model_verdict(same, reference, name="x", alpha=0.01, seed=0)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "unknown" in found.reason


def test_silence_is_an_answer_where_a_rival_would_have_been_seen(samples: World2) -> None:
    reference, same, other = samples
    found, _ = same_model_verdict(same, reference, name="x", alpha=0.05, seed=0, rival=other)
    assert found.outcome is Outcome.NEGATIVE
    assert found.details["power_lower_limit"] > 0.9
    found, _ = same_model_verdict(same, reference, name="x", alpha=0.05, seed=0, rival=reference)
    assert found.outcome is Outcome.INCONCLUSIVE


def test_what_cannot_be_tested_is_not(samples: World2) -> None:
    reference, same, _ = samples
    single = {name: texts[:1] for name, texts in same.items()}
    assert "two or more" in same_model_verdict(single, reference, name="x", alpha=0.01, seed=0)[0].reason
    cached = {name: texts[:1] * 6 for name, texts in same.items()}
    assert "a cache" in same_model_verdict(cached, reference, name="x", alpha=0.01, seed=0)[0].reason
    assert "a cache" in same_model_verdict(reference, cached, name="x", alpha=0.01, seed=0)[0].reason
    few = {"p0000": same["p0000"][:2]}
    found, pack = same_model_verdict(few, {"p0000": reference["p0000"][:2]}, name="x", alpha=0.01, seed=0)
    assert found.outcome is Outcome.NOT_EVALUATED
    assert "6 ways" in found.reason
    assert pack is None
    strangers = {f"other {name}": texts for name, texts in same.items()}
    assert same_model_verdict(strangers, reference, name="x", alpha=0.01, seed=0)[0].p is None


def test_the_same_seed_gives_the_same_answer(samples: World2) -> None:
    reference, same, _ = samples
    one, two, three = (
        same_model_verdict(same, reference, name="x", alpha=0.01, seed=seed)[0].p for seed in (1, 1, 2)
    )
    assert one == two
    assert one != three


def test_relabellings_are_uniform() -> None:
    orders = relabellings(0, "p", 4, 24_000)
    _, counts = np.unique(orders @ [64, 16, 4, 1], return_counts=True)
    assert len(counts) == 24
    # Chi square with 23 degrees of freedom: 49.7 is its 99.9 % point.
    assert ((counts - 1000.0) ** 2 / 1000.0).sum() < 49.7
