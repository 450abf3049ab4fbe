"""Does one trivial column tell campaigns from honest accounts? If so, the range would teach a detector its own tricks."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from revenuer.simulate.ragged import Floats

FEWEST_REQUESTS = 5
"""Accounts with less are left out: nobody would judge them on a column."""

_COLUMNS = (
    "account_id",
    "timestamp",
    "session_id",
    "client_ip",
    "user_agent",
    "system_prompt",
    "prompt",
    "turn",
    "tool_count",
    "max_tokens",
    "temperature",
    "stream",
    "reasoning_signature",
    "input_tokens",
    "output_tokens",
    "finish_reason",
    "status",
    "model",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """AUC of one feature for "campaign account scores higher than honest account" (0.5 = says nothing).

    `plain` weighs every account alike; `balanced` weighs every archetype and every campaign alike, so that the crowd
    of ordinary people does not hide an archetype.
    """

    feature: str
    plain: float
    balanced: float

    @property
    def worst(self) -> float:
        """The plain AUC, turned to the side above 0.5."""
        return max(self.plain, 1.0 - self.plain)


def trivial_auc(folder: Path) -> tuple[Separation, ...]:
    """Each simple per-account feature of a simulated log and how well it separates, the best separator first.

    Accounts of role `sanctioned` and accounts with fewer than five requests are left out.
    """
    names, features = account_features(folder)
    truth = pq.read_table(folder / "truth.parquet").to_pydict()
    role = dict(zip(truth["account_id"], zip(truth["role"], truth["archetype"], strict=True), strict=True))
    kind = np.array([role[name][0] for name in names])
    archetype = np.array([role[name][1] for name in names])
    keep = (kind != "sanctioned") & (features["requests"] >= FEWEST_REQUESTS)
    campaign = kind[keep] == "campaign"
    _, code, size = np.unique(archetype[keep], return_inverse=True, return_counts=True)
    even = np.ones(len(campaign))
    equal = 1.0 / size[code]
    found = [
        Separation(
            feature=name, plain=auc(values[keep], campaign, even), balanced=auc(values[keep], campaign, equal)
        )
        for name, values in features.items()
    ]
    return tuple(sorted(found, key=lambda item: -item.worst))


def auc(values: Floats, positive: np.ndarray, weights: Floats) -> float:
    """Weighted probability that a positive's value exceeds a negative's, ties counting half; 0.5 without both sides."""
    if positive.all() or not positive.any():
        return 0.5
    _, level = np.unique(values, return_inverse=True)
    up = np.bincount(level, weights * positive)
    down = np.bincount(level, weights * ~positive)
    below = np.cumsum(down) - down
    return float((up * (below + down / 2)).sum() / (up.sum() * down.sum()))


def account_features(folder: Path) -> tuple[list[str], Mapping[str, Floats]]:
    """Account ids and, parallel to them, simple features from the exchanges and the account table."""
    log = pq.read_table(folder / "exchanges.parquet", columns=list(_COLUMNS))
    account = log["account_id"].combine_chunks().dictionary_encode()
    if isinstance(account, pa.ChunkedArray):
        account = account.combine_chunks()
    who = account.indices.to_numpy()
    names = account.dictionary.to_pylist()
    n = len(names)
    requests = np.bincount(who, minlength=n).astype(np.float64)

    def mean(values: Floats) -> Floats:
        return np.bincount(who, np.nan_to_num(values), minlength=n) / requests

    def number(name: str, missing: float = -1.0) -> Floats:
        return np.asarray(pc.fill_null(log[name].cast(pa.float64()), missing).to_numpy())

    def share(condition: pa.ChunkedArray) -> Floats:
        return mean(np.asarray(pc.fill_null(condition, False).to_numpy().astype(np.float64)))

    def distinct(name: str) -> Floats:
        codes = log[name].combine_chunks().dictionary_encode()
        indices = pc.fill_null(codes.indices, -1).to_numpy().astype(np.int64)
        pairs = np.unique(who[indices >= 0] * np.int64(len(codes.dictionary) + 1) + indices[indices >= 0])
        return np.bincount(pairs // (len(codes.dictionary) + 1), minlength=n).astype(np.float64)

    length = pc.fill_null(pc.utf8_length(log["prompt"]), 0).to_numpy().astype(np.float64)
    seconds = log["timestamp"].cast(pa.int64()).to_numpy() / 1e6
    hour = (seconds // 3600).astype(np.int64)
    per_hour = np.zeros((n, 24))
    np.add.at(per_hour, (who, hour % 24), 1.0)
    probability = per_hour / requests[:, None]
    slots, load = np.unique(who * np.int64(1 << 32) + hour - hour.min(), return_counts=True)
    busiest = np.zeros(n)
    np.maximum.at(busiest, slots // (1 << 32), load)
    days = np.unique(who * np.int64(1 << 20) + (hour - hour.min()) // 24)
    first, last = np.full(n, np.inf), np.zeros(n)
    np.minimum.at(first, who, seconds)
    np.maximum.at(last, who, seconds)
    features = {
        "requests": requests,
        "prompt_length": mean(length),
        "prompt_length_sd": np.sqrt(np.maximum(mean(length**2) - mean(length) ** 2, 0)),
        "hour_entropy": -(probability * np.log(probability + 1e-12)).sum(axis=1),
        "requests_in_busiest_hour": busiest,
        "active_days": np.bincount(days >> 20, minlength=n).astype(float),
        "first_seen": first,
        "last_seen": last,
        "mean_turn": mean(number("turn")),
        "later_turn_share": share(pc.greater(log["turn"], 0)),
        "sessions": distinct("session_id"),
        "addresses": distinct("client_ip"),
        "prompts_distinct_share": distinct("prompt") / requests,
        "system_prompt_share": share(pc.is_valid(log["system_prompt"])),
        "tools": mean(number("tool_count")),
        "max_tokens": mean(number("max_tokens")),
        "temperature": mean(number("temperature")),
        "stream_share": share(log["stream"]),
        "signature_share": share(pc.is_valid(log["reasoning_signature"])),
        "input_tokens": mean(number("input_tokens")),
        "output_tokens": mean(number("output_tokens")),
        "refusal_share": share(pc.equal(log["finish_reason"], "refusal")),
        "error_share": share(pc.not_equal(log["status"], 200)),
        "models": distinct("model"),
        "new_model_share": share(pc.equal(log["model"], "m-large-2")),
        "browser_share": share(pc.starts_with(log["user_agent"], "Mozilla")),
    }
    features.update(_registered(folder, names))
    return names, features


def _registered(folder: Path, names: list[str]) -> dict[str, Floats]:
    """Features of the account table, in the order of `names`."""
    table = pq.read_table(folder / "accounts.parquet")
    place = {name: row for row, name in enumerate(table["account_id"].to_pylist())}
    rows = np.array([place[name] for name in names], dtype=np.int64)

    def code(column: str) -> Floats:
        return np.asarray(
            pc.rank(pc.fill_null(table[column], ""), tiebreaker="dense").to_numpy(), dtype=np.float64
        )[rows]

    return {
        "created": table["created_at"].cast(pa.int64()).to_numpy().astype(np.float64)[rows],
        "plan_is_free": np.isin(np.array(table["plan"].to_pylist())[rows], ("free", "trial")).astype(float),
        "has_card": table["payment_fingerprint"].is_valid().to_numpy().astype(float)[rows],
        "has_organization": table["organization_id"].is_valid().to_numpy().astype(float)[rows],
        "verification": code("verification"),
        "declares_a_use": table["declared_use"].is_valid().to_numpy().astype(float)[rows],
    }
