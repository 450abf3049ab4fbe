"""A linkage in which nothing links anybody, to be given what a test is about."""

from typing import Any

import numpy as np

from revenuer.detect.identity import Identity
from revenuer.detect.link import AccountSpace
from revenuer.detect.membership import Linkage
from revenuer.detect.replay import Replay

NONE = np.zeros(0, np.int64)


def linked(size: int, **given: Any) -> Linkage:
    """Return the linkage of `size` accounts of which nothing is known but `given`."""
    space = AccountSpace.build(None, np.zeros((size, 2)), np.zeros(size))
    nothing: dict[str, Any] = {
        "content": space, "scattered": space, "behavior": space,
        "identity": Identity(values={}, source=NONE, target=NONE, weight=np.zeros(0), attribute=NONE, missing=()),
        "replay": Replay(
            source=NONE, target=NONE, count=NONE, foreign=np.zeros(size, int), signed=np.zeros(size, int),
            moved=np.zeros(size, int), available=False,
        ),
        "families": (), "size": size, "source": NONE, "target": NONE,
    }  # fmt: skip
    return Linkage(**{**nothing, **given})
