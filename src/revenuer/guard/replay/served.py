"""Where the truth is known: what each kind of account met, and how much of the harvest was served before containment."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from revenuer.engine import Engine
from revenuer.guard.replay.findings import DECIDED
from revenuer.records import RESTRICTIVE, Action


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedRow:
    """One archetype: its accounts, those that met a measure which a customer feels, those denied; requests left unanswered; and of
    its harvest requests (those that its own log calls answered) how many were answered all the same."""

    role: str
    archetype: str
    accounts: int
    restricted: int
    denied: int
    unanswered: int
    harvest: int
    harvest_served: int


def served(engine: Engine, truth: pa.Table, harvest: Path | None) -> tuple[ServedRow, ...]:
    """Return one row for each archetype of `truth` that the log has, campaigns first.

    Needs the table that `findings` made. `harvest`: Parquet with request_id and is_harvest; without it no request is harvest.
    """
    engine.register("truth", truth.select(["account_id", "role", "archetype"]))
    if harvest is not None:
        engine.read_parquet("truth_request", [harvest])
    source = "truth_request" if harvest is not None else "(SELECT NULL AS request_id, false AS is_harvest)"
    felt = ", ".join(f"'{action}'" for action in sorted(RESTRICTIVE))
    rows = engine.query(
        f"""
        SELECT role, archetype, count(DISTINCT account_id) AS accounts,
            count(DISTINCT account_id) FILTER (WHERE action IN ({felt})) AS restricted,
            count(DISTINCT account_id) FILTER (WHERE action = '{Action.DENY}') AS denied,
            count(*) FILTER (WHERE stopped) AS unanswered,
            count(*) FILTER (WHERE is_harvest AND (answered OR stopped)) AS harvest,
            count(*) FILTER (WHERE is_harvest AND answered) AS harvest_served
        FROM {DECIDED} JOIN truth USING (account_id) LEFT JOIN {source} USING (request_id)
        GROUP BY role, archetype ORDER BY role, archetype
        """
    ).to_pylist()
    return tuple(ServedRow(**row) for row in rows)
