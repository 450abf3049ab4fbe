"""Finds prompt families: fingerprints that several accounts send again and again, grouped by who sends them.

A fingerprint counts by accounts, not by requests. It is a family's when the accounts that send it mostly send it often (a template),
not when many accounts each sent it once (a phrase of the language, a public quotation).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numba import njit
from scipy import sparse
from scipy.sparse import csgraph

from revenuer.detect.fingerprints import KIND_BITS
from revenuer.detect.heavy_fingerprints import heavy_fingerprints
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
FILTER_BITS = 22
"""Half a megabyte of bits, which a core's cache holds."""

_MATCH_SCHEMA = pa.schema([("account_id", pa.string()), ("fingerprint", pa.int64())])


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
    """Return the families of the table `sketch`, largest first. Needs `account_code` and `ex`."""
    count_prompts(engine)
    _find_heavy(engine, size)
    _find_reach(engine)
    rows = engine.query(
        f"""SELECT h.fingerprint, h.acct, h.c / h.prompts AS support, r.reach FROM fp_heavy h
        JOIN fp_reach r ON h.fingerprint = r.fingerprint WHERE r.heavy >= {MIN_HEAVY_SHARE} * r.reach
        ORDER BY r.heavy DESC, h.fingerprint, h.acct"""
    )
    engine.drop("fp_heavy")
    engine.drop("fp_reach")
    if not rows.num_rows:
        return []
    return _group(
        rows["fingerprint"].to_numpy(),
        rows["acct"].to_numpy(),
        rows["support"].to_numpy(),
        rows["reach"].to_numpy(),
        size,
    )


def count_prompts(engine: Engine) -> None:
    """Create `prompts_of` (acct, prompts) from the table `ex`."""
    engine.create("prompts_of", "SELECT acct, count(prompt) AS prompts FROM ex GROUP BY acct")


def _find_heavy(engine: Engine, size: int) -> None:
    """Create `fp_heavy` (acct, fingerprint, c, prompts): each account's heavy fingerprints."""
    rows = engine.query("SELECT acct, prompts FROM prompts_of")
    prompts = np.zeros(size, np.int64)
    prompts[rows["acct"].to_numpy()] = rows["prompts"].to_numpy()
    # A share of whole numbers: rounded first, since 0.08 of 25 must not be a hair over 2.
    least = np.maximum(MIN_COUNT, np.ceil(np.round(MIN_SUPPORT * prompts, 6))).astype(np.int64)
    heavy = heavy_fingerprints(engine, least)
    counted = {
        "acct": heavy.acct,
        "fingerprint": heavy.fingerprint,
        "c": heavy.count,
        "prompts": prompts[heavy.acct],
    }
    engine.register("fp_counted", pa.table(counted))
    engine.create("fp_heavy", "SELECT * FROM fp_counted")


def _find_reach(engine: Engine) -> None:
    """Create `fp_reach` (fingerprint, heavy, reach): accounts that send it heavily, and that ever sent it."""
    engine.create(
        "fp_wanted",
        f"SELECT fingerprint, count(*) AS heavy FROM fp_heavy GROUP BY fingerprint HAVING count(*) >= {MIN_ACCOUNTS}",
    )
    wanted = np.sort(engine.query("SELECT fingerprint FROM fp_wanted")["fingerprint"].to_numpy())
    filter_ = possible(wanted)

    def matches(batch: pa.RecordBatch) -> pa.RecordBatch:
        return match_batch(batch, wanted, filter_)

    engine.map_batches("fp_match", "SELECT account_id, fingerprints FROM sketch", matches, _MATCH_SCHEMA)
    engine.create(
        "fp_reach",
        """SELECT r.fingerprint, max(r.heavy) AS heavy, count(DISTINCT m.account_id) AS reach FROM fp_wanted r
        JOIN fp_match m ON r.fingerprint = m.fingerprint GROUP BY r.fingerprint""",
    )
    engine.drop("fp_match")
    engine.drop("fp_wanted")


def possible(wanted: np.ndarray) -> np.ndarray:
    """Return a bit set (uint8, 2^FILTER_BITS bits) of the high bits of int64 values: what is not in it is not wanted."""
    bits = np.zeros(1 << FILTER_BITS, bool)
    bits[wanted.view(np.uint64) >> np.uint64(64 - FILTER_BITS)] = True
    return np.packbits(bits, bitorder="little")


def match_batch(batch: pa.RecordBatch, wanted: np.ndarray, filter_: np.ndarray) -> pa.RecordBatch:
    """Kernel: the distinct pairs (account_id, fingerprint) of a batch (account_id, fingerprints) whose fingerprint is `wanted`
    (int64, sorted)."""
    account = batch.column(0).dictionary_encode()
    lists = batch.column(1)
    row, value = _matches(
        np.asarray(lists.values), np.asarray(lists.offsets).astype(np.int64), wanted, filter_
    )
    code = np.asarray(account.indices)[row].astype(np.int64)
    pairs = np.unique(code * max(len(wanted), 1) + value)
    return pa.RecordBatch.from_arrays(
        [
            account.dictionary.take(pa.array(pairs // max(len(wanted), 1))),
            pa.array(wanted[pairs % max(len(wanted), 1)]),
        ],
        schema=_MATCH_SCHEMA,
    )


@njit(cache=True, nogil=True)
def _matches(
    values: np.ndarray, offsets: np.ndarray, wanted: np.ndarray, filter_: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (row, place in `wanted`) of every value that is wanted."""
    shift = np.uint64(64 - FILTER_BITS)
    rows = np.empty(offsets[-1] - offsets[0], np.int32)
    places = np.empty(offsets[-1] - offsets[0], np.int64)
    found = 0
    for row in range(len(offsets) - 1):
        for i in range(offsets[row], offsets[row + 1]):
            bit = np.uint64(values[i]) >> shift
            if not (filter_[bit >> np.uint64(3)] >> (bit & np.uint64(7))) & np.uint64(1):
                continue
            place = np.searchsorted(wanted, values[i])
            if place < len(wanted) and wanted[place] == values[i]:
                rows[found] = row
                places[found] = place
                found += 1
    return rows[:found].copy(), places[:found].copy()


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
