"""What each account talks about: mean embeddings of its conversation openings, whole and in two halves.

Openings (first user turns) are close to independent draws of what an account wants; later turns depend on them. An account
that mostly sends later turns is described by all of its prompts.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numba import njit

from revenuer.detect.embedding import EMBED_DIM
from revenuer.engine import Engine

FEW_OPENINGS = 0.2
"""Below this share of openings, all prompts of an account describe it."""

_PARTIAL_SCHEMA = pa.schema(
    [("acct", pa.int32()), ("half", pa.int32()), ("n", pa.int32()), ("sum", pa.binary())]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`half_mean` float32 (N, 2, EMBED_DIM): mean embedding over two halves, split by prompt so that repeats of one prompt
    stay together; `half_effective` float (N, 2): distinct prompts in each half, discounted for repeats (Kish).
    `distinct` int (N,): distinct prompts that describe the account. `shared` int (N,): those that another account of
    the log sent as well."""

    half_mean: np.ndarray
    half_effective: np.ndarray
    distinct: np.ndarray
    shared: np.ndarray

    @property
    def effective(self) -> np.ndarray:
        """Effective number of prompts of each account, shape (N,)."""
        total: np.ndarray = self.half_effective.sum(axis=1)
        return total

    @property
    def mean(self) -> np.ndarray:
        """Mean embedding of each account, (N, EMBED_DIM); zero for an account without prompts."""
        weight = self.half_effective / np.maximum(self.effective, 1e-9)[:, None]
        whole: np.ndarray = np.einsum("nh,nhd->nd", weight, self.half_mean)
        return whole


def read_content(engine: Engine, size: int) -> Content:
    """Return the content of `size` accounts from the tables `sketch`, `account_code` and `ex`; leaves `described` (acct,
    prompt, c) behind: the prompts that describe each account and how often it sent them."""
    engine.create(
        "few_openings",
        "SELECT acct, avg(CASE WHEN turn = 0 THEN 1.0 ELSE 0.0 END) < "
        f"{FEW_OPENINGS} AS use_all FROM ex WHERE prompt IS NOT NULL GROUP BY acct",
    )
    engine.create(
        "described",
        "SELECT e.acct, e.prompt, CAST(count(*) AS INTEGER) AS c FROM ex e JOIN few_openings f ON e.acct = f.acct "
        "WHERE e.prompt IS NOT NULL AND (e.turn = 0 OR f.use_all) GROUP BY e.acct, e.prompt",
    )
    weights = engine.query(
        "SELECT acct, CAST(prompt & 1 AS INTEGER) AS half, sum(c) AS s1, sum(c * c) AS s2, count(*) AS distinct_prompts "
        "FROM described GROUP BY ALL"
    )
    acct, half = weights["acct"].to_numpy(), weights["half"].to_numpy()
    s1 = weights["s1"].to_numpy().astype(float)
    effective = np.zeros((size, 2))
    effective[acct, half] = s1**2 / weights["s2"].to_numpy().astype(float)
    distinct = np.zeros(size, np.int64)
    np.add.at(distinct, acct, weights["distinct_prompts"].to_numpy())
    half_mean, _ = accumulate_halves(
        engine,
        "SELECT c.acct, s.prompt, s.embedding FROM sketch s JOIN account_code c ON s.account_id = c.account_id "
        "JOIN few_openings f ON f.acct = c.acct "
        "WHERE s.prompt IS NOT NULL AND (coalesce(s.turn, 0) = 0 OR f.use_all)",
        size,
    )
    return Content(
        half_mean=half_mean,
        half_effective=effective,
        distinct=distinct,
        shared=_shared_prompts(engine, size),
    )


def accumulate_halves(engine: Engine, query: str, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (mean embeddings float32 (N, 2, EMBED_DIM), requests behind each (N, 2)) of `query`: acct, prompt, embedding.

    A row's half is the lowest bit of its prompt's hash.
    """
    engine.map_batches("content_partial", query, sum_batch, _PARTIAL_SCHEMA)
    total = np.zeros((size, 2, EMBED_DIM), np.float32)
    count = np.zeros((size, 2))
    partial = engine.query("SELECT acct, half, n, sum FROM content_partial")
    for batch in partial.to_batches():
        if batch.num_rows:
            at = (batch.column(0).to_numpy(), batch.column(1).to_numpy())
            np.add.at(count, at, batch.column(2).to_numpy())
            np.add.at(total, at, binary_matrix(batch.column(3), np.float32))
    engine.drop("content_partial")
    return total / np.maximum(count, 1)[:, :, None].astype(np.float32), count


def sum_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Kernel: sum the embeddings of a batch (acct, prompt, embedding) by account and half."""
    acct = batch.column(0).to_numpy()
    half = (batch.column(1).to_numpy() & 1).astype(np.int32)
    slots, inverse = np.unique(acct.astype(np.int64) * 2 + half, return_inverse=True)
    sums = np.zeros((len(slots), EMBED_DIM), np.float32)
    if len(slots):
        _accumulate(binary_matrix(batch.column(2), np.int8), inverse, sums)
    return pa.RecordBatch.from_arrays(
        [
            pa.array((slots // 2).astype(np.int32)),
            pa.array((slots % 2).astype(np.int32)),
            pa.array(np.bincount(inverse, minlength=len(slots)).astype(np.int32)),
            pa.array([row.tobytes() for row in sums], pa.binary()),
        ],
        schema=_PARTIAL_SCHEMA,
    )


@njit(cache=True, nogil=True)
def _accumulate(rows: np.ndarray, slot: np.ndarray, sums: np.ndarray) -> None:
    for i in range(rows.shape[0]):
        s = slot[i]
        for d in range(rows.shape[1]):
            sums[s, d] += rows[i, d]


def binary_matrix(column: pa.Array, dtype: type[np.generic]) -> np.ndarray:
    """View a binary column without nulls, whose values have one length, as a matrix (rows, width) of `dtype`."""
    _, offsets_buffer, data = column.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int32)[column.offset : column.offset + len(column) + 1]
    flat = np.frombuffer(
        data, dtype, count=(offsets[-1] - offsets[0]) // np.dtype(dtype).itemsize, offset=offsets[0]
    )
    return flat.reshape(len(column), -1)


def _shared_prompts(engine: Engine, size: int) -> np.ndarray:
    rows = engine.query(
        "SELECT d.acct, count(*) AS n FROM described d JOIN "
        "(SELECT prompt FROM described GROUP BY prompt HAVING count(*) > 1) p ON d.prompt = p.prompt GROUP BY d.acct"
    )
    shared = np.zeros(size, np.int64)
    shared[rows["acct"].to_numpy()] = rows["n"].to_numpy()
    return shared
