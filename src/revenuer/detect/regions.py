"""Cuts the log's content into regions, and describes each account by what it asks outside its own topics.

A person's requests crowd in few regions. Draws from a pool lie all over it, and so they do when the account hides them among
somebody's personal topics: the requests that stand alone in their region are the pool's, the cover falls away. Siblings with
unlike covers then look alike again. Counter-move: a cover as broad as the pool.
Regions are found by spherical k-means (Dhillon and Modha, Machine Learning 42, 2001) on a sample of this log's own embeddings.
"""

import numpy as np
import pyarrow as pa

from revenuer.detect.account_content import Content, accumulate_halves, binary_matrix
from revenuer.detect.embedding import EMBED_DIM
from revenuer.engine import Engine

REGIONS = 192
SAMPLE = 40_000
ROUNDS = 8
ALONE_SHARE = 0.04
"""A request stands alone when its region holds at most this share of its account's prompts (or just the one)."""

_PLACED_SCHEMA = pa.schema(
    [("acct", pa.int32()), ("prompt", pa.int64()), ("region", pa.int32()), ("embedding", pa.binary())]
)


def find_regions(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return unit region centres (K, D) of embeddings `rows` (n, D); K is REGIONS, or fewer for few rows."""
    k = min(REGIONS, max(1, len(rows) // 10))
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    centers: np.ndarray = unit[rng.choice(len(unit), k, replace=False)]
    for _ in range(ROUNDS):
        label = (unit @ centers.T).argmax(axis=1)
        sums = np.zeros_like(centers)
        np.add.at(sums, label, unit)
        norm = np.linalg.norm(sums, axis=1, keepdims=True)
        centers = np.where(norm > 1e-9, sums / np.maximum(norm, 1e-9), centers)
    return centers


def read_scattered(engine: Engine, size: int, rng: np.random.Generator) -> Content:
    """Return the content of `size` accounts by the requests that stand alone. Needs `sketch`, `account_code`, `described`.

    `distinct` counts those requests; `shared` is zero throughout.
    """
    described = (
        "sketch s JOIN account_code c ON s.account_id = c.account_id JOIN few_openings f ON f.acct = c.acct "
        "WHERE s.prompt IS NOT NULL AND (coalesce(s.turn, 0) = 0 OR f.use_all)"
    )
    total = int(engine.query(f"SELECT count(*) AS n FROM {described}")["n"][0].as_py())
    empty = np.zeros(size, np.int64)
    if not total:
        return Content(
            half_mean=np.zeros((size, 2, EMBED_DIM), np.float32),
            half_effective=np.zeros((size, 2)),
            distinct=empty,
            shared=empty,
        )
    every = max(1, total // SAMPLE)
    sample = engine.query(
        f"SELECT s.embedding FROM {described} AND abs(s.prompt // 4) % {every} = 0 LIMIT {2 * SAMPLE}"
    )
    if not sample.num_rows:
        sample = engine.query(f"SELECT s.embedding FROM {described} LIMIT {SAMPLE}")
    rows = binary_matrix(sample["embedding"].combine_chunks(), np.int8).astype(np.float32)
    centers = find_regions(rows, rng).astype(np.float32)

    def place(batch: pa.RecordBatch) -> pa.RecordBatch:
        return place_batch(batch, centers)

    engine.map_batches(
        "placed", f"SELECT c.acct, s.prompt, s.embedding FROM {described}", place, _PLACED_SCHEMA
    )
    engine.create(
        "crowd", "SELECT acct, region, count(DISTINCT prompt) AS held FROM placed GROUP BY acct, region"
    )
    engine.create(
        "alone",
        "SELECT acct, region FROM (SELECT acct, region, held, sum(held) OVER (PARTITION BY acct) AS total FROM crowd) "
        f"WHERE held <= greatest(1, {ALONE_SHARE} * total)",
    )
    half_mean, half_effective = accumulate_halves(
        engine,
        "SELECT p.acct, p.prompt, p.embedding FROM placed p JOIN alone a ON p.acct = a.acct AND p.region = a.region",
        size,
    )
    engine.drop("placed")
    return Content(
        half_mean=half_mean,
        half_effective=half_effective,
        distinct=half_effective.sum(axis=1).astype(np.int64),
        shared=empty,
    )


def place_batch(batch: pa.RecordBatch, centers: np.ndarray) -> pa.RecordBatch:
    """Kernel: add to each row (acct, prompt, embedding) the region whose centre its embedding is nearest to."""
    if not batch.num_rows:
        return pa.RecordBatch.from_pylist([], _PLACED_SCHEMA)
    rows = binary_matrix(batch.column(2), np.int8).astype(np.float32)
    region = (rows @ centers.T).argmax(axis=1).astype(np.int32)
    return pa.RecordBatch.from_arrays(
        [batch.column(0), batch.column(1), pa.array(region), batch.column(2)], schema=_PLACED_SCHEMA
    )
