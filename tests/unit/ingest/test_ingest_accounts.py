"""Account tables: what is taken for one, and what is refused."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingest_fixture import NOW, native, write_lines

from revenuer.ingest import read_accounts
from revenuer.records import InputError


def test_the_first_row_of_an_account_stays(tmp_path: Path) -> None:
    rows = [
        {"account_id": "a", "plan": "free"},
        {"account_id": "a", "plan": "pro"},
        {"account_id": "b", "verification": "who knows"},
    ]
    found = read_accounts(str(write_lines(tmp_path / "a.jsonl", rows)), workdir=tmp_path / "work")
    assert [row["plan"] for row in found.table.to_pylist()] == ["free"]
    assert (found.duplicates, found.quarantined) == (1, 1)


@pytest.mark.parametrize("kind", ["parquet", "jsonl"])
def test_a_request_log_given_by_mistake_is_refused_as_such(tmp_path: Path, kind: str) -> None:
    rows = [native(number) for number in range(3)]
    path = write_lines(tmp_path / "exchanges.jsonl", rows)
    if kind == "parquet":
        path = tmp_path / "exchanges.parquet"
        pq.write_table(pa.Table.from_pylist([{**row, "timestamp": NOW} for row in rows]), path)
    with pytest.raises(
        InputError, match=r"is a request log, not an account table.*request_id, model, timestamp"
    ):
        read_accounts(str(path), workdir=tmp_path / "work")


def test_a_column_that_a_log_also_has_does_not_make_a_log(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [{"account_id": "a", "timestamp": "2026-01-01"}])
    assert read_accounts(str(path), workdir=tmp_path / "work").columns_ignored == ("timestamp",)


def test_a_table_without_accounts_is_refused(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [{"user": "a"}])
    with pytest.raises(InputError, match="no column account_id"):
        read_accounts(str(path), workdir=tmp_path / "work")
