"""The model file: what is read back is what was written, and anything else is refused with a sentence."""

from pathlib import Path

import numpy as np
import pytest

from revenuer.detect.intent import TABLE_SLOTS, IntentModel, load_model, read_model, write_model
from revenuer.records.errors import InputError


def test_the_shipped_model_is_small_and_survives_a_round_trip(tmp_path: Path) -> None:
    model = load_model()
    write_model(model, tmp_path / "a.npz")
    again = read_model(tmp_path / "a.npz")
    assert np.array_equal(model.weights, again.weights)
    assert np.array_equal(model.bias, again.bias)
    assert (tmp_path / "a.npz").stat().st_size <= 600_000


def test_equal_models_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_model(load_model(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "junk.npz").write_bytes(b"no archive")
    with pytest.raises(InputError, match="not an intent model"):
        read_model(tmp_path / "junk.npz")
    with pytest.raises(InputError, match="cannot read"):
        read_model(tmp_path / "absent.npz")


def test_pickled_content_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "evil.npz", schema_version=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="not an intent model"):
        read_model(tmp_path / "evil.npz")


def test_another_schema_version_is_refused(tmp_path: Path) -> None:
    empty = np.zeros(0, np.uint16)
    np.savez(
        tmp_path / "new.npz",
        schema_version=np.int64(99),
        slots=empty,
        entries=empty.astype(np.uint64),
        bias=np.zeros((2, 4), np.float32),
    )
    with pytest.raises(InputError, match="schema_version 99"):
        read_model(tmp_path / "new.npz")


def test_a_model_of_the_wrong_shape_or_with_nan_is_refused() -> None:
    with pytest.raises(InputError, match="weights"):
        IntentModel(weights=np.zeros(8, np.uint64), bias=np.zeros((2, 4), np.float32))
    with pytest.raises(InputError, match="finite"):
        IntentModel(weights=np.zeros(TABLE_SLOTS, np.uint64), bias=np.full((2, 4), np.nan, np.float32))
