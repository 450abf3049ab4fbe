"""`revenuer demo`: simulate a small city, scan it, and compare the answer with the truth."""

import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import pyarrow.parquet as pq
from rich.console import Console

from revenuer.cli.run_scan import ScanOptions, run_scan
from revenuer.records import ScanResult, Verdict
from revenuer.report import ConsoleProgress, campaigns_json, check_out, check_replaceable, print_scan
from revenuer.simulate import simulate

LOG_FILES = frozenset(
    {"accounts.parquet", "exchanges.parquet", "scenario.json", "truth.parquet", "truth_requests.parquet"}
)
"""What an earlier demo leaves in its log folder; a folder with anything else is not replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The answer beside the truth: accounts by role, campaigns of which at least half of the accounts were found."""

    campaign_accounts: int
    accounts_found: int
    accounts_false: int
    campaigns: int
    campaigns_found: int


@click.command(name="demo")
@click.option(
    "--out",
    default=Path("demo"),
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder for the log and the result; an earlier demo's is replaced.",
)
@click.option(
    "--seed",
    default=1,
    show_default=True,
    type=click.IntRange(min=0),
    help="The same seed gives the same city.",
)
@click.option("--json", "as_json", is_flag=True, help="Print campaigns, comparison and paths as JSON.")
def command(out: Path, seed: int, as_json: bool) -> int:
    """Simulate a small city with three campaigns, scan it, and say how the answer compares with the truth.

    Exit code 0 although there are findings: they were put there.
    """
    log, found = out / "log", out / "scan"
    check_replaceable(log, LOG_FILES)
    check_out(found)
    simulate_log(log, seed)
    options = ScanOptions(accounts=str(log / "accounts.parquet"))
    result = run_scan([str(log / "exchanges.parquet")], found, options)
    comparison = compare(result, log / "truth.parquet")
    report = found / "report.html"
    if as_json:
        answer = {
            "log": str(log),
            "report": str(report),
            "comparison": asdict(comparison),
            "scan": campaigns_json(result, datetime.now(UTC)),
        }
        click.echo(json.dumps(answer, indent=2))
        return 0
    print_scan(result, Console())
    click.echo(f"\n{sentence(comparison)}\nreport: {report}")
    return 0


def simulate_log(log: Path, seed: int) -> None:
    """Write the scenario `demo` to `log`, replacing an earlier one only when the new one is complete."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".log-", dir=log.parent) as scratch:
        fresh = Path(scratch) / "log"
        with ConsoleProgress(Console(stderr=True)) as progress:
            progress.stage("simulating traffic")
            simulate("demo", fresh, seed=seed)
        if log.exists():
            shutil.rmtree(log)
        fresh.rename(log)


def compare(result: ScanResult, truth: Path) -> Comparison:
    """Return how the verdicts on accounts stand beside the range's truth. Sanctioned accounts count as false if accused."""
    rows = pq.read_table(truth, columns=["account_id", "role", "campaign"]).to_pylist()
    campaign_of = {row["account_id"]: row["campaign"] for row in rows if row["role"] == "campaign"}
    accused = {v.account_id for v in result.verdicts if v.verdict is Verdict.CAMPAIGN}
    members: dict[str, list[str]] = {}
    for account, campaign in campaign_of.items():
        members.setdefault(campaign, []).append(account)
    return Comparison(
        campaign_accounts=len(campaign_of),
        accounts_found=len(accused & campaign_of.keys()),
        accounts_false=len(accused - campaign_of.keys()),
        campaigns=len(members),
        campaigns_found=sum(2 * len(accused.intersection(ids)) >= len(ids) for ids in members.values()),
    )


def sentence(found: Comparison) -> str:
    """Return the comparison as one line."""
    return (
        f"beside the known truth: {found.accounts_found} of {found.campaign_accounts} campaign accounts found, "
        f"{found.campaigns_found} of {found.campaigns} campaigns found at least by half, "
        f"{found.accounts_false} accounts accused wrongly"
    )
