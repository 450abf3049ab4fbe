"""`revenuer prove canary test FOLDER --out DIR`: does the suspect prefer the canaries to decoys?"""

from pathlib import Path

import click

from revenuer.cli.canary_pool import pool_option
from revenuer.cli.prove_result import ResultOptions, publish, result_options
from revenuer.cli.suspect_options import SuspectChoice, open_answers, open_scorer, suspect_options
from revenuer.cli.twin_lines import campaign_option, folder_argument, head_given, head_option
from revenuer.prove.canaries import (
    CanaryOptions,
    open_canaries,
    rank_canaries,
    rank_canaries_in_answers,
    read_pool,
)
from revenuer.prove.canaries.ranks import TEST
from revenuer.prove.twins import planned_head


@click.command(name="test")
@folder_argument
@campaign_option
@head_option
@pool_option
@click.option(
    "--decoys",
    default=CanaryOptions().decoys,
    show_default=True,
    type=click.IntRange(1, 9999),
    help="Decoys a canary.",
)
@click.option(
    "--power",
    type=click.FloatRange(0.0, 1.0),
    help="Power at this size, by default the plan's; without one silence stays inconclusive.",
)
@click.option(
    "--accept-lost", is_flag=True, help="Go on where sealed content is missing; the verdict counts it."
)
@suspect_options()
@suspect_options("reference")
@result_options
def command(
    folder: Path,
    campaigns: tuple[str, ...],
    head: str | None,
    pool_file: Path | None,
    decoys: int,
    power: float | None,
    accept_lost: bool,
    suspect: SuspectChoice,
    reference: SuspectChoice,
    result: ResultOptions,
) -> int:
    """Rank the canaries that FOLDER sealed among decoys, by the suspect's likelihoods (--weights, --endpoint, --scores) or by its --answers.

    Exit code 1 when it prefers them: it read what was released to that campaign alone.
    """
    pool = read_pool(pool_file)
    given = head_given(head)
    if given is None and result.plan is not None:
        given = planned_head(folder, result.plan.plan.commitment_root)
    canaries, opened = open_canaries(folder, pool, campaigns, given)
    known = result.planned_power(TEST) if power is None else power
    options = CanaryOptions(alpha=result.alpha, decoys=decoys, power=known, accept_lost=accept_lost)
    if suspect.answers is not None:
        answers = open_answers(suspect)
        found = rank_canaries_in_answers(canaries, pool, answers.all, answers.name, options, opened)
        return publish(*found, result)
    base = open_scorer(reference) if reference.given else None
    scorer = open_scorer(suspect)
    result.check_before(TEST, scorer.name, parameters={"decoys": decoys})
    return publish(*rank_canaries(canaries, pool, scorer, base, options, opened), result)
