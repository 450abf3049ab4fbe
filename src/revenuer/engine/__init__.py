"""The machinery that runs the pipeline: SQL, kernels over record batches, spilling."""

from revenuer.engine.base import Engine, Kernel
from revenuer.engine.duckdb_engine import DuckDBEngine

__all__ = ["DuckDBEngine", "Engine", "Kernel"]
