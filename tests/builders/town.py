"""Tiny logs made by hand: a crowd with topics, hours and settings of its own, and groups that differ from it in one way.

The text is nonsense made of syllables, so that no test rests on a language. Everything follows from the seed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from revenuer.records import ACCOUNT_SCHEMA, EXCHANGE_SCHEMA

DAYS = 8
DAY_S = 86_400.0
START = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())
RELEASE_DAY = 4.0
SURGES_S = tuple((day * 24 + hour) * 3600.0 for day, hour in ((2, 15), (4, 10), (6, 20)))
"""Hours in which the whole town is busy."""

_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
_GLUE = [
    "how",
    "do",
    "i",
    "the",
    "of",
    "a",
    "with",
    "for",
    "in",
    "my",
    "and",
    "what",
    "is",
    "to",
    "so",
    "that",
    "if",
    "when",
    "it",
]
_CLIENTS = tuple(f"client-{i}/2.{i}" for i in range(12))
_MAIL = ("gmail.com", "outlook.com", "proton.me", "icloud.com", "yahoo.com")


def _words(rng: np.random.Generator, n: int) -> list[str]:
    return ["".join(rng.choice(_SYLLABLES, int(rng.integers(2, 5)))) for _ in range(n)]


_lexicon_rng = np.random.default_rng(20260601)
TOPICS: tuple[tuple[str, ...], ...] = tuple(tuple(_words(_lexicon_rng, 40)) for _ in range(60))


def sentence(rng: np.random.Generator, topic: int, length: int = 12) -> str:
    """A prompt about one topic."""
    words = rng.choice(TOPICS[topic], length).tolist()
    glue = rng.choice(_GLUE, length).tolist()
    return " ".join(word for pair in zip(words, glue, strict=True) for word in pair) + "?"


def pool_prompt(rng: np.random.Generator) -> str:
    """A prompt about anything: a draw from a pool that nobody has made their own."""
    return sentence(rng, int(rng.integers(len(TOPICS))))


@dataclass(slots=True)
class Member:
    """One account while it is made: what is its own, and how many requests it sends."""

    rng: np.random.Generator
    index: int
    account_id: str
    topics: np.ndarray
    start_hour: float
    settings: dict[str, object]
    addresses: list[str]
    count: int
    seconds: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def own_prompts(self, n: int) -> list[str]:
        """Prompts about this account's own two topics."""
        return [sentence(self.rng, int(self.rng.choice(self.topics))) for _ in range(n)]

    def own_seconds(self, n: int, first: float = 0.0, last: float = DAYS) -> np.ndarray:
        """Times inside this account's own hours, and more of them when the whole town is busy."""
        day = self.rng.uniform(first, last, n) // 1
        hour = (self.start_hour + self.rng.normal(4.5, 2.0, n)) % 24
        seconds = np.clip((day + hour / 24) * DAY_S, first * DAY_S, last * DAY_S - 1)
        surge = self.rng.random(n) < 0.06
        seconds[surge] = self.rng.choice(SURGES_S, int(surge.sum())) + self.rng.uniform(
            0, 3600, int(surge.sum())
        )
        return np.sort(seconds)


Change = Callable[[Member], object]


class Town:
    """Collects accounts and their requests; `exchanges()` and `accounts()` give the tables."""

    def __init__(self, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        self._columns: dict[str, list[object]] = {name: [] for name in EXCHANGE_SCHEMA.names}
        self._registry: list[dict[str, object]] = []

    def crowd(self, n: int, name: str = "person") -> list[str]:
        """Add `n` unrelated people."""
        return self.group(name, n)

    def group(
        self,
        name: str,
        size: int,
        *,
        count: Change | None = None,
        seconds: Change | None = None,
        registry: Callable[[Member], Mapping[str, object]] | None = None,
        **columns: Change,
    ) -> list[str]:
        """Add `size` accounts that are people in all but what is given: each column is a value or one value a request."""
        names = []
        for index in range(size):
            member = self._member(name, index)
            if count is not None:
                member.count = int(count(member))
            member.seconds = np.asarray(seconds(member) if seconds else member.own_seconds(member.count))
            member.count = len(member.seconds)
            self._send(member, {column: make(member) for column, make in columns.items()})
            self._registry.append({**self._registration(member), **(registry(member) if registry else {})})
            names.append(member.account_id)
        return names

    def exchanges(self, order: Sequence[int] | None = None) -> pa.Table:
        """The log in order of time, or in the given order of rows."""
        table = pa.Table.from_arrays(
            [pa.array(self._columns[f.name], f.type) for f in EXCHANGE_SCHEMA], schema=EXCHANGE_SCHEMA
        )
        if order is not None:
            return table.take(pa.array(order))
        return table.sort_by([("timestamp", "ascending"), ("request_id", "ascending")])

    def accounts(self) -> pa.Table:
        """The account table."""
        return pa.Table.from_pylist(self._registry, schema=ACCOUNT_SCHEMA)

    def _member(self, name: str, index: int) -> Member:
        rng = np.random.default_rng(self._rng.integers(2**63))
        client = int(min(rng.geometric(0.25) - 1, len(_CLIENTS) - 1))
        return Member(
            rng=rng,
            index=index,
            account_id=f"{name}-{index:03d}",
            topics=rng.choice(len(TOPICS), 2, replace=False),
            start_hour=float(rng.uniform(0, 24)),
            settings={
                "user_agent": _CLIENTS[client],
                "tls_fingerprint": f"tls-{client}",
                "max_tokens": int(rng.choice([256, 512, 1024, 2048, 4096])),
                "temperature": float(rng.choice([0.0, 0.3, 0.7, 1.0])),
                "stream": bool(rng.random() < 0.5),
            },
            addresses=[_address(rng) for _ in range(3)],
            count=int(np.clip(rng.lognormal(np.log(55), 0.7), 25, 300)),
        )

    def _send(self, member: Member, given: dict[str, object]) -> None:
        rng, n = member.rng, member.count
        session = np.cumsum(rng.random(n) < 0.6)
        turn = np.zeros(n, int)
        for i in range(1, n):
            turn[i] = turn[i - 1] + 1 if session[i] == session[i - 1] else 0
        typical = rng.normal(5.5, 0.6)
        row: dict[str, object] = {
            "request_id": [f"{member.account_id}-{i:05d}" for i in range(n)],
            "account_id": member.account_id,
            "model": np.where(
                (member.seconds > RELEASE_DAY * DAY_S) & (rng.random(n) < 0.08), "m-2", "m-1"
            ).tolist(),
            "timestamp": [datetime.fromtimestamp(START + float(s), UTC) for s in member.seconds],
            "session_id": [f"{member.account_id}-s{s}" for s in session],
            "client_ip": rng.choice(member.addresses, n, p=[0.8, 0.1, 0.1]).tolist(),
            "prompt": member.own_prompts(n),
            "turn": turn.tolist(),
            "tool_count": 0,
            "n": 1,
            "logprobs": False,
            "input_tokens": 30,
            "output_tokens": np.exp(rng.normal(typical, 0.5, n)).astype(int).tolist(),
            "finish_reason": "stop",
            "status": 200,
            **member.settings,
            **given,
        }
        for column, values in self._columns.items():
            value = row.get(column)
            values.extend(value if isinstance(value, list) else [value] * n)

    def _registration(self, member: Member) -> dict[str, object]:
        return {
            "account_id": member.account_id,
            "created_at": datetime.fromtimestamp(START - member.rng.uniform(0, 700) * DAY_S, UTC),
            "email_domain": str(member.rng.choice(_MAIL)),
            "payment_fingerprint": f"card-{member.account_id}",
            "signup_ip": member.addresses[0],
            "plan": "free" if member.count < 50 else "pro",
            "verification": "card" if member.count >= 50 else "none",
        }


def _address(rng: np.random.Generator) -> str:
    return ".".join(str(part) for part in rng.integers(1, 255, 4))
