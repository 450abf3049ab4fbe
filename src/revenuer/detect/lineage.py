"""Which campaigns of one log belong to one operator: took over after a stop, or draw on one pool.

Source: Anthropic September 2026 (a second pool takes over at once; pools shared between organisations).
"""

import numpy as np

from revenuer.detect.identity import STRONG, Identity
from revenuer.detect.population import HOUR_US, Population
from revenuer.engine import Engine
from revenuer.records import Lineage

TAKEOVER_HOURS = 48
SHARED_ACCOUNTS = 0.1
POOL_SHARE = 0.05
"""Share of a campaign's distinct prompts that another sent too, beyond which they draw on one pool (unless many others did)."""


def find_lineage(
    engine: Engine, population: Population, identity: Identity, groups: list[np.ndarray], names: list[str]
) -> list[Lineage]:
    """Return one Lineage for each campaign, in the order of `groups` (account codes) and `names`."""
    pools = _shared_prompts(engine, len(groups))
    result = []
    for i, mine in enumerate(groups):
        replaces, shares = [], []
        for j, other in enumerate(groups):
            if i == j:
                continue
            linked = (
                _linked(mine, other, identity, population.size) or max(pools[i, j], pools[j, i]) > POOL_SHARE
            )
            if not linked:
                continue
            gap = float(np.quantile(population.first[mine], 0.1) - np.quantile(population.last[other], 0.9))
            if (
                abs(gap) < TAKEOVER_HOURS * HOUR_US
                and population.first[mine].min() > population.first[other].min()
            ):
                replaces.append(names[j])
            else:
                shares.append(names[j])
        result.append(Lineage(replaces=tuple(replaces), shares_pool_with=tuple(shares)))
    return result


def _linked(mine: np.ndarray, other: np.ndarray, identity: Identity, size: int) -> bool:
    """Say whether at least SHARED_ACCOUNTS of the smaller group hold a rare identity value of the other."""
    for attribute in STRONG:
        if attribute not in identity.values:
            continue
        account, value, holders = identity.values[attribute]
        rare = holders <= len(mine) + len(other)
        a = value[rare & np.isin(account, mine)]
        b = value[rare & np.isin(account, other)]
        if min(np.isin(a, b).sum(), np.isin(b, a).sum()) > SHARED_ACCOUNTS * min(len(mine), len(other)):
            return True
    return False


def _shared_prompts(engine: Engine, groups: int) -> np.ndarray:
    """Return (G, G): share of row group's distinct prompts that the column group sent and hardly anyone else did."""
    shares = np.zeros((groups, groups))
    if groups < 2:
        return shares
    rows = engine.query(
        """WITH mine AS (SELECT g, prompt FROM described JOIN grp USING (acct) GROUP BY g, prompt),
        size AS (SELECT g, count(*) AS n FROM mine GROUP BY g),
        public AS (SELECT prompt FROM described WHERE acct NOT IN (SELECT acct FROM grp) GROUP BY prompt)
        SELECT a.g AS g, b.g AS h, count(*) / max(s.n) AS share FROM mine a JOIN mine b ON a.prompt = b.prompt AND a.g <> b.g
        JOIN size s ON s.g = a.g WHERE a.prompt NOT IN (SELECT prompt FROM public) GROUP BY a.g, b.g"""
    )
    shares[rows["g"].to_numpy(), rows["h"].to_numpy()] = rows["share"].to_numpy()
    return shares
