"""Tries every candidate's key on a text, beside decoy keys: the figures that the verdict is made of."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.decoys import DecoyCheck, check_decoys
from revenuer.prove.marks.keys import decoy_keys
from revenuer.prove.marks.pairs import Pairs, Sample, distinct_pairs
from revenuer.prove.marks.scheme import FloatArray, Scheme
from revenuer.stats.randomization import holm, rank_p_value


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeFinding:
    """What one scheme's decoys say of the text. `check` is None where no pair counts."""

    scheme: Scheme
    pairs: Pairs
    decoys: FloatArray
    check: DecoyCheck | None

    @property
    def method(self) -> str:
        """`analytic`: p is the exact tail; `decoys`: p is the rank among the decoys; `none`: there is nothing to count."""
        return "none" if self.check is None else "analytic" if self.check.holds else "decoys"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFinding:
    """What one key gives. `log10_p`: by the scheme's method; `adjusted`: Holm's over all keys and schemes; `log10_analytic`, `decoy_p`: both
    ways, whichever is claimed."""

    candidate: Candidate
    scheme: SchemeFinding
    statistic: float
    z: float
    log10_analytic: float
    decoy_p: float
    log10_p: float
    adjusted: float


def find_marks(sample: Sample, candidates: Sequence[Candidate], decoys: int, seed: int) -> list[KeyFinding]:
    """Return a finding for each candidate whose scheme finds a pair that counts, the strongest first.

    Which candidates those are depends on the text alone and on no key, so that leaving the others out costs the rest nothing.
    """
    findings: list[KeyFinding] = []
    for scheme in dict.fromkeys(one.scheme for one in candidates):
        about = scheme_finding(sample, scheme, decoys, seed)
        if about.check is not None:
            findings += _key_findings(about, [one for one in candidates if one.scheme == scheme])
    adjusted = holm([one.log10_p for one in findings]) if findings else []
    done = [replace(one, adjusted=value) for one, value in zip(findings, adjusted, strict=True)]
    return sorted(done, key=lambda one: (one.log10_p, -one.z))


def scheme_finding(sample: Sample, scheme: Scheme, decoys: int, seed: int) -> SchemeFinding:
    """Return what the scheme's decoys say of the text."""
    pairs = distinct_pairs(sample, scheme.width)
    if not pairs.n:
        return SchemeFinding(scheme=scheme, pairs=pairs, decoys=np.empty(0), check=None)
    statistics = scheme.statistics(pairs, decoy_keys(seed, decoys, scheme.key_words))
    check = check_decoys(scheme.z(statistics, pairs.n))
    return SchemeFinding(scheme=scheme, pairs=pairs, decoys=statistics, check=check)


def _key_findings(about: SchemeFinding, candidates: Sequence[Candidate]) -> list[KeyFinding]:
    scheme, n = about.scheme, about.pairs.n
    statistics = scheme.statistics(about.pairs, np.array([one.words for one in candidates], np.uint32))
    z = scheme.z(statistics, n)
    found = []
    for i, candidate in enumerate(candidates):
        statistic = float(statistics[i])
        analytic, decoy_p = scheme.log10_p(statistic, n), rank_p_value(statistic, about.decoys)
        found.append(
            KeyFinding(
                candidate=candidate,
                scheme=about,
                statistic=statistic,
                z=float(z[i]),
                log10_analytic=analytic,
                decoy_p=decoy_p,
                log10_p=analytic if about.method == "analytic" else math.log10(decoy_p),
                adjusted=0.0,
            )
        )
    return found
