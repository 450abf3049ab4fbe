"""Accounts that vote within seconds of one another, again and again.

Two people who vote in the same hours meet within seconds by chance; how often is read from how often they
vote within minutes of one another. Moments that are shifted by less than those minutes leave the one
unchanged and not the other (the jitter method of Amarasingham, Harrison, Hatsopoulos and Geman, Journal of
Neurophysiology 107, 2012; here its Poisson limit with room to spare).

Assumptions: what brings honest accounts together (a release, a class, an evening) does so within minutes, not
within seconds. Not controlled: scripts that wait for minutes between accounts.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from revenuer.rank.rigging.account_test import AccountTest, skipped
from revenuer.rank.rigging.findings import Reason
from revenuer.rank.rigging.ledger import Ledger
from revenuer.stats.e_values import log10_e_from_p_power

NAME = "lockstep"
NULL = (
    "accounts that vote in the same minutes do not vote in the same seconds more often than that brings about"
)
NARROW_S, WIDE_S = 10.0, 600.0
MARGIN, SPARE = 2.0, 0.5
COARSE_US = 5_000_000
"""Where most moments are multiples of this, seconds were not recorded."""
LEAST_MEETINGS = 4
MOST_MEETINGS = 60_000_000
LOOK_ALIKE = "people who come at the same time, on release day or in class: that was taken into account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meetings:
    """k pairs of accounts, `first` < `second`; `met` (k,) votes within NARROW_S of one another, `by_chance`
    (k,) expected."""

    first: np.ndarray
    second: np.ndarray
    met: np.ndarray
    by_chance: np.ndarray

    @property
    def log10_e(self) -> np.ndarray:
        """Evidence (k,) of each pair."""
        tail = stats.poisson.sf(self.met - 1, MARGIN * self.by_chance + SPARE)
        return log10_e_from_p_power(np.clip(tail, 0.0, 1.0))


def lockstep(ledger: Ledger, judged: np.ndarray) -> tuple[AccountTest, Meetings]:
    """Return the test for the accounts that `judged` (V,) marks, and the pairs that it rests on."""
    nobody = np.zeros(0, np.int64)
    none = Meetings(first=nobody, second=nobody, met=nobody, by_chance=nobody.astype(float))
    if ledger.time_us is None:
        return skipped(NAME, NULL, ledger.voters, "votes have no times"), none
    if float((ledger.time_us % COARSE_US == 0).mean()) > 0.5:
        return skipped(NAME, NULL, ledger.voters, "times are coarser than seconds"), none
    used = (ledger.voter >= 0) & judged[np.maximum(ledger.voter, 0)]
    order = np.argsort(ledger.time_us[used], kind="stable")
    voter, moment = ledger.voter[used][order], ledger.time_us[used][order] / 1e6
    if _within(moment, NARROW_S) > MOST_MEETINGS:
        return skipped(NAME, NULL, ledger.voters, "votes are too dense, or their times too coarse"), none
    meetings = find_meetings(voter, moment, ledger.voters)
    evidence = meetings.log10_e
    partners = max(int(judged.sum()) - 1, 1)
    first, second = meetings.first, meetings.second
    e = np.minimum(10.0**evidence, 1e280) / partners
    total = np.bincount(first, e, ledger.voters) + np.bincount(second, e, ledger.voters)
    # Partners that were met too rarely to be looked at count as no evidence at all: the innocent way.
    log10_e = np.where(judged, np.log10(np.maximum(total, 1e-3)), 0.0)
    best = _partner(meetings, evidence, ledger.voters)

    def reason(code: int) -> Reason:
        row = best[code]
        words = (
            f"{meetings.met[row]:.0f} votes within {NARROW_S:.0f} s of one other account's,"
            f" {meetings.by_chance[row]:.1f} by chance"
        )
        return Reason(test=NAME, words=words, look_alike=LOOK_ALIKE, model="", log10_e=float(log10_e[code]))

    return AccountTest(
        name=NAME, null=NULL, log10_e=log10_e, tested=int(judged.sum()), reason=reason
    ), meetings


def find_meetings(voter: np.ndarray, moment: np.ndarray, voters: int) -> Meetings:
    """Return the pairs of accounts that met at least LEAST_MEETINGS times; `moment` (n,) seconds in order,
    `voter` (n,) codes."""
    codes = []
    for step in range(1, len(moment)):
        near = np.flatnonzero(moment[step:] - moment[:-step] <= NARROW_S)
        if not len(near):
            break
        low, high = np.minimum(voter[near], voter[near + step]), np.maximum(voter[near], voter[near + step])
        codes.append((low * voters + high)[low != high])
    code, met = np.unique(np.concatenate(codes) if codes else np.zeros(0, np.int64), return_counts=True)
    often = met >= LEAST_MEETINGS
    first, second, met = code[often] // max(voters, 1), code[often] % max(voters, 1), met[often]
    near = _count_within(voter, moment, first, second, WIDE_S)
    by_chance = (near - met) * NARROW_S / (WIDE_S - NARROW_S)
    return Meetings(first=first, second=second, met=met, by_chance=np.maximum(by_chance, 0.0))


def _within(moment: np.ndarray, span_s: float) -> int:
    """Return how many pairs of votes are within `span_s` of one another."""
    return int((np.searchsorted(moment, moment + span_s, side="right") - np.arange(len(moment)) - 1).sum())


def _count_within(
    voter: np.ndarray, moment: np.ndarray, first: np.ndarray, second: np.ndarray, span_s: float
) -> np.ndarray:
    """Return (k,) how many pairs of votes, one of `first` and one of `second`, are within `span_s`."""
    order = np.argsort(voter, kind="stable")
    who, when = voter[order], moment[order] - (moment.min() if len(moment) else 0.0)
    # One sorted axis for all accounts: account after account, each as long as the log and two spans more.
    length = (when.max() if len(when) else 0.0) + 2 * span_s + 1
    axis = who * length + when + span_s
    start, stop = np.searchsorted(who, first), np.searchsorted(who, first, side="right")
    row = np.repeat(np.arange(len(first)), stop - start)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(stop - start) - (stop - start), stop - start)
    seen = when[start[row] + offset] + span_s + second[row] * length
    number = np.searchsorted(axis, seen + span_s, side="right") - np.searchsorted(axis, seen - span_s)
    return np.bincount(row, number, len(first))


def _partner(meetings: Meetings, evidence: np.ndarray, voters: int) -> np.ndarray:
    """Return (V,) the pair with the most evidence of each account, -1 where there is none."""
    best = np.full(voters, -1)
    order = np.argsort(evidence, kind="stable")
    both = np.stack([meetings.first[order], meetings.second[order]], axis=1).ravel()
    best[both] = np.repeat(order, 2)
    return best
