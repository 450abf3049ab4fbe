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
from revenuer.rank.rigging.with_and_without import Comparison, SideOfComparison, compare

__all__ = [
    "Burst",
    "Check",
    "Comparison",
    "Group",
    "PairOutOfLine",
    "Reason",
    "RiggingFindings",
    "RiggingOptions",
    "SideOfComparison",
    "Suspect",
    "as_json",
    "compare",
    "find_rigging",
    "without",
]
