"""The traffic of two labs that the same operators harvest: a simulated city, its accounts dealt out to both."""

import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from revenuer.cli.demo_labs import LAB_A, LAB_B
from revenuer.simulate import simulate

SCENARIO, SCALE = "city", 0.3
SEEN_BY_B_H = 72
TRUTH = Path("city") / "truth.parquet"


def split_traffic(out: Path, seed: int) -> None:
    """Write OUT/lab-a and OUT/lab-b, each with exchanges.parquet and accounts.parquet, and OUT/city with the truth. Lab B's log is cut after SEEN_BY_B_H hours."""
    city = out / TRUTH.parent
    simulate(SCENARIO, city, seed=seed, scale=SCALE)
    log, accounts = _recent(
        pq.read_table(city / "exchanges.parquet"), pq.read_table(city / "accounts.parquet")
    )
    begin = pc.min(log["timestamp"]).as_py().astimezone(UTC)
    midnight = datetime(begin.year, begin.month, begin.day, tzinfo=UTC)
    for number, lab in enumerate((LAB_A, LAB_B)):
        (out / lab).mkdir()
        own = log.filter(_dealt(log, number))
        if lab == LAB_B:
            own = own.filter(pc.less(own["timestamp"], midnight + timedelta(hours=SEEN_BY_B_H)))
        pq.write_table(own, out / lab / "exchanges.parquet")
        pq.write_table(accounts.filter(_dealt(accounts, number)), out / lab / "accounts.parquet")


def _recent(log: pa.Table, accounts: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return the city moved by whole weeks so that it ends in the last days: what is claimed of an old log has run out."""
    end = pc.max(log["timestamp"]).as_py().astimezone(UTC)
    weeks = timedelta(weeks=((datetime.now(UTC).date() - end.date()).days - 1) // 7)
    moved = []
    for table, name in ((log, "timestamp"), (accounts, "created_at")):
        at = table.schema.get_field_index(name)
        later = pc.add(table[name], pa.scalar(weeks, pa.duration("us")))
        moved.append(table.set_column(at, table.schema.field(name), later))
    return moved[0], moved[1]


def _dealt(table: pa.Table, number: int) -> pa.Array:
    encoded = table["account_id"].combine_chunks().dictionary_encode()
    mine = pa.array([zlib.crc32(name.encode()) % 2 == number for name in encoded.dictionary.to_pylist()])
    return mine.take(encoded.indices)
