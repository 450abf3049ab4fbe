"""`revenuer guard index verify INDEX`: check an index from end to end."""

import json
from pathlib import Path

import click

from revenuer.cli.key_file import read_key
from revenuer.detect.campaign_index import CampaignIndex


@click.command(name="verify")
@click.argument("index", type=click.Path(path_type=Path))
@click.option(
    "--key-file", type=click.Path(path_type=Path), help="Check too that it is hashed under this secret."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(index: Path, key_file: Path | None, as_json: bool) -> int:
    """Check that INDEX is whole and unchanged and that every entry is found by its key. Exit code 2, with the reason, if not."""
    found = CampaignIndex.open(index, read_key(key_file) if key_file else None)
    found.verify()
    if as_json:
        answer = {
            "file": str(found.path),
            "sound": True,
            "campaigns": len(found.campaigns),
            "entries": len(found),
        }
        click.echo(json.dumps(answer))
    else:
        click.echo(f"{found.path} is sound: {len(found.campaigns)} campaigns, {len(found):,} entries")
    return 0
