"""The packs' scripts, with Python's own library, against the fast paths."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.lineage_panel import World, panel_with_student
from builders.recomputed import recomputed_log10_p
from revenuer.prove.lineage import affinity
from revenuer.prove.lineage.answer_kernel import answer_kernel
from revenuer.prove.lineage.answers_lineage import answers_verdict
from revenuer.prove.lineage.matching_tail import log10_fixed_tail
from revenuer.prove.lineage.same_model import same_model_verdict
from revenuer.prove.lineage.terms import prompt_terms, words_of
from revenuer.prove.pack.scripts import lineage_answers, lineage_same_model, lineage_weights

TEXTS = st.lists(st.text("ab cd,漢字é\n", max_size=40), min_size=2, max_size=6)


@pytest.mark.parametrize("seed", [1, 2])
def test_lineage_answers(seed: int) -> None:
    panel, student, innocent = panel_with_student(seed, nulls=8)
    for suspect in (student, innocent):
        verdict, pack = answers_verdict(suspect, panel, "T", 0.2)
        assert pack is not None
        assert recomputed_log10_p(pack) == pytest.approx(verdict.log10_p, abs=1e-12)


@given(TEXTS, st.data())
@settings(max_examples=60, deadline=None)
def test_cosines(texts: list[str], data: st.DataObject) -> None:
    projects = [data.draw(st.sampled_from("xyz")) for _ in texts]
    fast = affinity.cosines(prompt_terms(texts), range(len(texts)), projects)
    if all(words_of(text) for text in texts):
        for i, j, cosine, x in lineage_answers.compare(texts, projects):
            assert fast[i, j] == pytest.approx(cosine, abs=1e-12)
            assert len(x) == affinity.LENGTH_TERMS
    assert np.allclose(np.diag(fast), [bool(words_of(text)) for text in texts])


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_kernel(texts: list[str]) -> None:
    fast = answer_kernel(texts)
    words = [words_of(text) for text in texts]
    for i, one in enumerate(words):
        for j, other in enumerate(words):
            assert fast[i, j] == pytest.approx(lineage_same_model.kernel(one, other), abs=1e-12)


def test_same_model() -> None:
    world = World(1, prompts=6)
    style = world.habits()
    one, two = (
        {name: [world.answers(style)[name].text for _ in range(4)] for name in world.prompts}
        for _ in range(2)
    )
    verdict, pack = same_model_verdict(one, two, name="x", alpha=0.05, seed=7)
    assert pack is not None
    assert recomputed_log10_p(pack) == pytest.approx(verdict.log10_p, abs=1e-12)


@pytest.mark.parametrize("size", [16, 40, 130])
def test_fixed_points(size: int) -> None:
    for fixed in (0, 1, 2, 5, size // 2, size - 2, size - 1, size):
        exact = lineage_weights.log10_tail(fixed, size)
        assert log10_fixed_tail(fixed, size) == pytest.approx(exact, abs=1e-9)


def test_fixed_points_are_counted_like_enumeration() -> None:
    from itertools import permutations

    counts = [sum(i == j for i, j in enumerate(order)) for order in permutations(range(6))]
    for fixed in range(7):
        share = sum(count >= fixed for count in counts) / len(counts)
        assert 10 ** log10_fixed_tail(fixed, 6) == pytest.approx(share, rel=1e-12)
    assert math.isfinite(log10_fixed_tail(512, 512))
