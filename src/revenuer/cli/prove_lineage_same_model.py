"""`revenuer prove lineage same-model SUSPECT REFERENCE --out DIR`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from revenuer.cli.prove_result import ResultOptions, publish, result_options
from revenuer.prove.lineage.same_model import same_model_verdict
from revenuer.prove.pack import input_file
from revenuer.prove.suspect import Answer
from revenuer.prove.suspects.answers_file import read_answers
from revenuer.records import UsageError


@click.command(name="same-model")
@click.argument("suspect", type=click.Path(path_type=Path))
@click.argument("reference", type=click.Path(path_type=Path))
@click.option("--rival", type=click.Path(path_type=Path), help="Answers of another model: gives the power.")
@click.option("--name", help="What the suspect is called; default: the file's name.")
@click.option("--seed", default=0, show_default=True, help="Of the random relabellings.")
@result_options
def command(
    suspect: Path, reference: Path, rival: Path | None, name: str | None, seed: int, result: ResultOptions
) -> int:
    """Ask whether SUSPECT's answers are draws from REFERENCE's model: files with several answers a prompt (numbered by `sample`).

    Positive (exit code 1) means that they are not. Without --rival, no difference means nothing.
    """
    asked = {answer.prompt_id: answer.prompt.split() for answer in read_answers(reference).all}
    samples = [_samples(path, asked) for path in (suspect, reference, *([] if rival is None else [rival]))]
    verdict, pack = same_model_verdict(
        samples[0],
        samples[1],
        name=name or suspect.stem,
        alpha=result.alpha,
        seed=seed,
        rival=samples[2] if rival is not None else None,
    )
    if pack is not None:
        pack = replace(pack, inputs=tuple(input_file(path) for path in (suspect, reference)))
    return publish(verdict, pack, result)


def _samples(path: Path, asked: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return prompt id -> answers by sample number. Raises UsageError for answers to other words under the same id."""
    by_prompt: dict[str, list[Answer]] = {}
    for answer in read_answers(path).all:
        if answer.prompt_id in asked and answer.prompt.split() != asked[answer.prompt_id]:
            raise UsageError(
                f"{path}: prompt {answer.prompt_id} has other words than the reference's; ask both sides the same prompts"
            )
        by_prompt.setdefault(answer.prompt_id, []).append(answer)
    return {key: _texts(answers) for key, answers in by_prompt.items()}


def _texts(answers: Sequence[Answer]) -> list[str]:
    return [answer.text for answer in sorted(answers, key=lambda answer: answer.sample)]
