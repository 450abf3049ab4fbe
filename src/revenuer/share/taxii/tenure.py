"""From when until when each version of an object was its last, and its first."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from revenuer.share.taxii.stored import FOREVER


class Tenure(NamedTuple):
    """The row `added` is the last (first) version at every snapshot from `added` until just before `last_until` (`first_until`)."""

    added: int
    last_until: int
    first_until: int


def tenures(versions: Iterable[tuple[int, int]]) -> Sequence[Tenure]:
    """Return the tenure of each of (added, version), which are all versions of one object.

    A version that was already surpassed when it came was never the last: its tenure ends where it begins.
    """
    ordered = sorted(versions)
    lasts, firsts = _ends(ordered, 1), _ends(ordered, -1)
    return [Tenure(added, lasts[added], firsts[added]) for added, _ in ordered]


def _ends(ordered: Sequence[tuple[int, int]], sign: int) -> dict[int, int]:
    ends: dict[int, int] = {}
    holder: tuple[int, int] | None = None
    for added, version in ordered:
        if holder is None or sign * version > sign * holder[1]:
            if holder is not None:
                ends[holder[0]] = added
            holder = (added, version)
            ends[added] = FOREVER
        else:
            ends[added] = added
    return ends
