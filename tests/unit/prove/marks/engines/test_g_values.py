"""SynthID-Text's g-values, against transformers' own, and their exact law."""

from typing import Any

import numpy as np
import pytest
import torch
from transformers.generation.logits_process import SynthIDTextWatermarkLogitsProcessor

from revenuer.prove.marks import Pairs, decoy_keys, distinct_pairs, sample_of
from revenuer.prove.marks.engines import SynthId
from revenuer.prove.marks.engines.g_values import GValues, layer_weights
from revenuer.records import UsageError

DEMO = (654, 400, 836, 123, 340, 443, 597, 160, 57)


def random_pairs(scheme: SynthId, seed: int, tokens: int) -> Pairs:
    text = np.random.default_rng(seed).integers(0, 900, tokens)
    return distinct_pairs(sample_of([text]), scheme.width)


@pytest.mark.parametrize("keys", [DEMO, ((1 << 62) + 5, -7, 1)])
@pytest.mark.parametrize("ngram", [2, 3, 5])
@pytest.mark.parametrize("size", [1 << 16, 1 << 10])
def test_g_values_are_transformers_own(keys: tuple[int, ...], ngram: int, size: int) -> None:
    theirs = SynthIDTextWatermarkLogitsProcessor(
        ngram_len=ngram,
        keys=list(keys),
        sampling_table_size=size,
        sampling_table_seed=3,
        context_history_size=1024,
        device=torch.device("cpu"),
    )
    text = np.random.default_rng(ngram).integers(0, 128_256, (1, 200))
    expected = theirs.compute_g_values(torch.tensor(text)).numpy()[0]
    ours = GValues(keys=keys, ngram=ngram, table_size=size, table_seed=3)
    grams = np.lib.stride_tricks.sliding_window_view(text[0], ngram)
    classes = ours.classes(grams[:, :-1], grams[:, -1])
    assert np.array_equal(ours.values(classes), expected)
    by_key = ours.sums_by_key(classes)
    assert [int(by_key[key % size]) for key in keys] == expected.sum(axis=0).tolist()


def test_the_table_is_no_fair_coin() -> None:
    """32,743 of its 65,536 bits are ones: by so much is a z-score wrong that assumes a half."""
    assert int(GValues(keys=(1,)).turned.sum()) == 32_743


def test_p_is_the_share_of_keys_that_score_as_much() -> None:
    """One layer, a small table: the exact p is counted over every key there is."""
    scheme = SynthId(layers=1, ngram=2, table_size=256, statistic="mean")
    pairs = random_pairs(scheme, 5, 400)
    scores = scheme.statistics(pairs, np.arange(256, dtype=np.uint32)[:, None])
    for score in scores[::17]:
        share = float((scores >= score - 1e-9).mean())
        assert 10 ** scheme.log10_p(float(score), pairs.n) == pytest.approx(share, rel=1e-6)


def test_the_weighted_p_is_never_below_the_share_of_keys() -> None:
    """Rounding up on the grid may raise p, by little, and must not lower it."""
    scheme = SynthId(layers=2, ngram=2, table_size=64)
    pairs = random_pairs(scheme, 6, 300)
    first, second = np.meshgrid(np.arange(64), np.arange(64), indexing="ij")
    keys = np.stack([first.ravel(), second.ravel()], axis=1).astype(np.uint32)[::29]
    scores = scheme.statistics(pairs, keys)
    values = GValues(keys=(0,), ngram=2, table_size=64)
    classes = values.classes(pairs.windows().astype(np.int64), pairs.tokens[pairs.at].astype(np.int64))
    sums = values.sums_by_key(classes)
    weights = layer_weights(2)
    everyone = (sums[first] * weights[0] + sums[second] * weights[1]).ravel()
    for score, own in zip(scores, sums[keys] @ weights, strict=True):
        share = float((everyone >= own - 1e-9).mean())
        assert share * (1.0 - 1e-6) <= 10 ** scheme.log10_p(float(score), pairs.n) <= share + 0.01


def test_a_marked_text_is_found_and_other_keys_find_nothing() -> None:
    """Text whose tokens were picked for their g-values, as a tournament would."""
    rng = np.random.default_rng(9)
    keys = tuple(int(key) for key in rng.integers(0, 1 << 31, 9))
    values = GValues(keys=keys, ngram=3)
    text = [1, 2]
    for _ in range(400):
        offered = rng.integers(0, 5000, 4)
        windows = np.repeat(np.array([text[-2:]]), 4, axis=0)
        scores = values.values(values.classes(windows, offered)) @ layer_weights(9)
        text.append(int(offered[np.argmax(scores)]))
    scheme = SynthId(layers=9, ngram=3)
    pairs = distinct_pairs(sample_of([np.array(text)]), scheme.width)
    own = np.array([[key & 0xFFFFFFFF for key in keys]], np.uint32)
    assert scheme.log10_p(float(scheme.statistics(pairs, own)[0]), pairs.n) < -15
    others = scheme.statistics(pairs, decoy_keys(1, 50, scheme.key_words))
    assert min(scheme.log10_p(float(score), pairs.n) for score in others) > -4


@pytest.mark.parametrize("bad", [{"layers": 0}, {"ngram": 1}, {"table_size": 1000}, {"statistic": "best"}])
def test_settings_that_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        SynthId(**bad)
