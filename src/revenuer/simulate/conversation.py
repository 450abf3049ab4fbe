"""Building blocks that cohorts share: people's conversations, coding-agent sessions, one-shot requests."""

from typing import Any

import numpy as np

from revenuer.simulate import exercises, grammar, rhythm
from revenuer.simulate.library import Tastes
from revenuer.simulate.members import AGENTS, Members, Objects, tokens
from revenuer.simulate.ragged import Floats, Ints, owners, positions
from revenuer.simulate.setting import Setting
from revenuer.simulate.style import Styles, styled, styles
from revenuer.simulate.traffic import Traffic

AGENT_PROMPTS = (
    "You are Forge, a coding agent that works in the user's terminal. Read files before you edit them. Make the smallest change that solves the task, run the tests, and report what you did in at most four lines. Never push, never delete files outside the workspace, and ask before installing anything.",
    "You are the pairing assistant inside an editor. You see the open file and the selection. Prefer edits over explanations. When a tool fails twice, stop and say why. Reply in the language that the user writes.",
    "shellmate: plan, act, observe. Tools are bash, read, write, grep, fetch. Output one tool call per step. Summarise at the end. Current directory and git status follow each message.",
)
"""Public system prompts of three agents that thousands use."""


def chats(
    setting: Setting,
    rng: np.random.Generator,
    counts: Ints,
    *,
    mean_turns: float = 2.6,
    gap_s: float = 75.0,
    office: bool = False,
    zones: Floats | None = None,
    since_s: Floats | None = None,
    tastes: Tastes | None = None,
    habits: Styles | None = None,
    starts: Floats | None = None,
) -> Traffic:
    """Conversations of people: `counts[i]` requests of person i in sessions on topics that the person likes.

    `starts`, when given, are the session starts as a function of the session count: it is indexed modulo its length.
    """
    n = len(counts)
    zones = rhythm.time_zones(rng, n) if zones is None else zones
    tastes = setting.library.tastes(rng, n) if tastes is None else tastes
    habits = styles(rng, n) if habits is None else habits
    sessions, sizes = rhythm.session_sizes(rng, counts, mean_turns)
    begin = rhythm.human_moments(rng, sessions, zones, setting.horizon_s, office=office, since_s=since_s)
    if starts is not None:
        begin = starts[np.arange(len(begin)) % len(starts)]
    times = rhythm.within_sessions(rng, begin, sizes, gap_s=gap_s, sigma=1.0, horizon_s=setting.horizon_s)
    person = owners(sessions)
    topic = setting.library.topics_of(rng, tastes, person)
    session = owners(sizes)
    who, turn = person[session], positions(sizes)
    texts = messages(setting, rng, tastes, who, topic[session], turn)
    return Traffic(
        who=who,
        time_s=times,
        session=session,
        turn=turn,
        prompt=styled(rng, habits, who, texts),
        output_median=230.0,
    )


def messages(
    setting: Setting, rng: np.random.Generator, tastes: Tastes, who: Ints, topic: Ints, turn: Ints
) -> list[str]:
    """What people say at each turn: an opening, later mostly follow-ups; some people often paste a text below."""
    new = (turn == 0) | (rng.random(len(who)) < 0.4)
    texts = np.empty(len(who), dtype=object)
    language = tastes.language[who]
    texts[new] = setting.library.openings(rng, language[new], topic[new])
    texts[~new] = setting.library.follow_ups(rng, language[~new], topic[~new])
    pastes = np.flatnonzero(new & (rng.random(len(who)) < rng.beta(0.6, 3.5, len(tastes.language))[who]))
    for row, pasted in zip(pastes.tolist(), grammar.documents(rng, len(pastes)), strict=True):
        texts[row] = f"{texts[row]}\n\n{pasted}"
    out: list[str] = texts.tolist()
    return out


def one_shots(
    who: Ints, time_s: Floats, prompt: list[str], *, output_median: float = 180.0, sessions: bool = False
) -> Traffic:
    """Single requests without a conversation, as scripts send them."""
    n = len(who)
    session = np.arange(n, dtype=np.int64) if sessions else np.full(n, -1, dtype=np.int64)
    return Traffic(
        who=who,
        time_s=time_s,
        session=session,
        turn=np.zeros(n, dtype=np.int64),
        prompt=prompt,
        output_median=output_median,
    )


def agent_runs(
    setting: Setting,
    rng: np.random.Generator,
    counts: Ints,
    *,
    zones: Floats,
    since_s: Floats | None = None,
    mean: float = 38.0,
    thinking: float = 0.6,
) -> Traffic:
    """Coding-agent sessions: machine-speed loops between a developer's messages, signatures replayed inside the session.

    About 15 % of requests carry the developer's own words (agent traces); the others return tool results,
    as text or, with a quarter of the clients, without any (a null prompt).
    """
    sessions, sizes = rhythm.session_sizes(rng, counts, mean)
    begin = rhythm.human_moments(
        rng, sessions, zones, setting.horizon_s, office=bool(rng.random() < 0.5), since_s=since_s
    )
    times = rhythm.within_sessions(rng, begin, sizes, gap_s=17.0, sigma=1.15, horizon_s=setting.horizon_s)
    session, turn = owners(sizes), positions(sizes)
    who = owners(sessions)[session]
    n = len(who)
    spoken = (turn == 0) | (rng.random(n) < 0.13)
    texts = np.empty(n, dtype=object)
    texts[spoken] = agent_requests(setting, rng, int(spoken.sum()))
    texts[~spoken] = exercises.tool_results(rng, int((~spoken).sum()))
    texts[~spoken & (rng.random(len(counts)) < 0.25)[who]] = None
    reasons = rng.random(len(sizes)) < thinking
    return Traffic(
        who=who,
        time_s=times,
        session=session,
        turn=turn,
        prompt=texts.tolist(),
        signature=own_signatures(rng, turn, reasons[session]),
        tool_count=rng.integers(6, 24, len(counts))[who],
        output_median=215.0,
        history_tokens=900,
    )


def agent_requests(setting: Setting, rng: np.random.Generator, n: int) -> list[str]:
    """What developers say: mostly the grammar's, a part from the code pool."""
    texts = exercises.code_requests(rng, n)
    if not setting.library.real:
        return texts
    pool = setting.library.draw(rng, "tools", n)
    return [
        other if use else text
        for text, other, use in zip(texts, pool, (rng.random(n) < 0.1).tolist(), strict=True)
    ]


def own_signatures(rng: np.random.Generator, turn: Ints, reasons: np.ndarray) -> Objects:
    """Each later request of a session replays the block that an earlier response of that session issued."""
    n = len(turn)
    issued = tokens(rng, n, "rs_", 20)
    back = np.minimum(1 + (rng.random(n) < 0.2), turn)
    replayed = np.where((turn > 0) & reasons & (rng.random(n) < 0.9), issued[np.arange(n) - back], None)
    return np.asarray(replayed, dtype=object)


def agent_clients(rng: np.random.Generator, members: Members, which: Ints) -> dict[str, Any]:
    """Replacements that put accounts on the public agents: one client, one system prompt, streamed."""
    agent = np.array(AGENTS, dtype=object)[which]
    tls = np.array(
        [f"t13d15{i:02d}h2_{(i * 7919 + 0x51AB) % 65521:04x}" for i in range(len(AGENTS))], dtype=object
    )[which]
    n = len(members)
    return {
        "user_agent": agent,
        "tls": tls,
        "system_prompt": np.array(AGENT_PROMPTS, dtype=object)[which],
        "stream": np.ones(n, dtype=bool),
        "sends_session": np.ones(n, dtype=bool),
        "temperature": np.full(n, 1.0),
        "max_tokens": rng.choice([8192, 16384, 32000], n),
        "model": np.where(rng.random(n) < 0.7, "m-large-1", "m-reason-1").astype(object),
    }
