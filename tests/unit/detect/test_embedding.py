import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.detect.embedding import EMBED_DIM, dequantise, embed_texts, quantise
from revenuer.detect.tokens import DIGITS, IDEOGRAPH, MAX_TOKENS, WORD, tokenize

MASK = (1 << 64) - 1


def mix(h: int) -> int:
    for shift, factor in ((33, 0xFF51AFD7ED558CCD), (33, 0xC4CEB9FE1A85EC53), (33, 1)):
        h = ((h ^ (h >> shift)) * factor) & MASK
    return h


def add(row: np.ndarray, low: int, high: int, feature: int, weight: float) -> None:
    for bits in (feature, feature >> 24):
        row[low + (((bits & 0xFFFF) * (high - low)) >> 16)] += weight if (bits >> 16) & 1 else -weight


def stem(word: bytes) -> int:
    h = 0xCBF29CE484222325
    for b in word[:5]:
        h = ((h ^ (b + 32 if 65 <= b <= 90 else b)) * 0x100000001B3) & MASK
    return mix(h)


def reference_embedding(text: str) -> np.ndarray:
    """The module docstring, word for word and slow."""
    data = text.encode()
    raw = np.frombuffer(data, np.uint8)
    hashes, kinds = np.empty(MAX_TOKENS, np.uint64), np.empty(MAX_TOKENS, np.uint8)
    starts, ends = np.empty(MAX_TOKENS, np.int64), np.empty(MAX_TOKENS, np.int64)
    n = tokenize(raw, 0, len(data), hashes, starts, ends, kinds)
    row = np.zeros(EMBED_DIM)
    if n == 0:
        return row
    tokens = [
        (int(h), int(k), data[s:e])
        for h, k, s, e in zip(hashes[:n], kinds[:n], starts[:n], ends[:n], strict=True)
    ]
    for t, (h, kind, word) in enumerate(tokens):
        weight = min(len(word), 10) / 6 if kind == WORD else 0.5
        add(row, 0, 40, h, weight)
        if kind == WORD and len(word) > 5:
            add(row, 0, 40, stem(word), 0.7 * weight)
        if kind == WORD and len(word) <= 4:
            add(row, 40, 72, mix((h + 77) & MASK), 1.0)
        if t < 2:
            add(row, 72, 112, mix((h + 99) & MASK), 1 - 0.25 * t)
        if t == 1:
            add(row, 72, 112, mix((7 * h + tokens[0][0]) & MASK), 0.75)
    gaps = [
        data[max(a, b - 64) : b]
        for a, b in zip([0, *ends[: n - 1].tolist()], starts[:n].tolist(), strict=True)
    ]
    tail = data[max(int(ends[n - 1]), len(data) - 64) :]
    marks = b"".join([*gaps, tail])
    count = {c: marks.count(c.encode()) for c in "\n,.!?\"'`:; "}
    known = sum(count.values())
    other_ascii = sum(b < 128 for b in marks) - known
    stops = [c for c in tail.decode(errors="replace") if c in ".!?"]
    opens = tokens[0][2][:1].isalpha() and 65 <= tokens[0][2][0] <= 90
    capitals = sum(65 <= w[0] <= 90 for _, _, w in tokens)
    row[112:] = [
        math.tanh(math.log(len(data) + 1) - 4.4),
        math.tanh(sum(len(w) for _, _, w in tokens) / n - 4.5),
        0.7 if opens else -0.7,
        math.tanh(6 * (capitals - opens) / n) - 0.3,
        math.tanh(8 * sum(k == DIGITS for _, k, _ in tokens) / n) - 0.2,
        0.7 if stops[-1:] == ["?"] else -0.5,
        0.7 if stops[-1:] in (["."], ["!"]) else -0.5,
        math.tanh(10 * count["\n"] / n) - 0.2,
        math.tanh(10 * count[","] / n) - 0.3,
        math.tanh(10 * (count["."] + count["!"]) / n) - 0.4,
        math.tanh(10 * count["?"] / n) - 0.3,
        math.tanh(10 * (count['"'] + count["'"] + count["`"]) / n) - 0.3,
        math.tanh(10 * (count[":"] + count[";"]) / n) - 0.2,
        math.tanh(5 * other_ascii / n) - 0.3,
        math.tanh(10 * sum(b >= 128 for b in marks) / n) - 0.1,
        math.tanh(5 * sum(k == IDEOGRAPH for _, k, _ in tokens) / n),
    ]
    for low, high, share in ((0, 40, 0.45), (40, 72, 0.20), (72, 112, 0.13), (112, 128, 0.22)):
        if (length := np.linalg.norm(row[low:high])) > 1e-4:
            row[low:high] *= math.sqrt(share) / length
    return row / np.linalg.norm(row)


@given(st.text(st.characters(codec="utf-8"), max_size=120))
@settings(deadline=None)
def test_kernel_agrees_with_the_reference(text: str) -> None:
    np.testing.assert_allclose(embed_texts(pa.array([text]))[0], reference_embedding(text), atol=2e-5)


def test_agrees_on_real_shapes() -> None:
    for text in (
        'Write a function:\n\n```def f(x): return "y"``` Explain, step by step!',
        "Привет, как дела? 123",
        "写一首关于秋天的诗。",
        "HELLO WORLD",
    ):
        np.testing.assert_allclose(embed_texts(pa.array([text]))[0], reference_embedding(text), atol=2e-5)


def test_a_cancelled_feature_leaves_no_trace() -> None:
    """The two places of "p" coincide with opposite signs; rounding was once scaled up to a full block."""
    np.testing.assert_allclose(embed_texts(pa.array(["P"]))[0], reference_embedding("P"), atol=2e-5)


def test_rows_have_unit_length_or_are_zero() -> None:
    rows = embed_texts(pa.array(["Name three plants.", None, "", " ?! ", "x", "y " * 100_000]))
    assert rows.shape == (6, EMBED_DIM)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 0, 0, 0, 1, 1], atol=1e-5)


def test_a_text_has_one_embedding_wherever_it_stands() -> None:
    texts = pa.array(["one two", "Name three plants that grow.", "three"])
    whole, slice_ = embed_texts(texts), embed_texts(texts.slice(1, 1))
    np.testing.assert_array_equal(whole[1], slice_[0])
    np.testing.assert_array_equal(embed_texts(pa.chunked_array([texts, texts]))[4], whole[1])
    np.testing.assert_array_equal(embed_texts(texts.cast(pa.large_string())), whole)


def test_neighbours_are_alike_in_topic_or_style() -> None:
    a, b, c = embed_texts(
        pa.array(
            [
                "Name three plants that grow best in humid climates.",
                "Name five plants that survive in humid regions.",
                "def f(x):\n    return x  # what's wrong??",
            ]
        )
    )
    assert a @ b > 0.5 > a @ c + 0.2


@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
@settings(deadline=None)
def test_quantised_rows_come_back_within_half_a_step(texts: list[str]) -> None:
    rows = embed_texts(pa.array(texts, pa.string()))
    assert quantise(rows).dtype == np.int8
    np.testing.assert_allclose(dequantise(quantise(rows)), rows, atol=0.5 / 127 + 1e-6)


def test_other_columns_are_refused() -> None:
    with pytest.raises(TypeError, match="string column"):
        embed_texts(pa.array([1, 2]))
