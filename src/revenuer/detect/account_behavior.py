"""How each account works: rhythm, rate, request shape and tooling, measured on even and on odd days apart.

Two halves make the noise of every feature visible without a model of it. No feature says where a person comes from: hours are
only ever compared between accounts of one log.
"""

from dataclasses import dataclass

import numpy as np

from revenuer.engine import Engine

HOUR_BINS = 8
DAY_US = 86_400_000_000

SHAPE_FEATURES = (
    "log_rate", "opening_share", "log_tokens", "log_output", "tool_share", "stream_share", "temperature",
    "log_max_tokens", "refusal_share", "sessions_per_request", "addresses_per_request", "many_choices",
)  # fmt: skip

RHYTHM = slice(len(SHAPE_FEATURES), len(SHAPE_FEATURES) + HOUR_BINS)
"""Where the hours stand among the features."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """`half` float32 (N, 2, F) features of two halves of the days; `days` float (N, 2) active days in each half.

    A half without any request repeats the other half's values and has `days` 0. F = SHAPE_FEATURES, then HOUR_BINS square-root
    shares of the day's eighths. Client strings and models are left out: two workers of one operator may well differ in them.
    """

    half: np.ndarray
    days: np.ndarray


def read_behavior(engine: Engine, size: int, origin: int) -> Behavior:
    """Return the behaviour of `size` accounts from the table `ex`; `origin` is a midnight in microseconds."""
    bin_us = DAY_US // HOUR_BINS
    hours = ", ".join(
        f"avg(CASE WHEN (t - {origin}) % {DAY_US} // {bin_us} = {i} THEN 1.0 ELSE 0.0 END) AS hour_{i}"
        for i in range(HOUR_BINS)
    )
    rows = engine.query(
        f"""SELECT acct, CAST((t - {origin}) // {DAY_US} % 2 AS INTEGER) AS half,
        count(DISTINCT (t - {origin}) // {DAY_US}) AS days,
        ln(count(*) / count(DISTINCT (t - {origin}) // {DAY_US})) AS log_rate,
        avg(CASE WHEN turn = 0 THEN 1.0 ELSE 0.0 END) AS opening_share,
        {_mean("ln(1 + coalesce(token_count, 0))")} AS log_tokens,
        {_mean("ln(1 + coalesce(output_tokens, 0))")} AS log_output,
        avg(CASE WHEN tool_count > 0 THEN 1.0 ELSE 0.0 END) AS tool_share,
        avg(CASE WHEN stream THEN 1.0 ELSE 0.0 END) AS stream_share,
        coalesce({_mean("CASE WHEN abs(temperature) <= 100 THEN temperature END")}, 1.0) AS temperature,
        {_mean("ln(1 + coalesce(max_tokens, 0))")} AS log_max_tokens,
        avg(CASE WHEN finish_reason = 'refusal' THEN 1.0 ELSE 0.0 END) AS refusal_share,
        approx_count_distinct(session) / count(*) AS sessions_per_request,
        approx_count_distinct(ip) / count(*) AS addresses_per_request,
        avg(CASE WHEN n > 1 THEN 1.0 ELSE 0.0 END) AS many_choices, {hours}
        FROM ex GROUP BY ALL"""
    )
    names = [name for name in rows.column_names if name not in ("acct", "half", "days")]
    values = np.column_stack([rows[name].to_numpy().astype(np.float32) for name in names])
    shares = slice(len(SHAPE_FEATURES), None)
    values[:, shares] = np.sqrt(values[:, shares])
    acct, part = rows["acct"].to_numpy(), rows["half"].to_numpy()
    half = np.zeros((size, 2, len(names)), np.float32)
    days = np.zeros((size, 2))
    half[acct, part] = values
    days[acct, part] = rows["days"].to_numpy()
    for this, other in ((0, 1), (1, 0)):
        missing = days[:, this] == 0
        half[missing, this] = half[missing, other]
    return Behavior(half=half, days=days)


def _mean(expression: str) -> str:
    """Return SQL for the mean of a real expression, in steps of 2^-40, so that no order of rows changes it."""
    return f"avg(CAST(round(({expression}) * {1 << 40}) AS BIGINT)) / {1 << 40}.0"
