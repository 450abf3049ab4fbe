"""Honest voters of an arena: people of different taste, care, habit and zeal, and the crowd that comes on a
release day.

Volumes and the clock are those of simulate/rhythm.py. What no public data gives (spread of taste and care
between voters) is a parameter; the defaults are deliberately wide, because wide tastes are what a search for
riggers mistakes for rigging.
"""

from dataclasses import dataclass

import numpy as np

from revenuer.simulate import rhythm
from revenuer.simulate.arena import Arena, Ballots, Cast, ballots_of, deal
from revenuer.simulate.members import tokens
from revenuer.simulate.ragged import Floats, Ints, owners

PROMPTS = 100_000
BOTH_BAD = 0.3
"""Share of ties that say both were bad; Chatbot Arena's counts of August 2024 give about a third to a
half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """What honest voters are like. `median_votes` and `volume_sigma`: log-normal votes a voter. `taste_sd`:
    standard deviation in logits of a voter's own effect for each model, Student's t with `taste_df` degrees;
    `care_sigma`: log-normal slope on true strengths; `clickers`: share that answer at random; `side_sd`:
    logits of left over right; `tie_width`: half-width in logits of what is called a tie; `tie_happy`: share
    whose ties are three times as wide; `specialists`: share that asks 3 prompts over and over; `community`:
    share that has, besides, one taste in common, of `community_sd` logits; `eager`: share of voters that come
    on release day, `eagerness` logits fonder of the new model on average."""

    voters: int = 2000
    median_votes: float = 8.0
    volume_sigma: float = 1.2
    taste_sd: float = 0.4
    taste_df: float = 5.0
    care_sigma: float = 0.3
    clickers: float = 0.03
    side_sd: float = 0.15
    tie_width: float = 0.45
    tie_happy: float = 0.05
    specialists: float = 0.1
    community: float = 0.1
    community_sd: float = 0.4
    eager: float = 0.1
    eagerness: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """V people: `taste` (V, M) logits, `care` (V,) slope, `side` (V,), `tie` (V,) half-widths, `few` (V,)
    bool: asks few prompts, `since_s` (V,) when they first come, `eager` (V,) bool."""

    taste: Floats
    care: Floats
    side: Floats
    tie: Floats
    few: np.ndarray
    since_s: Floats
    eager: np.ndarray


def honest_votes(rng: np.random.Generator, arena: Arena, crowd: Crowd) -> Ballots:
    """Return the votes of an honest `crowd` in `arena`: nobody rigs."""
    return ballots_of(arena, [honest_cast(rng, arena, crowd)])


def honest_cast(rng: np.random.Generator, arena: Arena, crowd: Crowd) -> Cast:
    """Return the votes of `crowd`, not yet a table, so that attacks can join them."""
    people = draw_people(rng, arena, crowd, crowd.voters)
    counts = rhythm.volumes(rng, crowd.voters, crowd.median_votes, crowd.volume_sigma, 3000)
    time_s = vote_times(rng, counts, people.since_s, arena.horizon_s)
    who = owners(counts)
    a, b = deal(rng, arena, time_s)
    return Cast(
        a=a,
        b=b,
        outcome=judged(rng, arena, people, who, a, b),
        who=who,
        prompt=prompts_of(rng, who, people.few),
        time_s=time_s,
        names=tokens(rng, crowd.voters, "v_", 10),
    )


def draw_people(rng: np.random.Generator, arena: Arena, crowd: Crowd, n: int) -> People:
    """Return `n` people of the kind that `crowd` describes."""
    eager = rng.random(n) < crowd.eager
    scale = crowd.taste_sd / np.sqrt(crowd.taste_df / (crowd.taste_df - 2))
    taste = rng.standard_t(crowd.taste_df, (n, len(arena.strengths))) * scale
    shared = rng.normal(0.0, crowd.community_sd, len(arena.strengths))
    taste += (rng.random(n) < crowd.community)[:, None] * shared
    taste[eager, arena.released] += crowd.eagerness
    care = np.exp(rng.normal(0.0, crowd.care_sigma, n))
    clicks = rng.random(n) < crowd.clickers
    taste[clicks], care[clicks] = 0.0, 0.0
    release_s = arena.release_day * rhythm.DAY_S
    rush = release_s + rng.exponential(0.6 * rhythm.DAY_S, n)
    since = np.where(rng.random(n) < 0.4, 0.0, rng.random(n) * arena.horizon_s * 0.9)
    return People(
        taste=taste,
        care=care,
        side=rng.normal(0.0, crowd.side_sd, n),
        tie=crowd.tie_width * np.where(rng.random(n) < crowd.tie_happy, 3.0, 1.0),
        few=rng.random(n) < crowd.specialists,
        since_s=np.where(eager, np.minimum(rush, arena.horizon_s * 0.95), since),
        eager=eager,
    )


def vote_times(
    rng: np.random.Generator, counts: Ints, since_s: Floats, horizon_s: float, gap_s: float = 75.0
) -> Floats:
    """Return when people vote: sessions by their own clock, about `gap_s` seconds to read two answers (each
    has a pace of their own)."""
    sessions, sizes = rhythm.session_sizes(rng, counts, 8.0)
    zones = rhythm.time_zones(rng, len(counts))
    starts = rhythm.human_moments(rng, sessions, zones, horizon_s, since_s=since_s)
    pace = np.exp(rng.normal(0.0, 0.4, len(counts)))[owners(counts)]
    moments = rhythm.within_sessions(rng, starts, sizes, gap_s=gap_s, sigma=0.7, horizon_s=horizon_s)
    begin = np.repeat(moments[np.cumsum(sizes) - sizes], sizes)
    length = (moments - begin) * pace
    # A session that would run past the end began earlier: votes heaped on the last second look like a machine's.
    late = np.maximum(begin + np.repeat(length[np.cumsum(sizes) - 1], sizes) - horizon_s + 1.0, 0.0)
    paced: Floats = np.maximum(begin + length - late, 0.0)
    return paced


def judged(rng: np.random.Generator, arena: Arena, people: People, who: Ints, a: Ints, b: Ints) -> Ints:
    """Return each vote's place in WINNERS: a logistic difference, a tie where it is small (Rao and Kupper,
    JASA 62, 1967)."""
    strength = arena.strengths
    difference = people.care[who] * (strength[a] - strength[b])
    difference += people.taste[who, a] - people.taste[who, b] + people.side[who]
    seen = difference + rng.logistic(size=len(who))
    tied = np.abs(seen) < people.tie[who]
    tie = np.where(rng.random(len(who)) < BOTH_BAD, 3, 2)
    outcome: Ints = np.where(tied, tie, np.where(seen > 0, 0, 1)).astype(np.int64)
    return outcome


def prompts_of(rng: np.random.Generator, who: Ints, few: np.ndarray) -> Ints:
    """Return the prompt of each vote: a new one, but specialists draw from three of their own."""
    own = PROMPTS + 3 * who + rng.integers(0, 3, len(who))
    prompt: Ints = np.where(few[who], own, rng.integers(0, PROMPTS, len(who)))
    return prompt
