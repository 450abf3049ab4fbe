"""What people write, in ten languages: openings, follow-ups, texts that they paste."""

from collections.abc import Sequence

import numpy as np

from revenuer.simulate.lexicon import DAYS, ENGLISH, NAMES, PEOPLE, Language
from revenuer.simulate.ragged import Ints


def pick(rng: np.random.Generator, items: Sequence[str], n: int) -> list[str]:
    """`n` independent uniform draws."""
    return [items[i] for i in rng.integers(0, len(items), n).tolist()]


def nouns(rng: np.random.Generator, language: Language, topics: Ints) -> list[str]:
    """A noun of each given topic."""
    chosen = [language.topics[t % len(language.topics)] for t in topics.tolist()]
    return [
        words[int(u * len(words))] for words, u in zip(chosen, rng.random(len(chosen)).tolist(), strict=True)
    ]


def opening(rng: np.random.Generator, language: Language, topics: Ints) -> list[str]:
    """First messages of conversations about the given topics: a question, often with circumstances."""
    n = len(topics)
    circumstance = rng.random(n)
    before = rng.random(n) < 0.3
    parts = zip(
        pick(rng, language.intents, n),
        nouns(rng, language, topics),
        nouns(rng, language, topics),
        pick(rng, language.circumstances, n),
        pick(rng, language.circumstances, n),
        circumstance.tolist(),
        before.tolist(),
        rng.integers(2, 90, n).tolist(),
        rng.integers(2, 60, n).tolist(),
        pick(rng, PEOPLE, n),
        pick(rng, DAYS, n),
        strict=True,
    )
    texts = []
    for intent, x, y, c1, c2, how, first, n1, n2, person, day in parts:
        text = intent.replace("{x}", x).replace("{y}", y)
        if how > 0.45:
            extra = c1.replace("{n}", str(n1)).replace("{p}", person).replace("{d}", day)
            text = f"{extra} {text}" if first else f"{text} {extra}"
        if how > 0.82:
            text = f"{text} {c2.replace('{n}', str(n2)).replace('{p}', person).replace('{d}', day)}"
        texts.append(text)
    return texts


def follow_up(rng: np.random.Generator, language: Language, topics: Ints) -> list[str]:
    """Later messages of a conversation: short questions, or small talk such as 'thanks' and 'continue'."""
    n = len(topics)
    small = rng.random(n) < 0.22
    parts = zip(
        pick(rng, language.follow_ups, n),
        pick(rng, language.small_talk, n),
        small.tolist(),
        nouns(rng, language, topics),
        nouns(rng, language, topics),
        pick(rng, PEOPLE, n),
        rng.integers(2, 40, n).tolist(),
        strict=True,
    )
    return [
        talk
        if is_small
        else text.replace("{x}", x).replace("{y}", y).replace("{p}", person).replace("{n}", str(number))
        for text, talk, is_small, x, y, person, number in parts
    ]


_SENTENCES = (
    "{p} wrote on {d} that {x} had to wait because of {y}.",
    "We spent {n} hours on {x} and the outcome was mixed.",
    "Nobody had told {q} about {x}.",
    "As far as {p} remembers, {x} came before {y}.",
    "The invoice over {n} covers {x}, {y} and a visit on {d}.",
    "In the second part {q} argues that {x} is not a matter of taste.",
    "Please bring whatever you have on {x}.",
    "There were {n} people, most of them interested in {y}.",
    "{p} and {q} disagree about {x}, which is fine.",
    "Section {n} lists {x}, {y} and the usual exceptions.",
    "After {d} we can look at {x} again.",
    "What surprised {q} most was how {x} changed {y}.",
)


def documents(rng: np.random.Generator, n: int) -> list[str]:
    """Text that people paste: notes, mails and reports of 3 to 16 sentences."""
    counts = np.clip(rng.geometric(0.16, n) + 2, 3, 16).astype(np.int64)
    total = int(counts.sum())
    topics = rng.integers(0, len(ENGLISH.topics), n).repeat(counts)
    rows = zip(
        pick(rng, _SENTENCES, total),
        nouns(rng, ENGLISH, topics),
        nouns(rng, ENGLISH, topics),
        pick(rng, NAMES, total),
        pick(rng, NAMES, total),
        pick(rng, DAYS, total),
        rng.integers(2, 300, total).tolist(),
        strict=True,
    )
    sentences = [t.format(x=x, y=y, p=p, q=q, d=d, n=k) for t, x, y, p, q, d, k in rows]
    ends = np.cumsum(counts).tolist()
    return [" ".join(sentences[end - size : end]) for end, size in zip(ends, counts.tolist(), strict=True)]
