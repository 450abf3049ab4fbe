"""Scans on the log's own clock: when they are made, what they see, and from when on it counts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from builders.replayed import START, exchanges
from revenuer.detect.keyed_hash import UNKEYED
from revenuer.engine import DuckDBEngine
from revenuer.guard.policy import Policy
from revenuer.guard.replay import LOG, Patrol, Rounds, registry, replay
from revenuer.simulate import simulate

HOUR = 3600
HOUR_US = HOUR * 1_000_000
FIRST = int(START.timestamp()) * 1_000_000
DAILY = Rounds(every_s=24 * HOUR, window_s=7 * 24 * HOUR, delay_s=HOUR // 2)

Walk = Callable[..., tuple[Patrol, list[datetime]]]


@pytest.fixture
def patrol(tmp_path: Path) -> Walk:
    """Make a patrol of a log, which works under `tmp_path`, with the list that the moments of its scans go into."""

    def make(
        file: Path, rounds: Rounds, first: int = FIRST, accounts: pa.Table | None = None
    ) -> tuple[Patrol, list[datetime]]:
        moments: list[datetime] = []

        @contextmanager
        def watched(moment: datetime) -> Iterator[None]:
            moments.append(moment)
            yield

        found = Patrol(
            [file],
            accounts,
            rounds,
            first=first,
            key=UNKEYED,
            work=tmp_path,
            open_engine=lambda folder: DuckDBEngine(folder, memory_mb=300, threads=1),
            watched=watched,
        )
        return found, moments

    return make


@pytest.fixture
def quiet(tmp_path: Path) -> Path:
    """Write a log of three people over four days."""
    rows = [{"account_id": f"person-{i % 3}", "minute": i * 60} for i in range(96)]
    pq.write_table(exchanges(rows), tmp_path / "quiet.parquet")
    return tmp_path / "quiet.parquet"


def at(hours: float) -> int:
    return FIRST + round(hours * HOUR_US)


def test_a_scan_is_in_force_after_its_delay_and_not_before(patrol: Walk, quiet: Path) -> None:
    found, moments = patrol(quiet, DAILY)
    assert found.wake == at(24)
    assert found.until(at(23.9)) == []
    assert found.until(at(24.1)) == []
    assert moments == [datetime.fromtimestamp(at(24) / 1e6, UTC)]
    assert found.wake == at(24.5)
    (index,) = found.until(at(24.5))
    assert index.made_at == at(24)
    assert found.wake == at(48)


def test_of_scans_due_in_a_silence_the_last_is_made(patrol: Walk, quiet: Path) -> None:
    found, moments = patrol(quiet, DAILY)
    assert [index.made_at for index in found.until(at(80))] == [at(72)]
    assert len(moments) == 1
    assert found.wake == at(96)


def test_scans_that_overlap_come_into_force_in_order(patrol: Walk, quiet: Path) -> None:
    found, _ = patrol(quiet, Rounds(every_s=HOUR, window_s=24 * HOUR, delay_s=3 * HOUR // 2))
    told = [(hour, [index.made_at for index in found.until(at(hour))]) for hour in (1, 2, 2.5, 3, 3.5)]
    assert told == [(1, []), (2, []), (2.5, [at(1)]), (3, []), (3.5, [at(2)])]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("range") / "town"
    simulate("demo", folder, seed=3, scale=0.2)
    return folder


def test_a_scan_sees_nothing_later_than_its_moment_and_nothing_before_its_window(
    patrol: Walk, town: Path, tmp_path: Path
) -> None:
    log = pq.read_table(town / "exchanges.parquet")
    accounts = pq.read_table(town / "accounts.parquet")
    first = int(pc.min(log["timestamp"]).as_py().timestamp() * 1_000_000)
    rounds = Rounds(every_s=7 * 24 * HOUR, window_s=6 * 24 * HOUR, delay_s=0)
    moment = first + 7 * 24 * HOUR_US
    sent = pc.cast(log["timestamp"], pa.int64())
    part = log.filter(pc.and_(pc.less(sent, moment), pc.greater_equal(sent, moment - 6 * 24 * HOUR_US)))
    known = accounts.filter(pc.is_in(accounts["account_id"], value_set=pc.unique(part["account_id"])))
    assert 0 < len(known) < len(accounts)
    pq.write_table(part, tmp_path / "part.parquet")
    (of_all,) = patrol(town / "exchanges.parquet", rounds, first, accounts)[0].until(moment)
    (of_part,) = patrol(tmp_path / "part.parquet", rounds, first, known)[0].until(moment)
    assert len(of_all.campaigns) > 0
    assert of_all.digest == of_part.digest
    assert list(tmp_path.glob("patrol-*")) == []


def test_a_replay_is_the_same_until_the_first_scan_is_in_force(
    patrol: Walk, town: Path, tmp_path: Path
) -> None:
    accounts = pq.read_table(town / "accounts.parquet")
    known = registry(accounts)
    first = int(
        pc.min(pq.read_table(town / "exchanges.parquet")["timestamp"]).as_py().timestamp() * 1_000_000
    )
    rounds = Rounds(every_s=5 * 24 * HOUR, window_s=7 * 24 * HOUR, delay_s=6 * HOUR)
    found = {}
    with DuckDBEngine(tmp_path / "engine", memory_mb=300, threads=1) as engine:
        engine.read_parquet(LOG, [town / "exchanges.parquet"])
        for name in ("alone", "patrolled"):
            walk = (
                patrol(town / "exchanges.parquet", rounds, first, accounts)[0]
                if name == "patrolled"
                else None
            )
            state = replay(engine, known, Policy(shadow=False), tmp_path / f"{name}.parquet", patrol=walk)
            found[name] = pq.read_table(tmp_path / f"{name}.parquet")
    assert state.books.indexes_seen == 2
    in_force = pa.scalar(first + (5 * 24 + 6) * HOUR_US, pa.timestamp("us", "UTC"))
    early = {
        name: table.filter(pc.less(table["timestamp"], in_force)).to_pylist() for name, table in found.items()
    }
    assert early["alone"] == early["patrolled"]
    assert found["alone"].num_rows == found["patrolled"].num_rows
    assert not found["alone"].equals(found["patrolled"])
