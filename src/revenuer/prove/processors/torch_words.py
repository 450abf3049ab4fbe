"""The keyed words of a vocabulary in torch, on whatever device the logits are: bit for bit those of `marks.prf`."""

from collections.abc import Sequence

import numpy as np
import torch

from revenuer.prove.marks import prf
from revenuer.prove.marks.prf import Key

_LOW = 0xFFFFFFFF
_M0, _M1 = 0xD2511F53, 0xCD9E8D57
_W0, _W1 = 0x9E3779B9, 0xBB67AE85


def vocabulary_words(
    windows: Sequence[Sequence[int]], keys: Sequence[Key], vocabulary: int, device: torch.device
) -> torch.Tensor:
    """Return the words of the tokens 0 .. vocabulary - 1 after each window, each window with a key of its own: int64 of shape (windows,
    vocabulary), every word in the low 32 bits. Windows of different lengths may stand side by side. On a CPU the compiled kernel is faster."""
    if device.type != "cpu":
        return device_words(windows, keys, vocabulary, device)
    rows = [prf.vocabulary_words(window, vocabulary, key) for window, key in zip(windows, keys, strict=True)]
    return torch.from_numpy(np.stack(rows).astype(np.int64))


def device_words(
    windows: Sequence[Sequence[int]], keys: Sequence[Key], vocabulary: int, device: torch.device
) -> torch.Tensor:
    """Return what `vocabulary_words` does, in torch's own operations on any device."""
    states = [prf.window_state(window, key).tolist() for window, key in zip(windows, keys, strict=True)]
    rows = [[*state, *key] for state, key in zip(states, keys, strict=True)]
    s0, s1, k0, k1 = torch.tensor(rows, dtype=torch.int64, device=device).T[:, :, None]
    blocks = torch.arange((vocabulary + 3) // 4, dtype=torch.int64, device=device).expand(len(keys), -1)
    part = torch.full_like(blocks, prf.TOKEN_PART)
    words = _philox(blocks, part, s0.expand_as(blocks), s1.expand_as(blocks), k0, k1)
    return torch.stack(words, dim=-1).flatten(1)[:, :vocabulary]


def _philox(
    c0: torch.Tensor,
    c1: torch.Tensor,
    c2: torch.Tensor,
    c3: torch.Tensor,
    k0: torch.Tensor,
    k1: torch.Tensor,
) -> tuple[torch.Tensor, ...]:
    """Philox4x32-10. A product of two words fills 64 bits: its sign is no sign, and the shift's copies of it are cut off."""
    for _ in range(prf.ROUNDS):
        p0, p1 = c0 * _M0, c2 * _M1
        c0, c1, c2, c3 = (
            ((p1 >> 32) & _LOW) ^ c1 ^ k0,
            p1 & _LOW,
            ((p0 >> 32) & _LOW) ^ c3 ^ k1,
            p0 & _LOW,
        )
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1, c2, c3
