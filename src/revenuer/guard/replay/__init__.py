"""The guard over a past log: the same core, on the log's own clock."""

from revenuer.guard.replay.comparison import Change, Comparison, SegmentRow, compare
from revenuer.guard.replay.containment import Containment
from revenuer.guard.replay.exchange_query import LOG
from revenuer.guard.replay.findings import DECIDED, Findings, findings
from revenuer.guard.replay.operators import OperatorSummary, operators
from revenuer.guard.replay.operators_index import operators_index
from revenuer.guard.replay.patrol import Patrol, Rounds
from revenuer.guard.replay.registry import registry
from revenuer.guard.replay.run import replay
from revenuer.guard.replay.segments import by_archetype, by_shape
from revenuer.guard.replay.served import ServedRow, served

__all__ = [
    "Change",
    "Comparison",
    "DECIDED",
    "Containment",
    "Findings",
    "LOG",
    "OperatorSummary",
    "Patrol",
    "Rounds",
    "SegmentRow",
    "ServedRow",
    "by_archetype",
    "by_shape",
    "compare",
    "findings",
    "operators",
    "operators_index",
    "registry",
    "replay",
    "served",
]
