"""Langfuse's `observations_v2` export, one row an observation; generations are the model calls.

Source: Langfuse blob-storage export, table observations_v2. It has no client address.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from revenuer.ingest.bodies import parameter_columns, request_columns, response_columns
from revenuer.ingest.mapper import Row, Seen
from revenuer.ingest.paths import Record, as_record, first_of, opened

ACCOUNT = ("user_id", "metadata.user_id", "metadata.userId")
_UNDERSTOOD = (
    "id",
    "trace_id",
    "type",
    "start_time",
    "input",
    "output",
    "provided_model_name",
    "model_parameters",
    "usage_details",
    "metadata",
    "user_id",
    "session_id",
    "level",
)


class LangfuseMapper:
    """Maps observations of type GENERATION; spans and events are no model calls and are left out."""

    name = "langfuse"

    def __init__(self, account: Sequence[str] = ACCOUNT) -> None:
        self._account = tuple(account)
        self._seen = Seen(_UNDERSTOOD)
        self._others = 0

    def recognises(self, record: Record) -> str | None:
        """Recognise by trace_id, type, start_time and a model column."""
        marks = [name for name in ("provided_model_name", "usage_details") if name in record]
        if marks and all(name in record for name in ("id", "trace_id", "type", "start_time")):
            return f"has observations_v2's columns id, trace_id, type, start_time, {marks[0]}"
        return None

    def rows(self, record: Record) -> Iterable[Row]:
        """Yield the generation, if the observation is one."""
        self._seen.note(record)
        if record.get("type") != "GENERATION":
            self._others += 1
            return ()
        parameters = _pairs(record.get("model_parameters"))
        given = opened(record.get("input"))
        row = request_columns(given if isinstance(given, dict) else {"messages": given})
        row.update(
            {name: value for name, value in parameter_columns(parameters).items() if value is not None}
        )
        row.update(response_columns(record.get("output")))
        usage = _pairs(record.get("usage_details"))
        row.update(
            request_id=record.get("id"),
            account_id=first_of({**record, "metadata": _pairs(record.get("metadata"))}, self._account),
            model=record.get("provided_model_name"),
            timestamp=record.get("start_time"),
            session_id=first_of(record, ("session_id", "trace_id")),
            input_tokens=first_of(usage, ("input", "input_tokens", "prompt_tokens")),
            output_tokens=first_of(usage, ("output", "output_tokens", "completion_tokens")),
        )
        if record.get("level") == "ERROR":
            row["finish_reason"] = "error"
        return (row,)

    def ignored(self) -> Iterable[str]:
        """Return columns that no exchange column is made from."""
        return self._seen.others()

    def notes(self) -> Iterable[str]:
        """Say how many observations were no generations."""
        return (
            (f"{self._others} observations are not of type GENERATION and were left out",)
            if self._others
            else ()
        )


def _pairs(value: object) -> Record:
    """Return an object; Parquet maps arrive as lists of (key, value)."""
    value = opened(value)
    if isinstance(value, list):
        pairs: dict[str, Any] = {}
        for pair in value:
            if isinstance(pair, (tuple, list)) and len(pair) == 2:
                pairs[str(pair[0])] = pair[1]
        return pairs
    return as_record(value)
