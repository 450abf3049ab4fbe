"""rigging.json: accounts, groups, bursts and pairs that honest voting does not explain, and the board with and without them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from revenuer import __version__
from revenuer.rank.rigging import Comparison, RiggingFindings, SideOfComparison, as_json
from revenuer.records import SCHEMA_VERSION
from revenuer.report.wording import iso


def rigging_json(findings: RiggingFindings, comparison: Comparison, now: datetime) -> dict[str, Any]:
    """Return the content of rigging.json."""
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_by": f"revenuer {__version__}",
        "generated_at": iso(now),
        **as_json(findings),
        "board": _side(comparison.given),
        "board_without_suspects": None if comparison.cleaned is None else _side(comparison.cleaned),
    }


def _side(side: SideOfComparison) -> dict[str, Any]:
    leader = side.leader
    return {
        "ratings": [asdict(rating) for rating in side.board.ratings],
        "certificate": None
        if leader is None
        else {
            "top": 1,
            "lower_bound": leader.lower_bound,
            "upper_bound": leader.upper_bound,
            "pair": list(leader.pair),
            "cause": leader.cause,
        },
    }
