"""The pipeline's SQL can be written in Spark's dialect; what cannot is listed here, not hidden."""

import re

import pytest

import revenuer.detect.link as link
from builders.scanned import scan_table
from builders.town import Town
from revenuer.engine import DuckDBEngine

sqlglot = pytest.importorskip("sqlglot")

NEEDS_WORK = ("list_has_any",)
"""Functions that sqlglot turns into something that Spark does not know: list_has_any becomes `&&`, not arrays_overlap."""
OUR_MACROS = ("unix_micros",)
"""Functions that each engine defines for itself (Spark has this one)."""


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every statement that a scan sends to its engine."""
    seen: list[str] = []
    town = Town(seed=31)
    town.crowd(40)
    names = town.group("bot", 12, count=lambda m: 80, prompt=lambda m: [f"one two three four five six seven eight nine ten {p}" for p in m.own_prompts(80)], reasoning_signature=lambda m: [f"s{i % 20}" for i in range(80)])  # fmt: skip
    assert len(names) == 12
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(link, "RANDOM_PAIRS", 2_000, raising=False)
        for method, at in (("create", 1), ("query", 0), ("map_batches", 1), ("stream", 0)):
            real = getattr(DuckDBEngine, method)

            def noting(self: DuckDBEngine, *given: object, _real: object = real, _at: int = at) -> object:
                seen.append(str(given[_at]))
                return _real(self, *given)  # type: ignore[operator]

            patch.setattr(DuckDBEngine, method, noting)
        scan_table(tmp_path_factory.mktemp("sql"), town.exchanges(), town.accounts())
    return sorted({re.sub(r"\s+", " ", s) for s in seen})


def test_a_scan_sends_the_statements_that_we_think(statements: list[str]) -> None:
    assert len(statements) > 20


def test_every_statement_transpiles(statements: list[str]) -> None:
    failed = []
    for statement in statements:
        try:
            (spark,) = sqlglot.transpile(statement, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)  # fmt: skip
            sqlglot.parse_one(spark, read="spark")
            assert "&&" not in spark or any(name in statement for name in NEEDS_WORK), statement
        except sqlglot.errors.SqlglotError as error:
            failed.append((statement[:120], str(error)[:120]))
    assert failed == []


def test_functions_without_a_spark_name_are_the_listed_ones(statements: list[str]) -> None:
    found = set()
    for statement in statements:
        tree = sqlglot.parse_one(statement, read="duckdb")
        found |= {node.name.lower() for node in tree.find_all(sqlglot.exp.Anonymous)}
    assert found <= {*NEEDS_WORK, *OUR_MACROS}
