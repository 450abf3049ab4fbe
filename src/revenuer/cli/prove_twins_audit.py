"""`revenuer prove twins audit FOLDER --out DIR`: does the suspect know what was released better than its twins?"""

from pathlib import Path
from typing import Any

import click

from revenuer.cli.prove_result import ResultOptions, publish, result_options
from revenuer.cli.suspect_options import SuspectChoice, open_answers, open_scorer, suspect_options
from revenuer.cli.twin_lines import campaign_option, folder_argument, head_given, head_option
from revenuer.prove.twins import (
    AnswerAuditOptions,
    AuditOptions,
    audit,
    audit_answers,
    open_records,
    planned_head,
)
from revenuer.prove.twins.audit import TEST


@click.command(name="audit")
@folder_argument
@campaign_option
@head_option
@click.option(
    "--per",
    default=AuditOptions().per,
    show_default=True,
    type=click.Choice(["text", "token", "character"]),
    help="The score: log-likelihood of the whole text, per token or per character.",
)
@click.option(
    "--weighting",
    default=AuditOptions().weighting,
    show_default=True,
    type=click.Choice(["sparse", "clipped", "rank"]),
    help="How records add up: made for a suspect that learnt few of them, clipped deviations, or ranks.",
)
@click.option(
    "--likeness",
    default=AnswerAuditOptions().likeness,
    show_default=True,
    type=click.Choice(["ngrams", "run", "edit"]),
    help="With --answers: what likeness of an answer to a text means.",
)
@click.option(
    "--power",
    type=click.FloatRange(0.0, 1.0),
    help="Power at this size, by default the plan's; without one silence stays inconclusive.",
)
@click.option(
    "--accept-lost", is_flag=True, help="Go on where sealed content is missing; the verdict counts it."
)
@click.option("--without-texts", is_flag=True, help="Leave prompts and texts out of the evidence pack.")
@suspect_options()
@suspect_options("reference")
@suspect_options("teacher")
@result_options
def command(
    folder: Path,
    campaigns: tuple[str, ...],
    head: str | None,
    suspect: SuspectChoice,
    reference: SuspectChoice,
    teacher: SuspectChoice,
    result: ResultOptions,
    accept_lost: bool,
    without_texts: bool,
    power: float | None,
    **fixed: Any,
) -> int:
    """Test the suspect on the records that FOLDER sealed. Exit code 1 when it was trained on what was released.

    --weights, --endpoint or --scores: by its likelihoods, beyond what those of --reference-... (the model that
    it was made from) and --teacher-... (our own) foretell. --answers: by its own
    answers to the audited prompts, which is far weaker. A broken log ends in an error, never in a p-value.
    """
    given = head_given(head)
    if given is None and result.plan is not None:
        given = planned_head(folder, result.plan.plan.commitment_root)
    opened = open_records(folder, campaigns, given)
    shared = {
        "alpha": result.alpha,
        "weighting": fixed["weighting"],
        "accept_lost": accept_lost,
        "with_texts": not without_texts,
    }
    if suspect.answers is not None:
        answers = open_answers(suspect)
        by_answers = AnswerAuditOptions(likeness=fixed["likeness"], power=power, **shared)
        return publish(*audit_answers(opened.records, answers.all, answers.name, by_answers, opened), result)
    # What a plan computed is the power of likelihoods: answers have far less.
    planned = result.planned_power(TEST) if power is None else power
    options = AuditOptions(per=fixed["per"], power=planned, **shared)
    base = open_scorer(reference) if reference.given else None
    own = open_scorer(teacher) if teacher.given else None
    scorer = open_scorer(suspect)
    result.check_before(TEST, scorer.name)
    return publish(*audit(opened.records, scorer, base, options, opened, teacher=own), result)
