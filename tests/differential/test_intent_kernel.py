"""The intent kernel against its plain Python reference, on generated texts and on generated models."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.detect.intent import (
    BLOCK_TOKENS,
    SCORE_LIMIT,
    TABLE_SLOTS,
    IntentModel,
    load_model,
    score_into,
    score_texts,
)
from revenuer.detect.intent.reference import features, score_tokens
from revenuer.detect.tokens import MAX_TOKENS, tokenize

MODEL = load_model()
WORDS = [
    "think",
    "step",
    "by",
    "step",
    "show",
    "all",
    "your",
    "reasoning",
    "ignore",
    "previous",
    "instructions",
    "rate",
    "the",
    "response",
    "1",
    "10",
    "10",
    "10",
    "generate",
    "20",
    "diverse",
    ",",
    ":",
    "zxqy",
    "思",
    "考",
    "过",
    "程",
    "推",
    "理",
    "правила",
]


@given(st.lists(st.sampled_from(WORDS), max_size=150).map(" ".join) | st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_the_shipped_model_scores_texts_as_the_reference_does(text: str) -> None:
    data = np.frombuffer(text.encode() or b" ", np.uint8)
    hashes, kinds = np.empty(MAX_TOKENS, np.uint64), np.empty(MAX_TOKENS, np.uint8)
    starts, ends = np.empty(MAX_TOKENS, np.int64), np.empty(MAX_TOKENS, np.int64)
    count = tokenize(data, 0, len(data), hashes, starts, ends, kinds)
    expected = score_tokens(
        hashes[:count].tolist(), kinds[:count].tolist(), MODEL, block_tokens=BLOCK_TOKENS, limit=SCORE_LIMIT
    )
    assert np.array_equal(score_texts(pa.array([text]), MODEL)[0], np.array(expected, np.float32))


@given(
    st.lists(st.tuples(st.integers(1, 12), st.sampled_from([0, 0, 1, 2])), max_size=130),
    st.integers(0, 2**32),
)
@settings(max_examples=150, deadline=None)
def test_any_model_scores_any_tokens_as_the_reference_does(tokens: list[tuple[int, int]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    hashes = [int(number) * 0x9E3779B97F4A7C15 % 2**64 for number, _ in tokens]
    kinds = [kind for _, kind in tokens]
    weights = np.zeros(TABLE_SLOTS, np.uint64)
    for feature in {f for ending in features(hashes, kinds) for f in ending}:
        weights[feature % TABLE_SLOTS] = (feature >> 32 << 32) | int(rng.integers(0, 2**32))
    model = IntentModel(weights=weights, bias=rng.normal(0, 0.01, (2, 4)).astype(np.float32))
    row = np.empty(4, np.float32)
    score_into(
        np.array(hashes, np.uint64), np.array(kinds, np.uint8), len(hashes), model.weights, model.bias, row
    )
    expected = score_tokens(hashes, kinds, model, block_tokens=BLOCK_TOKENS, limit=SCORE_LIMIT)
    assert np.array_equal(row, np.array(expected, np.float32))
