"""Where a score counts as positive, and how often an ordinary prompt gets there."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from revenuer.detect.intent.model import INTENTS

THRESHOLDS: Mapping[str, float] = MappingProxyType({"cot": 1.5, "judge": 1.5, "bypass": 2.5, "synthetic": 1.5})
    {"cot": 3.0, "judge": 3.0, "bypass": 3.0, "synthetic": 3.0}
)

BACKGROUND_RATE: Mapping[str, float] = MappingProxyType(
    {"cot": 0.005, "judge": 0.005, "bypass": 0.005, "synthetic": 0.005}
)


def positive(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Return (n, 4): which scores reach their intent's threshold."""
    return scores >= np.array([THRESHOLDS[intent] for intent in INTENTS], np.float32)
