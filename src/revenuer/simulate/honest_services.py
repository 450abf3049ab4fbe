"""Honest services: wrappers, routers, resellers, migrations, teams on one plan."""

from dataclasses import replace

import numpy as np

from revenuer.simulate import rhythm
from revenuer.simulate.conversation import AGENT_PROMPTS, one_shots
from revenuer.simulate.honest_parts import counts_of, many_users, scripted, service_prompts
from revenuer.simulate.members import (
    SCRIPTS,
    addresses,
    choose,
    company,
    filled,
    people,
)
from revenuer.simulate.ragged import Ints, owners
from revenuer.simulate.setting import Cohort, Setting
from revenuer.simulate.traffic import Traffic, merged


def saas_wrapper(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Products that put one system prompt before their users: on one busy account, or on a key for every user.

    The first account of each dozen is a whole product; the other eleven are users of a product that hands out keys.
    """
    members = scripted(setting, rng, n, "saas_wrapper")
    alone = np.arange(n) % 12 == 0
    product = np.where(alone, np.arange(n), n + np.arange(n) // 120)
    prompts = np.array(service_prompts(rng, int(product.max()) + 1), dtype=object)[product]
    kit = choose(rng, SCRIPTS, int(product.max()) + 1)[product]
    members = replace(
        members,
        system_prompt=prompts,
        user_agent=kit,
        addresses=addresses(rng, (int(product.max()) + 1, 4))[product],
    )
    counts = np.where(
        alone, counts_of(setting, rng, n, 1100, 0.8, 6000), counts_of(setting, rng, n, 28, 1.0, 500)
    )
    return Cohort(members=members, traffic=many_users(setting, rng, counts, product))


def routers(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """A customer's resilient router over six of its own accounts: even load, failover within seconds after an error."""
    group = np.arange(n) // 6
    groups = int(group.max()) + 1
    members = scripted(setting, rng, n, "router")
    members = replace(
        members,
        **company(rng, members, group, logged=0.7),
        user_agent=choose(rng, SCRIPTS, groups)[group],
        system_prompt=np.array(service_prompts(rng, groups), dtype=object)[group],
    )
    load = counts_of(setting, rng, groups, 330 * 6, 0.6, 9000)
    users = many_users(setting, rng, load, np.arange(groups))
    sibling = rng.integers(0, 6, int(users.session.max()) + 1)[users.session]
    users = replace(users, who=np.minimum(users.who * 6 + sibling, n - 1))
    return Cohort(members=members, traffic=merged([users, *_failovers(rng, users, group)], members))


def _failovers(rng: np.random.Generator, users: Traffic, group: Ints) -> list[Traffic]:
    """A throttled attempt on a sibling, seconds before the request that succeeded: its first, in no conversation."""
    rows = np.flatnonzero(rng.random(len(users)) < 0.02)
    if not len(rows):
        return []
    mates = [np.flatnonzero(group == g) for g in range(int(group.max()) + 1)]
    before = np.array([rng.choice(mates[g]) for g in group[users.who[rows]].tolist()])
    prompt = [users.prompt[row] for row in rows.tolist()]
    attempt = one_shots(
        before,
        np.maximum(users.time_s[rows] - rng.uniform(0.3, 8.0, len(rows)), 0.0),
        [text or "" for text in prompt],
    )
    return [replace(attempt, status=np.where(rng.random(len(rows)) < 0.7, 429, 500))]


def aggregators(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Resellers: many people, languages and client strings on one account."""
    members = scripted(setting, rng, n, "aggregator")
    members = replace(
        members,
        addresses=addresses(rng, (n, 12)),
        plan=filled(n, "payg"),
        verification=choose(rng, ("business", "card", "kyc"), n),
    )
    traffic = many_users(setting, rng, counts_of(setting, rng, n, 1500, 0.7, 6000))
    harness = np.array(
        [None, None, "You are a helpful assistant.", *AGENT_PROMPTS, *service_prompts(rng, 12)], dtype=object
    )
    return Cohort(
        members=members,
        traffic=replace(
            traffic,
            system_prompt=harness[
                rng.integers(0, len(harness), int(traffic.session.max()) + 1)[traffic.session]
            ],
        ),
    )


def migrations(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Products that move here from another vendor: full load from the first hour of a new account."""
    members = scripted(setting, rng, n, "migration")
    begin = rng.uniform(0.15, 0.7, n) * setting.horizon_s
    counts = counts_of(setting, rng, n, 650, 0.7, 4000)
    who = owners(counts)
    members = replace(
        members,
        created_s=begin - rng.uniform(600, 86400, n),
        system_prompt=np.array(service_prompts(rng, n), dtype=object),
    )
    time_s = rhythm.steady(rng, counts, begin, np.full(n, setting.horizon_s), rhythm.burstiness(rng, n))
    tastes = setting.library.tastes(rng, n)
    prompt = setting.library.openings(rng, tastes.language[who], setting.library.topics_of(rng, tastes, who))
    return Cohort(members=members, traffic=one_shots(who, time_s, prompt, sessions=True))


def under_licensed(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Teams on one private plan: several people and addresses, far more than the plan is meant for."""
    members = people(rng, n, "under_licensed", horizon_s=setting.horizon_s)
    members = replace(members, plan=choose(rng, ("free", "pro"), n), addresses=addresses(rng, (n, 9)))
    return Cohort(
        members=members, traffic=many_users(setting, rng, counts_of(setting, rng, n, 360, 0.6, 2000))
    )
