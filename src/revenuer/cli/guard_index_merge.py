"""`revenuer guard index merge A B... --out C`: write several indexes as one."""

import json
from pathlib import Path

import click
from rich.console import Console

from revenuer.cli.index_answer import index_json, print_index
from revenuer.cli.write_index import check_index_out, write_index
from revenuer.detect.campaign_index import CampaignIndex, merge_indexes


@click.command(name="merge")
@click.argument("indexes", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="File to write, in one step.")
@click.option("--json", "as_json", is_flag=True, help="Print what the index holds as JSON.")
def command(indexes: tuple[Path, ...], out: Path, as_json: bool) -> int:
    """Write every campaign of INDEXES (hashed under one key) to --out; of those with one id the one indexed last."""
    check_index_out(out)
    merged = write_index(merge_indexes([CampaignIndex.open(path) for path in indexes]), out)
    if as_json:
        click.echo(json.dumps(index_json(merged), indent=2))
    else:
        print_index(merged, Console())
    return 0
