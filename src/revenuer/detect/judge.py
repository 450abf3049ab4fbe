"""Asks of a group: does one operator harvest here, or is it one of the look-alikes?"""

from dataclasses import dataclass

import numpy as np

from revenuer.detect.calibration import Calibration
from revenuer.detect.group import Context, Group
from revenuer.detect.signals import SIGNALS
from revenuer.detect.signals.base import Taken
from revenuer.records import Evidence, Outcome

MIN_FAMILIES = 3
"""Signal families that must answer positive before a group is a campaign (replay alone is enough)."""
DETERMINISTIC = "replay"
MAX_LOG10_E = 9.0
"""No sum counts for more: the calibration has seen about a thousand benign groups and cannot vouch for what lies beyond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """`log10_e` weighs all evidence together; `evidence` is strongest first. `sufficient` says whether enough unrelated
    families answer positive. `log10_prior`: by how much peers' claims make the group more likely beforehand; no part of `log10_e`."""

    group: Group
    evidence: tuple[Evidence, ...]
    log10_e: float
    sufficient: bool
    log10_prior: float = 0.0


def judge(group: Group, context: Context, calibration: Calibration) -> Judgement:
    """Return the judgement on `group`: every signal's answer, and their sum with dependence accounted for.

    Within a family of dependent signals the strongest answer counts in full and the others by `calibration.dependence`.
    """
    taken: Taken = {}
    evidence = [signal.evaluate(group, context, calibration.curves[signal.name], taken) for signal in SIGNALS]
    evidence.sort(key=lambda e: -abs(e.log10_bayes_factor))
    positive = {e.family for e in evidence if e.outcome is Outcome.POSITIVE}
    return Judgement(
        group=group,
        evidence=tuple(evidence),
        log10_e=float(np.clip(combine(evidence, calibration), -MAX_LOG10_E, MAX_LOG10_E)),
        sufficient=len(positive) >= MIN_FAMILIES or DETERMINISTIC in positive,
    )


def combine(evidence: list[Evidence], calibration: Calibration) -> float:
    """Return the combined log10 e-value of answers sorted strongest first."""
    total, seen = 0.0, set()
    for answer in evidence:
        total += answer.log10_bayes_factor * (calibration.dependence if answer.family in seen else 1.0)
        seen.add(answer.family)
    return calibration.scale * total - calibration.shift
