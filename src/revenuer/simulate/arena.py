"""An arena that deals pairs of models to voters: the models' strengths, the days, and a model released on one
of them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from revenuer.records import BALLOT_SCHEMA, WINNERS
from revenuer.simulate.ragged import Floats, Ints
from revenuer.simulate.rhythm import DAY_S

EPOCH_US = 1_704_067_200_000_000
"""2024-01-01 00:00 UTC, a Monday: the first moment of every arena."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arena:
    """M models of known `strengths` (M,), natural logits. The last model is released on day `release_day`;
    for `boost_days` it is dealt `boost` times as often as another, as arenas do with a model that they know
    little of."""

    strengths: np.ndarray
    days: int
    release_day: int
    boost: float
    boost_days: int

    @property
    def models(self) -> tuple[str, ...]:
        """Names that do not give the strengths away."""
        return tuple(f"model-{number:03d}" for number in range(len(self.strengths)))

    @property
    def released(self) -> int:
        """Place of the model that is released."""
        return len(self.strengths) - 1

    @property
    def horizon_s(self) -> float:
        return self.days * DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """n votes: `a`, `b` (n,) places of models as shown, `outcome` (n,) place in WINNERS, `who` (n,) number of
    the voter, `prompt` (n,) number of the prompt, `time_s` (n,) seconds from the arena's first moment;
    `names` (V,) of the voters."""

    a: Ints
    b: Ints
    outcome: Ints
    who: Ints
    prompt: Ints
    time_s: Floats
    names: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballots:
    """`table` in BALLOT_SCHEMA, by time; `rigging`: the accounts of it that rig; `arena`: what the votes were
    cast in; `target`: the model that is lifted, empty where none is."""

    table: pa.Table
    rigging: frozenset[str]
    arena: Arena
    target: str = ""


def draw_arena(
    rng: np.random.Generator,
    models: int,
    *,
    days: int = 30,
    strength_sd: float = 0.8,
    release_day: int = 15,
    boost: float = 3.0,
    boost_days: int = 5,
) -> Arena:
    """Return an arena with normal strengths of standard deviation `strength_sd` (0.8 logits is about what the
    public Chatbot Arena counts of August 2024 give: 140 Elo points)."""
    strengths = rng.normal(0.0, strength_sd, models)
    return Arena(
        strengths=strengths - strengths.mean(),
        days=days,
        release_day=release_day,
        boost=boost,
        boost_days=boost_days,
    )


def deal(rng: np.random.Generator, arena: Arena, time_s: Floats) -> tuple[Ints, Ints]:
    """Return the two models (n,), (n,) of a battle at each of `time_s`: independent of who votes."""
    a, b = np.zeros(len(time_s), np.int64), np.zeros(len(time_s), np.int64)
    since = time_s / DAY_S - arena.release_day
    for now, weight in (
        (since < 0, 0.0),
        ((since >= 0) & (since < arena.boost_days), arena.boost),
        (since >= arena.boost_days, 1.0),
    ):
        rows = np.flatnonzero(now)
        weights = np.ones(len(arena.strengths))
        weights[arena.released] = weight
        weights /= weights.sum()
        a[rows] = rng.choice(len(weights), len(rows), p=weights)
        while len(rows):
            b[rows] = rng.choice(len(weights), len(rows), p=weights)
            rows = rows[a[rows] == b[rows]]
    return a, b


def ballots_of(
    arena: Arena, casts: list[Cast], rigging: frozenset[str] = frozenset(), target: str = ""
) -> Ballots:
    """Return the votes of `casts` in one table, sorted by time."""
    models, winners = np.array(arena.models), np.array(WINNERS)
    time_s = np.concatenate([cast.time_s for cast in casts])
    order = np.argsort(time_s, kind="stable")
    texts = {
        "model_a": models[np.concatenate([cast.a for cast in casts])],
        "model_b": models[np.concatenate([cast.b for cast in casts])],
        "winner": winners[np.concatenate([cast.outcome for cast in casts])],
        "voter_id": np.concatenate([cast.names[cast.who] for cast in casts]),
    }
    prompt = np.concatenate([cast.prompt for cast in casts])[order]
    columns = {name: pa.array(values[order].astype(object), pa.string()) for name, values in texts.items()}
    columns["prompt_id"] = pa.array([f"p{number}" for number in prompt.tolist()], pa.string())
    moment = EPOCH_US + np.rint(time_s[order] * 1e6).astype(np.int64)
    columns["timestamp"] = pa.array(moment).cast(pa.timestamp("us", tz="UTC"))
    columns["weight"] = pa.nulls(len(order), pa.float64())
    return Ballots(table=pa.table(columns, schema=BALLOT_SCHEMA), rigging=rigging, arena=arena, target=target)
