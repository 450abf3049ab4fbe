"""The intent score in plain Python: slow, readable, and what the kernel is tested against."""

import math
from collections.abc import Sequence

import numpy as np

from revenuer.detect.intent.model import INTENTS, IntentModel
from revenuer.detect.tokens import DIGITS, IDEOGRAPH

_WORD = (1 << 64) - 1
_NUMBER, _NEXT, _SKIP, _THIRD = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB


def features(hashes: Sequence[int], kinds: Sequence[int]) -> list[list[int]]:
    """Return, for each token, the features that end at it: itself, the pair, and the outer two or all three.

    A token that repeats the one before has none, and a triple that starts as it ends is left out.
    """
    tokens = [_NUMBER if kind == DIGITS else token for token, kind in zip(hashes, kinds, strict=True)]
    ending: list[list[int]] = []
    for i, token in enumerate(tokens):
        if i >= 1 and token == tokens[i - 1]:
            ending.append([])
            continue
        found = [token]
        if i >= 1:
            found.append((tokens[i - 1] * _NEXT + token) & _WORD)
        if i < 2 or token == tokens[i - 2]:
            pass
        elif kinds[i] == IDEOGRAPH:
            found.append((tokens[i - 2] * _THIRD + tokens[i - 1] * _NEXT + token) & _WORD)
        else:
            found.append((tokens[i - 2] * _SKIP + token) & _WORD)
        ending.append(found)
    return ending


def score_tokens(
    hashes: Sequence[int], kinds: Sequence[int], model: IntentModel, *, block_tokens: int, limit: float
) -> list[float]:
    """Return the four scores of one text: for each intent the best window of two blocks, less log(number of windows)."""
    ending = features(hashes, kinds)
    windows = [
        ending[max(0, end - 2 * block_tokens) : end] for end in range(block_tokens, len(ending), block_tokens)
    ]
    last_block = (max(len(ending) - 1, 0) // block_tokens) * block_tokens
    windows.append(ending[max(0, last_block - block_tokens) :])
    scores = []
    for intent in range(len(INTENTS)):
        best = max(sum(_weight(model, f, intent) for at in window for f in at) for window in windows)
        nats = best * float(model.bias[0, intent]) + float(model.bias[1, intent]) - math.log(len(windows))
        scores.append(float(np.float32(min(max(nats, -limit), limit))))
    return scores


def _weight(model: IntentModel, feature: int, intent: int) -> int:
    """Return the weight of a feature: that of its slot, if the slot's tag is the feature's upper half."""
    entry = int(model.weights[feature % len(model.weights)])
    if entry >> 32 != feature >> 32:
        return 0
    byte = (entry >> (8 * intent)) & 0xFF
    return byte - 256 if byte >= 128 else byte
