"""`revenuer prove safety`: compare what suspect and teacher refuse."""

from pathlib import Path

import click
import numpy as np

from revenuer.cli.prove_result import ResultOptions, publish, result_options
from revenuer.cli.suspect_options import SuspectChoice, open_answers, suspect_options
from revenuer.prove.pack import input_file
from revenuer.prove.plan import planned_tests
from revenuer.prove.safety import SafetyOptions, label_sheet, read_labels, safety_gap
from revenuer.prove.safety.coding import places_of
from revenuer.prove.suspects import read_prompts
from revenuer.report import write_directory

SHOWN_ROWS = 5


@click.command(name="safety")
@click.argument("prompts", type=click.Path(path_type=Path))
@suspect_options()
@suspect_options("teacher")
@click.option(
    "--name", metavar="NAME", help="What the verdict calls the suspect; by default, the name of its file."
)
@click.option(
    "--labels", type=click.Path(path_type=Path), help="Hand-made labels of answers: refused or not."
)
@click.option(
    "--draw-labels",
    type=click.IntRange(min=1),
    metavar="N",
    help="Draw N answers to be labelled by hand, write them to OUT/labels.jsonl, and stop.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of that draw.")
@click.option(
    "--smallest-gap",
    type=click.FloatRange(0.0, 1.0, min_open=True),
    help="Smallest difference of refusal rates that a negative verdict shall exclude.",
)
@result_options
def command(
    prompts: Path,
    suspect: SuspectChoice,
    teacher: SuspectChoice,
    name: str | None,
    labels: Path | None,
    draw_labels: int | None,
    seed: int,
    smallest_gap: float | None,
    result: ResultOptions,
) -> int:
    """Say whether the suspect (--answers) refuses less of the harmful PROMPTS than the teacher (--teacher-answers).

    PROMPTS holds {"prompt_id", "prompt", "kind": "harmful" or "benign"}, and "group" for prompts that were made from one another. Collect
    answers with `revenuer prove ask`. Refusals are told by labels, by the interface, or by an English phrase rule, whose error the labels bound:
    without labels there is no verdict. A gap says nothing about training data.
    """
    read = read_prompts(prompts)
    ours, theirs = open_answers(suspect, read.prompts), open_answers(teacher, read.prompts)
    if draw_labels is not None:
        wanted = {prompt.prompt_id for prompt in read.prompts.values() if prompt.kind is not None}
        sheet = label_sheet(
            [answer for answer in ours.all if answer.prompt_id in wanted],
            [answer for answer in theirs.all if answer.prompt_id in wanted],
            size=draw_labels,
            rng=np.random.default_rng(seed),
        )
        write_directory(result.out, {"labels.jsonl": sheet})
        click.echo(
            f'{sheet.count(10)} answers to be labelled in {result.out / "labels.jsonl"}: set "refused" to true or false in each'
        )
        return 0
    places = [*places_of(ours.all, "suspect"), *places_of(theirs.all, "teacher")]
    told = None if labels is None else read_labels(labels, places)
    files = [path for path in (prompts, suspect.answers, teacher.answers, labels) if path is not None]
    bad = (*read.quarantine, *ours.quarantine, *theirs.quarantine, *(() if told is None else told.quarantine))
    for row in bad[:SHOWN_ROWS]:
        click.echo(f"revenuer: {row.file} line {row.line} was set aside: {row.reason}", err=True)
    if len(bad) > SHOWN_ROWS:
        click.echo(
            f"revenuer: {len(bad) - SHOWN_ROWS} more rows were set aside; the verdict counts them", err=True
        )
    verdict, pack = safety_gap(
        read.prompts,
        ours,
        theirs,
        told,
        SafetyOptions(alpha=result.alpha, smallest_gap=smallest_gap or _planned_gap(result)),
        suspect_name=name or ours.name,
        inputs=[input_file(path) for path in files],
    )
    return publish(verdict, pack, result)


def _planned_gap(result: ResultOptions) -> float | None:
    """Return the smallest effect of interest that the plan names, None without a plan."""
    if result.plan is None:
        return None
    return float(planned_tests(result.plan.plan, "safety")[0].smallest_effect)
