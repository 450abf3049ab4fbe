"""What the campaigns have in common: volumes, what is harvested, cover, spans and the move to a new model."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from revenuer.simulate import campaign_text as text
from revenuer.simulate import rhythm
from revenuer.simulate.campaign_rhythm import sessions_of
from revenuer.simulate.conversation import messages
from revenuer.simulate.members import NEW_MODEL, Members
from revenuer.simulate.ragged import Floats, Ints
from revenuer.simulate.setting import Cohort, Setting
from revenuer.simulate.style import styled, styles
from revenuer.simulate.traffic import Traffic

_SOURCES = ("tasks", "math_train", "bank", "tools", "roles", "people")


def counts_of(setting: Setting, rng: np.random.Generator, n: int, median: float, sigma: float) -> Ints:
    return rhythm.volumes(rng, n, max(median * setting.rate, 2.0), sigma, 9000)


def harvested(
    setting: Setting, rng: np.random.Generator, n: int, mix: Mapping[str, float], *, repeats: bool = False
) -> list[str]:
    """`n` items to harvest from a weighted mix of pools, in random order; without `repeats` each pool is partitioned."""
    names = list(mix)
    which = rng.choice(len(names), n, p=np.array([mix[name] for name in names]) / sum(mix.values()))
    out = np.empty(n, dtype=object)
    for index, name in enumerate(names):
        rows = np.flatnonzero(which == index)
        if name == "people":
            out[rows] = setting.library.openings(
                rng, np.zeros(len(rows), dtype=np.int64), rng.integers(0, 1 << 30, len(rows))
            )
        else:
            out[rows] = (
                setting.library.draw(rng, name, len(rows))
                if repeats
                else setting.library.distinct(rng, name, len(rows))
            )
    result: list[str] = out.tolist()
    return result


def dressed(
    setting: Setting,
    rng: np.random.Generator,
    members: Members,
    who: Ints,
    time_s: Floats,
    harvest: np.ndarray,
    theirs: list[str],
    *,
    chatty: float,
    output_median: float,
) -> Cohort:
    """Harvest among cover chat: cover requests talk as the persona does, sessions look like conversations."""
    horizon = setting.horizon_s
    n = len(members)
    session, turn, moved = sessions_of(rng, who, time_s, chatty, horizon_s=horizon)
    tastes = setting.library.tastes(rng, n)
    topics = setting.library.topics_of(rng, tastes, who)
    talk = styled(rng, styles(rng, n), who, messages(setting, rng, tastes, who, topics, turn))
    prompt = text.mixed(harvest, theirs, talk)
    median = np.where(harvest, output_median, 210.0)
    return Cohort(
        members=members,
        traffic=Traffic(
            who=who,
            time_s=moved,
            session=session,
            turn=turn,
            prompt=prompt,
            harvest=harvest,
            output_median=median,
        ),
    )


def whole_log(setting: Setting, rng: np.random.Generator, members: Members) -> tuple[Floats, Floats]:
    """Each account's working span: from its sign-up, staggered, until it is dropped or the log ends."""
    n, horizon = len(members), setting.horizon_s
    begin = np.maximum(members.created_s, rng.beta(1, 5, n) * horizon * 0.5)
    begin = np.minimum(begin, horizon * 0.8)
    return begin, np.maximum(begin + 7200.0, begin + (horizon - 1.0 - begin) * rng.beta(2.2, 0.7, n))


def pivoting(
    setting: Setting, rng: np.random.Generator, cohort: Cohort, share: float, within_h: float
) -> Cohort:
    """A share of the requests moves to the new model, starting within hours of its release."""
    traffic, members = cohort.traffic, cohort.members
    start = setting.release_s + rng.uniform(0.5, within_h, len(members)) * 3600.0
    moved = (traffic.time_s > start[traffic.who]) & (rng.random(len(traffic)) < share)
    return replace(
        cohort, traffic=replace(traffic, model=np.where(moved, NEW_MODEL, members.model[traffic.who]))
    )
