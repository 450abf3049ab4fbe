"""`revenuer share init HOUSE --name NAME`: make a house."""

import json
from pathlib import Path

import click

from revenuer.records import UsageError
from revenuer.report.new_file import write_new_file
from revenuer.share.house import HOUSE_FILE, KEYS_FOLDER, new_house


@click.command(name="init")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="What partners call us.")
@click.option("--json", "as_json", is_flag=True, help="Print the path as JSON.")
def command(folder: Path, name: str, as_json: bool) -> int:
    """Make the folder HOUSE with house.toml, to which partners are then added by hand, and an empty folder for keys."""
    try:
        (folder / KEYS_FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make {folder}: {error.strerror}; name another folder") from error
    write_new_file(folder / HOUSE_FILE, new_house(name).encode())
    made = folder / HOUSE_FILE
    click.echo(
        json.dumps({"made": str(made)})
        if as_json
        else f"made {made}; add a section [partners.NAME] for each partner"
    )
    return 0
