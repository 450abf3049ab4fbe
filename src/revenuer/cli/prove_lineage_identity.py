"""`revenuer prove lineage identity ANSWERS --panel PANEL --teacher T --says NAME --out DIR`."""

from dataclasses import replace
from pathlib import Path

import click

from revenuer.cli.prove_result import ResultOptions, publish, result_options
from revenuer.prove.lineage.identity import identity_verdict
from revenuer.prove.lineage.panel import PanelModel
from revenuer.prove.lineage.panel_file import first_samples, read_panel
from revenuer.prove.pack import input_file
from revenuer.records import UsageError


@click.command(name="identity")
@click.argument("answers", type=click.Path(path_type=Path))
@click.option(
    "--panel", "panel_path", required=True, type=click.Path(path_type=Path), help="The documented models."
)
@click.option("--teacher", required=True, help="The claimed teacher, as the panel's derives_from names it.")
@click.option(
    "--says",
    "names",
    multiple=True,
    required=True,
    help="A name of the maker or its model to look for. May be repeated.",
)
@click.option("--name", help="What the suspect is called; default: the file's name.")
@click.option("--project", help="The suspect's project, where the panel has models of it: they are left out.")
@result_options
def command(
    answers: Path,
    panel_path: Path,
    teacher: str,
    names: tuple[str, ...],
    name: str | None,
    project: str | None,
    result: ResultOptions,
) -> int:
    """Count in how many ANSWERS the suspect calls itself the claimed maker's, and rank that among projects that do not derive from it.

    Weak evidence: public text holds such sentences, and a developer can plant or remove them.
    """
    panel = read_panel(panel_path)
    known = {*panel.teachers, *(teacher for model in panel.models for teacher in model.derives_from)}
    if teacher not in known:
        raise UsageError(
            f"the panel knows no teacher {teacher}, expected one of {', '.join(sorted(known)) or 'its teachers'}"
        )
    if not all(word.strip() for word in names):
        raise UsageError("got an empty --says, expected a name to look for")
    called = name or answers.stem
    if called in {model.name for model in panel.models}:
        raise UsageError(
            f"{called} is in the panel; give the suspect another --name, and its --project where the panel has models of it"
        )
    suspect = PanelModel(name=called, project=project or f"suspect {called}", answers=first_samples(answers))
    verdict, pack = identity_verdict(suspect, panel, teacher, names, result.alpha)
    if pack is not None:
        pack = replace(pack, inputs=tuple(input_file(path) for path in (answers, panel_path)))
    return publish(verdict, pack, result)
