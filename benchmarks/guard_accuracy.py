"""Whom does the guard restrict falsely in logs whose truth is known, and how much of each campaign's harvest is answered?

    python benchmarks/guard_accuracy.py --workdir DIR [--prompts FILE] [--scenarios city no-identity paraphrase benign] [--seeds 11 ...]
        [--patrol HOURS] [--text-and-time]

Each log (DIR/SCENARIO-SEED, simulated where it is not there yet) is replayed under the default policy as if it were live. *Restricted* is an account
that met a throttle, a challenge, a restriction or a denial at least once. *Answered* is a request that its own log calls answered and that the
guard neither denied, challenged nor throttled: what a throttle lets through once a minute and what a restriction answers with less both
count as answered. Shares are of the campaign's whole harvest in the log, so they are no better than what the campaign got. With --patrol the log
is also scanned every so many hours of its own clock. With --text-and-time addresses, clients and the account table's sign-up, mail, payment
and plan columns are removed first.

A failover pool (truth: pool 1) is *contained* from the first of its requests on after which at least 95 % of the rest stay unanswered; if that is
in the second half of its requests, it never was.

Figures are printed, false restrictions first, and kept in DIR/guard_accuracy.json by log, columns and patrol.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from range import without_identity
from revenuer.cli.read_log import LogOptions
from revenuer.cli.run_replay import OpenLog, live, open_log
from revenuer.guard.policy import load_policy
from revenuer.guard.replay import DECIDED, Rounds, findings, served
from revenuer.records import RESTRICTIVE, Action
from revenuer.simulate import simulate

SCENARIOS = ("city", "no-identity", "paraphrase", "benign")
MOST_SERVED = {"fixed_instruction": 0.03, "signature_replay": 0.01, "hydra": 0.10}
"""Targets on unseen scenarios: most of a campaign's harvest that may be answered."""
MOST_RESTRICTED = 1 / 1000
"""Target: most of any honest archetype's accounts that may be restricted."""
MOST_BEFORE_CONTAINED = 20
"""Target: requests of a failover pool before it is contained."""
CONTAINED_SHARE = 0.95
FIGURES = "guard_accuracy.json"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workdir", type=Path, required=True, help="where logs and figures are kept")
    parser.add_argument("--prompts", type=Path, help="real prompts; without them the range's grammar")
    parser.add_argument("--scenarios", nargs="+", default=list(SCENARIOS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[11])
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--patrol", type=float, metavar="HOURS", help="scan as well, every so many hours")
    parser.add_argument("--patrol-window", type=float, metavar="DAYS", default=7.0)
    parser.add_argument("--patrol-delay", type=float, metavar="MINUTES", default=30.0)
    parser.add_argument("--text-and-time", action="store_true", help="remove the identity columns first")
    options = parser.parse_args()
    options.workdir.mkdir(parents=True, exist_ok=True)
    for scenario in options.scenarios:
        for seed in options.seeds:
            log = options.workdir / f"{scenario}-{seed}"
            if not log.is_dir():
                simulate(scenario, log, seed=seed, scale=options.scale, prompts=options.prompts)
            row = measured(log, options)
            keep(options.workdir / FIGURES, row)
            print(table(row), flush=True)


def rounds(options: argparse.Namespace) -> Rounds | None:
    if options.patrol is None:
        return None
    return Rounds(
        every_s=round(options.patrol * 3600),
        window_s=round(options.patrol_window * 86_400),
        delay_s=round(options.patrol_delay * 60),
    )


def measured(log: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Replay one log one way and compare what was done with the truth."""
    scenario, _, seed = log.name.rpartition("-")
    began, spent = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory(dir=options.workdir) as scratch:
        source = without_identity(log, Path(scratch) / "bare") if options.text_and_time else log
        read = LogOptions(accounts=str(source / "accounts.parquet"), workdir=Path(scratch))
        with open_log([str(source / "exchanges.parquet")], read) as opened:
            decisions = Path(scratch) / "decisions.parquet"
            state = opened.run(live(load_policy(None)), decisions, "replaying", rounds=rounds(options))
            findings(opened.engine, state, opened.registered, decisions, opened.summary)
            compared = against_truth(opened, log)
    return {
        "scenario": scenario,
        "seed": int(seed),
        "columns": "text and time" if options.text_and_time else "all",
        "patrol_hours": options.patrol,
        **compared,
        "operators_contained": state.books.contained,
        "capped": state.meter.capped,
        "wall_s": round(time.perf_counter() - began, 1),
        "cpu_s": round(time.process_time() - spent, 1),
    }


def against_truth(opened: OpenLog, log: Path) -> dict[str, Any]:
    """Return who was restricted of whom, and what each campaign got. Needs the table that `findings` made."""
    truth = pq.read_table(log / "truth.parquet")
    rows = [row for row in served(opened.engine, truth, None) if row.role != "campaign"]
    archetypes = [
        {
            "archetype": row.archetype,
            "role": row.role,
            "accounts": row.accounts,
            "restricted": row.restricted,
            "denied": row.denied,
            "unanswered": row.unanswered,
        }
        for row in sorted(rows, key=lambda row: (-row.restricted / row.accounts, row.archetype))
    ]
    opened.engine.register("told", truth.select(["account_id", "archetype", "campaign", "pool"]))
    opened.engine.read_parquet("harvest", [log / "truth_requests.parquet"])
    return {
        "honest_accounts": sum(row["accounts"] for row in archetypes),
        "honest_restricted": sum(row["restricted"] for row in archetypes),
        "archetypes": archetypes,
        "false": falsely_restricted(opened),
        "campaigns": campaigns(opened),
        "failover_pools": failover_pools(opened),
    }


def falsely_restricted(opened: OpenLog) -> list[dict[str, Any]]:
    """Return each account that is no campaign's and met a measure, with the first one: when, why, and to which campaign it was counted."""
    felt = ", ".join(f"'{action}'" for action in sorted(RESTRICTIVE))
    found: list[dict[str, Any]] = opened.engine.query(
        f"""
        SELECT t.archetype, account_id, count(*) AS requests, first(d.action ORDER BY d.timestamp, d.request_id) AS action,
            first(d.campaign_id ORDER BY d.timestamp, d.request_id) AS campaign_id,
            first(f.reason ORDER BY d.timestamp, d.request_id) AS reason
        FROM {DECIDED} d JOIN told t USING (account_id) JOIN {DECIDED}_file f USING (request_id, account_id)
        WHERE t.campaign IS NULL AND d.action IN ({felt}) GROUP BY ALL ORDER BY t.archetype, account_id
        """
    ).to_pylist()
    return found


def campaigns(opened: OpenLog) -> list[dict[str, Any]]:
    """Return one row for each campaign. `before_any`: harvest answered before the guard's first measure against any account of it;
    `before_own`: before the first measure against the account that sent it; `answered`: in all."""
    felt = ", ".join(f"'{action}'" for action in sorted(RESTRICTIVE))
    found: pa.Table = opened.engine.query(
        f"""
        WITH sent AS (
            SELECT d.*, t.campaign, h.is_harvest,
                min(d.timestamp) FILTER (d.action IN ({felt})) OVER (PARTITION BY t.campaign) AS first_measure,
                min(d.timestamp) OVER (PARTITION BY t.campaign) AS began
            FROM {DECIDED} d JOIN told t USING (account_id) JOIN harvest h USING (request_id) WHERE t.campaign IS NOT NULL
        )
        SELECT campaign, count(DISTINCT account_id) AS accounts,
            count(DISTINCT account_id) FILTER (measured IS NOT NULL) AS restricted,
            (epoch(any_value(first_measure)) - epoch(any_value(began))) / 3600 AS first_measure_h,
            count(*) FILTER (is_harvest AND (answered OR stopped)) AS harvest,
            count(*) FILTER (is_harvest AND answered AND (first_measure IS NULL OR timestamp < first_measure)) AS before_any,
            count(*) FILTER (is_harvest AND answered AND (measured IS NULL OR timestamp < measured)) AS before_own,
            count(*) FILTER (is_harvest AND answered) AS answered
        FROM sent GROUP BY campaign ORDER BY campaign
        """
    )
    rows: list[dict[str, Any]] = found.to_pylist()
    return [{**row, "share": row["answered"] / max(row["harvest"], 1)} for row in rows]


def failover_pools(opened: OpenLog) -> list[dict[str, Any]]:
    """Return one row for each campaign with a second pool: requests of that pool before its first denial, and until it is contained."""
    found = opened.engine.query(
        f"""
        SELECT t.campaign, d.action = '{Action.DENY}' AS denied, d.stopped
        FROM {DECIDED} d JOIN told t USING (account_id) WHERE t.pool = 1 AND (d.answered OR d.stopped)
        ORDER BY t.campaign, d.timestamp, d.request_id
        """
    ).to_pylist()
    rows = []
    for name in dict.fromkeys(row["campaign"] for row in found):
        own = [row for row in found if row["campaign"] == name]
        stopped = [row["stopped"] for row in own]
        rows.append(
            {
                "campaign": name,
                "requests": len(own),
                "before_first_denial": next((i for i, row in enumerate(own) if row["denied"]), None),
                "before_contained": before_contained(stopped),
                "answered": stopped.count(False),
            }
        )
    return rows


def before_contained(stopped: list[bool]) -> int | None:
    """Return after how many requests at least CONTAINED_SHARE of the rest are stopped, None where that is not in the first half."""
    for at in range(len(stopped) // 2 + 1):
        rest = stopped[at:]
        if sum(rest) >= CONTAINED_SHARE * len(rest):
            return at
    return None


def keep(file: Path, row: dict[str, Any]) -> None:
    """Put the figures of one replay among those kept, in place of earlier ones of the same."""
    names = ("scenario", "seed", "columns", "patrol_hours")
    kept = json.loads(file.read_text()) if file.exists() else []
    kept = [one for one in kept if any(one[name] != row[name] for name in names)]
    file.write_text(json.dumps([*kept, row], indent=1) + "\n")


def table(row: dict[str, Any]) -> str:
    """Return one log's figures as text, false restrictions first."""
    scans = f", scanned every {row['patrol_hours']:g} h" if row["patrol_hours"] else ""
    lines = [
        f"== {row['scenario']} {row['seed']}, columns: {row['columns']}{scans} ({row['wall_s']:.0f} s, {row['cpu_s']:.0f} CPU s)",
        f"restricted although no campaign's: {row['honest_restricted']} of {row['honest_accounts']:,} "
        f"({1000 * row['honest_restricted'] / max(row['honest_accounts'], 1):.2f} in 1,000)",
        f"{'archetype':<20} {'accounts':>8} {'restricted':>10} {'in 1,000':>9} {'denied':>7}  target: {1000 * MOST_RESTRICTED:.0f} in 1,000",
    ]
    for one in row["archetypes"]:
        rate = one["restricted"] / one["accounts"]
        lines.append(
            f"{one['archetype']:<20} {one['accounts']:>8,} {one['restricted']:>10} {1000 * rate:>9.2f} {one['denied']:>7}"
            + ("  MISSED" if rate > MOST_RESTRICTED else "")
        )
    for one in row["false"]:
        lines.append(
            f"  {one['archetype']} {one['account_id']}: {one['action']} as {one['campaign_id']}: {one['reason']}"
        )
    if row["campaigns"]:
        lines.append(
            f"{'campaign':<20} {'accounts':>8} {'restricted':>10} {'first at h':>10} {'harvest':>8} {'before any':>10} "
            f"{'before own':>10} {'answered':>9} {'share':>7}  target"
        )
    for one in row["campaigns"]:
        first = "-" if one["first_measure_h"] is None else f"{one['first_measure_h']:.1f}"
        most = MOST_SERVED.get(one["campaign"])
        told = "" if most is None else f"  {most:.0%} " + ("met" if one["share"] <= most else "MISSED")
        lines.append(
            f"{one['campaign']:<20} {one['accounts']:>8} {one['restricted']:>10} {first:>10} {one['harvest']:>8,} {one['before_any']:>10,} "
            f"{one['before_own']:>10,} {one['answered']:>9,} {one['share']:>7.1%}{told}"
        )
    for one in row["failover_pools"]:
        at = one["before_contained"]
        met = "met" if at is not None and at <= MOST_BEFORE_CONTAINED else "MISSED"
        lines.append(
            f"failover pool of {one['campaign']}: {one['before_first_denial']} requests before the first denial, {'never' if at is None else at} before it is contained "
            f"(target {MOST_BEFORE_CONTAINED}: {met}), {one['answered']:,} of {one['requests']:,} answered"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
