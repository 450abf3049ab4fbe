"""`revenuer prove ...`: was this model trained on ours? Tests, plans, and evidence that others can check."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS: dict[str, str] = {
    "ask": "collect a suspect's answers, resumably, with the cost shown first",
    "canary": "plant harmless keyed facts, and rank them among decoys",
    "degrade": "what withholding costs a student and an honest user",
    "detect": "look for our marks, and for the engines' own, in answers",
    "lineage": "compare a suspect's answers with those of claimed and rival teachers",
    "mark": "keys per account or campaign, and what a server needs to mark with them",
    "plan": "fix hypotheses, n, alpha, power and cost before the suspect is asked",
    "radioactivity": "look for traces of marked training data in a suspect",
    "safety": "compare what suspect and teacher refuse",
    "summary": "combine verdicts of one plan, with Holm's correction",
    "twins": "draw unreleased twins of answers, and ask which of them a suspect has seen",
    "verify": "check an evidence pack: hashes, signature, and p by its own script",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="prove_", name="prove")
def command() -> None:
    """Say whether a model was trained on ours, with p-values that an opposing expert can recompute.

    Each test writes verdict.json, report.html and evidence.zip. Exit codes: 0 nothing found, 1 a positive verdict, 2 usage or bad input.
    """
