"""How much of a campaign's traffic is harvest, and how foreign its prompts are to the deployment's own history.

The group's prompts are compared with those of everyone outside any campaign (detect/window_test.py); the part that carries the
group's own template is harvest whatever it looks like.
"""

from dataclasses import dataclass

import numpy as np

from revenuer.detect.account_content import binary_matrix
from revenuer.detect.embedding import dequantise
from revenuer.detect.families import Family
from revenuer.detect.window_test import MIN_HISTORY, WindowNull, WindowReference, fit
from revenuer.engine import Engine
from revenuer.records import InputError

HISTORY = 12_000
WINDOW = 1000
WINDOW_OF_HISTORY = 0.2
"""A window is at most this part of the history, whose calibration part must hold several windows."""
MIN_WINDOW = 100
MARK_COVERS = 0.5
"""A family marks the harvest of a group when it reaches this part of its accounts and few others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestShare:
    """Harvest as a share of a group's requests, with bounds; `p_value` of the window test, None where it was not run."""

    share: float
    low: float
    high: float
    p_value: float | None


def estimate_harvest(
    engine: Engine, groups: list[np.ndarray], families: tuple[Family, ...], rng: np.random.Generator
) -> list[HarvestShare]:
    """Return the harvest share of each group of the table `grp` (numbered in the order of `groups`).

    Without enough history or prompts to compare, the share lies between the marked part and all of the traffic.
    """
    history = _embeddings(engine, "acct NOT IN (SELECT acct FROM grp)", HISTORY)
    reference = _reference(history, rng)
    nulls: dict[int, WindowNull] = {}
    result = []
    for number, accounts in enumerate(groups):
        marked = marked_share(accounts, families)
        most = min(WINDOW, int(WINDOW_OF_HISTORY * len(history)))
        window = _embeddings(engine, f"acct IN (SELECT acct FROM grp WHERE g = {number})", most)
        if reference is None or len(window) < MIN_WINDOW:
            result.append(HarvestShare(share=max(marked, 0.5), low=marked, high=1.0, p_value=None))
            continue
        if len(window) not in nulls:
            nulls[len(window)] = reference.draw_null([len(window)])
        found = reference.test(window, null=nulls[len(window)])
        foreign = found.harvest
        share, low, high = (foreign.share, foreign.low, foreign.high) if foreign else (0.5, 0.0, 1.0)
        result.append(
            HarvestShare(
                share=max(share, marked),
                low=max(low, marked),
                high=max(high, marked),
                p_value=float(found.p_value),
            )
        )
    return result


def marked_share(accounts: np.ndarray, families: tuple[Family, ...]) -> float:
    """Return the mean share of the accounts' prompts that carry a template of theirs and of few others; 0 without one."""
    best = 0.0
    for family in families:
        inside = np.isin(family.accounts, accounts)
        if inside.mean() > 0.7 and inside.sum() > MARK_COVERS * len(accounts):
            best = max(best, float(family.support[inside].sum()) / len(accounts))
    return min(best, 1.0)


def _reference(history: np.ndarray, rng: np.random.Generator) -> WindowReference | None:
    if len(history) < MIN_HISTORY:
        return None
    try:
        return fit(history, rng)
    except InputError:
        return None


def _embeddings(engine: Engine, condition: str, most: int) -> np.ndarray:
    """Return up to `most` embeddings (float32 rows) of the prompts that describe accounts under `condition`.

    Which ones is decided by a hash of their ids, so that the choice is repeatable and spread over the log.
    """
    rows = engine.query(
        f"SELECT s.embedding FROM sketch s JOIN account_code c ON s.account_id = c.account_id WHERE {condition} "
        f"AND s.prompt IS NOT NULL ORDER BY md5(s.request_id) LIMIT {most}"
    )
    if not rows.num_rows:
        return np.zeros((0, 1), np.float32)
    return dequantise(binary_matrix(rows["embedding"].combine_chunks(), np.int8))
