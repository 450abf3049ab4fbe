"""`revenuer replay LOGS... --out DIR`: the guard over a past log, on the log's own clock."""

import io
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from revenuer.cli.key_file import read_key
from revenuer.cli.log_options import log_options
from revenuer.cli.read_log import ACCOUNTS_QUARANTINE_FILE, QUARANTINE_FILE, LogOptions
from revenuer.cli.replay_text import print_replay
from revenuer.cli.run_replay import OpenLog, live, open_log, truth_beside
from revenuer.detect.campaign_index import INDEX_FILE
from revenuer.detect.keyed_hash import UNKEYED, Key
from revenuer.guard.policy import Policy, load_policy
from revenuer.guard.replay import Findings, Rounds, ServedRow, findings, served
from revenuer.ingest import load_mapping
from revenuer.records import RESTRICTIVE
from revenuer.report import (
    Content,
    accounts_table,
    campaigns_json,
    check_replaceable,
    json_bytes,
    write_directory,
)
from revenuer.report.wording import iso

DECISIONS_FILE = "decisions.parquet"
REPLAY_FILES = frozenset(
    {
        DECISIONS_FILE,
        "campaigns.json",
        "accounts.parquet",
        INDEX_FILE,
        QUARANTINE_FILE,
        ACCOUNTS_QUARANTINE_FILE,
    }
)
"""What an earlier replay may have left in its directory; a directory with anything else is not replaced."""


@click.command(name="replay")
@click.argument("logs", nargs=-1, required=True)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the result; an earlier replay's is replaced.",
)
@click.option(
    "--policy", "policy_file", type=click.Path(path_type=Path), help="Policy file; without it the default."
)
@click.option(
    "--enforce/--shadow",
    default=True,
    show_default=True,
    help="Act as if the policy were live, or in shadow mode: observed, and nothing is left unanswered.",
)
@click.option(
    "--patrol",
    "patrol_hours",
    type=click.FloatRange(min=0.25, max=24 * 366),
    metavar="HOURS",
    help="Scan the log as well, every so many hours of its own clock; what a scan finds is in force from then on.",
)
@click.option(
    "--patrol-window",
    "window_days",
    default=7.0,
    show_default=True,
    type=click.FloatRange(min=0.25, max=366),
    metavar="DAYS",
    help="How far back each of these scans looks.",
)
@click.option(
    "--patrol-delay",
    "delay_minutes",
    default=30.0,
    show_default=True,
    type=click.FloatRange(min=0, max=60 * 24),
    metavar="MINUTES",
    help="After how long what it found is in force: the time that a scan takes.",
)
@click.option(
    "--index/--no-index",
    "with_index",
    default=True,
    show_default=True,
    help="Write campaigns.index too, which takes about a quarter of the replay's time again.",
)
@click.option(
    "--key-file",
    type=click.Path(path_type=Path),
    help="Secret of 16 bytes or more that campaigns.index is hashed with; the guard needs the same.",
)
@log_options
@click.option(
    "--json", "as_json", is_flag=True, help="Print campaigns.json and the counts instead of the table."
)
def command(
    logs: tuple[str, ...],
    out: Path,
    policy_file: Path | None,
    enforce: bool,
    as_json: bool,
    mapping: Path | None,
    patrol_hours: float | None,
    window_days: float,
    delay_minutes: float,
    with_index: bool,
    key_file: Path | None,
    **how: Any,
) -> int:
    """Run the guard over LOGS on the log's own clock: what it would have done, request by request.

    Writes decisions.parquet, campaigns.json, accounts.parquet and campaigns.index (for another guard) to --out. A decision uses
    nothing later than its request. Exit code 1 when anything was restricted (with --shadow: would have been).
    """
    check_replaceable(out, REPLAY_FILES)
    written = load_policy(policy_file)
    policy = live(written) if enforce else replace(written, shadow=True, enforce=frozenset())
    options = LogOptions(mapping=load_mapping(mapping) if mapping else None, **how)
    key = UNKEYED if key_file is None else read_key(key_file)
    rounds = _rounds(patrol_hours, window_days, delay_minutes)
    with open_log(logs, options) as log:
        found, truth = _replayed(log, policy, logs, key, rounds)
        restricted = _restricted(log.work / DECISIONS_FILE)
        now = datetime.now(UTC)
        content = campaigns_json(found.result, now)
        files = _contents(log, found, content)
        if with_index:
            log.progress.stage("indexing campaigns")
            files[INDEX_FILE] = log.index(found.result, key, now)
        write_directory(out, files, known=REPLAY_FILES)
    if as_json:
        click.echo(
            json_bytes(
                {**content, "replay": _figures(found, truth, written.version, not enforce, restricted)}
            )
        )
    else:
        print_replay(found, truth, written.version, not enforce, restricted, Console(), out)
    return 1 if restricted else 0


def _rounds(hours: float | None, window_days: float, delay_minutes: float) -> Rounds | None:
    if hours is None:
        return None
    return Rounds(
        every_s=round(hours * 3600), window_s=round(window_days * 86_400), delay_s=round(delay_minutes * 60)
    )


def _replayed(
    log: OpenLog, policy: Policy, logs: tuple[str, ...], key: Key, rounds: Rounds | None
) -> tuple[Findings, tuple[ServedRow, ...]]:
    decisions = log.work / DECISIONS_FILE
    state = log.run(policy, decisions, "replaying", key=key, rounds=rounds)
    log.progress.stage("counting")
    found = findings(log.engine, state, log.registered, decisions, log.summary)
    beside = truth_beside(logs) if log.summary.exchanges else None
    return found, served(log.engine, *beside) if beside is not None else ()


def _contents(log: OpenLog, found: Findings, content: dict[str, Any]) -> dict[str, Content]:
    buffer = io.BytesIO()
    pq.write_table(accounts_table(found.result), buffer, compression="zstd")
    return {
        DECISIONS_FILE: log.work / DECISIONS_FILE,
        "campaigns.json": json_bytes(content),
        "accounts.parquet": buffer.getvalue(),
        **log.extra,
    }


def _restricted(decisions: Path) -> int:
    """Return how many accounts met, or in shadow mode would have met, a measure that a customer feels."""
    felt = pa.array([str(action) for action in RESTRICTIVE])
    table = pq.read_table(decisions, columns=["account_id"], filters=[("would", "in", felt.to_pylist())])
    return len(table["account_id"].unique())


def _figures(
    found: Findings, truth: tuple[ServedRow, ...], version: str, shadow: bool, restricted: int
) -> dict[str, Any]:
    rows = []
    for one in found.containment:
        row = asdict(one)
        times = {name: iso(row[name]) for name in ("first_seen", "last_seen", "contained_at") if row[name]}
        rows.append({**row, **times})
    figures: dict[str, Any] = {
        "policy_version": version,
        "shadow": shadow,
        "accounts_restricted": restricted,
        "containment": rows,
    }
    return {**figures, "truth": [asdict(row) for row in truth]} if truth else figures
