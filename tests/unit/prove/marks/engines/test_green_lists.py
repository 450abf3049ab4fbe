"""transformers' green lists, list by list against transformers' own."""

from typing import Any

import numpy as np
import pytest
import torch
from transformers import PreTrainedConfig, WatermarkDetector, WatermarkingConfig
from transformers.generation.logits_process import WatermarkLogitsProcessor

from revenuer.prove.marks import Pairs, distinct_pairs, sample_of
from revenuer.prove.marks.engines import TransformersGreen
from revenuer.prove.marks.engines.green_lists import GreenLists
from revenuer.prove.marks.engines.mersenne import bits, permutation
from revenuer.records import UsageError

SCHEMES: list[Any] = [("lefthash", 1), ("lefthash", 3), ("selfhash", 1), ("selfhash", 2), ("selfhash", 4)]
KEYS = [15485863, 7, (1 << 40) + 11, (1 << 62) + 12345]


def windows_and_tokens(pairs: Pairs) -> Any:
    return pairs.windows().astype(np.int64), pairs.tokens[pairs.at].astype(np.int64)


@pytest.mark.parametrize("size", [1, 2, 1000, 50257])
@pytest.mark.parametrize("seed", [0, 15485863, (1 << 40) + 7, (1 << 64) - 2])
def test_permutation_and_bits_are_torch_s(size: int, seed: int) -> None:
    generator = torch.Generator()
    generator.manual_seed(seed)
    assert np.array_equal(permutation(size, seed), torch.randperm(size, generator=generator).numpy())
    generator.manual_seed(seed)
    assert np.array_equal(bits(size, seed), torch.randint(0, 2, (size,), generator=generator).numpy())


@pytest.mark.parametrize(("seeding", "width"), SCHEMES)
@pytest.mark.parametrize("key", KEYS)
def test_lists_are_transformers_own(seeding: Any, width: int, key: int) -> None:
    vocabulary = 997
    theirs = WatermarkLogitsProcessor(
        vocabulary, "cpu", hashing_key=key, seeding_scheme=seeding, context_width=width
    )
    ours = GreenLists(key=key, vocabulary=vocabulary, seeding=seeding, context_width=width)
    texts = np.random.default_rng(key % 1000).integers(0, vocabulary, (20, width + 1))
    expected = []
    for text in torch.tensor(texts):
        seen = text if seeding == "selfhash" else text[:-1]
        expected.append(int(text[-1]) in theirs._get_greenlist_ids(seen).tolist())
    windows, tokens = texts[:, texts.shape[1] - 1 - ours.width : -1], texts[:, -1]
    assert ours.green(ours.seeds(windows, tokens), tokens).tolist() == expected


def test_a_list_asked_about_often_is_the_one_asked_about_once() -> None:
    lists = GreenLists(key=99, vocabulary=997)
    tokens = np.arange(997)
    seeds = lists.seeds(np.full((997, 1), 5), tokens)
    whole = lists.green(seeds, tokens)
    assert whole.sum() == lists.size
    assert [bool(lists.green(seeds[:1], tokens[i : i + 1])[0]) for i in range(60)] == whole[:60].tolist()


@pytest.mark.parametrize(("seeding", "width"), SCHEMES)
def test_z_is_transformers_own(seeding: Any, width: int) -> None:
    """On one text, with each n-gram once as both count: the z of transformers' formula from our count."""
    vocabulary, key = 997, 15485863
    text = np.random.default_rng(3).integers(1, vocabulary, 150)
    config = WatermarkingConfig(hashing_key=key, seeding_scheme=seeding, context_width=width)
    model = PreTrainedConfig(vocab_size=vocabulary)
    model.bos_token_id = 0
    told = WatermarkDetector(model, "cpu", config, ignore_repeated_ngrams=True)(
        torch.tensor(text[None, :]), return_dict=True
    )
    lists = GreenLists(key=key, vocabulary=vocabulary, seeding=seeding, context_width=width)
    length = width + 1 if seeding == "lefthash" else width
    grams = np.unique(np.lib.stride_tricks.sliding_window_view(text, length), axis=0)
    windows, tokens = grams[:, length - 1 - lists.width : -1], grams[:, -1]
    green, n = int(lists.green(lists.seeds(windows, tokens), tokens).sum()), len(grams)
    assert (n, green) == (told.num_tokens_scored[0], told.num_green_tokens[0])
    assert (green - 0.25 * n) / np.sqrt(n * 0.25 * 0.75) == pytest.approx(told.z_score[0], abs=1e-6)
    if (seeding, width) == ("lefthash", 1):
        scheme = TransformersGreen(vocabulary=vocabulary)
        found, sizes = scheme.counts(*windows_and_tokens(distinct_pairs(sample_of([text]), 1)), key)
        assert (found, int(sizes.sum())) == (green, n)


def test_after_token_0_nothing_counts() -> None:
    """Its list is seeded by key times 0: the same under every key, so no key's own."""
    scheme = TransformersGreen(vocabulary=997)
    pairs = distinct_pairs(sample_of([np.array([0, 5, 0, 6, 0, 7, 8])]), 1)
    _, sizes = scheme.counts(*windows_and_tokens(pairs), 12345)
    assert int(sizes.sum()) == 3


def test_windows_of_one_seed_count_once() -> None:
    """Under selfhash the seed is a minimum over the window: many windows share it, and with it the colour."""
    scheme = TransformersGreen(vocabulary=50, seeding="selfhash", context_width=4)
    text = np.random.default_rng(1).integers(0, 50, 3000)
    pairs = distinct_pairs(sample_of([text]), scheme.width)
    _, sizes = scheme.counts(*windows_and_tokens(pairs), 77)
    assert int(sizes.sum()) < 0.8 * pairs.n


@pytest.mark.parametrize(
    "bad", [{"ratio": 1.0}, {"vocabulary": 2}, {"context_width": 0}, {"seeding": "other"}]
)
def test_settings_that_transformers_refuses(bad: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        TransformersGreen(**{"vocabulary": 997, **bad})
