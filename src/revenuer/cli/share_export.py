"""`revenuer share export HOUSE SCAN --partner P --out bundle.json`: write what a partner may be told."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import click

from revenuer.cli.released_scan import released_scan
from revenuer.cli.share_options import release_options
from revenuer.records import UsageError
from revenuer.report.new_file import write_new_file
from revenuer.share.house import open_house
from revenuer.share.policy import depart
from revenuer.share.stix import bundle_bytes


@click.command(name="export")
@release_options
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The bundle; a new file.")
@click.option("--purpose", default="campaigns of a scan", help="What for, as the ledger keeps it.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def command(
    folder: Path, scan: Path, partner: str, analyst: Path | None, out: Path, purpose: str, as_json: bool
) -> int:
    """Write the STIX 2.1 bundle that the partner may be told of the campaigns in the result folder SCAN.

    What leaves is what the policy of HOUSE lets leave; `share preview` shows it beforehand, byte for byte. Each object is entered into
    the ledger first. Exit code 0: written; 2: nothing was written, the message says why.
    """
    house = open_house(folder)
    now = datetime.now(UTC)
    released = released_scan(house, scan, partner, analyst, now)
    content = bundle_bytes(released.objects, house, partner)
    if out.exists():
        raise UsageError(f"{out} exists and is left as it is; name another file with --out")
    # First the ledger, then the file: an entry of what nobody got does no harm, bytes that the ledger does not know would.
    head = depart(released, house, channel="file", purpose=purpose, now=now)
    write_new_file(out, content)
    digest = hashlib.sha256(content).hexdigest()
    if as_json:
        told = {
            "out": str(out),
            "partner": partner,
            "marking": released.marking,
            "objects": len(released.objects),
            "withheld": sum(one.count for one in released.withheld),
            "bytes": len(content),
            "sha256": digest,
            "policy_sha256": released.policy_sha256,
            "ledger": {"seq": head.seq, "sha256": head.sha256},
        }
        click.echo(json.dumps(told, indent=2))
    else:
        click.echo(
            f"wrote {out}: {len(released.objects)} objects for {partner} under {released.marking}, SHA-256 {digest}"
        )
    return 0
