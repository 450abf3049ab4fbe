"""`revenuer prove lineage answers ANSWERS --panel PANEL --teacher T --out DIR`."""

from dataclasses import replace
from pathlib import Path

import click

from revenuer.cli.prove_result import ResultOptions, publish, result_options
from revenuer.prove.lineage.answers_lineage import answers_verdict
from revenuer.prove.lineage.panel import PanelModel
from revenuer.prove.lineage.panel_file import first_samples, read_panel
from revenuer.prove.pack import input_file
from revenuer.records import UsageError


@click.command(name="answers")
@click.argument("answers", type=click.Path(path_type=Path))
@click.option(
    "--panel", "panel_path", required=True, type=click.Path(path_type=Path), help="The documented models."
)
@click.option("--teacher", required=True, help="The claimed teacher, as the panel names it.")
@click.option("--name", help="What the suspect is called; default: the file's name.")
@click.option(
    "--project",
    help="The suspect's project, where the panel has models of it: they are left out.",
)
@result_options
def command(
    answers: Path,
    panel_path: Path,
    teacher: str,
    name: str | None,
    project: str | None,
    result: ResultOptions,
) -> int:
    """Rank the likeness of ANSWERS (a suspect's) to the claimed teacher among projects of the panel that do not derive from it.

    The smallest p that k null projects can give is 1 / (k + 1); nothing is claimed below it.
    """
    panel = read_panel(panel_path)
    if teacher not in panel.teachers:
        raise UsageError(
            f"the panel has no answers of {teacher}, expected one of {', '.join(panel.teachers) or 'its teachers'}"
        )
    called = name or answers.stem
    if called in {model.name for model in panel.models}:
        raise UsageError(
            f"{called} is in the panel; give the suspect another --name, and its --project where the panel has models of it"
        )
    suspect = PanelModel(name=called, project=project or f"suspect {called}", answers=first_samples(answers))
    verdict, pack = answers_verdict(suspect, panel, teacher, result.alpha)
    if pack is not None:
        pack = replace(pack, inputs=tuple(input_file(path) for path in (answers, panel_path)))
    return publish(verdict, pack, result)
