"""What does a scan find in logs whose truth is known, and whom does it accuse falsely?

    python benchmarks/range.py --workdir DIR [--prompts FILE] [--scenarios city benign ...] [--seeds 1 2 3] [--json FILE]

Every log is scanned as it is, and with text and time alone: without addresses, clients and the account table's sign-up, mail, payment
and plan columns. Precision counts sanctioned accounts as honest. A campaign is *found* where one reported group holds half of its accounts; *merged* are
reported groups with a tenth or more of their accounts from a second campaign, *split* are campaigns of which two groups each hold a fifth.
"""

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from calibrate import IDENTITY_FACTS
from revenuer.cli.run_scan import ScanOptions, run_scan
from revenuer.records import ScanResult, Verdict
from revenuer.simulate import simulate

IDENTITY_COLUMNS = ("client_ip", "user_agent", "tls_fingerprint")
SCENARIOS = ("benign", "city", "no-identity", "paraphrase", "needle")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workdir", type=Path, required=True, help="where one log at a time is made")
    parser.add_argument("--prompts", type=Path, help="real prompts; without them the range's grammar")
    parser.add_argument("--scenarios", nargs="+", default=list(SCENARIOS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args()
    options.workdir.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    for scenario in options.scenarios:
        for seed in options.seeds:
            with tempfile.TemporaryDirectory(dir=options.workdir) as folder:
                log = Path(folder) / "log"
                simulate(scenario, log, seed=seed, prompts=options.prompts)
                for columns in ("all", "text and time"):
                    rows.append(scanned(log, Path(folder), scenario, seed, columns))
                    print(line(rows[-1]), flush=True)
            if options.json:
                options.json.write_text(json.dumps(rows, indent=1) + "\n")


def scanned(log: Path, folder: Path, scenario: str, seed: int, columns: str) -> dict[str, Any]:
    """Scan one log one way and compare the verdicts with the truth."""
    source = log if columns == "all" else without_identity(log, folder / "bare")
    result = run_scan(
        [str(source / "exchanges.parquet")],
        folder / f"scan-{columns.replace(' ', '-')}",
        ScanOptions(accounts=str(source / "accounts.parquet"), workdir=folder),
    )
    return {"scenario": scenario, "seed": seed, "columns": columns, **compared(result, log)}


def without_identity(log: Path, folder: Path) -> Path:
    """Write the log again without what tells accounts apart but text and time."""
    folder.mkdir()
    exchanges = pq.read_table(log / "exchanges.parquet")
    pq.write_table(exchanges.drop_columns(list(IDENTITY_COLUMNS)), folder / "exchanges.parquet")
    accounts = pq.read_table(log / "accounts.parquet")
    pq.write_table(accounts.drop_columns(list(IDENTITY_FACTS)), folder / "accounts.parquet")
    return folder


def compared(result: ScanResult, log: Path) -> dict[str, Any]:
    """Return false positives first, then what was found."""
    truth = pa.Table.to_pylist(pq.read_table(log / "truth.parquet"))
    campaign = {row["account_id"]: row["campaign"] for row in truth if row["role"] == "campaign"}
    archetype = {row["account_id"]: row["archetype"] for row in truth}
    sizes = Counter(campaign.values())
    kinds = Counter(archetype.values())
    groups = [Counter(campaign.get(a) for a in found.accounts) for found in result.campaigns]
    named = {v.account_id for v in result.verdicts if v.verdict is Verdict.CAMPAIGN}
    false = Counter(archetype[a] for a in named if a not in campaign)
    true = Counter(campaign[a] for a in named if a in campaign)
    hits = true.total()
    recall = hits / len(campaign) if campaign else None
    precision = hits / len(named) if named else None
    return {
        "false_campaigns": sum(1 for g in groups if g[None] >= 0.5 * g.total()),
        "false_accounts": {k: f"{n} of {kinds[k]}" for k, n in false.most_common()},
        "named": len(named),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision and recall else None,
        "merged": sum(1 for g in groups if second(g) >= 0.1 * g.total()),
        "split": sum(1 for name, n in sizes.items() if sum(g[name] >= 0.2 * n for g in groups) > 1),
        "recall_by_campaign": {name: round(true[name] / n, 3) for name, n in sorted(sizes.items())},
        "found": sum(any(g[name] >= 0.5 * n for g in groups) for name, n in sizes.items()),
        "prevalence": [result.prevalence.share, result.prevalence.low, result.prevalence.high],
        "watched": sum(v.verdict is Verdict.WATCH for v in result.verdicts),
    }


def second(group: Counter[str | None]) -> int:
    """Return the accounts of the second largest campaign in a reported group."""
    counts = sorted((n for name, n in group.items() if name is not None), reverse=True)
    return counts[1] if len(counts) > 1 else 0


def line(row: dict[str, Any]) -> str:
    """Return one log's figures as text."""

    def share(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f}"

    return (
        f"{row['scenario']} {row['seed']} {row['columns']}: {row['false_campaigns']} false campaigns, false accounts "
        f"{row['false_accounts']}, precision {share(row['precision'])}, recall {share(row['recall'])}, F1 {share(row['f1'])}, "
        f"merged {row['merged']}, split {row['split']}, {row['recall_by_campaign']}"
    )


if __name__ == "__main__":
    main()
