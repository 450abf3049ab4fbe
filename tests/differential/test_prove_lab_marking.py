"""The laboratory marks whole batches as `write_marked` marks one response: same windows, same masking, same choices."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from revenuer.prove.marks import ContextMask, Green, Gumbel
from revenuer.prove.marks.prf import Key, green_threshold, pair_words
from revenuer.prove.marks.write import probabilities

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
VOCABULARY, PROMPT, LENGTH = 64, 6, 40
KEYS = np.array([[1, 2], [3, 4]] * 20, np.uint32)


@pytest.fixture(scope="module")
def lab() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import prove_lab.marked
        import prove_lab.model
        import prove_lab.sample

        yield prove_lab


def _written(lab: Any, scheme: Green | Gumbel) -> tuple[Any, np.ndarray[Any, np.dtype[np.int32]]]:
    shape = lab.model.Shape(vocabulary=VOCABULARY, context=LENGTH, width=16, layers=1, heads=2)
    model = lab.model.new_decoder(shape, 5).eval()
    with torch.no_grad():
        model.tokens.weight.mul_(10.0)
    prompts = np.random.default_rng(1).integers(0, VOCABULARY, (len(KEYS), PROMPT)).astype(np.int32)
    sampling = lab.marked.MarkedSampling(lab.marked.Marking(scheme=scheme, keys=KEYS), PROMPT, 7)
    return model, lab.sample.sample(model, prompts, LENGTH, sampling, batch=16)


def _marked_places(text: list[int], width: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The positions that `write_marked` marks, with their windows."""
    mask = ContextMask(width)
    for at in range(PROMPT, LENGTH):
        window = mask.window(text[PROMPT:at])
        if window is not None:
            yield at, window


def _key(row: int) -> Key:
    return int(KEYS[row, 0]), int(KEYS[row, 1])


@pytest.mark.parametrize("width", [1, 2])
def test_gumbel_chooses_the_same_tokens(lab: Any, width: int) -> None:
    scheme = Gumbel(width=width)
    model, texts = _written(lab, scheme)
    with torch.inference_mode():
        logits = model.logits(model.states(torch.from_numpy(texts.astype(np.int64)))).double().numpy()
    same = [
        scheme.chosen(probabilities(logits[row, at - 1]), window, _key(row)) == text[at]
        for row, text in enumerate(texts.tolist())
        for at, window in _marked_places(text, width)
    ]
    assert len(same) > 300
    assert np.mean(same) > 0.995  # single precision decides a near tie otherwise, seldom


def test_green_tokens_gain_where_they_should(lab: Any) -> None:
    scheme = Green(width=1, delta=50.0)
    _, texts = _written(lab, scheme)
    green = [
        int(pair_words([window], [text[at]], _key(row))[0]) < green_threshold(scheme.gamma)
        for row, text in enumerate(texts.tolist())
        for at, window in _marked_places(text, 1)
    ]
    assert len(green) > 300
    assert all(green)
