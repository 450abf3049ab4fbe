"""Shared bases: copies are found in exact arithmetic, strangers are not, and other architectures are not judged."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from builders.recomputed import recomputed_log10_p
from revenuer.prove.lineage.same_base import same_base_verdict
from revenuer.prove.lineage.weights_file import WeightsFile, open_weights
from revenuer.records import InputError, Outcome

Weights = dict[str, np.ndarray]


def llama(seed: int, hidden: int = 96, width: int = 32, layers: int = 2) -> Weights:
    rng = np.random.default_rng(seed)
    found = {"model.embed_tokens.weight": rng.normal(size=(80, width))}
    for i in range(layers):
        found[f"model.layers.{i}.mlp.up_proj.weight"] = rng.normal(size=(hidden, width))
        found[f"model.layers.{i}.mlp.down_proj.weight"] = rng.normal(size=(width, hidden))
    return {name: value.astype(np.float32) for name, value in found.items()}


def noisy(weights: Weights, noise: float) -> Weights:
    rng = np.random.default_rng(99)
    return {n: (v + noise * rng.normal(size=v.shape)).astype(np.float32) for n, v in weights.items()}


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Weights], WeightsFile]:
    def save(weights: Weights) -> WeightsFile:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.safetensors"
        save_file({name: np.ascontiguousarray(value) for name, value in weights.items()}, path)
        return open_weights(path)

    return save


def test_a_changed_copy_is_found_and_a_stranger_is_not(saved: Callable[[Weights], WeightsFile]) -> None:
    ours = saved(llama(1))
    found, pack = same_base_verdict(saved(noisy(llama(1), 1.0)), ours, name="x", alpha=1e-6)
    assert found.outcome is Outcome.POSITIVE
    assert found.log10_p is not None
    assert found.log10_p < -20
    assert pack is not None
    assert recomputed_log10_p(pack) == pytest.approx(found.log10_p, abs=1e-9)
    stranger, _ = same_base_verdict(saved(llama(2)), ours, name="x", alpha=0.01)
    assert stranger.outcome is Outcome.INCONCLUSIVE


def test_permuted_hidden_units_leave_the_residual_stream_in_order(
    saved: Callable[[Weights], WeightsFile],
) -> None:
    rng = np.random.default_rng(3)
    copy = llama(1)
    for i in range(2):
        order = rng.permutation(96)
        copy[f"model.layers.{i}.mlp.up_proj.weight"] = copy[f"model.layers.{i}.mlp.up_proj.weight"][order]
        copy[f"model.layers.{i}.mlp.down_proj.weight"] = copy[f"model.layers.{i}.mlp.down_proj.weight"][
            :, order
        ]
    found, _ = same_base_verdict(saved(copy), saved(llama(1)), name="x", alpha=1e-6)
    assert found.outcome is Outcome.POSITIVE
    assert found.details["groups"]["residual"]["fixed"] == 32
    width = rng.permutation(32)
    hidden = {n: v[width] if "down" in n else v[:, width] for n, v in copy.items()}
    lost, _ = same_base_verdict(saved(hidden), saved(llama(1)), name="x", alpha=0.01)
    assert lost.outcome is Outcome.INCONCLUSIVE
    assert "clear nobody" in lost.reason


def test_a_grown_vocabulary_is_still_compared(saved: Callable[[Weights], WeightsFile]) -> None:
    grown = llama(1)
    more = np.zeros((4, 32), np.float32)
    grown["model.embed_tokens.weight"] = np.concatenate([grown["model.embed_tokens.weight"], more])
    assert (
        same_base_verdict(saved(grown), saved(llama(1)), name="x", alpha=0.01)[0].outcome is Outcome.POSITIVE
    )


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (llama(1, hidden=64), "64 of 32"),
        (llama(1, layers=3), "4"),
        (llama(1, width=48), "48"),
        ({"bert.pooler": np.ones((4, 4), np.float32)}, "the suspect's weights"),
    ],
    ids=["hidden", "layers", "width", "names"],
)
def test_other_architectures_are_not_judged(
    saved: Callable[[Weights], WeightsFile], other: Weights, said: str
) -> None:
    found, pack = same_base_verdict(saved(other), saved(llama(1)), name="x", alpha=0.01)
    assert found.outcome is Outcome.NOT_EVALUATED
    assert said in found.reason
    assert pack is None


def test_half_precision_and_shards_are_read(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file as save_torch

    weights = {name: torch.tensor(value) for name, value in llama(1).items()}
    folder = tmp_path / "shards"
    folder.mkdir()
    names = sorted(weights)
    for part in (0, 1):
        some = {name: weights[name].to(torch.bfloat16) for name in names[part::2]}
        save_torch(some, folder / f"model-{part}.safetensors")
    opened = open_weights(folder)
    for name in names:
        expected = weights[name].to(torch.bfloat16).to(torch.float32).numpy()
        assert np.array_equal(opened.read(name), expected)
    save_torch({names[0]: weights[names[0]]}, folder / "again.safetensors")
    with pytest.raises(InputError, match="stands in"):
        open_weights(folder)
