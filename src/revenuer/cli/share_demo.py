"""`revenuer share demo`: two labs, one operator; what the one knows helps the other, and nothing else crosses."""

import json
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from revenuer.cli.demo_labs import LAB_A, LAB_B, make_labs, opened
from revenuer.cli.demo_traffic import TRUTH, split_traffic
from revenuer.cli.run_command import revenuer, said
from revenuer.records import SPAN_OBSERVABLES, ObservableKind, UsageError
from revenuer.report import ConsoleProgress

ASKED = tuple(kind for kind in ObservableKind if kind not in SPAN_OBSERVABLES)
"""Spans are found by the keyed hashes that came with the campaigns: they cost no budget."""
MARK = ".revenuer-share-demo"


@click.command(name="demo")
@click.option(
    "--out", default=Path("demo-share"), show_default=True, type=click.Path(path_type=Path),
    help="Folder for logs, houses and results; an earlier demo's is replaced.",
)  # fmt: skip
@click.option(
    "--seed",
    default=1,
    show_default=True,
    type=click.IntRange(min=0),
    help="The same seed gives the same traffic.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def command(out: Path, seed: int, as_json: bool) -> int:
    """Run the exchange between two labs on this machine, over TLS, with real servers: scan, publish, pull, match, scan again, answer.

    Both labs serve accounts of the same operators. Lab A has watched for two weeks, lab B for three days. Exit code 0 although there are
    findings: they were put there.
    """
    _clear(out)
    progress = ConsoleProgress(Console(stderr=True))
    progress.stage("simulating the traffic of two labs")
    split_traffic(out, seed)
    progress.done()
    outcome = exchange(out, lambda words: None if as_json else click.echo(words))
    if as_json:
        click.echo(json.dumps(outcome, indent=2))
    return 0


def exchange(out: Path, tell: Any) -> dict[str, Any]:
    """Run every step on the traffic in `out`, telling each command and what it printed; return what both labs found."""
    found: dict[str, Any] = {}
    for lab in (LAB_A, LAB_B):
        revenuer(
            "scan",
            out / lab / "exchanges.parquet",
            "--accounts",
            out / lab / "accounts.parquet",
            "--out",
            out / lab / "scan",
        )
        found[f"{lab} alone"] = against_truth(out, lab, "scan")
        tell(f"{lab} scans its own log: {_sentence(found[f'{lab} alone'])}")
    with ExitStack() as stack:
        labs = make_labs(out, stack)
        a, b = labs.a, labs.b
        step = _steps(tell)
        step(a, "match-set", "build", a, out / LAB_A / "scan", "--partner", LAB_B)
        found["published"] = step(
            a, "publish", a, out / LAB_A / "scan", "--partner", LAB_B, "--collection", "campaigns"
        )
        with opened(labs):
            found["pulled"] = step(b, "pull", b, LAB_A)
            log = (out / LAB_B / "exchanges.parquet", "--accounts", out / LAB_B / "accounts.parquet")
            step(b, "inventory", *log, "--out", out / "inventory.parquet")
            found["matched"] = step(
                b,
                "match",
                b,
                "--partner",
                LAB_A,
                "--inventory",
                out / "inventory.parquet",
                *(word for kind in ASKED for word in ("--kind", kind)),
                "--yes",
                "--out",
                out / "matches.parquet",
            )
            step(
                b,
                "claims",
                b,
                "--inventory",
                out / "inventory.parquet",
                "--matches",
                out / "matches.parquet",
                "--out",
                out / "claims.parquet",
            )
            revenuer(
                "scan", *log, "--claims", out / "claims.parquet", "--out", out / LAB_B / "scan-with-claims"
            )
            found[f"{LAB_B} with claims"] = against_truth(out, LAB_B, "scan-with-claims")
            tell(
                f"\n{LAB_B} scans again with the claims as priors: {_sentence(found[f'{LAB_B} with claims'])}"
            )
            found["helped"] = step(
                b, "used", b, out / LAB_B / "scan-with-claims", "--claims", out / "claims.parquet"
            )
            found["answered"] = step(b, "answer", b, "--partner", LAB_A, "--collection", "feedback")
        found["collected"] = step(a, "collect", a, "--collection", "feedback")
        for house in (b, a):
            found[f"status of {house.name}"] = step(house, "status", house)
        found["ledger"] = step(a, "ledger", "verify", a)
    tell(
        f"\nwhat left {LAB_A}: revenuer share ledger show {a}; byte for byte: revenuer share preview {a} {out / LAB_A / 'scan'} --partner {LAB_B}"
    )
    return found


def against_truth(out: Path, lab: str, scan: str) -> dict[str, Any]:
    """Return what a scan found, beside the range's truth: accounts of each campaign found, and honest accounts accused."""
    import pyarrow.parquet as pq

    truth = {row["account_id"]: row for row in pq.read_table(out / TRUTH).to_pylist()}
    campaigns = json.loads((out / lab / scan / "campaigns.json").read_text())["campaigns"]
    accounts: dict[str, int] = {}
    accused = 0
    for name in (name for campaign in campaigns for name in campaign["accounts"]):
        row = truth[name]
        if row["role"] == "campaign":
            accounts[row["campaign"]] = accounts.get(row["campaign"], 0) + 1
        else:
            accused += 1
    return {
        "campaigns": len(campaigns),
        "accounts": dict(sorted(accounts.items())),
        "accused_wrongly": accused,
    }


def _sentence(found: dict[str, Any]) -> str:
    accounts = ", ".join(f"{n} accounts of {name}" for name, n in found["accounts"].items()) or "nothing"
    return f"{accounts}; {found['accused_wrongly']} honest accounts accused"


def _steps(tell: Any) -> Any:
    def step(house: Path, *words: object) -> dict[str, Any]:
        tell(f"\n{house.name}$ revenuer share {' '.join(str(word) for word in words)}")
        tell(said("share", *words).rstrip())
        return _figures(words)

    return step


def _figures(words: tuple[object, ...]) -> dict[str, Any]:
    return {"command": " ".join(str(word) for word in words)}


def _clear(out: Path) -> None:
    """Make the folder, or replace an earlier demo's; nothing else is touched."""
    if out.exists() and any(out.iterdir()):
        if not (out / MARK).exists():
            raise UsageError(
                f"{out} holds files that are not an earlier demo; name a new or empty directory with --out"
            )
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text("made by `revenuer share demo`; may be deleted\n")
