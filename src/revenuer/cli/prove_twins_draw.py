"""`revenuer prove twins draw FOLDER PROMPTS`: draw, seal, and say what to release."""

from pathlib import Path

import click

from revenuer.cli.suspect_options import SuspectChoice, open_writer, suspect_options
from revenuer.cli.twin_lines import folder_argument, say_line, warn
from revenuer.prove.suspects import read_prompts
from revenuer.prove.twins import draw_twins, open_log
from revenuer.records import UsageError


@click.command(name="draw")
@folder_argument
@click.argument("prompts", type=click.Path(path_type=Path))
@click.option("--campaign", required=True, help="To whom the answers go: the guard's name of the campaign.")
@click.option(
    "--twins", default=3, show_default=True, type=click.IntRange(1, 64), help="Unreleased draws a prompt."
)
@suspect_options()
def command(folder: Path, prompts: Path, campaign: str, twins: int, suspect: SuspectChoice) -> int:
    """Draw answers to PROMPTS ({"prompt_id", "prompt"} a line) from our own model, seal them in FOLDER, and print which to release.

    The options that name a suspect elsewhere name our own model here, by --endpoint or --weights. One JSON line a prompt:
    {"prompt_id", "prompt", "text", "finish_reason", "reservation", "sealed", "reason"}.
    """
    if suspect.answers is not None or suspect.scores is not None:
        raise UsageError(
            "answers of a file are sealed with `revenuer prove twins seal`; draw needs --endpoint or --weights"
        )
    log = open_log(folder, tell=warn)
    read = read_prompts(prompts)
    writer = open_writer(suspect)
    sampling = suspect.sampling
    parameters = f"{writer.name} temperature {sampling.temperature:g} top_p {sampling.top_p:g} max_tokens {sampling.max_tokens}"
    for prompt in read.prompts.values():
        release = draw_twins(
            writer,
            prompt.prompt,
            log,
            campaign=campaign,
            twins=twins,
            parameters=parameters,
            prompt_id=prompt.prompt_id,
        )
        if not release.sealed:
            warn(f"prompt {prompt.prompt_id}: not sealed, {release.reason}")
        say_line({"prompt_id": prompt.prompt_id, "prompt": prompt.prompt, **release.as_json()})
    for reason, count in read.set_aside.items():
        warn(f"{prompts}: {count} rows set aside: {reason}")
    return 0
