"""The intent model: a table of small integer weights, read from and written to a plain .npz without pickle."""

import zipfile
import zlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from revenuer.detect.intent.kernel import TABLE_SLOTS
from revenuer.records.errors import InputError

INTENTS = ("cot", "judge", "bypass", "synthetic")
"""Column order of every score array."""

SCHEMA_VERSION = 1
_FIELDS = ("schema_version", "slots", "entries", "bias")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,  # a pickle, or a header that does not parse
    KeyError,
    TypeError,  # a bare .npy is an array, not an archive
    RuntimeError,  # an encrypted member, or a compression that zipfile lacks
    OverflowError,
)
"""What numpy and zipfile raise over bytes that are no archive of arrays, or a damaged one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentModel:
    """What `score_into` needs.

    `weights` uint64 (TABLE_SLOTS,): the upper 32 bits tag the feature, the lower hold int8 weights of the INTENTS, lowest
    byte first; 0 is an empty slot. `bias` float32 (2, 4): nats per weight unit, and the nats of a text without any feature.
    """

    weights: npt.NDArray[np.uint64]
    bias: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        _require(
            self.weights.shape == (TABLE_SLOTS,) and self.weights.dtype == np.uint64, "weights", self.weights
        )
        _require(self.bias.shape == (2, len(INTENTS)) and self.bias.dtype == np.float32, "bias", self.bias)
        if not np.isfinite(self.bias).all():
            raise InputError(
                "an intent model's bias must be finite; the file is damaged, install the package again"
            )


def load_model() -> IntentModel:
    """Return the model that ships with the package. Keep it: every call reads the file again."""
    with (files("revenuer.detect.intent") / "model.npz").open("rb") as stream:
        return _read(stream, "the packaged intent model")


def read_model(path: Path) -> IntentModel:
    """Return the model in a file written by `write_model`. Raises InputError for any other file."""
    try:
        with path.open("rb") as stream:
            return _read(stream, str(path))
    except OSError as error:
        raise InputError(f"cannot read intent model {path}: {error.strerror}; check the path") from error


def write_model(model: IntentModel, path: Path) -> None:
    """Write the occupied slots and the bias, uncompressed, so that equal models give equal bytes."""
    slots = np.flatnonzero(model.weights).astype(np.uint16)
    with path.open("wb") as stream:
        np.savez(
            stream,
            schema_version=np.int64(SCHEMA_VERSION),
            slots=slots,
            entries=model.weights[slots],
            bias=model.bias,
        )


def _read(stream: IO[bytes], name: str) -> IntentModel:
    try:
        with np.load(stream, allow_pickle=False) as archive:
            held = {field: archive[field] for field in _FIELDS}
    except _BROKEN as error:
        raise InputError(f"{name} is not an intent model: {error}; retrain or reinstall it") from error
    if held["schema_version"] != SCHEMA_VERSION:
        raise InputError(
            f"{name} has schema_version {held['schema_version']}, expected {SCHEMA_VERSION}; retrain it with this version"
        )
    slots, entries = held["slots"], held["entries"]
    _require(slots.ndim == 1 and slots.dtype == np.uint16, "slots", slots)
    _require(entries.shape == slots.shape and entries.dtype == np.uint64, "entries", entries)
    weights = np.zeros(TABLE_SLOTS, np.uint64)
    weights[slots] = entries
    return IntentModel(weights=weights, bias=held["bias"])


def _require(holds: bool, name: str, got: npt.NDArray[np.generic]) -> None:
    if not holds:
        raise InputError(
            f"intent model field {name} has shape {got.shape} and type {got.dtype}; retrain it with this version"
        )
