"""Was the suspect trained on what we released to a campaign? Its likelihood of released answers against their sealed twins."""

from collections.abc import Sequence
from dataclasses import dataclass

from revenuer.prove.pack import EvidencePack
from revenuer.prove.suspect import Scorer
from revenuer.prove.twins.lot_result import Weighting
from revenuer.prove.twins.lot_verdict import Finding, lot_verdict
from revenuer.prove.twins.open_records import OpenedLog
from revenuer.prove.twins.scored_records import Per, scored_records, selected
from revenuer.prove.twins.twin_pack import twin_pack
from revenuer.prove.twins.twin_record import TwinRecord
from revenuer.prove.twins.twin_wording import twin_wording
from revenuer.records.suspect_verdict import SuspectVerdict

TEST = "twins"
FEW = 0.2
"""Share of records that may go unscored: beyond it something is wrong with the scorer, and what is left is no fair sample of the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """Fixed before the suspect is asked. `per`: the score is the log-likelihood of the whole text, per token or per character.
    `weighting`: `sparse` for a suspect that learnt few of the records, `clipped` deviations, or `rank`s. `power`: at this size, for the effect that the plan names; None = unknown.
    `accept_lost`: go on where sealed content is missing. `with_texts`: the evidence pack holds prompts and texts too."""

    alpha: float = 0.01
    per: Per = "token"
    weighting: Weighting = "sparse"
    power: float | None = None
    accept_lost: bool = False
    with_texts: bool = True


def audit(
    records: Sequence[TwinRecord],
    suspect: Scorer,
    reference: Scorer | None = None,
    options: AuditOptions | None = None,
    opened: OpenedLog | None = None,
    *,
    teacher: Scorer | None = None,
) -> tuple[SuspectVerdict, EvidencePack]:
    """Return the verdict and what it rests on.

    `reference`: the model that the suspect was made from, or the nearest to it that surely never saw our answers. `teacher`: our own model that
    drew the answers. What these foretell of the suspect's likelihoods is taken off them; each makes the test stronger, and none can make
    an innocent suspect guilty. `opened`: the log that the records come from; without it nobody can check the lots, and the verdict says so.

    Source: the null is the lot's own law; R. A. Fisher, The Design of Experiments, 1935, chapter 2. Covariates in such a test: P. R.
    Rosenbaum, Statistical Science 17 (2002), 286-327.
    """
    chosen = options or AuditOptions()
    selection = selected(records)
    scorers = present(suspect=suspect, reference=reference, teacher=teacher)
    scoring = scored_records(selection.records, scorers, chosen.per)
    others = {name: scorer.name for name, scorer in scorers.items() if name != "suspect"}
    beyond = f" beyond what {' and '.join(others)} foretell" if others else ""
    finding = Finding(
        wording=twin_wording(TEST, f"the log-likelihood that the suspect gives to a text{beyond}"),
        suspect=suspect.name,
        unit="nats per record",
        scored=scoring.records,
        selection=selection,
        unscored=scoring.unscored,
        too_many_unscored=scoring.unscored > FEW * max(1, len(selection.records)),
        given=len(records),
        opened=opened,
        compared_with=others,
        coefficients=scoring.coefficients,
        weighting=chosen.weighting,
        alpha=chosen.alpha,
        power=chosen.power,
        accept_lost=chosen.accept_lost,
        parameters={
            "per": chosen.per,
            "twins": max((len(record.texts) - 1 for record in records), default=0),
        },
    )
    verdict = lot_verdict(finding)
    return verdict, twin_pack(finding, verdict, chosen.per, with_texts=chosen.with_texts)


def present(**scorers: Scorer | None) -> dict[str, Scorer]:
    """Return those that were given, by role."""
    return {name: scorer for name, scorer in scorers.items() if scorer is not None}
