"""The embedded engine: order kept, files freed, errors told in our own words."""

import errno
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import revenuer.engine.duckdb_engine as module
from revenuer.engine import DuckDBEngine, Engine
from revenuer.records import ResourceError

DOUBLED = pa.schema([("x", pa.int64()), ("twice", pa.int64())])


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DuckDBEngine]:
    monkeypatch.setattr(module, "BATCH_ROWS", 2_048)
    with DuckDBEngine(tmp_path / "work", memory_mb=300, threads=3) as opened:
        yield opened


def numbers(n: int) -> pa.Table:
    return pa.table({"x": pa.array(np.arange(n), pa.int64())})


def double(batch: pa.RecordBatch) -> pa.RecordBatch:
    x = batch.column(0)
    return pa.RecordBatch.from_arrays([x, pc.multiply(x, 2)], schema=DOUBLED)


def protocol_of(engine: Engine) -> Engine:
    return engine


def test_it_is_an_engine(engine: DuckDBEngine) -> None:
    assert protocol_of(engine) is engine


def test_query_keeps_the_order_asked_for(engine: DuckDBEngine) -> None:
    engine.register("given", numbers(50_000))
    found = engine.query("SELECT x FROM given ORDER BY (x * 7919) % 50000")["x"].to_numpy()
    assert found.tolist() == sorted(range(50_000), key=lambda x: x * 7919 % 50_000)


def test_map_batches_keeps_order_and_schema(engine: DuckDBEngine) -> None:
    engine.register("given", numbers(30_000))
    engine.map_batches("done", "SELECT x FROM given ORDER BY x DESC", double, DOUBLED)
    found = engine.query("SELECT * FROM done")
    assert found.schema.names == ["x", "twice"]
    assert found["x"].to_pylist() == list(range(29_999, -1, -1))
    assert found["twice"].to_numpy().tolist() == (2 * found["x"].to_numpy()).tolist()


def test_map_batches_of_nothing_is_an_empty_table(engine: DuckDBEngine) -> None:
    engine.register("given", numbers(0))
    engine.map_batches("done", "SELECT x FROM given", double, DOUBLED)
    assert engine.query("SELECT * FROM done").num_rows == 0


def test_a_kernel_may_give_fewer_rows(engine: DuckDBEngine) -> None:
    engine.register("given", numbers(10_000))
    engine.map_batches("even", "SELECT x FROM given", lambda b: double(b).filter(pc.equal(pc.bit_wise_and(b.column(0), 1), 0)), DOUBLED)  # fmt: skip
    assert engine.query("SELECT count(*) AS n FROM even")["n"].to_pylist() == [5_000]


def test_stream_cuts_into_bounded_batches_in_order(engine: DuckDBEngine) -> None:
    engine.register("given", numbers(9_000))
    batches = list(engine.stream("SELECT x FROM given ORDER BY x", lambda b: b))
    assert max(b.num_rows for b in batches) <= 2_048
    assert np.concatenate([b.column(0).to_numpy() for b in batches]).tolist() == list(range(9_000))


def test_kernel_exception_is_not_swallowed(engine: DuckDBEngine) -> None:
    engine.register("given", numbers(9_000))

    def broken(batch: pa.RecordBatch) -> pa.RecordBatch:
        if 5_000 in set(batch.column(0).to_pylist()):
            raise ZeroDivisionError("the kernel says so")
        return double(batch)

    with pytest.raises(ZeroDivisionError, match="the kernel says so"):
        engine.map_batches("done", "SELECT x FROM given", broken, DOUBLED)
    with pytest.raises(duckdb.CatalogException):
        engine.query("SELECT * FROM done")
    assert engine.query("SELECT 1 AS one")["one"].to_pylist() == [1]


def test_a_kernel_with_another_schema_is_refused(engine: DuckDBEngine) -> None:
    engine.register("given", numbers(10))
    with pytest.raises((ValueError, pa.ArrowInvalid)):
        engine.map_batches("done", "SELECT x FROM given", lambda b: b, DOUBLED)


def test_drop_frees_the_file_and_the_name(engine: DuckDBEngine, tmp_path: Path) -> None:
    engine.register("given", numbers(100))
    engine.map_batches("done", "SELECT x FROM given", double, DOUBLED)
    assert len(list((tmp_path / "work").glob("done*.parquet"))) == 1
    engine.drop("done")
    assert list((tmp_path / "work").glob("done*.parquet")) == []
    with pytest.raises(duckdb.CatalogException):
        engine.query("SELECT * FROM done")


def test_drop_of_a_created_table_and_of_nothing(engine: DuckDBEngine) -> None:
    engine.create("kept", "SELECT 1 AS one")
    engine.drop("kept")
    engine.drop("never")
    with pytest.raises(duckdb.CatalogException):
        engine.query("SELECT * FROM kept")


def test_mapping_again_replaces_the_table(engine: DuckDBEngine) -> None:
    engine.register("given", numbers(3))
    for start in (0, 1):
        engine.map_batches("done", f"SELECT x FROM given WHERE x >= {start}", double, DOUBLED)
    assert engine.query("SELECT x FROM done ORDER BY x")["x"].to_pylist() == [1, 2]


def test_mapping_again_frees_the_file_before(engine: DuckDBEngine, tmp_path: Path) -> None:
    engine.register("given", numbers(3))
    for _ in range(2):
        engine.map_batches("done", "SELECT x FROM given", double, DOUBLED)
    assert len(list((tmp_path / "work").glob("done*.parquet"))) == 1


def test_create_replaces(engine: DuckDBEngine) -> None:
    engine.create("t", "SELECT 1 AS a")
    engine.create("t", "SELECT 2 AS b")
    assert engine.query("SELECT * FROM t").to_pylist() == [{"b": 2}]


def test_order_survives_a_failed_create(engine: DuckDBEngine) -> None:
    engine.register("given", numbers(1000))
    with pytest.raises(duckdb.Error):
        engine.create("broken", "SELECT nothing FROM given")
    kept = engine.query("SELECT current_setting('preserve_insertion_order') AS kept")["kept"].to_pylist()
    assert kept in ([True], ["true"])


def test_insert_adds_to_a_table(engine: DuckDBEngine) -> None:
    engine.create("t", "SELECT 1 AS a")
    engine.insert("t", "SELECT 2 AS a")
    assert engine.query("SELECT a FROM t ORDER BY a")["a"].to_pylist() == [1, 2]


def test_apostrophes_in_paths(tmp_path: Path) -> None:
    folder = tmp_path / "the analyst's logs"
    folder.mkdir()
    pq.write_table(numbers(5), folder / "o'log.parquet")
    with DuckDBEngine(folder / "work'dir") as engine:
        engine.read_parquet("given", [folder / "o'log.parquet"])
        engine.map_batches("done", "SELECT x FROM given", double, DOUBLED)
        engine.write_parquet("SELECT * FROM done WHERE x > 2", folder / "it's.parquet")
    assert pq.read_table(folder / "it's.parquet").to_pydict() == {"x": [3, 4], "twice": [6, 8]}


@pytest.mark.parametrize(
    "name",
    ["log{a,b}.parquet", "log[1].parquet", "log*.parquet", "log?.parquet"],
)
def test_glob_characters_in_paths_are_taken_as_they_are(name: str, tmp_path: Path) -> None:
    pq.write_table(numbers(5), tmp_path / name)
    pq.write_table(numbers(7), tmp_path / "log1.parquet")
    with DuckDBEngine(tmp_path / "work") as engine:
        engine.read_parquet("given", [tmp_path / name])
        assert engine.query("SELECT count(*) AS n FROM given")["n"].to_pylist() == [5]


def test_files_are_joined_by_column_name(engine: DuckDBEngine, tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1], "b": ["x"]}), tmp_path / "one.parquet")
    pq.write_table(pa.table({"b": ["y"], "c": [2.5]}), tmp_path / "two.parquet")
    engine.read_parquet("given", [tmp_path / "one.parquet", tmp_path / "two.parquet"])
    assert engine.query("SELECT a, b, c FROM given ORDER BY b").to_pylist() == [
        {"a": 1, "b": "x", "c": None},
        {"a": None, "b": "y", "c": 2.5},
    ]


def test_times_are_utc_micros(engine: DuckDBEngine, tmp_path: Path) -> None:
    times = pa.array([1_780_000_000_123_456], pa.timestamp("us", tz="UTC"))
    pq.write_table(pa.table({"t": times}), tmp_path / "t.parquet")
    engine.read_parquet("given", [tmp_path / "t.parquet"])
    found = engine.query("SELECT unix_micros(t) AS u, t FROM given")
    assert found["u"].to_pylist() == [1_780_000_000_123_456]
    assert found["t"][0].value == times[0].value


def test_missing_file_is_a_resource_error(engine: DuckDBEngine, tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="free some"):
        engine.read_parquet("given", [tmp_path / "absent.parquet"])


def test_out_of_memory_is_a_resource_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with DuckDBEngine(tmp_path / "work", memory_mb=300, threads=1) as engine:
        engine._con.execute("SET max_temp_directory_size='1MB'")
        engine._con.execute("SET memory_limit='20MB'")
        with pytest.raises(ResourceError, match="--memory"):
            engine.create("big", "SELECT range AS x, hash(range) AS h FROM range(20000000) ORDER BY h")


@pytest.mark.parametrize(("number", "said"), [(errno.ENOSPC, "is full"), (errno.EACCES, "cannot write")])
def test_disk_errors_while_mapping_are_resource_errors(
    number: int, said: str, engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk:
        def __init__(self, *_: object, **__: object) -> None:
            raise OSError(number, "no")

    monkeypatch.setattr(module.pq, "ParquetWriter", FullDisk)
    engine.register("given", numbers(3))
    with pytest.raises(ResourceError, match=said):
        engine.map_batches("done", "SELECT x FROM given", double, DOUBLED)


def test_an_os_error_of_the_kernel_is_its_own(engine: DuckDBEngine) -> None:
    engine.register("given", numbers(3))

    def broken(batch: pa.RecordBatch) -> pa.RecordBatch:
        raise FileNotFoundError("a model file of the kernel")

    with pytest.raises(FileNotFoundError):
        engine.map_batches("done", "SELECT x FROM given", broken, DOUBLED)


def test_wrong_sql_is_not_dressed_as_a_lack_of_resources(engine: DuckDBEngine) -> None:
    with pytest.raises(duckdb.Error):
        engine.query("SELEC 1")


def test_long_rows_make_small_batches(engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_BYTES", 1 << 20)
    monkeypatch.setattr(module, "READ_ROWS", 16)
    engine.register("given", pa.table({"x": list(range(200)), "s": ["a" * 10_000] * 200}))
    batches = list(engine.stream("SELECT x, s FROM given", lambda batch: batch))
    assert pa.Table.from_batches(batches)["x"].to_pylist() == list(range(200))
    assert all(batch.nbytes <= 1 << 20 for batch in batches)
    assert len(batches) >= 2


def test_an_error_after_a_full_disk_is_a_resource_error(engine: DuckDBEngine) -> None:
    with pytest.raises(ResourceError, match=r"No space left.*--workdir"), engine._translated():
        raise duckdb.FatalException("Failed: invalidated\nOriginal error: No space left on device")
