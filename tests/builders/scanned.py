"""Runs the detector's steps on small logs: a context to measure groups in, or a whole scan."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from revenuer.detect.candidates import find_candidates
from revenuer.detect.group import Context, Group
from revenuer.detect.group_facts import read_group_facts
from revenuer.detect.population import build_population
from revenuer.detect.scan import ScanInput, columns_missing, scan
from revenuer.detect.sketch import sketch_kernel
from revenuer.engine import DuckDBEngine
from revenuer.records import OPTIONAL_COLUMNS, SKETCH_SCHEMA, InputSummary, ScanResult


def input_summary(log: pa.Table) -> InputSummary:
    """What ingest says of a clean log; a column that is absent or all null is missing."""
    empty = log.num_rows == 0
    times = log["timestamp"]
    return InputSummary(
        exchanges=log.num_rows,
        accounts=len(pc.unique(log["account_id"])),
        first=None if empty else _moment(pc.min(times)),
        last=None if empty else _moment(pc.max(times)),
        quarantined=0,
        duplicates=0,
        columns_missing=tuple(
            name
            for name in OPTIONAL_COLUMNS
            if name not in log.column_names or log[name].null_count == log.num_rows
        ),
        columns_ignored=(),
        sources=("town: exchanges (made by hand)",),
    )


def _moment(value: pa.Scalar) -> datetime:
    found: datetime = value.as_py()
    return found.astimezone(UTC)


def scan_table(
    folder: Path,
    log: pa.Table,
    accounts: pa.Table | None,
    *,
    seed: int = 0,
    kind: str = "exchanges",
    threads: int = 2,
    row_group: int = 1 << 20,
    files: int = 1,
) -> ScanResult:
    """Scan a log table that is written to `folder` first, cut into `files` files of row groups of `row_group` rows."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    step = max(1, -(-log.num_rows // files))
    for number in range(files):
        path = folder / f"log-{number}.parquet"
        pq.write_table(log.slice(number * step, step), path, row_group_size=row_group)
        paths.append(path)
    given = ScanInput(files=tuple(paths), kind=kind, accounts=accounts, summary=input_summary_of(log, kind))
    with DuckDBEngine(folder / "engine", memory_mb=500, threads=threads) as engine:
        return scan(engine, given, seed=seed)


def input_summary_of(log: pa.Table, kind: str) -> InputSummary:
    """As `input_summary`; a sketch table names its columns otherwise, and lacks none that it holds in another form."""
    if kind == "exchanges":
        return input_summary(log)
    forms = {"session_id": "session", "client_ip": "ip"}
    renamed = log.rename_columns([next((a for a, b in forms.items() if b == n), n) for n in log.column_names])
    summary = input_summary(renamed)
    missing = tuple(name for name in summary.columns_missing if name != "response")
    return InputSummary(**{**{f: getattr(summary, f) for f in summary.__slots__}, "columns_missing": missing})


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A log whose accounts are profiled; `group` picks some of them for a signal to measure."""

    engine: DuckDBEngine
    context: Context
    _made: dict[tuple[str, ...], Group] = field(default_factory=dict)

    def codes(self, names: Iterable[str]) -> np.ndarray:
        """Account codes, sorted."""
        where = {name: code for code, name in enumerate(self.context.population.ids.to_pylist())}
        return np.array(sorted(where[name] for name in names))

    def group(self, names: Iterable[str]) -> Group:
        """The named accounts as a group with its facts."""
        key = tuple(names)
        if key not in self._made:
            codes = self.codes(key)
            facts = read_group_facts(self.engine, [codes], self.context.population.origin)[0]
            self._made[key] = Group(accounts=codes, odds=np.zeros(len(codes)), facts=facts, family=None)
        return self._made[key]


@contextmanager
def surveyed(folder: Path, log: pa.Table, accounts: pa.Table | None, *, seed: int = 0) -> Iterator[Surveyed]:
    """Sketch and profile a log, up to the context that signals are measured in."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "log.parquet"
    pq.write_table(log, path)
    with DuckDBEngine(folder / "engine", memory_mb=500) as engine:
        engine.read_parquet("exchange", [path])
        engine.map_batches("sketch", "SELECT * FROM exchange", sketch_kernel(), SKETCH_SCHEMA)
        population = build_population(engine, accounts)
        candidates = find_candidates(engine, population, columns_missing(engine, population), seed)
        yield Surveyed(engine=engine, context=candidates.context)
