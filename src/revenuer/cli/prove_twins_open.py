"""`revenuer prove twins open FOLDER`: open sealed records."""

from pathlib import Path

import click

from revenuer.cli.twin_lines import (
    campaign_option,
    folder_argument,
    head_given,
    head_option,
    say_line,
    warn,
    write_lines,
)
from revenuer.prove.twins import open_records


@click.command(name="open")
@folder_argument
@campaign_option
@head_option
@click.option(
    "--pairs",
    type=click.Path(path_type=Path),
    help="Write every prompt with every text, for `prove ask --score`.",
)
@click.option("--prompts", type=click.Path(path_type=Path), help="Write the prompts, for `prove ask`.")
def command(
    folder: Path, campaigns: tuple[str, ...], head: str | None, pairs: Path | None, prompts: Path | None
) -> int:
    """Check every sealed record of FOLDER against its commitment, its reservation and the lot, and print what opens it, one JSON line each.

    With --pairs or --prompts these files are written instead. The pairs are in the order of the draws: which text was released cannot be seen.
    """
    opened = open_records(folder, campaigns, head_given(head))
    for name, count in opened.lost.items():
        warn(f"campaign {name}: {count} sealed records have no content in the store")
    if pairs is None and prompts is None:
        for opening in opened.openings.values():
            say_line(opening)
        return 0
    if pairs is not None:
        write_lines(
            pairs,
            [
                {"prompt": record.prompt, "continuation": text}
                for record in opened.records
                for text in record.texts
            ],
        )
    if prompts is not None:
        distinct = dict.fromkeys(record.prompt for record in opened.records)
        write_lines(prompts, [{"prompt_id": str(i), "prompt": prompt} for i, prompt in enumerate(distinct)])
    click.echo(f"{len(opened.records)} records opened, all as sealed")
    return 0
