"""When requests come: people by the clock, machines by their queue.

Figures come from public traces (figures only, no rows): ServeGen's language clients (313 clients, 14 days; burstiness
CV median 1.23, 5-95 % 0.70-8.9; volumes log-normal with sigma 2.6, cut here to what one log of a million rows can hold),
real coding-agent sessions (360; 41 requests in the median, 5-95 % 4-234; gaps 17 s in the median, quartiles 11 and 37 s,
95 % 312 s), Mooncake conversations (1.6 turns on average, 95 % 4, 99 % 8).
"""

import numpy as np

from revenuer.simulate.ragged import Floats, Ints, owners, positions, running_sum

HOUR_S = 3600.0
DAY_S = 86400.0

_WAKING = np.array(
    [3, 1.6, 0.9, 0.6, 0.6, 1, 2.2, 4, 6.5, 8.5, 9.5, 9.5, 8, 8.5, 9.2, 9.2, 8.8, 8, 7.6, 8, 8.6, 8.4, 7, 5]
)
_OFFICE = np.array(
    [0.2, 0.1, 0.1, 0.1, 0.1, 0.3, 1, 4, 9, 11, 11, 10, 6, 9, 11, 11, 9, 6, 2.5, 1.5, 1.2, 1, 0.6, 0.3]
)
TIME_ZONES = np.array([-8, -7, -6, -5, -4, -3, 0, 1, 2, 3, 5.5, 7, 8, 9, 10])
TIME_ZONE_WEIGHTS = np.array([9, 3, 7, 12, 2, 6, 6, 15, 6, 4, 10, 5, 6, 6, 3]) / 100.0


def volumes(rng: np.random.Generator, n: int, median: float, sigma: float, high: float) -> Ints:
    """Heavy-tailed request counts, at least 1 and at most `high`."""
    drawn = median * np.exp(rng.normal(0.0, sigma, n))
    return np.clip(np.rint(drawn), 1, high).astype(np.int64)


def time_zones(rng: np.random.Generator, n: int) -> Floats:
    """UTC offsets in hours."""
    offsets: Floats = rng.choice(TIME_ZONES, n, p=TIME_ZONE_WEIGHTS)
    return offsets


def human_moments(
    rng: np.random.Generator,
    counts: Ints,
    zone_h: Floats,
    horizon_s: float,
    *,
    office: bool = False,
    since_s: Floats | None = None,
) -> Floats:
    """`counts[i]` moments of account i in [0, horizon), by its local clock, its chronotype and its own active days.

    The horizon starts on a Monday at 00:00 UTC. `since_s` delays an account's first activity.
    """
    who = owners(counts)
    total = len(who)
    hours = _OFFICE if office else _WAKING
    shift = rng.normal(0.0, 0.4 if office else 1.6, len(counts)) - zone_h
    hour = rng.choice(24, total, p=hours / hours.sum()) + rng.random(total)
    days = max(1, int(np.ceil(horizon_s / DAY_S)))
    appetite = rng.gamma(0.9, 1.0, (len(counts), days)) + 1e-6
    weekend = np.arange(days) % 7 >= 5
    appetite[:, weekend] *= 0.12 if office else 0.75
    if since_s is not None:
        appetite[np.arange(days)[None, :] < np.floor(since_s / DAY_S)[:, None]] = 1e-12
    ladder = np.cumsum(appetite, axis=1)
    ladder /= ladder[:, -1:]
    day = (ladder[who] < rng.random(total)[:, None]).sum(axis=1)
    moment = day * DAY_S + (hour + shift[who]) * HOUR_S
    moment = np.mod(moment, horizon_s)
    if since_s is not None:
        late = moment < since_s[who]
        span = np.maximum(horizon_s - since_s[who], 1.0)
        moment = np.where(late, since_s[who] + rng.random(total) * np.minimum(span, DAY_S), moment)
    moments: Floats = np.minimum(moment, horizon_s - 1.0)
    return moments


def session_sizes(rng: np.random.Generator, totals: Ints, mean: float) -> tuple[Ints, Ints]:
    """Cut each account's total into sessions with a heavy tail. Returns (session count per account, sizes)."""
    sessions: list[int] = []
    sizes: list[int] = []
    for total in totals.tolist():
        left, number = total, 0
        draws = np.minimum(
            1 + np.floor(rng.exponential(mean - 0.7, max(4, int(total / mean * 1.6) + 4))), 400
        )
        for size in draws.tolist():
            take = min(int(size), left)
            sizes.append(take)
            left -= take
            number += 1
            if left == 0:
                break
        while left > 0:
            sizes.append(min(left, 4))
            left -= sizes[-1]
            number += 1
        sessions.append(number)
    return np.array(sessions, dtype=np.int64), np.array(sizes, dtype=np.int64)


def within_sessions(
    rng: np.random.Generator, starts: Floats, sizes: Ints, *, gap_s: float, sigma: float, horizon_s: float
) -> Floats:
    """Times of the requests of each session: log-normal gaps from its start; a session past the horizon is moved back."""
    first = positions(sizes) == 0
    gaps = np.where(first, 0.0, gap_s * np.exp(rng.normal(0.0, sigma, len(first))))
    gaps = np.minimum(gaps, 3 * HOUR_S)
    offset = running_sum(gaps, sizes)
    length = offset[np.cumsum(sizes) - 1]
    begin = np.maximum(0.0, np.minimum(starts, horizon_s - 1.0 - length))
    squeeze = np.minimum(1.0, (horizon_s - 2.0) / np.maximum(length, 1.0))
    times: Floats = np.repeat(begin, sizes) + offset * np.repeat(squeeze, sizes)
    return times


def steady(rng: np.random.Generator, counts: Ints, begin_s: Floats, end_s: Floats, cv: Floats) -> Floats:
    """Machine arrivals: gamma gaps of the given burstiness that fill [begin, end) of each account."""
    shape = np.repeat(1.0 / np.square(cv), counts)
    gaps = rng.gamma(shape, 1.0) + 1e-9
    sums = running_sum(gaps, counts)
    last = sums[np.cumsum(counts) - 1]
    room = rng.gamma(1.0 / np.square(cv), 1.0) + 1e-9
    fill = np.repeat((end_s - begin_s) / (last + room), counts)
    return np.repeat(begin_s, counts) + sums * fill


def burstiness(rng: np.random.Generator, n: int) -> Floats:
    """Coefficients of variation like ServeGen's clients."""
    return np.clip(1.23 * np.exp(rng.normal(0.0, 0.75, n)), 0.6, 8.9)


def full_hours(
    rng: np.random.Generator, counts: Ints, every_h: Ints, horizon_s: float, *, jitter_s: float
) -> Floats:
    """Cron: requests just after full hours, each account every `every_h` hours."""
    who = owners(counts)
    slots = np.maximum(1, (horizon_s // (every_h * HOUR_S)).astype(np.int64))
    slot = (rng.random(len(who)) * slots[who]).astype(np.int64)
    return np.minimum(slot * every_h[who] * HOUR_S + rng.exponential(jitter_s, len(who)), horizon_s - 1.0)
