"""Reads tables that `revenuer share` and `revenuer scan` exchange: peers' claims, and observables."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.records import CLAIM_SCHEMA, OBSERVABLE_SCHEMA, InputError, ObservableKind


def read_claims(path: Path) -> pa.Table:
    """Return a claims table. Raises InputError for a file that is none, naming what is wrong with it."""
    return _read(path, CLAIM_SCHEMA, "claims", "`revenuer share claims` or `revenuer share match`")


def read_observables(path: Path) -> pa.Table:
    """Return a table of observables. Raises InputError for a file that is none, naming what is wrong with it."""
    return _read(path, OBSERVABLE_SCHEMA, "observables", "`revenuer scan` or `revenuer share inventory`")


def _read(path: Path, schema: pa.Schema, what: str, made_by: str) -> pa.Table:
    remedy = f"name a file that {made_by} wrote"
    try:
        table = pq.read_table(path)
        missing = [name for name in schema.names if name not in table.column_names]
        if missing:
            raise InputError(f"{path} is no table of {what}: it has no column {', '.join(missing)}; {remedy}")
        table = table.select(schema.names).cast(schema)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}; {remedy}") from error
    except pa.ArrowException as error:
        raise InputError(f"{path} is no table of {what}: {error}; {remedy}") from error
    strange = sorted(set(table["kind"].to_pylist()) - set(ObservableKind))
    if strange:
        raise InputError(
            f"{path} has values of kind {', '.join(map(repr, strange))}, which this version does not know; {remedy}"
        )
    return table
