"""What peers' claims do to a scan: how much earlier a lab finds its part of operators, and whom lying peers get accused.

    python benchmarks/share_claims.py --workdir DIR [--scale F] [--seeds N ...] [--hours H ...] [--weight W]

False accusations first. *Liars*: a log without campaigns, and a peer that claims every value (addresses, cards, mail domains, clients, spans) of
all accounts of one honest archetype as one campaign, for each archetype, at the highest weight there is. *Two labs*: a city with campaigns whose accounts are dealt out at random;
lab A has all of its log, lab B its first hours. Claims are the values of A's campaigns that three members or more hold.
"""

import argparse
import json
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from revenuer.records import CLAIM_SCHEMA
from revenuer.simulate import simulate

LEAST_MEMBERS = 3
MOST_OUTSIDERS = 0.1
RUN = [sys.executable, "-c", "from revenuer.cli.main import main; main()"]


def scanned(log: Path, accounts: Path, out: Path, claims: Path | None = None) -> list[list[str]]:
    """Return the accounts of each campaign that a scan finds."""
    more = [] if claims is None else ["--claims", str(claims)]
    command = [*RUN, "scan", str(log), "--accounts", str(accounts), "--out", str(out), "--json", *more]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return [campaign["accounts"] for campaign in json.loads(done.stdout)["campaigns"]]


def roles(
    found: Sequence[Sequence[str]], truth: dict[str, dict[str, Any]]
) -> tuple[Counter[str], Counter[str]]:
    """Return how many accounts of each campaign, and of each honest archetype, are named."""
    named = [truth[name] for accounts in found for name in accounts]
    guilty = Counter(row["campaign"] for row in named if row["role"] == "campaign")
    return guilty, Counter(row["archetype"] for row in named if row["role"] != "campaign")


def read_truth(folder: Path) -> dict[str, dict[str, Any]]:
    return {row["account_id"]: row for row in pq.read_table(folder / "truth.parquet").to_pylist()}


def write_claims(values: Sequence[tuple[str, str, str]], weight: float, path: Path) -> Path:
    """Write (campaign, kind, value) as a peer's claims."""
    rows = [
        {
            "claim_id": f"indicator--{i}", "partner": "lab-a", "campaign": campaign, "kind": kind, "value": value, "how": "match", "confidence": 85,
            "source_weight": weight, "marking": "TLP:AMBER", "first_seen": None, "valid_until": None,
        }
        for i, (campaign, kind, value) in enumerate(values)
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows, CLAIM_SCHEMA), path)
    return path


def liars(work: Path, scale: float, seed: int) -> dict[str, Any]:
    """Return whom a scan names without claims, and with each archetype claimed by a liar."""
    folder = work / f"benign-{seed}"
    simulate("benign", folder, seed=seed, scale=scale)
    truth = read_truth(folder)
    log, accounts = folder / "exchanges.parquet", folder / "accounts.parquet"
    _, before = roles(scanned(log, accounts, folder / "scan"), truth)
    archetypes = sorted({row["archetype"] for row in truth.values()})
    claims = write_claims(list(_lies(folder, truth, archetypes)), 1.0, folder / "lies.parquet")
    _, after = roles(scanned(log, accounts, folder / "scan-lies", claims), truth)
    return {
        "seed": seed,
        "accounts": len(truth),
        "archetypes": len(archetypes),
        "accused_without": dict(before),
        "accused_with_lies": dict(after),
    }


def _lies(
    folder: Path, truth: dict[str, dict[str, Any]], archetypes: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield every value that accounts of an archetype hold, as one campaign an archetype; spans are those of the inventory that they send."""
    inventory = folder / "inventory.parquet"
    command = [
        *RUN,
        "share",
        "inventory",
        str(folder / "exchanges.parquet"),
        "--accounts",
        str(folder / "accounts.parquet"),
        "--out",
        str(inventory),
    ]
    if not inventory.exists():
        subprocess.run(command, check=True, capture_output=True)
    spans = [row["value"] for row in pq.read_table(inventory).to_pylist() if row["kind"] == "span"]
    registry = {row["account_id"]: row for row in pq.read_table(folder / "accounts.parquet").to_pylist()}
    columns = ["account_id", "client_ip", "tls_fingerprint", "user_agent"]
    log = (
        pq.read_table(folder / "exchanges.parquet", columns=columns)
        .group_by(columns)
        .aggregate([])
        .to_pylist()
    )
    told: set[tuple[str, str, str]] = set()
    for row in log:
        archetype = truth[row["account_id"]]["archetype"]
        told |= {
            (archetype, kind, row[name])
            for kind, name in (
                ("ip", "client_ip"),
                ("tls_fingerprint", "tls_fingerprint"),
                ("user_agent", "user_agent"),
            )
        }
        known = registry.get(row["account_id"], {})
        told |= {
            (archetype, kind, known.get(kind))
            for kind in ("payment_fingerprint", "email_domain", "signup_ip")
        }
    yield from sorted(one for one in told if one[2])
    for archetype in archetypes:
        yield from ((archetype, "span", span) for span in spans)


def two_labs(
    work: Path, scale: float, seed: int, hours: Sequence[int], weight: float
) -> Iterator[dict[str, Any]]:
    """Yield, for each length of lab B's log, what it finds alone and with A's claims."""
    folder = work / f"city-{seed}"
    simulate("city", folder, seed=seed, scale=scale)
    truth = read_truth(folder)
    log, accounts = pq.read_table(folder / "exchanges.parquet"), folder / "accounts.parquet"
    encoded = log["account_id"].combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    sides = [
        pa.array([zlib.crc32(name.encode()) % 2 == side for name in names]).take(encoded.indices)
        for side in (0, 1)
    ]
    pq.write_table(log.filter(sides[0]), folder / "a.parquet")
    guilty, accused = roles(scanned(folder / "a.parquet", accounts, folder / "scan-a"), truth)
    yield {"seed": seed, "lab": "a", "found": dict(guilty), "accused": dict(accused)}
    known = pq.read_table(folder / "scan-a" / "observables.parquet").to_pylist()
    values = [
        (row["campaign_id"], row["kind"], row["value"])
        for row in known
        if row["members"] >= LEAST_MEMBERS
        and row["outsiders"] <= MOST_OUTSIDERS * (row["members"] + row["outsiders"])
    ]
    claims = write_claims(values, weight, folder / "claims.parquet")
    own, begin = log.filter(sides[1]), pc.min(log["timestamp"]).as_py()
    for hour in hours:
        pq.write_table(
            own.filter(pc.less(own["timestamp"], begin + timedelta(hours=hour))), folder / "b.parquet"
        )
        alone = roles(scanned(folder / "b.parquet", accounts, folder / "scan-b"), truth)
        warned = roles(scanned(folder / "b.parquet", accounts, folder / "scan-b-claims", claims), truth)
        yield {
            "seed": seed, "lab": "b", "hours": hour, "alone": dict(alone[0]), "with_claims": dict(warned[0]),
            "accused_alone": dict(alone[1]), "accused_with_claims": dict(warned[1]),
        }  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Print one line of JSON for each measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workdir", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=0.3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--hours", type=int, nargs="+", default=[48, 72, 96])
    parser.add_argument("--weight", type=float, default=0.5, help="of lab A's word, between 0 and 1")
    options = parser.parse_args(arguments)
    options.workdir.mkdir(parents=True, exist_ok=True)
    for seed in options.seeds:
        print(json.dumps(liars(options.workdir, options.scale, seed)), flush=True)
        for line in two_labs(options.workdir, options.scale, seed, options.hours, options.weight):
            print(json.dumps(line), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
