"""Finds prompt families: fingerprints that several accounts send again and again, grouped by who sends them.

A fingerprint counts by accounts, not by requests. It is a family's when the accounts that send it mostly send it often (a template),
not when many accounts each sent it once (a phrase of the language, a public quotation).
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from revenuer.detect.fingerprints import KIND_BITS
from revenuer.engine import Engine

MIN_ACCOUNTS = 4
MIN_COUNT = 3
MIN_SUPPORT = 0.08
"""A fingerprint is heavy in an account that sent it MIN_COUNT times and in MIN_SUPPORT of its prompts."""
MIN_HEAVY_SHARE = 0.34
"""At least this share of all accounts that ever sent the fingerprint send it heavily, or it is a common phrase."""
SAME_ACCOUNTS = 0.5
"""Fingerprints whose account sets overlap by this Jaccard index belong to one family."""
MAX_FINGERPRINTS = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Fingerprints that one set of accounts sends: `accounts` (codes, sorted), `support` (share of each one's prompts),
    `fingerprints` int64, `reach` accounts that ever sent one of them, `kinds` the fingerprint kinds that occur."""

    accounts: np.ndarray
    support: np.ndarray
    fingerprints: np.ndarray
    reach: int
    kinds: frozenset[int]


def find_families(engine: Engine, size: int) -> list[Family]:
    """Return the families of the table `sketch`, largest first. Leaves `fp_heavy` (fingerprint, acct, c, support)."""
    engine.create(
        "fp",
        "SELECT acct, fingerprint, CAST(count(*) AS INTEGER) AS c FROM (SELECT c.acct, unnest(s.fingerprints) AS fingerprint "
        "FROM sketch s JOIN account_code c ON s.account_id = c.account_id) GROUP BY ALL",
    )
    engine.create("prompts_of", "SELECT acct, count(prompt) AS prompts FROM ex GROUP BY acct")
    engine.create(
        "fp_kept",
        f"""SELECT fingerprint, count(*) AS reach, sum(CASE WHEN c >= {MIN_COUNT} AND c >= {MIN_SUPPORT} * prompts
        THEN 1 ELSE 0 END) AS heavy FROM fp JOIN prompts_of USING (acct) GROUP BY fingerprint
        HAVING heavy >= {MIN_ACCOUNTS} AND heavy >= {MIN_HEAVY_SHARE} * count(*)""",
    )
    rows = engine.query(
        f"""SELECT fp.fingerprint, fp.acct, fp.c / prompts AS support, reach FROM fp JOIN fp_kept USING (fingerprint)
        JOIN prompts_of USING (acct) WHERE c >= {MIN_COUNT} AND c >= {MIN_SUPPORT} * prompts
        ORDER BY heavy DESC, fingerprint, acct"""
    )
    engine.drop("fp")
    if not rows.num_rows:
        return []
    return _group(
        rows["fingerprint"].to_numpy(),
        rows["acct"].to_numpy(),
        rows["support"].to_numpy(),
        rows["reach"].to_numpy(),
        size,
    )


def _group(
    fingerprint: np.ndarray, acct: np.ndarray, support: np.ndarray, reach: np.ndarray, size: int
) -> list[Family]:
    """Join fingerprints with nearly the same accounts into families."""
    values, first, index = np.unique(fingerprint, return_index=True, return_inverse=True)
    incidence = sparse.csr_matrix((np.ones(len(acct), np.float32), (index, acct)), shape=(len(values), size))
    labels = _components(incidence)
    families = []
    order = np.argsort(labels[index], kind="stable")
    bounds = np.searchsorted(labels[index][order], np.arange(labels.max() + 2))
    for label in range(labels.max() + 1):
        part = order[bounds[label] : bounds[label + 1]]
        accounts, inverse = np.unique(acct[part], return_inverse=True)
        best = np.zeros(len(accounts))
        np.maximum.at(best, inverse, support[part])
        prints = np.unique(fingerprint[part])
        families.append(
            Family(
                accounts=accounts,
                support=best,
                fingerprints=prints,
                reach=int(reach[first[np.searchsorted(values, prints)]].max()),
                kinds=frozenset(int(kind) for kind in np.unique(prints & ((1 << KIND_BITS) - 1))),
            )
        )
    return sorted(families, key=lambda family: (-len(family.accounts), int(family.fingerprints[0])))


def _components(incidence: sparse.csr_matrix) -> np.ndarray:
    """Label rows so that rows whose account sets have a Jaccard index over SAME_ACCOUNTS share a label.

    Equal sets are joined first; what then remains over MAX_FINGERPRINTS rows is left unjoined, smallest sets first.
    """
    salt = np.random.Generator(np.random.PCG64(7)).integers(1, 2**62, incidence.shape[1])
    binary = sparse.csr_matrix(
        (np.ones(incidence.nnz, np.int64), incidence.indices, incidence.indptr), shape=incidence.shape
    )
    _, first, same = np.unique(np.asarray(binary @ salt), return_index=True, return_inverse=True)
    distinct = incidence[first]
    sizes = np.diff(distinct.indptr)
    kept = np.argsort(-sizes, kind="stable")[:MAX_FINGERPRINTS]
    chosen = distinct[kept]
    overlap = (chosen @ chosen.T).tocoo()
    n = sizes[kept]
    union = n[overlap.row] + n[overlap.col] - overlap.data
    close = overlap.data >= SAME_ACCOUNTS * union
    links = sparse.coo_matrix(
        (np.ones(int(close.sum())), (kept[overlap.row[close]], kept[overlap.col[close]])),
        shape=(len(first), len(first)),
    )
    _, labels = csgraph.connected_components(links, directed=False)
    result: np.ndarray = labels[same]
    return result
