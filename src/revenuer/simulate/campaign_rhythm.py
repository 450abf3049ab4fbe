"""When an operator's accounts send: one queue behind many accounts, masked more or less."""

import numpy as np

from revenuer.simulate import rhythm
from revenuer.simulate.ragged import Floats, Ints, owners


def balanced(rng: np.random.Generator, counts: Ints, begin_s: Floats, end_s: Floats, *, lockstep: float, human: float, horizon_s: float) -> Floats:
    """Times of `counts[i]` requests of account i in [begin, end).

    A share `lockstep` follows the operator's job: active blocks that all its accounts share. A share `human` wears a
    circadian mask of the account's pretended time zone; the rest is spread by a queue.
    """
    who = owners(counts)
    n = len(who)
    span = (end_s - begin_s)[who]
    time_s = begin_s[who] + rng.random(n) * span
    blocks = np.sort(rng.random(28)) * horizon_s
    length = rng.exponential(3.5 * 3600.0, 28) + 1200.0
    weight = rng.gamma(1.0, 1.0, 28)
    chosen = rng.choice(28, n, p=weight / weight.sum())
    in_block = blocks[chosen] + rng.random(n) * length[chosen]
    fits = (in_block >= begin_s[who]) & (in_block < end_s[who])
    mood = rng.random(n)
    time_s = np.where((mood < lockstep) & fits, in_block, time_s)
    masked = rhythm.human_moments(rng, counts, rhythm.time_zones(rng, len(counts)), horizon_s)
    inside = (masked >= begin_s[who]) & (masked < end_s[who])
    time_s = np.where((mood >= 1.0 - human) & inside, masked, time_s)
    return np.clip(time_s, 0.0, horizon_s - 1.0)


def sessions_of(rng: np.random.Generator, who: Ints, time_s: Floats, chatty: float, *, horizon_s: float) -> tuple[Ints, Ints, Floats]:
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
    session, turn, moved = np.empty(len(who), dtype=np.int64), np.empty(len(who), dtype=np.int64), np.empty(len(who))
    session[order], turn[order] = number, turn_ordered
    excess = np.maximum(shifted[np.searchsorted(number, number, side="right") - 1] - (horizon_s - 1.0), 0.0)
    moved[order] = np.maximum(shifted - excess, turn_ordered * 1e-3)
    return session, turn, moved
