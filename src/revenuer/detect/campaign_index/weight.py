"""What a match with an index is worth: how much more common the key is in the campaign than outside any."""

import numpy as np
from numba import njit

from revenuer.detect.campaign_index.keys import VALUE_KINDS, KeyKind
from revenuer.detect.identity import MAX_WEIGHT

_MOST = np.full(len(KeyKind), np.inf)
_MOST[[kind.value for kind in VALUE_KINDS]] = [MAX_WEIGHT[kind.name.lower()] for kind in VALUE_KINDS]


@njit(cache=True)
def log10_weight(kind: int, members: int, size: int, outsiders: int, strangers: int) -> float:
    """Return the log10 likelihood ratio, member of the campaign against stranger, of one match.

    `members` of the campaign's `size` accounts and `outsiders` of the log's `strangers` (accounts in no campaign) had the key. One
    outsider more is counted than was seen. An identity value is worth at most what a scan lets it be worth
    (detect/identity.py, MAX_WEIGHT): offices share addresses, stock clients share handshakes.
    Assumes that the account is no more like the campaign than strangers at large are; matches of one prompt depend on one another,
    so their weights must not be added up.
    """
    ratio = (members / size) / ((outsiders + 1) / (strangers + 1))
    return min(np.log10(ratio), _MOST[kind])
