"""Tensors of safetensors files, read without a framework: a length, a JSON header, and raw numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from revenuer.records import InputError

MOST_HEADER_BYTES = 100_000_000
"""The format's own limit (safetensors documentation, "Format")."""
KINDS: Mapping[str, tuple[str, int]] = {
    "F64": ("<f8", 8),
    "F32": ("<f4", 4),
    "F16": ("<f2", 2),
    "BF16": ("<u2", 2),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorPlace:
    """Where a tensor lies: `begin` counts bytes from the start of `path`."""

    path: Path
    kind: str
    shape: tuple[int, ...]
    begin: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsFile:
    """A model's tensors by name. `files`: the files that they lie in."""

    tensors: Mapping[str, TensorPlace]
    files: tuple[Path, ...]

    def read(self, name: str) -> npt.NDArray[np.float32]:
        """Return one tensor as 32-bit numbers. Raises InputError for a kind of numbers that is none of F64, F32, F16, BF16."""
        place = self.tensors[name]
        if place.kind not in KINDS:
            raise InputError(
                f"{place.path}: {name} is of kind {place.kind}, expected one of {', '.join(KINDS)}; export it unquantised"
            )
        kind = KINDS[place.kind][0]
        raw = np.memmap(place.path, np.dtype(kind), "r", place.begin, place.shape)
        if place.kind == "BF16":
            return (raw.astype(np.uint32) << np.uint32(16)).view(np.float32)
        return np.asarray(raw, np.float32)


def open_weights(path: Path) -> WeightsFile:
    """Return the tensors of a safetensors file, or of all of them in a folder. Nothing is run and no number is read yet.

    Raises InputError for a damaged file, none at all, or a tensor that stands in two.
    """
    files = sorted(path.glob("*.safetensors")) if path.is_dir() else [path]
    if not files:
        raise InputError(f"{path} holds no .safetensors file; save the model with `safe_serialization=True`")
    tensors: dict[str, TensorPlace] = {}
    for file in files:
        for name, place in _places(file).items():
            if name in tensors:
                raise InputError(
                    f"{name} stands in {tensors[name].path.name} and in {file.name}; keep one model a folder"
                )
            tensors[name] = place
    return WeightsFile(tensors=tensors, files=tuple(files))


def _places(path: Path) -> dict[str, TensorPlace]:
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if size < 8 or length > min(MOST_HEADER_BYTES, size - 8):
                raise InputError(
                    f"{path} is no safetensors file: its header does not fit in it; copy it again"
                )
            header: Any = msgspec.json.decode(stream.read(length))
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}; name a safetensors file or a folder of them"
        ) from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is no safetensors file: its header is no JSON; copy it again") from error
    if not isinstance(header, dict):
        raise InputError(f"{path} is no safetensors file: its header is no JSON object; copy it again")
    found = {}
    for name, entry in header.items():
        if name != "__metadata__":
            found[name] = _place(path, name, entry, 8 + length, size)
    return found


def _place(path: Path, name: str, entry: Any, begin: int, size: int) -> TensorPlace:
    try:
        low, high = entry["data_offsets"]
        place = TensorPlace(path=path, kind=entry["dtype"], shape=tuple(entry["shape"]), begin=begin + low)
        whole = all(type(number) is int and number >= 0 for number in (low, high, *place.shape))
    except (TypeError, KeyError, ValueError) as error:
        raise InputError(f"{path}: the header's entry of {name!r} is damaged; copy the file again") from error
    width = KINDS[place.kind][1] if isinstance(place.kind, str) and place.kind in KINDS else None
    count = 1
    for number in place.shape if whole else ():
        count *= number
    if not whole or low > high or begin + high > size or (width is not None and count * width != high - low):
        raise InputError(f"{path}: {name!r} does not lie within the file; copy the file again")
    return place
