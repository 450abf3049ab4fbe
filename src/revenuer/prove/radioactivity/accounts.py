"""Which keys a suspect's next-token distribution leans towards: one, or whose of many accounts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from revenuer.prove.marks import DecoyCheck, check_decoys
from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.prf import Uint32Array
from revenuer.prove.radioactivity.laws import Law
from revenuer.prove.radioactivity.stakes import FloatArray
from revenuer.prove.radioactivity.tail import log10_bet, log10_tail_bound
from revenuer.stats.randomization import holm, rank_p_value


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFinding:
    """One key's figures. `gains`: the effect in each row. `z`: the statistic in null standard deviations. `adjusted`: log10 p after Holm over all keys."""

    candidate: Candidate
    gains: FloatArray
    z: float
    log10_p: float
    adjusted: float
    rank_p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFindings:
    """All keys, the strongest first, and what decoy keys gave on the same rows."""

    keys: tuple[AccountFinding, ...]
    decoys: DecoyCheck

    def named(self, alpha: float) -> tuple[AccountFinding, ...]:
        """Return whom the suspect's weights name: nobody where the decoys do not spread as the law says."""
        if not self.decoys.holds:
            return ()
        return tuple(one for one in self.keys if 10.0**one.adjusted <= alpha)


def account_findings(
    law: Law, candidates: Sequence[Candidate], decoys: Uint32Array, *, served: bool
) -> AccountFindings:
    """Return every key's figures. `decoys`: keys that marked nothing, shape (at least 99, words). `served`: see `OpenOptions`."""
    spread = math.sqrt(law.variance)
    others = np.array([_statistic(law, row.tolist()) for row in decoys]) / spread
    totals = [_statistic(law, one.words) for one in candidates]
    if served:
        log10_p = [min(0.0, -log10_bet(total, law.cumulant)) for total in totals]
    else:
        log10_p = [log10_tail_bound(total, spread, law.cumulant) for total in totals]
    findings = [
        AccountFinding(
            candidate=one,
            gains=law.gains(one.words),
            z=total / spread,
            log10_p=p,
            adjusted=adjusted,
            rank_p=rank_p_value(total / spread, others),
        )
        for one, total, p, adjusted in zip(candidates, totals, log10_p, holm(log10_p), strict=True)
    ]
    findings.sort(key=lambda one: (one.adjusted, one.log10_p, -one.z))
    return AccountFindings(keys=tuple(findings), decoys=check_decoys(others))


def _statistic(law: Law, key: Sequence[int]) -> float:
    return float(law.payments(tuple(key)).sum())
