"""`revenuer share preview HOUSE SCAN --partner P`: what a partner would get, and why."""

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from revenuer.cli.preview_text import preview_text
from revenuer.cli.released_scan import released_scan
from revenuer.cli.share_options import release_options
from revenuer.share.house import open_house
from revenuer.share.stix import bundle_bytes


@click.command(name="preview")
@release_options
@click.option("--fields", is_flag=True, help="Tell of every single field of every object why it may leave.")
@click.option("--json", "as_json", is_flag=True, help="Print bytes, passages and what is withheld as JSON.")
def command(folder: Path, scan: Path, partner: str, analyst: Path | None, fields: bool, as_json: bool) -> int:
    """Show the exact bytes that the partner would get now, why each field may leave, and what is withheld and why. Nothing is sent.

    Exit code 0: shown; 2: it cannot be shown, and could not be sent either.
    """
    house = open_house(folder)
    released = released_scan(house, scan, partner, analyst, datetime.now(UTC))
    content = bundle_bytes(released.objects, house, partner)
    if as_json:
        told = {
            "partner": partner,
            "marking": released.marking,
            "policy_sha256": released.policy_sha256,
            "sha256": hashlib.sha256(content).hexdigest(),
            "bundle": content.decode(),
            "passages": [asdict(one) for one in released.passages],
            "withheld": [asdict(one) for one in released.withheld],
        }
        click.echo(json.dumps(told, indent=2))
    else:
        click.echo(preview_text(released, content, every_field=fields))
    return 0
