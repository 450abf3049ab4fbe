"""Files that lie beside a log and are none: account tables, and the range's truth and scenario."""

from collections.abc import Collection
from dataclasses import dataclass

from revenuer.records import ACCOUNT_SCHEMA

_TRUTH = (
    frozenset({"account_id", "role", "archetype", "campaign", "operator", "pool"}),
    frozenset({"request_id", "is_harvest"}),
)
"""Columns of the range's truth.parquet and truth_requests.parquet (revenuer.simulate, which knows no ingest)."""
_SCENARIO = frozenset({"schema_version", "scenario", "seed", "scale", "harvest_exchanges"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """What a file is instead of a log, and why it is left alone."""

    kind: str
    why: str


def neighbour(fields: Collection[str]) -> Neighbour | None:
    """Return what a file with these columns (or a record with these keys) is if it is recognisably no log."""
    names = frozenset(fields)
    if "account_id" in names and names <= set(ACCOUNT_SCHEMA.names):
        return Neighbour(kind="accounts", why="is an account table: not read as a log")
    if names in _TRUTH:
        return Neighbour(kind="truth", why="is the known truth of the range: not read as a log")
    if names >= _SCENARIO:
        return Neighbour(kind="scenario", why="describes a scenario of the range: not read as a log")
    return None
