"""Cuts the log's content into regions, and describes each account by what it asks outside its own topics.

A person's requests crowd in few regions. Draws from a pool lie all over it, and so they do when the account hides them among
somebody's personal topics: the requests that stand alone in their region are the pool's, the cover falls away. Siblings with
unlike covers then look alike again. Counter-move: a cover as broad as the pool.
Regions are found by spherical k-means (Dhillon and Modha, Machine Learning 42, 2001) on a sample of this log's own embeddings.
"""

import numpy as np
import pyarrow as pa
from numba import njit

from revenuer.detect.account_content import (
    DESCRIBED_QUERY,
    Content,
    HalfSums,
    binary_matrix,
    described_kernel,
)
from revenuer.detect.embedding import EMBED_DIM
from revenuer.engine import Engine

REGIONS = 192
SAMPLE = 40_000
ROUNDS = 8
ALONE_SHARE = 0.04
"""A request stands alone when its region holds at most this share of its account's prompts (or just the one)."""

_PLACED_SCHEMA = pa.schema([("acct", pa.int32()), ("prompt", pa.int64()), ("region", pa.int32())])


def find_regions(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return unit region centres (K, D) of embeddings `rows` (n, D); K is REGIONS, or fewer for few rows."""
    k = min(REGIONS, max(1, len(rows) // 10))
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    centers: np.ndarray = unit[rng.choice(len(unit), k, replace=False)]
    for _ in range(ROUNDS):
        label = (unit @ centers.T).argmax(axis=1)
        sums = np.zeros_like(centers)
        _add_rows(sums, label, unit)
        norm = np.linalg.norm(sums, axis=1, keepdims=True)
        centers = np.where(norm > 1e-9, sums / np.maximum(norm, 1e-9), centers)
    return centers


@njit(cache=True)
def _add_rows(sums: np.ndarray, label: np.ndarray, rows: np.ndarray) -> None:
    for i in range(rows.shape[0]):
        for d in range(rows.shape[1]):
            sums[label[i], d] += rows[i, d]


def read_scattered(engine: Engine, size: int, rng: np.random.Generator) -> Content:
    """Return the content of `size` accounts by the requests that stand alone. Needs `sketch`, `account_code`, `described`.

    `distinct` counts those requests; `shared` is zero throughout.
    """
    describe = described_kernel(engine, size)
    sample = _sample(engine)
    if not len(sample):
        return Content(
            half_mean=np.zeros((size, 2, EMBED_DIM), np.float32),
            half_effective=np.zeros((size, 2)),
            distinct=np.zeros(size, np.int64),
            shared=np.zeros(size, np.int64),
        )
    centers = find_regions(sample, rng).astype(np.float32)

    def place(batch: pa.RecordBatch) -> pa.RecordBatch:
        return place_batch(describe(batch), centers)

    engine.map_batches("placed", DESCRIBED_QUERY, place, _PLACED_SCHEMA)
    alone = _alone(engine, size)
    region = engine.query("SELECT region FROM placed")["region"].to_numpy().astype(np.uint8)
    engine.drop("placed")
    sums, low = HalfSums.zeros(size), 0
    for batch in engine.stream(DESCRIBED_QUERY, describe):
        high = low + batch.num_rows
        sums.add(batch, alone[batch.column(0).to_numpy(), region[low:high]])
        low = high
    return Content(
        half_mean=sums.mean,
        half_effective=sums.count.astype(float),
        distinct=sums.count.sum(axis=1),
        shared=np.zeros(size, np.int64),
    )


def _sample(engine: Engine) -> np.ndarray:
    """Return embeddings float32 (n, EMBED_DIM) of about SAMPLE describing rows, chosen and ordered by the prompts' hashes."""
    described = (
        "sketch s JOIN account_code c ON s.account_id = c.account_id JOIN few_openings f ON f.acct = c.acct "
        "WHERE s.prompt IS NOT NULL AND (coalesce(s.turn, 0) = 0 OR f.use_all)"
    )
    total = int(engine.query(f"SELECT count(*) AS n FROM {described}")["n"][0].as_py())
    if not total:
        return np.zeros((0, EMBED_DIM), np.float32)
    every = max(1, total // SAMPLE)
    ordered = f"ORDER BY s.prompt, c.acct, s.timestamp, s.request_id LIMIT {2 * SAMPLE}"
    sample = engine.query(
        f"SELECT s.embedding FROM {described} AND abs(s.prompt // 4) % {every} = 0 {ordered}"
    )
    if not sample.num_rows:
        sample = engine.query(f"SELECT s.embedding FROM {described} {ordered}")
    return binary_matrix(sample["embedding"].combine_chunks(), np.int8).astype(np.float32)


def _alone(engine: Engine, size: int) -> np.ndarray:
    """Return bool (N, REGIONS): whether an account's requests stand alone in a region. Needs the table `placed`."""
    rows = engine.query(
        f"""SELECT acct, region FROM (SELECT acct, region, held, sum(held) OVER (PARTITION BY acct) AS total FROM
        (SELECT acct, region, count(*) AS held FROM (SELECT DISTINCT acct, region, prompt FROM placed) d
        GROUP BY acct, region) g) h WHERE held <= greatest(1, {ALONE_SHARE} * total)"""
    )
    alone = np.zeros((size, REGIONS), bool)
    alone[rows["acct"].to_numpy(), rows["region"].to_numpy()] = True
    return alone


def place_batch(batch: pa.RecordBatch, centers: np.ndarray) -> pa.RecordBatch:
    """Kernel: add to each row (acct, prompt, embedding) the region whose centre its embedding is nearest to."""
    if not batch.num_rows:
        return pa.RecordBatch.from_pylist([], _PLACED_SCHEMA)
    rows = binary_matrix(batch.column(2), np.int8).astype(np.float32)
    region = (rows @ centers.T).argmax(axis=1).astype(np.int32)
    return pa.RecordBatch.from_arrays(
        [batch.column(0), batch.column(1), pa.array(region)], schema=_PLACED_SCHEMA
    )
