"""The published ways to rig an arena by votes: target-only, omnipresent, and sockpuppets that mostly vote
honestly.

Source: Min, Pang, Du, Liu, Cheng and Lin, Improving Your Model Ranking on Chatbot Arena by Vote Rigging (ICML
2025, PMLR 267): target-only rigging with abstention, and Omni-BT, which votes on every battle for the side
whose win lifts the target most above the model ranked before it. There each vote is chosen by refitting the
board; here by the sign of the fit's influence function at the honest votes, which the refit of one vote among
many approaches. Not simulated: attackers who watch for a detector's verdicts.
"""

from dataclasses import dataclass

import numpy as np

from revenuer.simulate.arena import Arena, Ballots, Cast, ballots_of, deal
from revenuer.simulate.honest_voters import Crowd, draw_people, honest_cast, judged, prompts_of, vote_times
from revenuer.simulate.members import tokens
from revenuer.simulate.ragged import Floats, Ints, owners
from revenuer.simulate.rhythm import DAY_S

ATTACKS = ("target-only", "omnipresent", "sockpuppets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """`kind` of ATTACKS; `accounts` with `votes` each lift the model at place `target`. `identification`: how
    often the attacker knows which models answer. Otherwise one who waits for the target takes one of two
    other models for it (in the source they abstain, which leaves no trace), and an omnipresent one takes both
    for other models, as in the source. `honest_share` of each account's votes are honest (0.9 for the
    published sockpuppets). From `start_day` on, over `span_days` (cut where the arena ends). `lockstep`:
    share of the votes that a script sends for all accounts in turn; the others come at human pace, account by
    account.
    """

    kind: str
    accounts: int
    votes: int
    target: int
    identification: float = 0.95
    honest_share: float = 0.0
    start_day: float = 10.0
    span_days: float = 20.0
    lockstep: float = 0.0


def rigged_votes(rng: np.random.Generator, arena: Arena, crowd: Crowd, attack: Attack) -> Ballots:
    """Return the votes of an honest `crowd` with those of `attack` among them; `rigging` names the attacker's
    accounts.

    Raises ValueError for a kind that is not in ATTACKS, and for an attack that lifts a model before it is
    released.
    """
    if attack.kind not in ATTACKS:
        raise ValueError(f"expected one of {ATTACKS}, got {attack.kind}")
    if attack.target == arena.released and attack.start_day < arena.release_day:
        raise ValueError(f"expected a start from day {arena.release_day} on, got {attack.start_day}")
    honest = honest_cast(rng, arena, crowd)
    rigged = attack_cast(rng, arena, crowd, attack, honest)
    return ballots_of(arena, [honest, rigged], frozenset(rigged.names.tolist()), arena.models[attack.target])


def attack_cast(rng: np.random.Generator, arena: Arena, crowd: Crowd, attack: Attack, honest: Cast) -> Cast:
    """Return the votes of the attacker's accounts, who know the board that `honest` gives."""
    counts = np.full(attack.accounts, attack.votes)
    who = owners(counts)
    time_s = _times(rng, arena, attack, counts)
    a, b = deal(rng, arena, time_s)
    # Cover votes follow the tastes of people who were not drawn to the release.
    people = draw_people(rng, arena, crowd, attack.accounts)
    rigs = rng.random(len(who)) >= attack.honest_share
    known = rng.random(len(who)) < attack.identification
    if attack.kind != "omnipresent":
        _wait_for_target(rng, arena, attack.target, time_s, a, b, rigs & known)
    outcome = judged(rng, arena, people, who, a, b)
    lifted = _lifting(rng, arena, attack, honest, a, b, known)
    return Cast(
        a=a,
        b=b,
        outcome=np.where(rigs, lifted, outcome),
        who=who,
        prompt=prompts_of(rng, who, np.zeros(attack.accounts, bool)),
        time_s=time_s,
        names=tokens(rng, attack.accounts, "v_", 10),
    )


def influence(arena: Arena, honest: Cast, target: int) -> Floats:
    """Return (M,) g: a win of i over j moves the target above the model before it by an amount of the sign of
    g[i] - g[j].

    g is the difference of two rows of the inverse information of the Bradley-Terry fit, taken at the true
    strengths.
    """
    strength, size = arena.strengths, len(arena.strengths)
    p = 1 / (1 + np.exp(strength[honest.b] - strength[honest.a]))
    across = np.bincount(honest.a * size + honest.b, p * (1 - p), size * size).reshape(size, size)
    across += across.T
    inverse = np.linalg.pinv(np.diag(across.sum(axis=1)) - across)
    above = np.flatnonzero(strength > strength[target])
    rank = above[np.argmin(strength[above])] if len(above) else np.argsort(strength)[-2]
    row: Floats = inverse[target] - inverse[rank]
    return row


def _lifting(
    rng: np.random.Generator, arena: Arena, attack: Attack, honest: Cast, a: Ints, b: Ints, known: np.ndarray
) -> Ints:
    """Return the rigged outcome of each battle: 0 where the model shown first is voted for, 1 otherwise."""
    if attack.kind != "omnipresent":
        mistaken = rng.integers(0, 2, len(a))
        return np.where(a == attack.target, 0, np.where(b == attack.target, 1, mistaken))
    size = len(arena.strengths)
    seen_a = np.where(known, a, rng.integers(0, size, len(a)))
    seen_b = np.where(known, b, (seen_a + rng.integers(1, size, len(b))) % size)
    gain = influence(arena, honest, attack.target)
    return np.where(gain[seen_a] > gain[seen_b], 0, 1)


def _wait_for_target(
    rng: np.random.Generator,
    arena: Arena,
    target: int,
    time_s: Floats,
    a: Ints,
    b: Ints,
    rigs: np.ndarray,
) -> None:
    """Deal the rigged battles again until the target is in them: the attacker abstains from the others."""
    rows = np.flatnonzero(rigs & (a != target) & (b != target))
    while len(rows):
        a[rows], b[rows] = deal(rng, arena, time_s[rows])
        rows = rows[(a[rows] != target) & (b[rows] != target)]


def _times(rng: np.random.Generator, arena: Arena, attack: Attack, counts: Ints) -> Floats:
    """Return when the accounts vote: people's sessions, but a share follows the script's rounds over all
    accounts."""
    since = attack.start_day * DAY_S
    room = min(arena.horizon_s - since, attack.span_days * DAY_S)
    time_s = since + vote_times(rng, counts, np.zeros(len(counts)), room)
    rounds = np.sort(since + rng.random(int(counts.max())) * room * 0.95)
    place = np.concatenate([np.arange(count) for count in counts])
    scripted = rounds[place] + rng.exponential(4.0, len(place))
    return np.where(rng.random(len(place)) < attack.lockstep, scripted, time_s)
