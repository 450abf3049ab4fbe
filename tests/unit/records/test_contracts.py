"""The contracts that outside readers rely on."""

import dataclasses
import inspect

import pyarrow as pa
import pytest

import revenuer.records as records
from revenuer.records import (
    ACCOUNT_SCHEMA,
    EXCHANGE_SCHEMA,
    OPTIONAL_COLUMNS,
    REQUIRED_COLUMNS,
    SKETCH_SCHEMA,
    Outcome,
    RevenuerError,
    Verdict,
)

RECORDS = [value for _, value in inspect.getmembers(records, dataclasses.is_dataclass)]
ERRORS = [
    value
    for _, value in inspect.getmembers(records, inspect.isclass)
    if issubclass(value, Exception) and value is not RevenuerError
]


def test_required_columns_are_those_that_may_not_be_null() -> None:
    assert tuple(f.name for f in EXCHANGE_SCHEMA if not f.nullable) == REQUIRED_COLUMNS
    assert set(REQUIRED_COLUMNS) | set(OPTIONAL_COLUMNS) == set(EXCHANGE_SCHEMA.names)
    assert not set(REQUIRED_COLUMNS) & set(OPTIONAL_COLUMNS)


def test_a_sketch_keeps_the_required_columns_and_no_text() -> None:
    for name in REQUIRED_COLUMNS:
        assert SKETCH_SCHEMA.field(name) == EXCHANGE_SCHEMA.field(name)
    text = {f.name for f in SKETCH_SCHEMA if pa.types.is_string(f.type)}
    assert text == {"request_id", "account_id", "model", "organization_id", "finish_reason"}
    assert "response" not in SKETCH_SCHEMA.names


def test_no_column_says_where_a_person_comes_from() -> None:
    banned = ("country", "nation", "language", "locale", "geo", "city", "ethnic", "citizen")
    for schema in (EXCHANGE_SCHEMA, ACCOUNT_SCHEMA, SKETCH_SCHEMA):
        assert [n for n in schema.names if any(word in n for word in banned)] == []


def test_times_are_utc_micros() -> None:
    for schema, name in (
        (EXCHANGE_SCHEMA, "timestamp"),
        (SKETCH_SCHEMA, "timestamp"),
        (ACCOUNT_SCHEMA, "created_at"),
    ):
        assert schema.field(name).type == pa.timestamp("us", tz="UTC")


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r.__name__)
def test_records_are_frozen_slotted_and_by_keyword(record: type) -> None:
    assert record.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert hasattr(record, "__slots__")
    with pytest.raises(TypeError):
        record(*[None] * len(dataclasses.fields(record)))


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: e.__name__)
def test_errors_have_one_root(error: type[Exception]) -> None:
    assert issubclass(error, RevenuerError)
    assert error.__doc__


def test_outcomes_and_verdicts_are_words() -> None:
    assert {o.value for o in Outcome} == {"positive", "negative", "inconclusive", "not_evaluated"}
    assert {v.value for v in Verdict} == {"campaign", "watch", "clear", "sanctioned", "insufficient_data"}


def test_all_that_is_exported_is_there_and_sorted_out() -> None:
    assert len(records.__all__) == len(set(records.__all__))
    assert [name for name in records.__all__ if not hasattr(records, name)] == []
