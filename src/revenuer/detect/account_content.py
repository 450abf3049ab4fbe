"""What each account talks about: mean embeddings of its conversation openings, whole and in two halves.

Openings (first user turns) are close to independent draws of what an account wants; later turns depend on them. An account
that mostly sends later turns is described by all of its prompts.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from revenuer.detect.embedding import EMBED_DIM
from revenuer.engine import Engine, Kernel

FEW_OPENINGS = 0.2
"""Below this share of openings, all prompts of an account describe it."""

DESCRIBED_QUERY = "SELECT account_id, turn, prompt, embedding FROM sketch WHERE prompt IS NOT NULL"
"""What `described_kernel` works on, in the order of the sketches. No join: a join keeps no order."""
_DESCRIBED_SCHEMA = pa.schema([("acct", pa.int32()), ("prompt", pa.int64()), ("embedding", pa.binary())])


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
    sums = HalfSums.zeros(size)
    for batch in engine.stream(DESCRIBED_QUERY, described_kernel(engine, size)):
        sums.add(batch)
    return Content(
        half_mean=sums.mean,
        half_effective=effective,
        distinct=distinct,
        shared=_shared_prompts(engine, size),
    )


def described_kernel(engine: Engine, size: int) -> Kernel:
    """Return the kernel that turns a batch of DESCRIBED_QUERY into (acct, prompt, embedding) of the rows that describe an account.

    Needs the tables `account_code` and `few_openings`.
    """
    ids = engine.query("SELECT account_id FROM account_code ORDER BY acct")["account_id"].combine_chunks()
    rows = engine.query("SELECT acct FROM few_openings WHERE use_all")
    use_all = np.zeros(size, bool)
    use_all[rows["acct"].to_numpy()] = True

    def kernel(batch: pa.RecordBatch) -> pa.RecordBatch:
        return describe_batch(batch, ids, use_all)

    return kernel


def describe_batch(batch: pa.RecordBatch, ids: pa.Array, use_all: np.ndarray) -> pa.RecordBatch:
    """Kernel: the openings of a batch (account_id, turn, prompt, embedding), and all rows of accounts in `use_all` (N,).

    `ids` are the account ids in code order.
    """
    acct = pc.index_in(batch.column(0), value_set=ids)
    chosen = (np.asarray(batch.column(1).fill_null(0)) == 0) | use_all[np.asarray(acct)]
    whole = pa.RecordBatch.from_arrays([acct, batch.column(2), batch.column(3)], schema=_DESCRIBED_SCHEMA)
    return whole if chosen.all() else whole.filter(pa.array(chosen))


@dataclass(frozen=True, slots=True)
class HalfSums:
    """Embeddings summed by account and half: `total` int32 (N, 2, EMBED_DIM), `count` int64 (N, 2).

    A row's half is the lowest bit of its prompt's hash. Integers, so that no order of rows matters; they hold 16 million rows
    of one account.
    """

    total: np.ndarray
    count: np.ndarray

    @classmethod
    def zeros(cls, size: int) -> "HalfSums":
        """Return the sums of nothing, for `size` accounts."""
        return cls(np.zeros((size, 2, EMBED_DIM), np.int32), np.zeros((size, 2), np.int64))

    def add(self, batch: pa.RecordBatch, chosen: np.ndarray | None = None) -> None:
        """Add the rows of (acct, prompt, embedding), or those that the mask `chosen` marks."""
        if batch.num_rows:
            mask = np.ones(batch.num_rows, bool) if chosen is None else chosen
            rows = binary_matrix(batch.column(2), np.int8)
            _accumulate(
                rows, batch.column(0).to_numpy(), batch.column(1).to_numpy(), mask, self.total, self.count
            )

    @property
    def mean(self) -> np.ndarray:
        """Mean embeddings, float32 (N, 2, EMBED_DIM); zero where there is nothing."""
        mean = self.total.astype(np.float32)
        mean /= np.maximum(self.count, 1)[:, :, None].astype(np.float32)
        return mean


@njit(cache=True, nogil=True)
def _accumulate(
    rows: np.ndarray,
    acct: np.ndarray,
    prompt: np.ndarray,
    mask: np.ndarray,
    total: np.ndarray,
    count: np.ndarray,
) -> None:
    for i in range(rows.shape[0]):
        if mask[i]:
            half = prompt[i] & 1
            count[acct[i], half] += 1
            for d in range(rows.shape[1]):
                total[acct[i], half, d] += rows[i, d]


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
