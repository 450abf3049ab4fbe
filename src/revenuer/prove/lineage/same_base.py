"""`lineage weights`: do the suspect's weights come from ours? Exact, because the order of our hidden units was drawn at random when we initialised them.

Training treats hidden units, and coordinates of the residual stream, alike: had we begun with them in another order, we would hold the same model in that order,
and a model made without ours could not know which. So the best matching of our units with the suspect's is a uniformly random permutation under the null hypothesis,
and its fixed points have an exact law. A copy that was only fine-tuned keeps the order.
Source: S. Zhu, A. Ahmed, R. Kuditipudi, P. Liang, Independence Tests for Language Models (ICML 2025), section 3 (equivariant training, matching); the law
of fixed points in place of their rank correlation is ours.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from revenuer.prove.lineage.matching_tail import log10_fixed_tail
from revenuer.prove.lineage.units import FloatArray, UnitGroup, unit_groups, unit_vectors
from revenuer.prove.lineage.weights_file import WeightsFile
from revenuer.prove.pack import EvidencePack, input_file
from revenuer.records import Outcome
from revenuer.records.suspect_verdict import Effect, SuspectVerdict

TEST = "lineage-weights"
SCRIPT = "lineage_weights.py"
LEAST_UNITS = 16
H0 = "The suspect's weights were made without ours: they are independent of the order in which our units were initialised."
ASSUMPTIONS = (
    "our own initialisation drew every unit of a layer, and every coordinate of the residual stream, independently from one law, and the seed was ours",
    "our training treats them alike (no fixed sinusoidal position vectors added to the residual stream, no pruning or sharding that treats units by their place)",
    "the weights called ours are ours: the other side can check their hashes against what was published, not who published first",
)
EXPLANATIONS = (
    "both descend from the same third model, or from one initialisation (the same code and seed)",
    "ours descends from the suspect's: the test is symmetric",
    "part of our weights was copied (layers, embeddings), not the whole model",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """One group's best matching. `to`: our unit i is most like the suspect's unit to[i]. `log10_p`: of its number of fixed points."""

    name: str
    to: tuple[int, ...]
    log10_p: float

    @property
    def fixed(self) -> int:
        """How many units are matched with the one in their own place."""
        return sum(place == other for place, other in enumerate(self.to))


def same_base_verdict(
    suspect: WeightsFile, ours: WeightsFile, *, name: str, alpha: float
) -> tuple[SuspectVerdict, EvidencePack | None]:
    """Return the verdict on H0 and its pack. p: the smallest of the groups' exact p-values times their number (Bonferroni).

    Not evaluated where the architectures differ: other names, numbers or sizes of groups.
    """
    mine, theirs = unit_groups(ours), unit_groups(suspect)
    reason = _mismatch(mine, theirs)
    if reason:
        verdict = SuspectVerdict(
            test=TEST,
            suspect=name,
            outcome=Outcome.NOT_EVALUATED,
            h0=H0,
            summary="Whether the suspect's weights come from ours could not be judged.",
            alpha=alpha,
            n={"our_groups": len(mine), "suspect_groups": len(theirs)},
            assumptions=ASSUMPTIONS,
            reason=reason,
        )
        return verdict, None
    matchings = [
        match(group.name, unit_vectors(ours, group), unit_vectors(suspect, other))
        for group, other in zip(mine, theirs, strict=True)
    ]
    return _verdict(matchings, name, alpha), _pack(matchings, ours, suspect)


def match(name: str, ours: FloatArray, suspect: FloatArray) -> Matching:
    """Return the matching of the rows with the largest sum of cosines. (units, inputs) each, rows of length one.

    Where our rows are put in another order, the matching is put in it and nothing else changes, which is all that the law of its fixed points needs.
    """
    shared = min(ours.shape[1], suspect.shape[1])
    likeness = ours[:, :shared].astype(np.float64) @ suspect[:, :shared].astype(np.float64).T
    to: npt.NDArray[np.int64] = np.asarray(linear_sum_assignment(likeness, maximize=True)[1], np.int64)
    fixed = int((to == np.arange(to.size)).sum())
    return Matching(name=name, to=tuple(int(place) for place in to), log10_p=log10_fixed_tail(fixed, to.size))


def _mismatch(ours: Sequence[UnitGroup], suspect: Sequence[UnitGroup]) -> str:
    if not ours or not suspect:
        which = "our" if not ours else "the suspect's"
        return (
            f"no layer of {which} weights has a name that is known (Llama and its kin, GPT-NeoX, OPT, GPT-2)"
        )
    mine, theirs = ({group.name: group for group in groups} for groups in (ours, suspect))
    if mine.keys() != theirs.keys() or len(mine) != len(ours) or len(theirs) != len(suspect):
        return (
            f"the layers do not correspond: ours has {len(ours)} groups of units, the suspect {len(suspect)}"
        )
    for name, group in mine.items():
        other = theirs[name]
        # The vocabulary may have grown: tokens are inputs of the residual group, and the shared ones are compared.
        if group.units != other.units or (name != "residual" and group.inputs != other.inputs):
            return f"{name}: ours has {group.units} units of {group.inputs} inputs, the suspect's {other.units} of {other.inputs}"
    small = min(group.units for group in ours)
    if small < LEAST_UNITS:
        return f"a group has only {small} units, expected at least {LEAST_UNITS}"
    return ""


def _verdict(matchings: Sequence[Matching], name: str, alpha: float) -> SuspectVerdict:
    best = min(matchings, key=lambda matching: matching.log10_p)
    log10_p = min(best.log10_p + math.log10(len(matchings)), 0.0)
    p = 10.0**log10_p
    fixed, units = sum(each.fixed for each in matchings), sum(len(each.to) for each in matchings)
    positive = log10_p <= math.log10(alpha)
    found = f"{fixed} of {units} units are matched with those in their own place, {len(matchings)} expected by chance"
    floor = min(log10_fixed_tail(len(each.to), len(each.to)) for each in matchings) + math.log10(
        len(matchings)
    )
    shares = [each.fixed / len(each.to) for each in matchings]
    return SuspectVerdict(
        test=TEST,
        suspect=name,
        outcome=Outcome.POSITIVE if positive else Outcome.INCONCLUSIVE,
        h0=H0,
        summary=f"{'The suspect shares a base with ours' if positive else 'No shared base was found'}: {found}, log10 p = {log10_p:.2f}.",
        alpha=alpha,
        p=p,
        log10_p=log10_p,
        floor=10.0**floor,
        effect=Effect(
            name="units in their own place",
            value=fixed / units,
            low=min(shares),
            high=max(shares),
            unit="share; low and high are the groups' lowest and highest",
            level=1.0,
        ),
        n={"groups": len(matchings), "units": units, "units_in_place": fixed},
        assumptions=ASSUMPTIONS,
        explanations=EXPLANATIONS,
        reason=""
        if positive
        else "units that are in no common order clear nobody: whoever permutes hidden units and residual coordinates leaves no fixed points",
        details={"groups": {each.name: {"fixed": each.fixed, "log10_p": each.log10_p} for each in matchings}},
    )


def _pack(matchings: Sequence[Matching], ours: WeightsFile, suspect: WeightsFile) -> EvidencePack:
    listed: Mapping[str, Sequence[int]] = {each.name: each.to for each in matchings}
    return EvidencePack(
        script=SCRIPT,
        data={"matchings.json": msgspec.json.encode(listed)},
        inputs=tuple(input_file(path) for path in (*ours.files, *suspect.files)),
    )
