"""Campaigns that relay their own users: replayed signatures, replayed agent sessions."""

from dataclasses import replace

import numpy as np

from revenuer.simulate import rhythm
from revenuer.simulate.campaign_identity import Disguise, behind_agents, operator_accounts
from revenuer.simulate.campaign_parts import counts_of, whole_log
from revenuer.simulate.conversation import AGENT_PROMPTS, agent_clients, agent_runs, chats
from revenuer.simulate.honest_people import renumbered
from revenuer.simulate.members import filled, tokens, where_or_none
from revenuer.simulate.ragged import owners
from revenuer.simulate.setting import Cohort, Setting
from revenuer.simulate.traffic import Traffic


def signature_replay(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """A service that answers its own users with the victim's model: many personas, signatures replayed across accounts."""
    members = operator_accounts(
        setting, rng, n, "signature_replay", Disguise(cards=0.4, egress=0.5, mail=0.3, web=0.0)
    )
    members = replace(members, sends_session=np.ones(n, dtype=bool))
    begin, _ = whole_log(setting, rng, members)
    load = counts_of(setting, rng, n, 260, 0.5)
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
        counts_of(setting, rng, n, 190, 0.5),
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
