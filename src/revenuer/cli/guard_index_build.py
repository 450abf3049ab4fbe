"""`revenuer guard index build LOGS... --out FILE`: scan logs, or take a finished scan, and write its index."""

import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from revenuer.cli.claims_file import read_claims
from revenuer.cli.index_answer import index_json, print_index
from revenuer.cli.key_file import read_key
from revenuer.cli.log_options import accounts_option, format_options, threads_option, workdir_option
from revenuer.cli.run_scan import ScanOptions, scan_logs
from revenuer.cli.write_index import check_index_out, write_index
from revenuer.detect.campaign_index import INDEX_FILE, CampaignIndex, IndexContent, index_claims, with_claims
from revenuer.detect.keyed_hash import UNKEYED, Key
from revenuer.ingest import load_mapping
from revenuer.report import ConsoleProgress


@click.command(name="build")
@click.argument("sources", nargs=-1, required=True)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="File to write, in one step.")
@accounts_option
@click.option(
    "--key-file",
    type=click.Path(path_type=Path),
    help="Secret of 16 bytes or more that the index is hashed with; the guard needs the same.",
)
@click.option(
    "--claims",
    type=click.Path(path_type=Path),
    help="What peers claim (from `revenuer share claims`): the guard raises priors by it, and accuses nobody for it.",
)
@format_options
@workdir_option
@threads_option
@click.option("--json", "as_json", is_flag=True, help="Print what the index holds as JSON.")
def command(
    sources: tuple[str, ...],
    out: Path,
    accounts: str | None,
    key_file: Path | None,
    claims: Path | None,
    log_format: str,
    mapping: Path | None,
    workdir: Path | None,
    threads: int,
    as_json: bool,
) -> int:
    """Write the index of SOURCES to --out: of logs, which are scanned first, or of one folder that a scan wrote.

    Exit code 1 when there are campaigns in it.
    """
    check_index_out(out)
    key = read_key(key_file) if key_file else UNKEYED
    options = ScanOptions(
        accounts=accounts,
        key=key,
        log_format=log_format,
        mapping=load_mapping(mapping) if mapping else None,
        workdir=workdir,
        threads=threads,
    )
    content = _content(sources, options, key if key_file else None)
    if claims is not None:
        content = with_claims(content, index_claims(read_claims(claims), key, datetime.now(UTC)))
    index = write_index(content, out)
    if as_json:
        click.echo(json.dumps(index_json(index), indent=2))
    else:
        print_index(index, Console())
    return 1 if index.campaigns else 0


def _content(sources: tuple[str, ...], options: ScanOptions, key: Key | None) -> IndexContent:
    if len(sources) == 1 and os.path.isfile(Path(sources[0]) / INDEX_FILE):
        return CampaignIndex.open(Path(sources[0]), key).content()
    progress = ConsoleProgress(Console(stderr=True))
    with tempfile.TemporaryDirectory(prefix="revenuer-", dir=options.workdir) as scratch:
        content = scan_logs(sources, Path(scratch), options, progress).index
        progress.done()
    return content
