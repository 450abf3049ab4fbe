"""Rigging: accounts and votes that do not look like those of honest voters, whatever honest voters may
like."""

from revenuer.rank.rigging.find import find_rigging
from revenuer.rank.rigging.findings import (
    Burst,
    Check,
    Group,
    PairOutOfLine,
    Reason,
    RiggingFindings,
    RiggingOptions,
    Suspect,
    as_json,
)
from revenuer.rank.rigging.removal import without

__all__ = [
    "Burst",
    "Check",
    "Group",
    "PairOutOfLine",
    "Reason",
    "RiggingFindings",
    "RiggingOptions",
    "Suspect",
    "as_json",
    "find_rigging",
    "without",
]
