"""Honest people: chat, agents, viral templates, classrooms, offices, VPNs, curious minds, release-day crowds."""

from dataclasses import replace

import numpy as np

from revenuer.simulate import rhythm
from revenuer.simulate.conversation import agent_clients, agent_runs, chats
from revenuer.simulate.grammar import pick
from revenuer.simulate.members import (
    DISPOSABLE,
    NEW_MODEL,
    Members,
    Objects,
    addresses,
    company,
    filled,
    mostly,
    people,
    tokens,
    where_or_none,
)
from revenuer.simulate.ragged import Floats, Ints
from revenuer.simulate.setting import Cohort, Setting
from revenuer.simulate.style import styled, styles
from revenuer.simulate.traffic import Traffic

_APP_PROMPTS = (
    None,
    None,
    "You are a helpful assistant.",
    "You are a helpful assistant. Answer in the user's language.",
    "Answer briefly and say when you are unsure.",
)


def _since(members: Members) -> Floats:
    return np.maximum(members.created_s, 0.0)


def _counts(
    setting: Setting, rng: np.random.Generator, n: int, median: float, sigma: float, high: float = 4000
) -> Ints:
    return rhythm.volumes(rng, n, max(median * setting.rate, 1.0), sigma, high * max(setting.rate, 0.2))


def adopting(
    setting: Setting, rng: np.random.Generator, members: Members, traffic: Traffic, share: float
) -> Traffic:
    """The same traffic after the new model's release: a share of accounts moves, within hours or over days."""
    n = len(members)
    moves = setting.release_s + np.where(rng.random(n) < share, rng.exponential(1.6 * 86400.0, n), np.inf)
    return replace(
        traffic, model=np.where(traffic.time_s > moves[traffic.who], NEW_MODEL, members.model[traffic.who])
    )


def ordinary(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """The majority: people who chat, in their own time zones, a few of them a lot; one in seven through some app's API."""
    members = people(rng, n, "ordinary", horizon_s=setting.horizon_s, web=0.86)
    members = replace(members, system_prompt=where_or_none(~members.stream, _apps(rng, n)))
    traffic = chats(setting, rng, _counts(setting, rng, n, 32, 1.2, 1100), since_s=_since(members))
    return Cohort(members=members, traffic=adopting(setting, rng, members, traffic, 0.3))


def _apps(rng: np.random.Generator, n: int) -> Objects:
    return np.array(_APP_PROMPTS, dtype=object)[rng.integers(0, len(_APP_PROMPTS), n)]


def coding_agents(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Developers with one of three public coding agents: one system prompt, bursts at machine speed."""
    members = people(rng, n, "coding_agent", horizon_s=setting.horizon_s, web=0.3)
    members = replace(members, **agent_clients(rng, members, rng.choice(3, n, p=[0.6, 0.25, 0.15])))
    traffic = agent_runs(
        setting,
        rng,
        _counts(setting, rng, n, 105, 1.1, 2500),
        zones=rhythm.time_zones(rng, n),
        since_s=_since(members),
    )
    return Cohort(members=members, traffic=adopting(setting, rng, members, traffic, 0.45))


_VIRAL = (
    "Act as my brutally honest mentor with 20 years of experience. Ask me three questions first, then give me a plan with weekly milestones for this goal: {t}",
    "Ignore flattery. Rate the following from 1 to 10, name the single biggest weakness, and rewrite it so that it would go viral: {t}",
    "You are the smartest person in the room. Explain this like I'm five, then like I'm a graduate student, then tell me what both versions leave out: {t}",
    "Create a 30 day challenge based on this, formatted as a table with day, task and reward, and end with a quote that fits my mood: {t}",
)


def viral_templates(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Unrelated people who paste one of a few templates that went around, with their own remainder."""
    members = people(rng, n, "viral_template", horizon_s=setting.horizon_s)
    traffic = chats(setting, rng, _counts(setting, rng, n, 24, 0.9, 500), since_s=_since(members))
    template = [_VIRAL[i] for i in rng.choice(len(_VIRAL), n, p=[0.45, 0.25, 0.2, 0.1]).tolist()]
    pasted = ((traffic.turn == 0) & (rng.random(len(traffic)) < rng.beta(2, 3, n)[traffic.who])).tolist()
    prompt = [
        template[w].replace("{t}", text or "") if paste else text
        for w, paste, text in zip(traffic.who.tolist(), pasted, traffic.prompt, strict=True)
    ]
    return Cohort(members=members, traffic=replace(traffic, prompt=prompt))


_EXPLAIN = (
    "{t} Explain your reasoning step by step.",
    "{t} Show your full chain of thought before the answer, I want to learn how you get there.",
    "Think out loud: {t}",
    "{t} How did you arrive at that? Walk me through every step.",
    "{t} Please put your reasoning first and the answer last.",
    "I teach this, so write all intermediate steps: {t}",
    "{t} What made you choose that, in detail?",
    "Let's think step by step. {t}",
)


def explainability(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """People who want to see how the model thinks: tutors, auditors, the curious."""
    members = people(rng, n, "explainability", horizon_s=setting.horizon_s, web=0.7)
    traffic = chats(setting, rng, _counts(setting, rng, n, 35, 0.9, 600), since_s=_since(members))
    favourite = rng.integers(0, len(_EXPLAIN), (n, 3))
    which = favourite[traffic.who, rng.integers(0, 3, len(traffic))].tolist()
    asks = (rng.random(len(traffic)) < rng.beta(3, 3, n)[traffic.who]).tolist()
    prompt = [
        _EXPLAIN[k].replace("{t}", text or "") if ask else text
        for k, ask, text in zip(which, asks, traffic.prompt, strict=True)
    ]
    return Cohort(members=members, traffic=replace(traffic, prompt=prompt, output_median=420.0))


def classroom(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Classes of about 35: one assignment, one campus address, one hour, one university mail domain, fresh accounts."""
    size = 35
    group = np.arange(n) // size
    classes = int(group.max()) + 1
    members = people(rng, n, "classroom", horizon_s=setting.horizon_s)
    campus = addresses(rng, (classes, 1))[group]
    lesson = (rng.integers(0, 4, classes) * 86400.0 + rng.integers(8, 16, classes) * 3600.0) + rng.integers(
        0, 2, classes
    ) * 7 * 86400.0
    lesson = np.minimum(lesson, setting.horizon_s * 0.7)
    domain = np.array([f"{w}.edu.example" for w in tokens(rng, classes, "u", 6)], dtype=object)
    members = replace(
        members,
        addresses=np.concatenate([campus, campus, members.addresses[:, :2]], axis=1),
        signup_ip=mostly(rng, members.signup_ip, campus[:, 0], 0.6),
        email_domain=domain[group],
        created_s=np.minimum(members.created_s, lesson[group] - rng.exponential(4 * 86400.0, n)),
        plan=filled(n, "free"),
        payment=filled(n, None),
        verification=filled(n, "none"),
    )
    own = chats(setting, rng, _counts(setting, rng, n, 22, 0.7, 300), since_s=None)
    library = setting.library
    exercises = [library.distinct(rng, ("math_train", "exam", "tasks")[i % 3], 6) for i in range(classes)]
    at_lesson = rng.random(len(own)) < 0.45
    start = (
        lesson[group][own.who] + rng.integers(0, 2, len(own)) * 7 * 86400.0 + rng.random(len(own)) * 5400.0
    )
    pasted = (at_lesson & (rng.random(len(own)) < 0.7)).tolist()
    habits = styles(rng, n)
    picks = rng.integers(0, 6, len(own)).tolist()
    prompt = [
        exercises[int(group[w])][k] if paste else text
        for w, k, paste, text in zip(own.who.tolist(), picks, pasted, own.prompt, strict=True)
    ]
    single = np.where(at_lesson, own.session.max() + 1 + np.arange(len(own)), own.session)
    session, turn = renumbered(
        single, np.where(at_lesson, np.minimum(start, setting.horizon_s - 1), own.time_s)
    )
    traffic = replace(
        own,
        prompt=styled(rng, habits, own.who, [text or "" for text in prompt]),
        time_s=np.where(at_lesson, np.minimum(start, setting.horizon_s - 1), own.time_s),
        session=session,
        turn=turn,
    )
    return Cohort(members=members, traffic=traffic)


def renumbered(session: Ints, time_s: Floats) -> tuple[Ints, Ints]:
    """Sessions as 0..k-1 and turns by time within each."""
    _, compact = np.unique(session, return_inverse=True)
    order = np.lexsort((time_s, compact))
    ordered = compact[order]
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    place = np.arange(len(order))
    turn = np.empty(len(order), dtype=np.int64)
    turn[order] = place - np.maximum.accumulate(np.where(first, place, 0))
    return compact.astype(np.int64), turn


def office_nat(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Colleagues with their own private accounts behind one egress, office hours, some on a company card."""
    group = np.arange(n) // 25
    members = people(rng, n, "office_nat", horizon_s=setting.horizon_s)
    egress = addresses(rng, (int(group.max()) + 1, 2))[group]
    shared = company(rng, members, group, shared_card=0.3)
    mail = mostly(rng, members.email_domain, shared["email_domain"], 0.5)
    members = replace(
        members,
        addresses=np.concatenate([egress, members.addresses[:, :1]], axis=1),
        signup_ip=mostly(rng, members.signup_ip, egress[:, 0], 0.5),
        email_domain=mail,
        payment=shared["payment"],
    )
    zones = rhythm.time_zones(rng, int(group.max()) + 1)[group]
    traffic = chats(
        setting,
        rng,
        _counts(setting, rng, n, 35, 0.9, 600),
        office=True,
        zones=zones,
        since_s=_since(members),
    )
    return Cohort(members=members, traffic=adopting(setting, rng, members, traffic, 0.3))


def vpn_neighbours(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Privacy-minded strangers on the same commercial VPN exits, more disposable mail than others."""
    members = people(rng, n, "vpn", horizon_s=setting.horizon_s, web=0.8)
    exits = addresses(np.random.default_rng([setting.seed, 99]), (45,))
    members = replace(
        members,
        addresses=exits[rng.integers(0, len(exits), (n, 6))],
        signup_ip=exits[rng.integers(0, len(exits), n)],
        email_domain=mostly(rng, members.email_domain, pick_mail(rng, n), 0.12),
    )
    traffic = chats(setting, rng, _counts(setting, rng, n, 35, 1.0, 800), since_s=_since(members))
    return Cohort(members=members, traffic=adopting(setting, rng, members, traffic, 0.3))


def pick_mail(rng: np.random.Generator, n: int) -> Objects:
    """Disposable mail domains."""
    return np.array(pick(rng, DISPOSABLE, n), dtype=object)


def release_day(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Enthusiasts who try every new model within hours of its release, with questions of their own."""
    members = people(rng, n, "release_day", horizon_s=setting.horizon_s, web=0.4)
    counts = _counts(setting, rng, n, 110, 0.8, 900)
    traffic = chats(setting, rng, counts, mean_turns=1.6, gap_s=25.0)
    moved = rng.random(len(traffic)) < 0.65
    after = (
        setting.release_s
        + rng.exponential(9 * 3600.0, int(traffic.session.max()) + 1)[traffic.session]
        + (traffic.turn * 30.0)
    )
    late = moved[traffic.session % len(moved)]
    time_s = np.where(late, np.minimum(after, setting.horizon_s - 2 + traffic.turn * 1e-3), traffic.time_s)
    session, turn = renumbered(traffic.session, time_s)
    model = np.where(
        time_s >= setting.release_s,
        np.where(rng.random(len(traffic)) < 0.85, NEW_MODEL, members.model[traffic.who]),
        members.model[traffic.who],
    )
    return Cohort(
        members=members,
        traffic=replace(traffic, time_s=time_s, session=session, turn=turn, model=model, output_median=300.0),
    )
