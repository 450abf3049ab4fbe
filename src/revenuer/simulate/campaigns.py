"""The campaigns: every published shape, at published per-account rates scaled to the size of the log.

Rates and shapes: vendors' reports of February, June and September 2026 and GTIG of February 2026, disputed by the accused.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from revenuer.simulate import campaign_text as text
from revenuer.simulate import rhythm
from revenuer.simulate.campaign_identity import Disguise, behind_agents, operator_accounts
from revenuer.simulate.campaign_rhythm import balanced, sessions_of
from revenuer.simulate.conversation import AGENT_PROMPTS, agent_clients, agent_runs, chats, messages
from revenuer.simulate.honest_machines import answers
from revenuer.simulate.honest_people import renumbered
from revenuer.simulate.members import NEW_MODEL, Members, filled, tokens, where_or_none
from revenuer.simulate.ragged import Floats, Ints, owners
from revenuer.simulate.setting import Build, Cohort, Setting
from revenuer.simulate.style import styled, styles
from revenuer.simulate.traffic import Traffic

_SOURCES = ("tasks", "math_train", "bank", "tools", "roles", "people")


def _counts(setting: Setting, rng: np.random.Generator, n: int, median: float, sigma: float) -> Ints:
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


def _dressed(
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


def _whole_log(setting: Setting, rng: np.random.Generator, members: Members) -> tuple[Floats, Floats]:
    """Each account's working span: from its sign-up, staggered, until it is dropped or the log ends."""
    n, horizon = len(members), setting.horizon_s
    begin = np.maximum(members.created_s, rng.beta(1, 5, n) * horizon * 0.5)
    begin = np.minimum(begin, horizon * 0.8)
    return begin, np.maximum(begin + 7200.0, begin + (horizon - 1.0 - begin) * rng.beta(2.2, 0.7, n))


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
    counts = _counts(setting, rng, n, 150, 0.6)
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
    cohort = _dressed(
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


def hydra(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Load-balanced: about 25 a day each, 30-70 % cover, thousands of variants of one request; half moves to the new model."""
    members = operator_accounts(setting, rng, n, "hydra", Disguise(cards=0.5, egress=0.5, mail=0.3, web=0.55))
    begin, end = _whole_log(setting, rng, members)
    counts = np.maximum(
        3,
        rng.poisson(
            np.maximum((end - begin) / 86400.0 * 22.0 * setting.rate * rng.lognormal(0, 0.45, n), 1.0)
        ),
    )
    who = owners(counts)
    time_s = balanced(
        rng, counts, begin, end, lockstep=0.25, human=rng.uniform(0.55, 0.9), horizon_s=setting.horizon_s
    )
    harvest = rng.random(len(who)) >= np.clip(rng.normal(rng.uniform(0.38, 0.62), 0.06, n), 0.3, 0.7)[who]
    items = harvested(setting, rng, len(who), {"tasks": 3, "math_train": 2, "people": 1, "tools": 1})
    ask = text.paraphrased(rng, len(who)) if setting.paraphrased else text.elicitation(rng, len(who))
    cohort = _dressed(
        setting,
        rng,
        members,
        who,
        time_s,
        harvest,
        text.injected(rng, items, ask),
        chatty=0.6,
        output_median=420.0,
    )
    return _pivoting(setting, rng, cohort, 0.5, 12.0)


def _pivoting(
    setting: Setting, rng: np.random.Generator, cohort: Cohort, share: float, within_h: float
) -> Cohort:
    """A share of the requests moves to the new model, starting within hours of its release."""
    traffic, members = cohort.traffic, cohort.members
    start = setting.release_s + rng.uniform(0.5, within_h, len(members)) * 3600.0
    moved = (traffic.time_s > start[traffic.who]) & (rng.random(len(traffic)) < share)
    return replace(
        cohort, traffic=replace(traffic, model=np.where(moved, NEW_MODEL, members.model[traffic.who]))
    )


def signature_replay(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """A service that answers its own users with the victim's model: many personas, signatures replayed across accounts."""
    members = operator_accounts(
        setting, rng, n, "signature_replay", Disguise(cards=0.4, egress=0.5, mail=0.3, web=0.0)
    )
    begin, _ = _whole_log(setting, rng, members)
    load = _counts(setting, rng, n, 260, 0.5)
    people = np.maximum(2, load // 9)
    owner = owners(people)
    each = np.maximum(1, rng.poisson(load[owner] / people[owner]))
    traffic = chats(setting, rng, each, mean_turns=3.2, since_s=begin[owner])
    account = owner[traffic.who]
    spread = rng.random(len(traffic)) < 0.18
    account = np.where(spread, rng.integers(0, n, len(traffic)), account)
    session, turn = renumbered(traffic.session * n + account, traffic.time_s)
    harness = np.array(
        [
            None,
            "You are a helpful assistant.",
            *AGENT_PROMPTS,
            "Relay mode. Answer the end user directly.",
            None,
        ],
        dtype=object,
    )
    system = harness[rng.integers(0, len(harness), int(traffic.session.max()) + 1)[traffic.session]]
    signature = _relayed_signatures(rng, traffic)
    wild = rng.random(len(traffic)) < 0.85
    relayed = replace(
        traffic,
        who=account,
        session=session,
        turn=turn,
        system_prompt=system,
        signature=signature,
        harvest=wild,
        output_median=330.0,
    )
    return Cohort(members=members, traffic=relayed)


def _relayed_signatures(rng: np.random.Generator, traffic: Traffic) -> np.ndarray:
    """The end user's earlier block, whichever account it was issued to; a part is taken from a stranger's conversation."""
    n = len(traffic)
    blocks = tokens(rng, int(traffic.session.max()) * 2 + 2, "rs_", 20)
    own = blocks[traffic.session * 2 + np.minimum(traffic.turn // 2, 1)]
    strange = blocks[rng.integers(0, len(blocks), n)]
    replays = ((traffic.turn > 0) & (rng.random(n) < 0.75)) | (rng.random(n) < 0.1)
    return where_or_none(replays, np.where(rng.random(n) < 0.3, strange, own))


def judging(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Grades, cleans and scores traces; accounts rotate every few days and move to models that refuse less."""
    members = operator_accounts(
        setting, rng, n, "judging", Disguise(cards=0.5, egress=0.3, mail=0.4, web=0.15)
    )
    horizon = setting.horizon_s
    begin = np.sort(rng.random(n)) * horizon * 0.8
    end = np.minimum(begin + rng.uniform(2.0, 5.0, n) * 86400.0, horizon)
    members = replace(members, created_s=np.minimum(members.created_s, begin - 3600.0))
    counts = _counts(setting, rng, n, 430, 0.5)
    who = owners(counts)
    time_s = balanced(rng, counts, begin, end, lockstep=0.3, human=rng.uniform(0.1, 0.5), horizon_s=horizon)
    questions = harvested(setting, rng, len(who), {"tasks": 2, "math_train": 2, "tools": 1, "people": 1})
    own = None if setting.paraphrased else int(rng.integers(2**40))
    theirs = text.grading(rng, questions, answers(rng, len(who)), own=own)
    harvest = rng.random(len(who)) < 0.93
    cohort = _dressed(setting, rng, members, who, time_s, harvest, theirs, chatty=0.25, output_median=240.0)
    drift = rng.random(len(who)) < cohort.traffic.time_s / horizon
    return replace(
        cohort, traffic=replace(cohort.traffic, model=np.where(drift, "m-small-1", members.model[who]))
    )


def agent_sessions(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Replays its own users' agent sessions for training; the accounts start as a free trial ends."""
    members = operator_accounts(
        setting,
        rng,
        n,
        "agent_sessions",
        Disguise(cards=0.4, egress=0.4, mail=0.3, web=0.0),
        fresh_s=setting.horizon_s * 0.2,
    )
    trial_end = setting.horizon_s * rng.uniform(0.18, 0.3)
    begin = trial_end + rng.exponential(10 * 3600.0, n)
    members = replace(
        members,
        **agent_clients(rng, members, np.zeros(n, dtype=np.int64)),
        plan=filled(n, "trial"),
        created_s=np.minimum(members.created_s, begin - 1800.0),
    )
    members = replace(
        members, user_agent=np.where(rng.random(n) < 0.5, members.user_agent, behind_agents(rng, n))
    )
    run = agent_runs(
        setting,
        rng,
        _counts(setting, rng, n, 190, 0.5),
        zones=rhythm.time_zones(rng, n),
        since_s=begin,
        mean=16.0,
    )
    return Cohort(members=members, traffic=_replayed_runs(rng, run))


def _replayed_runs(rng: np.random.Generator, run: Traffic) -> Traffic:
    """Two fifths of the sessions repeat the messages and signatures of a session that another account ran."""
    sessions = int(run.session.max()) + 1
    first = np.searchsorted(run.session, np.arange(sessions))
    size = np.bincount(run.session, minlength=sessions)
    donor = np.where(rng.random(sessions) < 0.4, rng.integers(0, sessions, sessions), np.arange(sessions))
    source = np.minimum(
        first[donor][run.session] + run.turn, first[donor][run.session] + size[donor][run.session] - 1
    )
    assert run.signature is not None
    prompt = np.array(run.prompt, dtype=object)[source].tolist()
    signature = where_or_none(run.turn > 0, run.signature[source])
    return replace(run, prompt=prompt, signature=signature, harvest=rng.random(len(run)) < 0.95)


def bypass(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """A burst of bypass techniques, one a request and mostly refused; then the winners at scale."""
    members = operator_accounts(setting, rng, n, "bypass", Disguise(cards=0.4, egress=0.4, mail=0.5, web=0.2))
    horizon = setting.horizon_s
    probe = horizon * rng.uniform(0.2, 0.5)
    counts = _counts(setting, rng, n, 150, 0.5)
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
    cohort = _dressed(setting, rng, members, who, time_s, harvest, theirs, chatty=0.3, output_median=300.0)
    refused = harvest & (rng.random(len(who)) < np.where(tries, 0.72, 0.06))
    return replace(cohort, traffic=replace(cohort.traffic, finish_reason=where_or_none(refused, "refusal")))


def cot_coercion(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Coerces full reasoning traces through translation, fake debugging, inline tags and code."""
    members = operator_accounts(
        setting, rng, n, "cot_coercion", Disguise(cards=0.3, egress=0.4, mail=0.3, web=0.4)
    )
    begin, end = _whole_log(setting, rng, members)
    counts = _counts(setting, rng, n, 120, 0.5)
    who = owners(counts)
    time_s = balanced(
        rng, counts, begin, end, lockstep=0.2, human=rng.uniform(0.3, 0.8), horizon_s=setting.horizon_s
    )
    harvest = rng.random(len(who)) < rng.uniform(0.6, 0.8)
    items = harvested(setting, rng, len(who), {"math_train": 3, "tasks": 2, "people": 1})
    theirs = (
        text.injected(rng, items, text.paraphrased(rng, len(who)))
        if setting.paraphrased
        else text.coercion(rng, items)
    )
    return _dressed(setting, rng, members, who, time_s, harvest, theirs, chatty=0.5, output_median=620.0)


def pivot(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """General harvesting that moves half of its traffic to a new model within 24 hours of the release."""
    members = operator_accounts(setting, rng, n, "pivot", Disguise(cards=0.5, egress=0.3, mail=0.3, web=0.4))
    begin, end = _whole_log(setting, rng, members)
    counts = _counts(setting, rng, n, 150, 0.5)
    who = owners(counts)
    time_s = balanced(
        rng, counts, begin, end, lockstep=0.35, human=rng.uniform(0.15, 0.7), horizon_s=setting.horizon_s
    )
    harvest = rng.random(len(who)) < 0.6
    items = harvested(setting, rng, len(who), {"tasks": 3, "tools": 2, "math_train": 1})
    ask = text.paraphrased(rng, len(who)) if setting.paraphrased else text.elicitation(rng, len(who))
    some = (rng.random(len(who)) < 0.5).tolist()
    theirs = [a if use else b for a, b, use in zip(text.injected(rng, items, ask), items, some, strict=True)]
    return _pivoting(
        setting,
        rng,
        _dressed(setting, rng, members, who, time_s, harvest, theirs, chatty=0.55, output_median=350.0),
        0.55,
        22.0,
    )


def slow_drip(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """No shared identity, a few requests a day at human hours; only the pool is shared, dealt out without a repeat."""
    members = operator_accounts(replace(setting, identity=0.0), rng, n, "slow_drip", Disguise(web=0.8))
    begin, end = _whole_log(setting, rng, members)
    counts = _counts(setting, rng, n, 75, 0.4)
    who = owners(counts)
    time_s = balanced(rng, counts, begin, end, lockstep=0.0, human=0.95, horizon_s=setting.horizon_s)
    harvest = rng.random(len(who)) < rng.uniform(0.45, 0.65)
    items = harvested(setting, rng, len(who), {"tasks": 4, "roles": 1, "math_train": 1})
    return _dressed(setting, rng, members, who, time_s, harvest, items, chatty=0.5, output_median=300.0)


def same_prompts(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Harvests what honest evaluators and a bank also send: word problems and bank questions, dealt out over the accounts."""
    members = operator_accounts(
        setting, rng, n, "same_prompts", Disguise(cards=0.4, egress=0.3, mail=0.3, web=0.4)
    )
    begin, end = _whole_log(setting, rng, members)
    counts = _counts(setting, rng, n, 130, 0.5)
    who = owners(counts)
    time_s = balanced(
        rng, counts, begin, end, lockstep=0.3, human=rng.uniform(0.35, 0.85), horizon_s=setting.horizon_s
    )
    harvest = rng.random(len(who)) < rng.uniform(0.55, 0.8)
    items = harvested(setting, rng, len(who), {"math_train": 5, "bank": 3, "math_test": 0.5})
    ask = text.paraphrased(rng, len(who)) if setting.paraphrased else text.elicitation(rng, len(who))
    some = (rng.random(len(who)) < 0.45).tolist()
    theirs = [a if use else b for a, b, use in zip(text.injected(rng, items, ask), items, some, strict=True)]
    return _dressed(setting, rng, members, who, time_s, harvest, theirs, chatty=0.5, output_median=330.0)


def paraphrase(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Every request has its instruction in new words; nothing verbatim is shared."""
    members = operator_accounts(
        setting, rng, n, "paraphrase", Disguise(cards=0.4, egress=0.4, mail=0.3, web=0.4)
    )
    begin, end = _whole_log(setting, rng, members)
    counts = _counts(setting, rng, n, 140, 0.5)
    who = owners(counts)
    time_s = balanced(
        rng, counts, begin, end, lockstep=0.3, human=rng.uniform(0.35, 0.85), horizon_s=setting.horizon_s
    )
    harvest = rng.random(len(who)) < rng.uniform(0.55, 0.8)
    items = harvested(setting, rng, len(who), {"tasks": 3, "people": 1, "math_train": 1})
    return _dressed(
        setting,
        rng,
        members,
        who,
        time_s,
        harvest,
        text.injected(rng, items, text.paraphrased(rng, len(who))),
        chatty=0.5,
        output_median=420.0,
    )


CAMPAIGNS: Mapping[str, Build] = {
    build.__name__: build
    for build in (
        fixed_instruction,
        hydra,
        signature_replay,
        judging,
        agent_sessions,
        bypass,
        cot_coercion,
        pivot,
        slow_drip,
        same_prompts,
        paraphrase,
    )
}
"""Every campaign that the range can play, by name."""
