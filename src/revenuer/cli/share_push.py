"""`revenuer share push HOUSE SCAN --partner P`: send a partner what they may be told."""

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from revenuer.cli.leaving import Leaving, leave
from revenuer.cli.partner_server import Sent, send
from revenuer.cli.released_scan import released_scan
from revenuer.cli.share_options import release_options
from revenuer.report.visible import plain
from revenuer.share.house import open_house
from revenuer.share.policy import load_share_policy, policy_of


@click.command(name="push")
@release_options
@click.option(
    "--collection", metavar="NAME", help="Id or alias at the partner's. Default: as house.toml says."
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts and refusals as JSON.")
def command(
    folder: Path, scan: Path, partner: str, analyst: Path | None, collection: str | None, as_json: bool
) -> int:
    """Send what the policy lets the partner know of the campaigns in SCAN to their TAXII server, attested and entered in the ledger.

    Sending it again is harmless. Exit code 2 if the partner's server refused any object; the others are there.
    """
    house = open_house(folder)
    now = datetime.now(UTC)
    released = released_scan(house, scan, partner, analyst, now)
    leaving = Leaving(
        partner=partner, objects=released.objects, channel="push", purpose="sent to their server",
        policy_sha256=released.policy_sha256, now=now,
    )  # fmt: skip
    policy = policy_of(load_share_policy(house), partner)
    attestation, sent = leave(house, leaving, policy, partial(send, house, partner, collection))
    return tell_sent(sent, {"partner": partner, "release": attestation["sequence"]}, as_json)


def tell_sent(sent: Sent, more: dict[str, object], as_json: bool) -> int:
    """Print what became of what was sent; return the exit code."""
    counts = {"taken": sent.taken, "pending": sent.pending, "refused": len(sent.refused)}
    if as_json:
        refused = [{"id": name, "message": why} for name, why in sent.refused]
        click.echo(json.dumps({**more, **counts, "refusals": refused}, indent=2))
    else:
        for name, why in sent.refused:
            click.echo(plain(f"refused {name}: {why}"), err=True)
        click.echo(
            f"{sent.taken} objects taken by {more['partner']}, {len(sent.refused)} refused, {sent.pending} pending"
        )
    return 2 if sent.refused else 0
