"""A folder with the log, its account table, and what the range writes beside them."""

from pathlib import Path

import pytest
from ingest_fixture import Read

from revenuer.ingest.neighbours import neighbour
from revenuer.records import EXCHANGE_SCHEMA, REQUIRED_COLUMNS, InputError
from revenuer.simulate import TRUTH_SCHEMA, simulate


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate("demo", tmp_path_factory.mktemp("range") / "log", seed=1, scale=0.01).folder


@pytest.mark.parametrize("log_format", ["auto", "native"])
def test_a_folder_of_the_range_is_read_as_its_log(folder: Path, read: Read, log_format: str) -> None:
    result = read(folder, log_format=log_format)
    assert {Path(one.file).name: one.format for one in result.sources} == {
        "accounts.parquet": "accounts",
        "exchanges.parquet": "native",
        "scenario.json": "scenario",
        "truth.parquet": "truth",
        "truth_requests.parquet": "truth",
    }
    assert result.rows == read(folder / "exchanges.parquet").rows > 0
    assert result.quarantined == 0
    assert all("not read as a log" in one.why for one in result.sources if one.format != "native")


@pytest.mark.parametrize("name", ["truth.parquet", "scenario.json"])
def test_a_file_that_is_named_must_be_a_log(folder: Path, read: Read, name: str) -> None:
    with pytest.raises(InputError, match="cannot tell which log format"):
        read(folder / name)


def test_a_log_is_no_neighbour() -> None:
    assert neighbour(REQUIRED_COLUMNS) is None
    assert neighbour(EXCHANGE_SCHEMA.names) is None
    assert neighbour([*TRUTH_SCHEMA.names, "request_id"]) is None
    assert neighbour([]) is None
