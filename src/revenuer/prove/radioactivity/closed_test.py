"""Closed radioactivity: does what the suspect writes by itself carry our mark, though nobody marked it when it was written?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.detect import DetectOptions, detect
from revenuer.prove.marks.pairs import Pairs, Sample, distinct_pairs
from revenuer.prove.pack import EvidencePack, InputFile
from revenuer.records import Outcome
from revenuer.records.suspect_verdict import SuspectVerdict

TEST = "radioactivity"
H0 = (
    "The suspect was trained without text marked under our keys, which were drawn at random: each distinct (window, token) that it writes meets "
    "a key by chance alone."
)
OWN_TEXT = "The answers are the suspect's own: it neither passes questions on to our model nor had our text before it when it wrote."
EXPLANATIONS = (
    "The suspect passes questions on to our model: then its answers carry the mark far more strongly than training leaves it.",
    "The suspect learnt our marked text from somebody else: a published or resold copy, another model trained on it, or the web.",
    "Somebody who holds marked text re-emitted it to a third party who trained on it: use resample twins to tell whose released answers were "
    "learnt.",
)


def closed_test(
    sample: Sample,
    candidates: Sequence[Candidate],
    options: DetectOptions,
    suspect: str,
    inputs: Sequence[InputFile] = (),
    served: Sample | None = None,
) -> tuple[SuspectVerdict, EvidencePack | None]:
    """Return the verdict and its pack: `detect` on the suspect's own text, with the hypothesis that is in question here.

    `served`: marked responses that the distiller got, of one key; then the details also say what the pairs whose window they hold give. That
    figure is a bet: which windows the distiller saw depends on the key's earlier draws, and a binomial tail would not hold.
    """
    verdict, pack = detect(sample, candidates, options, suspect, inputs)
    details = {**verdict.details, "form": "closed"}
    if served is not None:
        details["windows_served"] = [_supervised(sample, served, one) for one in candidates]
    return (
        replace(
            verdict,
            test=TEST,
            h0=H0,
            assumptions=(*verdict.assumptions, OWN_TEXT)
            if verdict.outcome is not Outcome.NOT_EVALUATED
            else (),
            explanations=EXPLANATIONS,
            details=details,
        ),
        pack,
    )


def _supervised(sample: Sample, served: Sample, candidate: Candidate) -> dict[str, Any]:
    pairs = pairs_seen(distinct_pairs(sample, candidate.scheme.width), served)
    row: dict[str, Any] = {"label": candidate.label, "scheme": candidate.scheme.name, "pairs": pairs.n}
    if pairs.n:
        key = np.array([candidate.words], np.uint32)
        statistic = float(candidate.scheme.statistics(pairs, key)[0])
        row["z"] = float(candidate.scheme.z(np.array([statistic]), pairs.n)[0])
        row["log10_e"] = candidate.scheme.log10_e(statistic, pairs.n)
    return row


def pairs_seen(pairs: Pairs, served: Sample) -> Pairs:
    """Return the pairs whose window stands in a served response."""
    windows = distinct_pairs(served, pairs.width).windows()
    seen = {window.tobytes() for window in windows}
    kept = np.array([window.tobytes() in seen for window in pairs.windows()], bool)
    counted = np.concatenate([[0], np.cumsum(kept)])
    return replace(pairs, at=pairs.at[kept], ends=counted[pairs.ends])
