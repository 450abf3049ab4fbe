"""`revenuer prove canary open FOLDER`: what a suspect is to be asked about a log's canaries."""

from pathlib import Path

import click

from revenuer.cli.canary_pool import pool_option
from revenuer.cli.twin_lines import (
    campaign_option,
    folder_argument,
    head_given,
    head_option,
    say_line,
    write_lines,
)
from revenuer.prove.canaries import CanaryOptions, candidates_of, open_canaries, read_pool


@click.command(name="open")
@folder_argument
@campaign_option
@head_option
@pool_option
@click.option("--decoys", default=CanaryOptions().decoys, show_default=True, type=click.IntRange(1, 9999))
@click.option(
    "--pairs", type=click.Path(path_type=Path), help="Write canaries and decoys, for `prove ask --score`."
)
@click.option("--prompts", type=click.Path(path_type=Path), help="Write the prompts, for `prove ask`.")
def command(
    folder: Path,
    campaigns: tuple[str, ...],
    head: str | None,
    pool_file: Path | None,
    decoys: int,
    pairs: Path | None,
    prompts: Path | None,
) -> int:
    """Check FOLDER's canaries against log, pool and lots, and print them, or write the files that are asked for.

    In --pairs nothing tells a canary from its decoys: they stand in the order of their texts.
    """
    pool = read_pool(pool_file)
    canaries, _ = open_canaries(folder, pool, campaigns, head_given(head))
    if pairs is not None:
        rows = [
            {"prompt": canary.prompt, "continuation": text}
            for canary in canaries
            for text in candidates_of(canary, pool, decoys)
        ]
        write_lines(pairs, rows)
    if prompts is not None:
        distinct = dict.fromkeys(canary.prompt for canary in canaries)
        write_lines(prompts, [{"prompt_id": str(i), "prompt": prompt} for i, prompt in enumerate(distinct)])
    if pairs is None and prompts is None:
        for canary in canaries:
            say_line(canary)
    else:
        click.echo(f"{len(canaries)} canaries opened, all as sealed")
    return 0
