"""What the stream still holds when a node comes back to it, and whether something was lost meanwhile."""

from enum import StrEnum
from typing import NamedTuple

from revenuer.guard.fleet.position import BEGINNING, entry_id


class Gap(StrEnum):
    """`none`: everything since is there. `trimmed`: entries that this node never read are gone. `reset`: the server lost entries
    that this node has read (it came back empty, or a replica without the last ones took over)."""

    NONE = "none"
    TRIMMED = "trimmed"
    RESET = "reset"


class Retained(NamedTuple):
    """`length`: entries there. `first`, `last`: ids of the first one there and of the last one ever (BEGINNING: none). `added`:
    entries ever, None where the server does not tell (before Redis 7)."""

    length: int
    first: str
    last: str
    added: int | None

    @property
    def trimmed(self) -> int:
        """How many entries are known to have left the stream."""
        return max(0, self.added - self.length) if self.added is not None else 0


NOTHING_RETAINED = Retained(length=0, first=BEGINNING, last=BEGINNING, added=0)


def gap_since(at: str, index: int, retained: Retained) -> Gap:
    """Return what was lost for a node that has read up to entry `at`, the `index`-th.

    A server that does not count gives the benefit of the doubt to nobody: a stream whose first entry is younger than `at` is trimmed.
    """
    if at == BEGINNING or at == retained.last:
        return Gap.NONE
    if entry_id(retained.last) < entry_id(at):
        return Gap.RESET
    if retained.length and entry_id(retained.first) <= entry_id(at):
        return Gap.NONE
    if retained.added is None:
        return Gap.TRIMMED
    return Gap.RESET if retained.added < index else Gap.TRIMMED if retained.trimmed > index else Gap.NONE
