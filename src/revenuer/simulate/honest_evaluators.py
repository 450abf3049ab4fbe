"""Honest evaluators: judges, benchmark harnesses, red-team contractors; and the licensed distillers."""

from dataclasses import replace

import numpy as np

from revenuer.records import EVALUATION, LICENSED_DISTILLATION
from revenuer.simulate import grammar, rhythm
from revenuer.simulate.campaign_text import ATTEMPTS
from revenuer.simulate.conversation import one_shots
from revenuer.simulate.honest_parts import counts_of, runs, scripted, window
from revenuer.simulate.lexicon import ENGLISH
from revenuer.simulate.members import (
    choose,
    company,
    filled,
    mostly,
    where_or_none,
)
from revenuer.simulate.ragged import Floats, Ints, owners, positions
from revenuer.simulate.setting import Cohort, Setting

_RUBRICS = (
    "You are an impartial judge. Rate the assistant's answer to the question for helpfulness, relevance, accuracy and depth on a scale of 1 to 10. Reply as [[rating]].\n\n[Question]\n{q}\n\n[Answer]\n{a}",
    "Compare the two responses and output A, B or tie with one sentence of reasons.\n\nPrompt: {q}\n\nResponse A: {a}\n\nResponse B: {b}",
    'Score 0-5 for faithfulness to the source. Return JSON {{"score": int, "why": str}}.\nSource: {q}\nSummary: {a}',
    "Does the reply follow our support policy? Answer yes or no per rule (tone, facts, next step).\nCustomer: {q}\nReply: {a}",
)


def judges(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """LLM-as-judge pipelines: a team grades its own product's answers with one rubric, in runs and after releases."""
    members = replace(scripted(setting, rng, n, "llm_judge"), temperature=np.zeros(n))
    members = replace(members, declared_use=mostly(rng, members.declared_use, filled(n, EVALUATION), 0.35))
    counts = counts_of(setting, rng, n, 480, 0.8, 3000)
    who = owners(counts)
    begin, end = window(setting, rng, members)
    time_s = runs(rng, counts, begin, end)
    own = np.array(grammar.pick(rng, _RUBRICS, n), dtype=object)[who]
    prompt = judged(setting, rng, own.tolist(), who)
    return Cohort(members=members, traffic=one_shots(who, time_s, prompt, output_median=90.0))


def judged(setting: Setting, rng: np.random.Generator, rubrics: list[str], who: Ints) -> list[str]:
    """Rubrics filled with questions on each team's own topics, and with answers."""
    tastes = setting.library.tastes(rng, int(who.max()) + 1)
    topic = setting.library.topics_of(rng, tastes, who)
    questions = setting.library.openings(rng, tastes.language[who], topic)
    a, b = answers(rng, len(who)), answers(rng, len(who))
    return [r.format(q=q, a=x, b=y) for r, q, x, y in zip(rubrics, questions, a, b, strict=True)]


def answers(rng: np.random.Generator, n: int) -> list[str]:
    """What a model may have answered: a few sentences of advice."""
    openers = (
        "Sure.",
        "It depends.",
        "Good question.",
        "In short, yes.",
        "There are two things to weigh.",
        "Start small.",
        "Most people overlook this.",
    )
    verbs = ("check", "compare", "write down", "avoid", "measure", "prepare", "replace", "ask about")
    topics = rng.integers(0, len(ENGLISH.topics), (3, n))
    x, y, z = (grammar.nouns(rng, ENGLISH, row) for row in topics)
    rows = zip(
        grammar.pick(rng, openers, n),
        x,
        y,
        z,
        grammar.pick(rng, verbs, n),
        grammar.pick(rng, verbs, n),
        rng.integers(1, 30, n).tolist(),
        strict=True,
    )
    return [
        f"{o} First {v} {a}, then {w} {b}. After {k} days you will see whether {c} still matters."
        for o, a, b, c, v, w, k in rows
    ]


_HARNESS = (
    "Question: {q}\nAnswer:",
    "{q}\n\nThink step by step, then give the final answer on its own line as '#### <number>'.",
    'Answer the question. First write your reasoning, then the answer, in JSON with the keys "reasoning" and "answer".\n\n{q}',
    "{q}\nPlease reason step by step, and put your final answer within \\boxed{{}}.",
    "The following is a question with its answer.\n\n{q}",
)


def harnesses(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Labs and universities that run public benchmarks: the same items in order, again for every model; some run the train split too."""
    members = replace(scripted(setting, rng, n, "benchmark_harness"), temperature=np.zeros(n))
    members = replace(
        members,
        declared_use=mostly(rng, members.declared_use, filled(n, EVALUATION), 0.3),
        user_agent=choose(
            rng, ("Python/3.11 aiohttp/3.14.5", "OpenAI/Python 3.52.0", "python-httpx/0.29"), n
        ),
    )
    counts = counts_of(setting, rng, n, 750, 0.6, 2600)
    who = owners(counts)
    begin, end = window(setting, rng, members)
    time_s = _in_order(runs(rng, counts, begin, end), who)
    suites = [("math_test", "math_train", "exam", "math_test", "exam")[i % 5] for i in range(n)]
    shape = [_HARNESS[k] for k in rng.integers(0, len(_HARNESS), n).tolist()]
    pools = setting.library.pools
    rows = zip(who.tolist(), positions(counts).tolist(), strict=True)
    prompt = [shape[w].format(q=pools[suites[w]][k % len(pools[suites[w]])]) for w, k in rows]
    return Cohort(members=members, traffic=one_shots(who, time_s, prompt, output_median=260.0))


def _in_order(time_s: Floats, who: Ints) -> Floats:
    """The same times, ascending within each account (`who` is ascending)."""
    return time_s[np.lexsort((time_s, who))]


def red_team(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Declared red-team contractors: bypass attempts, many refusals, one organisation with checked papers."""
    members = scripted(setting, rng, n, "red_team")
    members = replace(members, **company(rng, members, np.arange(n) // 4))
    members = replace(members, declared_use=filled(n, "red_team"), verification=filled(n, "kyc"))
    counts = counts_of(setting, rng, n, 220, 0.6, 900)
    who = owners(counts)
    tasks = setting.library.draw(rng, "tasks", len(who))
    prompt = [
        shape.replace("{t}", text)
        for shape, text in zip(grammar.pick(rng, ATTEMPTS, len(who)), tasks, strict=True)
    ]
    zones = rhythm.time_zones(rng, n)
    traffic = one_shots(who, rhythm.human_moments(rng, counts, zones, setting.horizon_s, office=True), prompt)
    return Cohort(
        members=members,
        traffic=replace(traffic, finish_reason=where_or_none(rng.random(len(who)) < 0.5, "refusal")),
    )


def licensed_distillers(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Customers with a distillation licence: the very traffic of a harvester, declared and verified."""
    group = np.arange(n) // 8
    members = scripted(setting, rng, n, "licensed_distiller", role="sanctioned")
    members = replace(members, **company(rng, members, group), declared_use=filled(n, LICENSED_DISTILLATION))
    members = replace(members, verification=choose(rng, ("business", "kyc"), int(group.max()) + 1)[group])
    counts = counts_of(setting, rng, n, 450, 0.5, 2000)
    who = owners(counts)
    begin, end = window(setting, rng, members)
    texts = setting.library.distinct(rng, "tasks", len(who))
    prompt = [
        _HARNESS[1 + int(g) % 3].format(q=text) for g, text in zip(group[who].tolist(), texts, strict=True)
    ]
    time_s = rhythm.steady(rng, counts, begin, end, rhythm.burstiness(rng, n))
    return Cohort(members=members, traffic=one_shots(who, time_s, prompt, output_median=520.0))
