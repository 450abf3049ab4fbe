"""What honest machines have in common: accounts with scripts, when jobs run, prompts of services and their many users."""

from dataclasses import replace

import numpy as np

from revenuer.simulate import grammar, rhythm
from revenuer.simulate.conversation import chats
from revenuer.simulate.lexicon import ENGLISH
from revenuer.simulate.members import (
    Members,
    people,
)
from revenuer.simulate.ragged import Floats, Ints, owners
from revenuer.simulate.setting import Setting
from revenuer.simulate.traffic import Traffic


def counts_of(
    setting: Setting, rng: np.random.Generator, n: int, median: float, sigma: float, high: float
) -> Ints:
    return rhythm.volumes(rng, n, max(median * setting.rate, 1.0), sigma, high * max(setting.rate, 0.2))


def scripted(
    setting: Setting, rng: np.random.Generator, n: int, archetype: str, role: str = "honest"
) -> Members:
    return people(rng, n, archetype, horizon_s=setting.horizon_s, web=0.0, role=role)


def window(
    setting: Setting, rng: np.random.Generator, members: Members, longest_share: float = 1.0
) -> tuple[Floats, Floats]:
    """When each account's job runs: from its sign-up or later, for some part of the log."""
    n, horizon = len(members), setting.horizon_s
    begin = np.maximum(members.created_s, rng.random(n) * horizon * 0.3)
    end = begin + (horizon - begin) * np.minimum(rng.beta(2.5, 1.2, n), longest_share)
    return begin, np.maximum(end, begin + 3600.0)


def service_prompts(rng: np.random.Generator, n: int) -> list[str]:
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


def many_users(
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


def runs(rng: np.random.Generator, counts: Ints, begin: Floats, end: Floats) -> Floats:
    """Times of jobs that run in a few bursts: each account works off its queue in one to eight runs."""
    who = owners(counts)
    number = rng.integers(1, 9, len(counts))
    start = begin[:, None] + rng.random((len(counts), 8)) * (end - begin)[:, None] * 0.9
    run = (rng.random(len(who)) * number[who]).astype(np.int64)
    pace = rng.uniform(0.5, 12.0, len(counts))
    length = np.minimum(counts / number * pace, (end - begin) * 0.1)
    return start[who, run] + rng.random(len(who)) * length[who]
