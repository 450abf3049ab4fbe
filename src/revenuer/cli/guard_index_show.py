"""`revenuer guard index show INDEX`: print the campaigns of an index, and what it knows of each."""

import json
from pathlib import Path

import click
from rich.console import Console

from revenuer.cli.index_answer import index_json, print_index
from revenuer.detect.campaign_index import CampaignIndex


@click.command(name="show")
@click.argument("index", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
def command(index: Path, as_json: bool) -> int:
    """Print the campaigns of INDEX and how many keys of each kind it knows them by."""
    found = CampaignIndex.open(index)
    if as_json:
        click.echo(json.dumps(index_json(found), indent=2))
    else:
        print_index(found, Console())
    return 0
