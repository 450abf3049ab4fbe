"""One model's fortunes concentrated in accounts that came at one time.

Accounts are cut by their first vote into cohorts. A cohort's effect for a model is set against that of all
other accounts, with the spread between accounts and not votes as the error, and only what goes beyond MARGINS
standard deviations of one account's taste counts: people who come for a release may like the released model
as one account in six likes it anyway.

Assumptions: an honest cohort is not fonder of a model, on average, than that. Not controlled: a crowd of true
fans. No account is accused and none is named: honest newcomers are among them.
"""

import numpy as np
from scipy import stats

from revenuer.rank.rigging.cells import Cells
from revenuer.rank.rigging.findings import Group
from revenuer.rank.rigging.ledger import Incidences, Ledger
from revenuer.stats.e_values import log10_e_from_p_power
from revenuer.stats.false_discovery import e_bh

NAME = "newcomers"
NULL = "accounts of one time are not fonder of a model, on average, than one account in six of any time"
COHORTS = 10
LEAST_ACCOUNTS = 20
MARGINS, LEAST_MARGIN = 1.0, 0.3
LOOK_ALIKE = "people who came for a release: fondness up to one standard deviation of taste was allowed them"


def find_newcomers(
    ledger: Ledger, rows: Incidences, cells: Cells, spread: float, level: float
) -> tuple[tuple[Group, ...], int, str]:
    """Return the cohorts that pass at `level`, how many (cohort, model) were tested, and why none could
    be."""
    if ledger.time_us is None:
        return (), 0, "votes have no times"
    cohort = cohorts(ledger, ledger.time_us)[cells.voter]
    excess = cells.sum(rows.score - rows.expected)
    information = cells.sum(rows.expected * (1 - rows.expected))
    margin = max(MARGINS * spread, LEAST_MARGIN)
    size = len(ledger.models)
    place = cohort * size + cells.model
    inside = _effects(excess, information, place, COHORTS * size)
    whole = _effects(excess, information, cells.model, size)
    model = np.arange(COHORTS * size) % size
    others = [whole[row][model] - inside[row] for row in range(4)]
    tested = np.flatnonzero((inside[3] >= LEAST_ACCOUNTS) & (others[3] >= LEAST_ACCOUNTS))
    if not len(tested):
        return (), 0, f"no {LEAST_ACCOUNTS} accounts of one time met the same model"
    beyond = inside[0] / np.maximum(inside[1], 1e-9) - others[0] / np.maximum(others[1], 1e-9) - margin
    error = np.sqrt(
        inside[2] / np.maximum(inside[1], 1e-9) ** 2 + others[2] / np.maximum(others[1], 1e-9) ** 2
    )
    # Student's t by the accounts of the cohort: few accounts do not show their own spread well.
    tail = stats.t.sf(beyond[tested] / np.maximum(error[tested], 1e-9), inside[3][tested] - 1)
    evidence = log10_e_from_p_power(tail)
    passed = np.flatnonzero(e_bh(evidence, level).rejected)
    found = tuple(
        _group(ledger, rows, cells, place, int(tested[row]), float(evidence[row])) for row in passed
    )
    return found, len(tested), ""


def cohorts(ledger: Ledger, time_us: np.ndarray) -> np.ndarray:
    """Return (V,) the cohort of each account by its first vote, 0 the earliest; as many accounts in each."""
    known = ledger.voter >= 0
    first = np.full(ledger.voters, np.iinfo(np.int64).max)
    np.minimum.at(first, ledger.voter[known], time_us[known])
    cohort = np.empty(ledger.voters, np.int64)
    cohort[np.argsort(first, kind="stable")] = np.arange(ledger.voters) * COHORTS // max(ledger.voters, 1)
    return cohort


def _effects(
    excess: np.ndarray, information: np.ndarray, place: np.ndarray, places: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return (places,) sums of excess points, information, squared excess about the mean effect, and
    accounts."""
    total, weight = np.bincount(place, excess, places), np.bincount(place, information, places)
    own = excess - information * (total / np.maximum(weight, 1e-9))[place]
    return (
        total,
        weight,
        np.bincount(place, own**2, places),
        np.bincount(place, minlength=places).astype(float),
    )


def _group(
    ledger: Ledger, rows: Incidences, cells: Cells, place: np.ndarray, where: int, log10_e: float
) -> Group:
    battles, points = cells.sum(np.ones(len(rows.model))), cells.sum(rows.score)
    mine = place == where
    expected = float(cells.sum(rows.expected)[mine].sum())
    model = ledger.models[where % len(ledger.models)]
    words = (
        f"{int(mine.sum())} accounts that came at about one time gave {model} {points[mine].sum():.0f} of"
        f" {battles[mine].sum():.0f} points, {expected:.0f} expected"
    )
    return Group(
        kind="newcomers",
        accounts=(),
        model=model,
        words=words,
        look_alike=LOOK_ALIKE,
        log10_e=log10_e,
    )
