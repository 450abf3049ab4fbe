"""How much of a campaign's traffic is harvest, and how foreign its prompts are to the deployment's own history.

The group's prompts are compared with those of everyone outside any campaign (detect/window_test.py); the part that carries the
group's own template is harvest whatever it looks like.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from revenuer.detect.account_content import binary_matrix
from revenuer.detect.embedding import dequantise
from revenuer.detect.family_overlap import FamilyOverlap
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
    engine: Engine, groups: list[np.ndarray], families: FamilyOverlap, rng: np.random.Generator
) -> list[HarvestShare]:
    """Return the harvest share of each group of the table `grp` (numbered in the order of `groups`).

    Without enough history or prompts to compare, the share lies between the marked part and all of the traffic.
    """
    history = _history(engine)
    reference = _reference(history, rng)
    windows = _windows(engine, len(groups), min(WINDOW, int(WINDOW_OF_HISTORY * len(history))))
    nulls: dict[int, WindowNull] = {}
    result = []
    for accounts, window in zip(groups, windows, strict=True):
        marked = marked_share(accounts, families)
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


def marked_share(accounts: np.ndarray, families: FamilyOverlap) -> float:
    """Return the mean share of the accounts' prompts that carry a template of theirs and of few others; 0 without one."""
    both, support = families.of(accounts)
    theirs = (both > 0.7 * families.sizes) & (both > MARK_COVERS * len(accounts))
    return min(float(support[theirs].max(initial=0.0)) / len(accounts), 1.0)


def _reference(history: np.ndarray, rng: np.random.Generator) -> WindowReference | None:
    if len(history) < MIN_HISTORY:
        return None
    try:
        return fit(history, rng)
    except InputError:
        return None


def _history(engine: Engine) -> np.ndarray:
    """Return up to HISTORY embeddings (float32 rows) of the prompts of everyone outside the groups.

    Which ones is decided by a hash of their ids, so that the choice is repeatable and spread over the log.
    """
    rows = engine.query(
        "SELECT s.embedding FROM sketch s JOIN account_code c ON s.account_id = c.account_id "
        "WHERE acct NOT IN (SELECT acct FROM grp) AND s.prompt IS NOT NULL "
        f"ORDER BY md5(s.request_id) LIMIT {HISTORY}"
    )
    return _embeddings(rows["embedding"])


def _windows(engine: Engine, groups: int, most: int) -> list[np.ndarray]:
    """Return up to `most` embeddings (float32 rows) of each group's prompts, chosen and ordered as the history's are."""
    rows = engine.query(
        f"""SELECT g, embedding FROM (SELECT grp.g, s.embedding,
            row_number() OVER (PARTITION BY grp.g ORDER BY md5(s.request_id)) AS place
            FROM sketch s JOIN account_code c ON s.account_id = c.account_id JOIN grp ON grp.acct = c.acct
            WHERE s.prompt IS NOT NULL) ranked WHERE place <= {most} ORDER BY g, place"""
    )
    bounds = np.searchsorted(rows["g"].to_numpy(), np.arange(groups + 1))
    return [_embeddings(rows["embedding"][low:high]) for low, high in pairwise(bounds)]


def _embeddings(column: pa.ChunkedArray) -> np.ndarray:
    if not len(column):
        return np.zeros((0, 1), np.float32)
    return dequantise(binary_matrix(column.combine_chunks(), np.int8))
