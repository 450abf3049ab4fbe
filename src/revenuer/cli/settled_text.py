"""What is said after a partner's objects were checked."""

from dataclasses import asdict
from typing import Any

import click

from revenuer.report.visible import plain
from revenuer.share.received import Settled


def settled_json(settled: Settled) -> dict[str, Any]:
    """Return the counts and faults as plain JSON types."""
    found = asdict(settled)
    found["faults"] = [
        {"kind": one.kind.value, "words": one.words, "object_id": one.object_id} for one in settled.faults
    ]
    return found


def tell_settled(settled: Settled, partner: str) -> None:
    """Print what counts now, what does not, and every break in the partner's chain."""
    click.echo(
        f"of {partner}: {settled.accepted} object versions count, {settled.quarantined} are unsound, {settled.unattested} wait for a release "
        f"that vouches for them; {settled.heard} speak of ours"
    )
    for fault in settled.faults:
        click.echo(plain(f"{fault.kind.value}: {fault.words}"), err=True)
