"""The engines' own random numbers, against vectors that their own modules gave (vLLM 0.33.0, SGLang 0.5.23)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from revenuer.prove.marks import distinct_pairs, sample_of
from revenuer.prove.marks.engines import SglangDual, SglangGumbel, VllmDual, VllmGumbel, vllm_draws

GOLDEN: dict[str, Any] = json.loads(
    (Path(__file__).parents[4] / "golden" / "prove" / "engine_draws.json").read_text()
)
TOKENS = np.array(GOLDEN["tokens"], np.int32)


def words(*keys: int) -> np.ndarray[Any, Any]:
    return np.array([[word for key in keys for word in (key & 0xFFFFFFFF, key >> 32)]], np.uint32)


@pytest.mark.parametrize("case", GOLDEN["vllm"], ids=lambda case: f"width{case['width']}-key{case['key']:x}")
def test_vllm_uniforms_to_the_bit(case: dict[str, Any]) -> None:
    at = np.arange(case["width"], TOKENS.size)
    ours = vllm_draws.uniforms(TOKENS, at, case["width"], case["key"])
    assert [float(u).hex() for u in ours] == case["uniforms"]


def test_vllm_scores() -> None:
    told = GOLDEN["vllm_scores"]
    pairs = distinct_pairs(sample_of([TOKENS]), told["width"])
    key = words(told["key"])
    assert VllmGumbel(width=4).statistics(pairs, key)[0] == pytest.approx(told["gumbel"], rel=1e-12)
    dual = VllmDual(width=4, alpha=told["alpha"])
    assert dual.statistics(pairs, key)[0] == pytest.approx(told["dual"], rel=1e-12)


@pytest.mark.parametrize(
    "case", GOLDEN["sglang"], ids=lambda case: f"width{case['width']}-key{case['key']:x}"
)
def test_sglang_scores_and_tail(case: dict[str, Any]) -> None:
    keys = [case["key"]] if case["key_b"] is None else [case["key"], case["key_b"]]
    single, dual = SglangGumbel(width=case["width"]), SglangDual(width=case["width"], mixing=case["mixing"])
    scheme = single if case["key_b"] is None else dual
    pairs = distinct_pairs(sample_of([TOKENS]), scheme.width)
    score = float(scheme.statistics(pairs, words(*keys))[0])
    assert score == pytest.approx(case["score"], rel=1e-12)
    assert scheme.log10_p(score, pairs.n) == pytest.approx(case["log10_p"], rel=1e-9)


def test_running_ends_at_the_statistic() -> None:
    for scheme in (VllmGumbel(), VllmDual(), SglangDual()):
        pairs = distinct_pairs(sample_of([TOKENS[:20], TOKENS[10:40]]), scheme.width)
        key = words(*range(7, 7 + scheme.key_words // 2))
        running = scheme.running(pairs, key[0])
        assert running.shape == (2,)
        assert running[-1] == pytest.approx(scheme.statistics(pairs, key)[0], rel=1e-12)


def test_a_key_beyond_64_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bits"):
        vllm_draws.uniforms(TOKENS, np.array([5]), 2, 1 << 64)
