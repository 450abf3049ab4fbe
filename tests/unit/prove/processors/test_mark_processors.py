"""The processors against the readable writer of marks: the same words, the same choices, and nothing touched that carries no mark."""

import math
from datetime import date
from typing import Any

import numpy as np
import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from revenuer.prove.marks import ContextMask, DualGumbel, Green, Gumbel, distinct_pairs, sample_of
from revenuer.prove.marks.candidate import Candidate, derived_candidate
from revenuer.prove.marks.gumbel import gumbel_choice
from revenuer.prove.marks.prf import vocabulary_words as reference_words
from revenuer.prove.processors.for_transformers import mark_processor
from revenuer.prove.processors.marked_rows import MarkedRow, Sampling, mark_rows, truncated
from revenuer.prove.processors.repeated_windows import RepeatedWindows
from revenuer.prove.processors.torch_words import device_words, vocabulary_words
from revenuer.records import UsageError

MASTER = bytes(range(7, 39))
SCHEMES = (Green(width=1, delta=3.0), Green(width=2), Gumbel(width=2), DualGumbel(width=2))


def candidate(scheme: Any, label: str = "campaign:C-1") -> Candidate:
    return derived_candidate(MASTER, scheme, label, date(2026, 11, 1))


@pytest.fixture(scope="module")
def model() -> GPT2LMHeadModel:
    torch.set_num_threads(1)
    torch.manual_seed(1)
    config = GPT2Config(
        vocab_size=211, n_positions=256, n_embd=32, n_layer=1, n_head=2, eos_token_id=None, bos_token_id=0
    )
    return GPT2LMHeadModel(config).eval()


@pytest.mark.parametrize("width", [1, 2, 3, 8])
@pytest.mark.parametrize("vocabulary", [1, 7, 1000])
def test_words_are_the_reference_s_to_the_bit(width: int, vocabulary: int) -> None:
    windows = np.random.default_rng(width).integers(0, 1 << 31, (3, width)).tolist()
    keys = [(0, 0), (0xFFFFFFFF, 0xFFFFFFFF), (123, 1 << 31)]
    expected = [reference_words(window, vocabulary, key) for window, key in zip(windows, keys, strict=True)]
    for words_of in (vocabulary_words, device_words):
        ours = words_of(windows, keys, vocabulary, torch.device("cpu"))
        assert np.array_equal(ours.numpy(), np.stack(expected).astype(np.int64))


@pytest.mark.parametrize("width", [1, 2])
def test_repeated_windows_agree_with_the_mask_in_any_order(width: int) -> None:
    text = np.random.default_rng(2).integers(0, 4, 60).tolist()
    mask, windows = ContextMask(width), RepeatedWindows(width)
    told = [mask.window(text[:at]) for at in range(len(text))]
    assert [windows.window(text[:at]) for at in range(len(text))] == told
    for at in (30, 30, 7, 59, 0, 12):
        assert windows.window(text[:at]) == told[at]


def test_green_rows_gain_delta_and_no_other_changes() -> None:
    scheme = Green(width=2, delta=1.5)
    logits = torch.randn(3, 211, generator=torch.Generator().manual_seed(4))
    before = logits.clone()
    marked = mark_rows(logits, {1: MarkedRow(candidate=candidate(scheme))}, {1: [5, 6, 7]})
    key = candidate(scheme).words
    expected = scheme.marked_logits(before[1].numpy(), (6, 7), (key[0], key[1]))
    assert np.allclose(marked[1].numpy(), expected, atol=1e-6)
    assert torch.equal(marked[[0, 2]], before[[0, 2]])


def test_gumbel_chooses_as_the_reference() -> None:
    scheme, generator = Gumbel(width=2), torch.Generator().manual_seed(5)
    key = candidate(scheme).words
    for start in range(20):
        logits = torch.randn(1, 211, generator=generator) * 2
        p = torch.softmax(logits[0].double(), -1).numpy()
        marked = mark_rows(logits.clone(), {0: MarkedRow(candidate=candidate(scheme))}, {0: [start, 3]})
        assert int(marked[0].argmax()) == gumbel_choice(p, (start, 3), (key[0], key[1]))
        assert int(torch.isfinite(marked[0]).sum()) == 1


def test_impossible_tokens_are_never_chosen() -> None:
    logits = torch.full((1, 50), -math.inf)
    logits[0, 17] = 0.0
    row = MarkedRow(candidate=candidate(Gumbel()))
    assert int(mark_rows(logits, {0: row}, {0: [1, 2, 3]})[0].argmax()) == 17


def test_a_greedy_answer_is_not_chosen_for() -> None:
    logits = torch.randn(1, 50)
    row = MarkedRow(candidate=candidate(Gumbel()), sampling=Sampling(temperature=0.0))
    assert torch.equal(mark_rows(logits.clone(), {0: row}, {0: [1, 2, 3]}), logits)


def test_truncation() -> None:
    logits = torch.log(torch.tensor([0.5, 0.3, 0.15, 0.05], dtype=torch.float64))
    for one in (Sampling(top_k=2), Sampling(top_p=0.6), Sampling(min_p=0.31)):
        assert truncated(logits, one).tolist() == pytest.approx([0.625, 0.375, 0, 0])
    assert float(truncated(logits, Sampling(temperature=0.5))[0]) == pytest.approx(0.25 / 0.365)


def log10_p(scheme: Any, texts: list[list[int]], owner: Candidate) -> float:
    pairs = distinct_pairs(sample_of(texts), scheme.width)
    statistic = float(scheme.statistics(pairs, np.array([owner.words], np.uint32))[0])
    return float(scheme.log10_p(statistic, pairs.n))


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: f"{scheme.name}-{scheme.width}")
def test_generate_carries_the_mark(model: GPT2LMHeadModel, scheme: Any) -> None:
    owner, other = candidate(scheme), candidate(scheme, "campaign:C-2")
    torch.manual_seed(7)
    prompt = torch.tensor([[1, 2, 3], [4, 5, 6]])
    processor = mark_processor(owner, rng=np.random.default_rng(1))
    written = model.generate(
        prompt, do_sample=True, max_new_tokens=150, pad_token_id=0, logits_processor=[processor]
    )
    texts = written[:, 3:].tolist()
    assert log10_p(scheme, texts, owner) < -6
    assert log10_p(scheme, texts, other) > -3


def test_a_row_without_a_key_is_written_as_ever(model: GPT2LMHeadModel) -> None:
    owner = candidate(Green(delta=5.0))
    prompt = torch.tensor([[1, 2, 3], [1, 2, 3]])
    options: dict[str, Any] = {"do_sample": True, "max_new_tokens": 30, "pad_token_id": 0}
    torch.manual_seed(3)
    plain = model.generate(prompt, **options)
    torch.manual_seed(3)
    marked = model.generate(prompt, logits_processor=[mark_processor([owner, None])], **options)
    assert torch.equal(marked[1], plain[1])
    assert not torch.equal(marked[0], plain[0])
    scores = torch.randn(2, 211)
    assert mark_processor([None, None])(prompt, scores) is scores


def test_a_processor_is_for_one_call(model: GPT2LMHeadModel) -> None:
    processor = mark_processor(candidate(Green()))
    options: dict[str, Any] = {"do_sample": False, "max_new_tokens": 4, "pad_token_id": 0}
    model.generate(torch.tensor([[1, 2, 3]]), logits_processor=[processor], **options)
    with pytest.raises(UsageError, match="each call"):
        model.generate(torch.tensor([[1, 2, 3]]), logits_processor=[processor], **options)
    with pytest.raises(UsageError, match="batch of 2"):
        mark_processor([None])(torch.tensor([[1], [2]]), torch.zeros(2, 211))
