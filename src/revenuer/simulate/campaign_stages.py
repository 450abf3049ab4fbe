"""Campaigns in stages: a ban and a second pool, rotating graders, a bypass search and its winners."""

from dataclasses import replace

import numpy as np

from revenuer.simulate import campaign_text as text
from revenuer.simulate.campaign_identity import Disguise, operator_accounts
from revenuer.simulate.campaign_parts import counts_of, dressed, harvested
from revenuer.simulate.campaign_rhythm import balanced
from revenuer.simulate.honest_evaluators import answers
from revenuer.simulate.honest_people import renumbered
from revenuer.simulate.members import where_or_none
from revenuer.simulate.ragged import Ints, owners
from revenuer.simulate.setting import Cohort, Setting
from revenuer.simulate.style import styled, styles


def fixed_instruction(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """One injected instruction; a second pool takes over within the hour when the first is banned."""
    pool = (np.arange(n) >= int(n * 0.55)).astype(np.int64)
    ban = setting.horizon_s * rng.uniform(0.42, 0.62)
    first = operator_accounts(
        setting, rng, n, "fixed_instruction", Disguise(cards=0.7, egress=0.6, mail=0.6, web=0.25), pool
    )
    members = replace(
        first,
        created_s=np.where(
            pool == 1, np.minimum(first.created_s, ban - 3600.0), np.minimum(first.created_s, 0.0)
        ),
    )
    start = rng.beta(1, 4, n) * ban * 0.5
    begin = np.where(pool == 1, ban + rng.exponential(1500.0, n), start)
    end = np.where(pool == 1, setting.horizon_s - 1.0, ban * 1.02)
    counts = counts_of(setting, rng, n, 150, 0.6)
    who = owners(counts)
    time_s = balanced(
        rng, counts, begin, end, lockstep=0.35, human=rng.uniform(0.15, 0.7), horizon_s=setting.horizon_s
    )
    harvest = rng.random(len(who)) < rng.uniform(0.75, 0.95, n)[who]
    items = styled(
        rng,
        styles(rng, n),
        who,
        harvested(setting, rng, len(who), {"tasks": 4, "people": 2, "math_train": 1, "tools": 1}),
    )
    wording = (
        text.paraphrased(rng, len(who)) if setting.paraphrased else [text.fixed_instruction(rng)] * len(who)
    )
    cohort = dressed(
        setting,
        rng,
        members,
        who,
        time_s,
        harvest,
        text.injected(rng, items, wording),
        chatty=0.5,
        output_median=420.0,
    )
    return _banned(rng, cohort, pool, ban)


def _banned(rng: np.random.Generator, cohort: Cohort, pool: Ints, ban_s: float) -> Cohort:
    """Requests of the first pool after the ban: a handful of 403, within minutes, then nothing."""
    traffic = cohort.traffic
    late = (pool[traffic.who] == 0) & (traffic.time_s >= ban_s)
    shut = np.where(late, ban_s + rng.exponential(240.0, len(traffic)), traffic.time_s)
    _, dense = np.unique(
        np.where(late, traffic.session.max() + 1 + np.arange(len(traffic)), traffic.session),
        return_inverse=True,
    )
    session, turn = renumbered(dense.astype(np.int64), shut)
    status = np.where(late, 403, 200)
    return replace(cohort, traffic=replace(traffic, time_s=shut, session=session, turn=turn, status=status))


def judging(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Grades, cleans and scores traces; accounts rotate every few days and move to models that refuse less."""
    members = operator_accounts(
        setting, rng, n, "judging", Disguise(cards=0.5, egress=0.3, mail=0.4, web=0.15)
    )
    horizon = setting.horizon_s
    begin = np.sort(rng.random(n)) * horizon * 0.8
    end = np.minimum(begin + rng.uniform(2.0, 5.0, n) * 86400.0, horizon)
    members = replace(members, created_s=np.minimum(members.created_s, begin - 3600.0))
    counts = counts_of(setting, rng, n, 430, 0.5)
    who = owners(counts)
    time_s = balanced(rng, counts, begin, end, lockstep=0.3, human=rng.uniform(0.1, 0.5), horizon_s=horizon)
    questions = harvested(setting, rng, len(who), {"tasks": 2, "math_train": 2, "tools": 1, "people": 1})
    own = None if setting.paraphrased else int(rng.integers(2**40))
    theirs = text.grading(rng, questions, answers(rng, len(who)), own=own)
    harvest = rng.random(len(who)) < 0.93
    cohort = dressed(setting, rng, members, who, time_s, harvest, theirs, chatty=0.25, output_median=240.0)
    drift = rng.random(len(who)) < cohort.traffic.time_s / horizon
    return replace(
        cohort, traffic=replace(cohort.traffic, model=np.where(drift, "m-small-1", members.model[who]))
    )


def bypass(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """A burst of bypass techniques, one a request and mostly refused; then the winners at scale."""
    members = operator_accounts(setting, rng, n, "bypass", Disguise(cards=0.4, egress=0.4, mail=0.5, web=0.2))
    horizon = setting.horizon_s
    probe = horizon * rng.uniform(0.2, 0.5)
    counts = counts_of(setting, rng, n, 150, 0.5)
    who = owners(counts)
    tries = rng.random(len(who)) < 0.35
    time_s = np.where(
        tries,
        probe + rng.random(len(who)) * 30 * 3600.0,
        probe + 34 * 3600.0 + rng.beta(1, 1.3, len(who)) * (horizon - probe - 35 * 3600.0),
    )
    members = replace(members, created_s=np.minimum(members.created_s, probe - 3600.0))
    winners = np.array(text.ATTEMPTS, dtype=object)[rng.choice(len(text.ATTEMPTS), 2, replace=False)]
    shape = np.where(
        tries,
        np.array([text.ATTEMPTS[i] for i in rng.integers(0, len(text.ATTEMPTS), len(who))], dtype=object),
        winners[rng.integers(0, 2, len(who))],
    )
    items = harvested(setting, rng, len(who), {"tasks": 3, "math_train": 1, "roles": 1})
    extra = text.paraphrased(rng, len(who)) if setting.paraphrased else text.elicitation(rng, len(who))
    theirs = [s.replace("{t}", f"{t} {e}") for s, t, e in zip(shape.tolist(), items, extra, strict=True)]
    harvest = rng.random(len(who)) < 0.8
    cohort = dressed(setting, rng, members, who, time_s, harvest, theirs, chatty=0.3, output_median=300.0)
    refused = harvest & (rng.random(len(who)) < np.where(tries, 0.72, 0.06))
    return replace(cohort, traffic=replace(cohort.traffic, finish_reason=where_or_none(refused, "refusal")))
