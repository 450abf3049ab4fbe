"""`revenuer share publish HOUSE SCAN --partner P --collection NAME`: let a partner fetch what they may be told."""

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from revenuer.cli.leaving import Leaving, leave
from revenuer.cli.own_collection import own_collection, put
from revenuer.cli.released_scan import released_scan
from revenuer.cli.share_options import release_options
from revenuer.share.house import open_house
from revenuer.share.policy import load_share_policy, policy_of


@click.command(name="publish")
@release_options
@click.option(
    "--collection",
    "name",
    required=True,
    metavar="NAME",
    help="Of our server: its name in server.toml, or its id.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was released as JSON.")
def command(folder: Path, scan: Path, partner: str, analyst: Path | None, name: str, as_json: bool) -> int:
    """Put what the policy lets the partner know of the campaigns in SCAN into a collection of our server, attested and entered in the ledger.

    `share preview` shows it beforehand, byte for byte. A server that runs serves it at once. Doing it again changes nothing for the partner.
    """
    house = open_house(folder)
    own_collection(house, name)
    now = datetime.now(UTC)
    released = released_scan(house, scan, partner, analyst, now)
    leaving = Leaving(
        partner=partner, objects=released.objects, channel="taxii", purpose=f"published in {name}",
        policy_sha256=released.policy_sha256, now=now,
    )  # fmt: skip
    policy = policy_of(load_share_policy(house), partner)
    attestation, added = leave(house, leaving, policy, partial(put, house, name))
    told = {
        "partner": partner,
        "collection": name,
        "marking": released.marking,
        "objects": len(released.objects),
        "new_in_collection": added,
        "withheld": sum(one.count for one in released.withheld),
        "release": attestation["sequence"],
    }
    if as_json:
        click.echo(json.dumps(told, indent=2))
    else:
        click.echo(
            f"release {told['release']} for {partner} under {released.marking}: {told['objects']} objects in {name}, {added} of them new (with the "
            f"attestation); {told['withheld']} things withheld, see `revenuer share preview`"
        )
    return 0
