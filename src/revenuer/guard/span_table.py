"""A set of spans that the kernel can ask: what is in it is reported when a prompt contains it."""

import numpy as np
import numpy.typing as npt
from numba import njit

from revenuer.detect.tokens import mix64

FIRST_SLOTS = 1 << 10


class SpanTable:
    """Open addressing, uint64, 0 = empty; at most half full."""

    def __init__(self) -> None:
        self.keys: npt.NDArray[np.uint64] = np.zeros(FIRST_SLOTS, np.uint64)
        self.used = 0

    def add(self, span: int) -> None:
        if 2 * (self.used + 1) > len(self.keys):
            held = self.keys[self.keys != 0]
            self.keys = np.zeros(2 * len(self.keys), np.uint64)
            _insert_all(self.keys, held)
        self.used += int(_insert(self.keys, np.uint64(span)))

    def keep(self, spans: npt.NDArray[np.uint64]) -> None:
        """Forget all but `spans`."""
        self.keys = np.zeros(max(FIRST_SLOTS, 1 << (4 * len(spans) - 1).bit_length()), np.uint64)
        self.used = int(_insert_all(self.keys, spans))


@njit(cache=True)
def _insert(keys: np.ndarray, key: np.uint64) -> int:
    mask = np.uint64(len(keys) - 1)
    at = mix64(key) & mask
    while keys[at] != np.uint64(0):
        if keys[at] == key:
            return 0
        at = (at + np.uint64(1)) & mask
    keys[at] = key
    return 1


@njit(cache=True)
def _insert_all(keys: np.ndarray, spans: np.ndarray) -> int:
    used = 0
    for span in spans:
        used += _insert(keys, span)
    return used
