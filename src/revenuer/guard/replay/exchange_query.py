"""What a replay reads of a log: SQL over a table of exchanges that may lack nullable columns."""

from collections.abc import Sequence

import pyarrow as pa

from revenuer.engine import Engine
from revenuer.records import EXCHANGE_SCHEMA

LOG = "given"
"""The engine's table that holds the log."""
_DEFAULTS = {
    "turn": "0",
    "n": "1",
    "logprobs": "false",
    "stream": "false",
    "output_tokens": "0",
    "status": "200",
}
"""What is taken where the log is silent, as an event takes it."""
_TYPES = {pa.string(): "VARCHAR", pa.int32(): "INTEGER", pa.float32(): "FLOAT", pa.bool_(): "BOOLEAN"}


def exchange_query(engine: Engine, columns: Sequence[str]) -> str:
    """Return SQL that gives `columns` of the log by the Exchange table's names, in no order.

    Columns that the log lacks are null, or their default; `timestamp` is in microseconds since 1970 UTC.
    """
    there = set(engine.query(f"SELECT * FROM {LOG} LIMIT 0").schema.names)
    return f"SELECT {', '.join(_column(name, name in there) for name in columns)} FROM {LOG}"


def _column(name: str, there: bool) -> str:
    if name == "timestamp":
        return "unix_micros(timestamp) AS timestamp"
    kind = _TYPES[EXCHANGE_SCHEMA.field(name).type]
    value = f"CAST({name if there else 'NULL'} AS {kind})"
    return f"coalesce({value}, {_DEFAULTS[name]}) AS {name}" if name in _DEFAULTS else f"{value} AS {name}"
