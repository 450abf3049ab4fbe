"""When an operator's accounts send: one queue behind many accounts, masked more or less."""

import numpy as np

from revenuer.simulate import rhythm
from revenuer.simulate.ragged import Floats, Ints, owners


def balanced(
    rng: np.random.Generator,
    counts: Ints,
    begin_s: Floats,
    end_s: Floats,
    *,
    lockstep: float,
    human: float,
    horizon_s: float,
) -> Floats:
    """Times of `counts[i]` requests of account i in [begin, end).

    A share `lockstep` follows the operator's job: active blocks that all its accounts share. On average a share `human` wears a
    circadian mask of the account's pretended time zone, accounts differ in it; the rest is spread by a queue.
    """
    who = owners(counts)
    n = len(who)
    span = (end_s - begin_s)[who]
    time_s = begin_s[who] + rng.random(n) * span
    blocks = np.sort(rng.random(28)) * horizon_s
    length = rng.exponential(3.5 * 3600.0, 28) + 1200.0
    weight = rng.gamma(1.0, 1.0, 28)
    time_s = _on_duty(rng, time_s, begin_s, end_s, who)
    chosen = rng.choice(28, n, p=weight / weight.sum())
    in_block = blocks[chosen] + rng.random(n) * length[chosen]
    fits = (in_block >= begin_s[who]) & (in_block < end_s[who])
    mood = rng.random(n)
    mask = rng.beta(2.5 * human + 0.05, 2.5 * (1.0 - human) + 0.05, len(counts))[who]
    time_s = np.where((mood < lockstep * (1.0 - mask / 2)) & fits, in_block, time_s)
    masked = rhythm.human_moments(rng, counts, rhythm.time_zones(rng, len(counts)), horizon_s)
    inside = (masked >= begin_s[who]) & (masked < end_s[who])
    time_s = np.where((mood >= 1.0 - mask) & inside, masked, time_s)
    return np.clip(time_s, 0.0, horizon_s - 1.0)


def _on_duty(rng: np.random.Generator, time_s: Floats, begin_s: Floats, end_s: Floats, who: Ints) -> Floats:
    """Three accounts in four work a daily shift of 5 to 14 hours in the operator's rota; the others go round the clock."""
    n = len(begin_s)
    length = np.where(rng.random(n) < 0.75, rng.uniform(5.0, 14.0, n), 24.0)
    start = rng.uniform(0.0, 24.0, n)
    hour = np.mod(start[who] + rng.random(len(who)) * length[who], 24.0)
    shifted = np.floor(time_s / rhythm.DAY_S) * rhythm.DAY_S + hour * rhythm.HOUR_S
    inside = (shifted >= begin_s[who]) & (shifted < end_s[who])
    return np.where(inside, shifted, time_s)


def sessions_of(
    rng: np.random.Generator, who: Ints, time_s: Floats, chatty: float, *, horizon_s: float
) -> tuple[Ints, Ints, Floats]:
    """Cut an operator's requests into conversations to look like people. Returns session, turn and the new times.

    With probability `chatty` a request joins the account's previous one as its next turn, a minute or so later.
    """
    order = np.lexsort((time_s, who))
    ordered = who[order]
    new = np.concatenate([[True], ordered[1:] != ordered[:-1]]) | (rng.random(len(who)) >= chatty)
    number = np.cumsum(new) - 1
    place = np.arange(len(who))
    head = np.maximum.accumulate(np.where(new, place, 0))
    turn_ordered = place - head
    gap = np.where(new, 0.0, 12.0 + rng.exponential(70.0, len(who)))
    total = np.cumsum(gap)
    shifted = time_s[order][head] + total - total[head]
    session, turn, moved = (
        np.empty(len(who), dtype=np.int64),
        np.empty(len(who), dtype=np.int64),
        np.empty(len(who)),
    )
    session[order], turn[order] = number, turn_ordered
    excess = np.maximum(shifted[np.searchsorted(number, number, side="right") - 1] - (horizon_s - 1.0), 0.0)
    moved[order] = np.maximum(shifted - excess, turn_ordered * 1e-3)
    return session, turn, moved
