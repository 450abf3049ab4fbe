"""Where a score counts as positive, and how often an ordinary prompt gets there."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from revenuer.detect.intent.model import INTENTS

THRESHOLDS: Mapping[str, float] = MappingProxyType(
    {"cot": 1.5, "judge": 1.5, "bypass": 2.5, "synthetic": 1.5}
)
"""Nats at which a prompt counts as positive.

Chosen on one half of benchmarks/intent.py's rows, where at most 0.3 % of people's real prompts get there; the other half gives
BACKGROUND_RATE. They lie 0.2 (`synthetic`) to 1.4 nats (`judge`) above what that share alone asks for, because those rows are
almost all English and unseen look-alikes in other languages score higher.
"""

BACKGROUND_RATE: Mapping[str, float] = MappingProxyType(
    {"cot": 0.0010, "judge": 0.0036, "bypass": 0.0019, "synthetic": 0.0030}
)
"""Share of innocent prompts that are positive, to start from until a deployment has its own history.

The upper 95 % bound (Clopper-Pearson) of the worse of two kinds, people's prompts (n = 27,711) and benchmark questions
(n = 11,470), on the half of the rows that chose nothing. Source: `python benchmarks/intent.py --prompts FILE`.
"""


def positive(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Return (n, 4): which scores reach their intent's threshold."""
    return scores >= np.array([THRESHOLDS[intent] for intent in INTENTS], np.float32)
