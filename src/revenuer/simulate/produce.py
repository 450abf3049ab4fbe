"""`simulate`: a scenario, a seed and a scale in; a folder with exchanges, accounts and the truth out."""

import json
import shutil
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.records import ACCOUNT_SCHEMA, ResourceError, UsageError
from revenuer.simulate.campaigns import CAMPAIGNS
from revenuer.simulate.library import own_library, read_library
from revenuer.simulate.members import Members
from revenuer.simulate.rhythm import DAY_S
from revenuer.simulate.scenario import HONEST, Scenario, scenario_named
from revenuer.simulate.setting import Build, Cohort, Setting
from revenuer.simulate.spill import TimeBuckets
from revenuer.simulate.traffic import RANGE_SCHEMA, Traffic, exchange_rows

SCHEMA_VERSION = 1
START = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday at midnight."""

TRUTH_SCHEMA: pa.Schema = pa.schema(
    [
        pa.field(name, pa.string(), nullable=name == "campaign")
        for name in ("account_id", "role", "archetype", "campaign", "operator")
    ]
    + [pa.field("pool", pa.int32(), nullable=False)]
)
REQUEST_TRUTH_SCHEMA: pa.Schema = pa.schema(
    [pa.field("request_id", pa.string(), nullable=False), pa.field("is_harvest", pa.bool_(), nullable=False)]
)

_ROW_GROUP = 100_000
_CHUNK = 840
"""Accounts generated at a time: a multiple of every group size but the offices', which may be cut in two."""

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What was written where; counts by role."""

    scenario: str
    seed: int
    scale: float
    folder: Path
    exchanges: int
    harvest_exchanges: int
    accounts: int
    campaign_accounts: int
    sanctioned_accounts: int
    campaigns: tuple[str, ...]


def simulate(
    scenario: str,
    out: Path,
    *,
    seed: int = 1,
    scale: float = 1.0,
    prompts: Path | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Write the scenario's log and truth to the folder `out`, which must not exist or be empty.

    The same scenario, seed, scale and prompts give the same rows. `scale` in [0.01, 100] multiplies accounts.
    Raises UsageError for an unknown scenario, a bad scale or an occupied folder; InputError for a bad prompt file;
    ResourceError when the disk fills. Nothing half-written stays behind.
    """
    plan = scenario_named(scenario)
    if not 0.01 <= scale <= 100:
        raise UsageError(f"--scale {scale:g} is out of range; give a number from 0.01 to 100.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} exists and is not empty; name a new folder.")
    library = own_library(seed) if prompts is None else read_library(prompts, seed)
    horizon = plan.days * DAY_S
    setting = Setting(
        library=library,
        horizon_s=horizon,
        release_s=horizon * 0.62,
        rate=plan.rate,
        identity=plan.identity,
        paraphrased=plan.paraphrased,
        seed=seed,
    )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise ResourceError(f"Cannot write beside {out}: {error}; choose another --out.") from error
    try:
        summary = _write(aside, scenario, plan, setting, scale, out, progress or _silent, prompts is not None)
        aside.chmod(0o755)
        if out.exists():
            out.rmdir()
        aside.rename(out)
    except OSError as error:
        raise ResourceError(
            f"Writing {out} failed: {error}; free some space or choose another --out."
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return summary


def _silent(stage: str, exchanges: int) -> None:
    """No progress."""


def _write(
    folder: Path,
    name: str,
    plan: Scenario,
    setting: Setting,
    scale: float,
    out: Path,
    progress: Progress,
    real: bool,
) -> Summary:
    spill = folder / "spill"
    spill.mkdir()
    start_us = int(START.timestamp()) * 1_000_000
    expected = 1_000_000 * scale * (plan.rate if name != "demo" else 0.03)
    buckets = TimeBuckets(
        spill, start_us, int(setting.horizon_s * 1e6), int(np.clip(expected / 60_000, 4, 400))
    )
    everyone: list[Members] = []
    count = 0
    for cohort, rng in _cohorts(plan, setting, scale):
        rows, harvest = exchange_rows(rng, cohort.members, cohort.traffic, start_us)
        buckets.add(rows, harvest)
        everyone.append(cohort.members)
        count += len(cohort.traffic)
        progress(cohort.members.archetype, count)
    progress("sorting", count)
    harvested = _sorted_files(folder, buckets)
    spill.rmdir()
    _account_files(folder, everyone, start_us, setting.seed)
    roles = Counter(members.role for members in everyone for _ in range(len(members)))
    campaigns = tuple(sorted({members.archetype for members in everyone if members.role == "campaign"}))
    summary = Summary(
        scenario=name,
        seed=setting.seed,
        scale=scale,
        folder=out,
        exchanges=count,
        harvest_exchanges=harvested,
        accounts=sum(roles.values()),
        campaign_accounts=roles["campaign"],
        sanctioned_accounts=roles["sanctioned"],
        campaigns=campaigns,
    )
    (folder / "scenario.json").write_text(
        json.dumps(parameters(summary, plan, setting, real), indent=2) + "\n"
    )
    return summary


def parameters(summary: Summary, plan: Scenario, setting: Setting, real: bool) -> dict[str, object]:
    """What scenario.json says; it names no place on this machine."""
    return {
        "schema_version": SCHEMA_VERSION,
        "scenario": summary.scenario,
        "about": plan.about,
        "seed": summary.seed,
        "scale": summary.scale,
        "days": plan.days,
        "start": START.isoformat(),
        "release_s": setting.release_s,
        "prompts": "file" if real else "grammar",
        "identity": plan.identity,
        "paraphrased": plan.paraphrased,
        "needle_share": plan.needle_share,
        "exchanges": summary.exchanges,
        "harvest_exchanges": summary.harvest_exchanges,
        "accounts": summary.accounts,
        "campaign_accounts": summary.campaign_accounts,
        "sanctioned_accounts": summary.sanctioned_accounts,
        "campaigns": list(summary.campaigns),
    }


def _cohorts(plan: Scenario, setting: Setting, scale: float) -> Iterator[tuple[Cohort, np.random.Generator]]:
    """All cohorts, honest first, each with a generator of its own so that none depends on the others."""
    honest, campaigns = plan.accounts(scale)
    count = 0
    for name, n in honest.items():
        for cohort, rng in _chunks(setting, name, HONEST[name], n):
            count += len(cohort.traffic)
            yield cohort, rng
    for name, n in campaigns.items():
        rng = np.random.default_rng([setting.seed, zlib.crc32(name.encode()), 0])
        cohort = CAMPAIGNS[name](setting, rng, n)
        if plan.needle_share is not None:
            cohort = replace(
                cohort, traffic=_thinned(rng, cohort.traffic, max(20, round(count * plan.needle_share)))
            )
        yield cohort, rng


def _chunks(
    setting: Setting, name: str, build: Build, n: int
) -> Iterator[tuple[Cohort, np.random.Generator]]:
    size = min(n, _CHUNK)
    for number, begin in enumerate(range(0, n, size)):
        rng = np.random.default_rng([setting.seed, zlib.crc32(name.encode()), number])
        yield build(setting, rng, min(size, n - begin)), rng


def _thinned(rng: np.random.Generator, traffic: Traffic, keep: int) -> Traffic:
    """A random part of the sessions, about `keep` requests in all."""
    sessions = np.unique(traffic.session)
    size = np.bincount(traffic.session)
    order = rng.permutation(sessions)
    chosen = order[: int(np.searchsorted(np.cumsum(size[order]), keep)) + 1]
    rows = np.flatnonzero(np.isin(traffic.session, chosen))

    def part(column: np.ndarray | None) -> np.ndarray | None:
        return None if column is None else column[rows]

    return replace(
        traffic,
        who=traffic.who[rows],
        time_s=traffic.time_s[rows],
        session=traffic.session[rows],
        turn=traffic.turn[rows],
        prompt=[traffic.prompt[i] for i in rows.tolist()],
        harvest=part(traffic.harvest),
        system_prompt=part(traffic.system_prompt),
        model=part(traffic.model),
        tool_count=part(traffic.tool_count),
        signature=part(traffic.signature),
        address=part(traffic.address),
        finish_reason=part(traffic.finish_reason),
        status=part(traffic.status),
        output_median=np.broadcast_to(np.asarray(traffic.output_median, dtype=np.float64), len(traffic))[
            rows
        ],
    )


def _sorted_files(folder: Path, buckets: TimeBuckets) -> int:
    """exchanges.parquet and truth_requests.parquet in order of time. Returns the harvest count."""
    harvested = 0
    with (
        pq.ParquetWriter(folder / "exchanges.parquet", RANGE_SCHEMA, compression="zstd") as exchanges,
        pq.ParquetWriter(
            folder / "truth_requests.parquet", REQUEST_TRUTH_SCHEMA, compression="zstd"
        ) as truth,
    ):
        waiting: list[pa.Table] = []
        rows = 0
        for table in buckets.in_order():
            harvested += int(np.count_nonzero(table["is_harvest"].to_numpy()))
            truth.write_table(table.select(["request_id", "is_harvest"]).cast(REQUEST_TRUTH_SCHEMA))
            waiting.append(table.drop_columns(["is_harvest"]))
            rows += table.num_rows
            if rows >= _ROW_GROUP:
                exchanges.write_table(
                    pa.concat_tables(waiting),
                    row_group_size=max(_ROW_GROUP, rows // (rows // _ROW_GROUP) + 1),
                )
                waiting, rows = [], 0
        if waiting:
            exchanges.write_table(pa.concat_tables(waiting))
    return harvested


def _account_files(folder: Path, everyone: list[Members], start_us: int, seed: int) -> None:
    """accounts.parquet and truth.parquet, in an order that says nothing."""
    tables = [_account_rows(members, start_us) for members in everyone]
    accounts = pa.concat_tables([table for table, _ in tables])
    truth = pa.concat_tables([table for _, table in tables])
    order = pa.array(np.random.default_rng([seed, 3]).permutation(accounts.num_rows))
    pq.write_table(accounts.take(order), folder / "accounts.parquet", compression="zstd")
    pq.write_table(truth.take(order), folder / "truth.parquet", compression="zstd")


def _account_rows(members: Members, start_us: int) -> tuple[pa.Table, pa.Table]:
    created = start_us + np.rint(members.created_s * 1e6).astype(np.int64)
    columns = [
        members.account_id,
        members.organization_id,
        None,
        members.email_domain,
        members.payment,
        members.signup_ip,
        members.plan,
        members.verification,
        members.declared_use,
    ]
    arrays = [
        pa.array(created).cast(pa.timestamp("us", tz="UTC"))
        if column is None
        else pa.array(column, type=pa.string(), from_pandas=True)
        for column in columns
    ]
    n = len(members)
    truth = [
        pa.array(members.account_id, type=pa.string()),
        pa.array([members.role] * n),
        pa.array([members.archetype] * n),
        pa.array(members.campaign, type=pa.string(), from_pandas=True),
        pa.array(members.operator, type=pa.string()),
        pa.array(members.pool, type=pa.int32()),
    ]
    return pa.Table.from_arrays(arrays, schema=ACCOUNT_SCHEMA), pa.Table.from_arrays(
        truth, schema=TRUTH_SCHEMA
    )
