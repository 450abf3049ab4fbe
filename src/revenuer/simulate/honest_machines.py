"""Honest machines: wrappers, judges, harnesses, batch jobs, cron, routers, resellers, migrations, contractors, licensees."""

from dataclasses import replace

import numpy as np

from revenuer.records import EVALUATION, LICENSED_DISTILLATION
from revenuer.simulate import grammar, rhythm
from revenuer.simulate.campaign_text import ATTEMPTS
from revenuer.simulate.conversation import AGENT_PROMPTS, chats, one_shots
from revenuer.simulate.lexicon import ENGLISH
from revenuer.simulate.members import (
    SCRIPTS,
    Members,
    addresses,
    choose,
    company,
    filled,
    mostly,
    people,
    where_or_none,
)
from revenuer.simulate.ragged import Floats, Ints, owners, positions
from revenuer.simulate.setting import Cohort, Setting
from revenuer.simulate.traffic import Traffic, merged


def _counts(
    setting: Setting, rng: np.random.Generator, n: int, median: float, sigma: float, high: float
) -> Ints:
    return rhythm.volumes(rng, n, max(median * setting.rate, 1.0), sigma, high * max(setting.rate, 0.2))


def _api(setting: Setting, rng: np.random.Generator, n: int, archetype: str, role: str = "honest") -> Members:
    return people(rng, n, archetype, horizon_s=setting.horizon_s, web=0.0, role=role)


def _window(
    setting: Setting, rng: np.random.Generator, members: Members, longest_share: float = 1.0
) -> tuple[Floats, Floats]:
    """When each account's job runs: from its sign-up or later, for some part of the log."""
    n, horizon = len(members), setting.horizon_s
    begin = np.maximum(members.created_s, rng.random(n) * horizon * 0.3)
    end = begin + (horizon - begin) * np.minimum(rng.beta(2.5, 1.2, n), longest_share)
    return begin, np.maximum(end, begin + 3600.0)


def _service_prompt(rng: np.random.Generator, n: int) -> list[str]:
    topics = rng.integers(0, len(ENGLISH.topics), n)
    x = [
        ENGLISH.topics[t][int(u * 12) % len(ENGLISH.topics[t])]
        for t, u in zip(topics.tolist(), rng.random(n).tolist(), strict=True)
    ]
    shapes = (
        "You are the assistant of {c}, a service for {x}. Greet the customer, answer only questions about {x} and related matters, never give legal or medical advice, and offer a human after {k} unanswered questions.",
        "{c} help desk. Audience: people who deal with {x}. Tone: warm, concrete, no jargon. If unsure ask one question. Maximum {k} sentences. Output Markdown.",
        "Role: tutor for {x} inside the {c} app. Follow the lesson plan that the user is on, give hints before answers, and praise effort. Level {k}.",
    )
    return [
        shape.format(c=f"{a}{b}".title(), x=noun, k=k)
        for shape, noun, a, b, k in zip(
            grammar.pick(rng, shapes, n),
            x,
            grammar.pick(rng, ("bright", "open", "little", "north", "blue", "kind", "swift", "plain"), n),
            grammar.pick(rng, ("desk", "path", "leaf", "works", "garden", "harbor", "loop", "mill"), n),
            rng.integers(2, 9, n).tolist(),
            strict=True,
        )
    ]


def saas_wrapper(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Products that put one system prompt before their users: on one busy account, or on a key for every user.

    The first account of each dozen is a whole product; the other eleven are users of a product that hands out keys.
    """
    members = _api(setting, rng, n, "saas_wrapper")
    alone = np.arange(n) % 12 == 0
    product = np.where(alone, np.arange(n), n + np.arange(n) // 120)
    prompts = np.array(_service_prompt(rng, int(product.max()) + 1), dtype=object)[product]
    kit = choose(rng, SCRIPTS, int(product.max()) + 1)[product]
    members = replace(
        members,
        system_prompt=prompts,
        user_agent=kit,
        addresses=addresses(rng, (int(product.max()) + 1, 4))[product],
    )
    counts = np.where(
        alone, _counts(setting, rng, n, 1100, 0.8, 6000), _counts(setting, rng, n, 28, 1.0, 500)
    )
    return Cohort(members=members, traffic=_many_users(setting, rng, counts, product))


def _many_users(
    setting: Setting, rng: np.random.Generator, counts: Ints, subject: Ints | None = None
) -> Traffic:
    """Requests of accounts that stand for many end users, each with a language; with `subject` (a product for each
    account) they keep to the product's topics, otherwise to their own."""
    personas = np.maximum(1, counts // 12)
    owner = owners(personas)
    share = rng.dirichlet(np.full(len(owner), 0.8)) if len(owner) else np.zeros(0)
    weight = share / np.bincount(owner, share, len(counts))[owner]
    each = np.maximum(1, np.rint(weight * counts[owner])).astype(np.int64)
    tastes = setting.library.tastes(rng, len(owner))
    if subject is not None:
        _, product = np.unique(subject, return_inverse=True)
        about = setting.library.tastes(rng, int(product.max()) + 1).topics[product][owner]
        tastes = replace(tastes, topics=np.where(rng.random(about.shape) < 0.8, about, tastes.topics))
    traffic = chats(setting, rng, each, mean_turns=2.4, tastes=tastes)
    return replace(traffic, who=owner[traffic.who])


_RUBRICS = (
    "You are an impartial judge. Rate the assistant's answer to the question for helpfulness, relevance, accuracy and depth on a scale of 1 to 10. Reply as [[rating]].\n\n[Question]\n{q}\n\n[Answer]\n{a}",
    "Compare the two responses and output A, B or tie with one sentence of reasons.\n\nPrompt: {q}\n\nResponse A: {a}\n\nResponse B: {b}",
    'Score 0-5 for faithfulness to the source. Return JSON {{"score": int, "why": str}}.\nSource: {q}\nSummary: {a}',
    "Does the reply follow our support policy? Answer yes or no per rule (tone, facts, next step).\nCustomer: {q}\nReply: {a}",
)


def judges(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """LLM-as-judge pipelines: a team grades its own product's answers with one rubric, in runs and after releases."""
    members = replace(_api(setting, rng, n, "llm_judge"), temperature=np.zeros(n))
    members = replace(members, declared_use=mostly(rng, members.declared_use, filled(n, EVALUATION), 0.35))
    counts = _counts(setting, rng, n, 480, 0.8, 3000)
    who = owners(counts)
    begin, end = _window(setting, rng, members)
    time_s = _runs(rng, counts, begin, end)
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


def _runs(rng: np.random.Generator, counts: Ints, begin: Floats, end: Floats) -> Floats:
    """Times of jobs that run in a few bursts: each account works off its queue in one to eight runs."""
    who = owners(counts)
    runs = rng.integers(1, 9, len(counts))
    start = begin[:, None] + rng.random((len(counts), 8)) * (end - begin)[:, None] * 0.9
    run = (rng.random(len(who)) * runs[who]).astype(np.int64)
    pace = rng.uniform(0.5, 12.0, len(counts))
    length = np.minimum(counts / runs * pace, (end - begin) * 0.1)
    return start[who, run] + rng.random(len(who)) * length[who]


_HARNESS = (
    "Question: {q}\nAnswer:",
    "{q}\n\nThink step by step, then give the final answer on its own line as '#### <number>'.",
    'Answer the question. First write your reasoning, then the answer, in JSON with the keys "reasoning" and "answer".\n\n{q}',
    "{q}\nPlease reason step by step, and put your final answer within \\boxed{{}}.",
    "The following is a question with its answer.\n\n{q}",
)


def harnesses(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Labs and universities that run public benchmarks: the same items in order, again for every model; some run the train split too."""
    members = replace(_api(setting, rng, n, "benchmark_harness"), temperature=np.zeros(n))
    members = replace(
        members,
        declared_use=mostly(rng, members.declared_use, filled(n, EVALUATION), 0.3),
        user_agent=choose(
            rng, ("Python/3.11 aiohttp/3.14.5", "OpenAI/Python 3.52.0", "python-httpx/0.29"), n
        ),
    )
    counts = _counts(setting, rng, n, 750, 0.6, 2600)
    who = owners(counts)
    begin, end = _window(setting, rng, members)
    time_s = _in_order(_runs(rng, counts, begin, end), who)
    suites = [("math_test", "math_train", "exam", "math_test", "exam")[i % 5] for i in range(n)]
    shape = [_HARNESS[k] for k in rng.integers(0, len(_HARNESS), n).tolist()]
    pools = setting.library.pools
    rows = zip(who.tolist(), positions(counts).tolist(), strict=True)
    prompt = [shape[w].format(q=pools[suites[w]][k % len(pools[suites[w]])]) for w, k in rows]
    return Cohort(members=members, traffic=one_shots(who, time_s, prompt, output_median=260.0))


def _in_order(time_s: Floats, who: Ints) -> Floats:
    """The same times, ascending within each account (`who` is ascending)."""
    return time_s[np.lexsort((time_s, who))]


_JOBS = (
    "Classify this customer message into one of our 77 intents and return only the label: {t}",
    "Extract product, date and amount as JSON from: {t}",
    "Translate to German, keep placeholders: {t}",
    "Summarise for a ticket title (max 8 words): {t}",
    "Is the following spam? yes/no: {t}",
    "Write alt text and a product blurb for: {t}",
    "Redact personal data in this text and return it unchanged otherwise: {t}",
    "Tag the topic and urgency (low, mid, high): {t}",
)


def batch_companies(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Companies that split a batch job over their own keys: siblings that cover one pool without repeats.

    Every other cohort chunk logs no organisation with its exchanges; the account table still has it.
    """
    size = 8
    group = np.arange(n) // size
    groups = int(group.max()) + 1
    members = _api(setting, rng, n, "batch_company")
    members = replace(
        members,
        **company(rng, members, group, logged=bool(rng.random() < 0.5)),
        user_agent=choose(rng, SCRIPTS, groups)[group],
    )
    return Cohort(
        members=members,
        traffic=_partition(
            setting,
            rng,
            members,
            group,
            _counts(setting, rng, groups, 440, 0.6, 1800)[group],
            ("bank", "exam", "people", "tasks"),
        ),
    )


def _partition(
    setting: Setting,
    rng: np.random.Generator,
    members: Members,
    group: Ints,
    counts: Ints,
    sources: tuple[str, ...],
) -> Traffic:
    """One job per group, its pool dealt out among the group's accounts."""
    who = owners(counts)
    begin, end = _window(setting, rng, members)
    first = np.unique(group, return_index=True)[1]
    begin, end = begin[first][group], end[first][group]
    time_s = _runs(rng, counts, begin, end)
    prompt: list[str | None] = [None] * len(who)
    for number in range(int(group.max()) + 1):
        rows = np.flatnonzero(group[who] == number)
        job = _JOBS[int(rng.integers(0, len(_JOBS)))]
        source = sources[number % len(sources)]
        if source == "people":
            texts = setting.library.openings(
                rng, np.zeros(len(rows), dtype=np.int64), rng.integers(0, 1 << 30, len(rows))
            )
        else:
            texts = setting.library.distinct(rng, source, len(rows))
        for row, text in zip(rows.tolist(), texts, strict=True):
            prompt[row] = job.replace("{t}", text)
    return one_shots(who, time_s, [text or "" for text in prompt], output_median=70.0)


def cron(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """CI and cron: a fixed job at full hours, day and night, the payload changes."""
    members = replace(_api(setting, rng, n, "ci_cron"), temperature=np.zeros(n))
    counts = _counts(setting, rng, n, 330, 0.8, 2500)
    who = owners(counts)
    time_s = rhythm.full_hours(rng, counts, rng.choice([1, 1, 2, 6, 24], n), setting.horizon_s, jitter_s=35.0)
    jobs = np.array(
        grammar.pick(
            rng,
            (
                "Write release notes for this diff summary: {t}",
                "Explain the failing check: {t}",
                "Daily digest, three bullets: {t}",
                "Label the alert by severity: {t}",
                "Review this change: {t}",
            ),
            n,
        ),
        dtype=object,
    )[who]
    payload = [
        a if u else b
        for a, b, u in zip(
            grammar.tool_results(rng, len(who)),
            grammar.code_requests(rng, len(who)),
            (rng.random(len(who)) < 0.4).tolist(),
            strict=True,
        )
    ]
    prompt = [job.replace("{t}", text) for job, text in zip(jobs.tolist(), payload, strict=True)]
    return Cohort(members=members, traffic=one_shots(who, time_s, prompt, output_median=150.0))


def routers(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """A customer's resilient router over six of its own accounts: even load, failover within seconds after an error."""
    group = np.arange(n) // 6
    groups = int(group.max()) + 1
    members = _api(setting, rng, n, "router")
    members = replace(
        members,
        **company(rng, members, group, logged=bool(rng.random() < 0.7)),
        user_agent=choose(rng, SCRIPTS, groups)[group],
        system_prompt=np.array(_service_prompt(rng, groups), dtype=object)[group],
    )
    load = _counts(setting, rng, groups, 330 * 6, 0.6, 9000)
    users = _many_users(setting, rng, load, np.arange(groups))
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
    members = _api(setting, rng, n, "aggregator")
    members = replace(
        members,
        addresses=addresses(rng, (n, 12)),
        plan=filled(n, "payg"),
        verification=choose(rng, ("business", "card", "kyc"), n),
    )
    traffic = _many_users(setting, rng, _counts(setting, rng, n, 1500, 0.7, 6000))
    harness = np.array(
        [None, None, "You are a helpful assistant.", *AGENT_PROMPTS, *_service_prompt(rng, 12)], dtype=object
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


def red_team(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Declared red-team contractors: bypass attempts, many refusals, one organisation with checked papers."""
    members = _api(setting, rng, n, "red_team")
    members = replace(members, **company(rng, members, np.arange(n) // 4))
    members = replace(members, declared_use=filled(n, "red_team"), verification=filled(n, "kyc"))
    counts = _counts(setting, rng, n, 220, 0.6, 900)
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


def migrations(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Products that move here from another vendor: full load from the first hour of a new account."""
    members = _api(setting, rng, n, "migration")
    begin = rng.uniform(0.15, 0.7, n) * setting.horizon_s
    counts = _counts(setting, rng, n, 650, 0.7, 4000)
    who = owners(counts)
    members = replace(
        members,
        created_s=begin - rng.uniform(600, 86400, n),
        system_prompt=np.array(_service_prompt(rng, n), dtype=object),
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
        members=members, traffic=_many_users(setting, rng, _counts(setting, rng, n, 360, 0.6, 2000))
    )


def licensed_distillers(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Customers with a distillation licence: the very traffic of a harvester, declared and verified."""
    group = np.arange(n) // 8
    members = _api(setting, rng, n, "licensed_distiller", role="sanctioned")
    members = replace(members, **company(rng, members, group), declared_use=filled(n, LICENSED_DISTILLATION))
    members = replace(members, verification=choose(rng, ("business", "kyc"), int(group.max()) + 1)[group])
    counts = _counts(setting, rng, n, 450, 0.5, 2000)
    who = owners(counts)
    begin, end = _window(setting, rng, members)
    texts = setting.library.distinct(rng, "tasks", len(who))
    prompt = [
        _HARNESS[1 + int(g) % 3].format(q=text) for g, text in zip(group[who].tolist(), texts, strict=True)
    ]
    time_s = rhythm.steady(rng, counts, begin, end, rhythm.burstiness(rng, n))
    return Cohort(members=members, traffic=one_shots(who, time_s, prompt, output_median=520.0))
