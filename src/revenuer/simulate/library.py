"""Where prompts come from: the range's own grammar, or a Parquet file of real prompts read in place."""

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.records import InputError
from revenuer.simulate import exercises, grammar
from revenuer.simulate.lexicon import ENGLISH, LANGUAGE_WEIGHTS, LANGUAGES
from revenuer.simulate.ragged import Ints

KINDS = frozenset({"synthetic_pipeline", "people", "benchmark"})
TOPICS_A_PERSON = 6
"""An assumption near PRISM, whose people held six conversations in the median, nearly all in different clusters."""

_WORD = re.compile(r"[^\W\d_]{4,}")
_LONGEST_PROMPT = 6000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tastes:
    """What the people of a cohort talk about: a language and six weighted topics each.

    `language` indexes LANGUAGES (n,); `topics` (n, 6) and `weights` (n, 6) name topics of that language's material.
    """

    language: Ints
    topics: Ints
    weights: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Pools of prompts by purpose, and what people talk about.

    Pools: `tasks` (instruction pipelines), `math_train`, `math_test`, `exam`, `bank`, `tools`, `roles`.
    `clusters` are topics among the real `people` prompts (empty with the grammar).
    """

    pools: Mapping[str, Sequence[str]]
    people: Sequence[str]
    clusters: Sequence[Ints]
    real: bool

    def tastes(self, rng: np.random.Generator, n: int) -> Tastes:
        """Draw languages and topic preferences for `n` people."""
        language = rng.choice(len(LANGUAGES), n, p=LANGUAGE_WEIGHTS)
        sizes = np.array([len(item.topics) for item in LANGUAGES])[language]
        if self.real:
            sizes = np.where(language == 0, len(self.clusters), sizes)
        topics = (rng.random((n, TOPICS_A_PERSON)) * sizes[:, None]).astype(np.int64)
        return Tastes(
            language=language, topics=topics, weights=rng.dirichlet(np.full(TOPICS_A_PERSON, 1.2), n)
        )

    def topics_of(self, rng: np.random.Generator, tastes: Tastes, who: Ints) -> Ints:
        """One topic for each of the given people."""
        ladder = np.cumsum(tastes.weights, axis=1)[who]
        column = np.minimum((ladder < rng.random(len(who))[:, None]).sum(axis=1), TOPICS_A_PERSON - 1)
        chosen: Ints = tastes.topics[who, column]
        return chosen

    def openings(self, rng: np.random.Generator, language: Ints, topics: Ints) -> list[str]:
        """First messages of conversations; `language` and `topics` are parallel."""
        return self._by_language(rng, language, topics, follow=False)

    def follow_ups(self, rng: np.random.Generator, language: Ints, topics: Ints) -> list[str]:
        """Later messages of conversations."""
        return self._by_language(rng, language, topics, follow=True)

    def draw(self, rng: np.random.Generator, pool: str, n: int) -> list[str]:
        """`n` independent draws from a pool."""
        return grammar.pick(rng, self.pools[pool], n)

    def distinct(self, rng: np.random.Generator, pool: str, n: int) -> list[str]:
        """`n` items of a pool in random order, none twice until the pool is used up."""
        items = self.pools[pool]
        order: list[int] = []
        while len(order) < n:
            order.extend(rng.permutation(len(items)).tolist())
        return [items[i] for i in order[:n]]

    def _by_language(
        self, rng: np.random.Generator, language: Ints, topics: Ints, *, follow: bool
    ) -> list[str]:
        texts = np.empty(len(language), dtype=object)
        for code in np.unique(language).tolist():
            here = np.flatnonzero(language == code)
            if follow:
                texts[here] = grammar.follow_up(rng, LANGUAGES[code], topics[here])
            elif code == 0 and self.real:
                texts[here] = self._real_openings(rng, topics[here])
            else:
                texts[here] = grammar.opening(rng, LANGUAGES[code], topics[here])
        result: list[str] = texts.tolist()
        return result

    def _real_openings(self, rng: np.random.Generator, topics: Ints) -> list[str]:
        aside = grammar.opening(rng, ENGLISH, topics)
        draws = rng.random((len(topics), 2)).tolist()
        texts = []
        for topic, (where, how), extra in zip(topics.tolist(), draws, aside, strict=True):
            cluster = self.clusters[topic % len(self.clusters)]
            text = self.people[cluster[int(where * len(cluster))]]
            texts.append(
                text
                if how < 0.7
                else f"{text} {extra}"
                if how < 0.8
                else f"{extra} {text}"
                if how < 0.85
                else text.rstrip("?.! ")
            )
        return texts


def own_library(seed: int) -> Library:
    """The library of the grammar; the same seed gives the same pools."""
    rng = np.random.default_rng([seed, 7])
    return Library(pools=_grammar_pools(rng), people=(), clusters=(), real=False)


def read_library(path: Path, seed: int) -> Library:
    """The library of a Parquet file with columns source, kind and text.

    Raises InputError when the file is absent, is not Parquet, lacks a column or has no usable `people` prompts.
    """
    table = _read(path)
    by_source: dict[str, list[str]] = defaultdict(list)
    kinds: dict[str, str] = {}
    for source, kind, text in zip(
        *(table[name].to_pylist() for name in ("source", "kind", "text")), strict=True
    ):
        if text and kind in KINDS:
            by_source[source].append(text[:_LONGEST_PROMPT])
            kinds[source] = kind
    people = [
        (source, text)
        for source in sorted(by_source)
        if kinds[source] == "people"
        for text in by_source[source]
    ]
    if not people:
        raise InputError(
            f"{path} has no row of kind 'people'; expected kinds are {sorted(KINDS)}. Add people's prompts or leave --prompts out."
        )
    pools = dict(_grammar_pools(np.random.default_rng([seed, 7])))
    pools.update(_real_pools(by_source, kinds))
    return Library(pools=pools, people=[text for _, text in people], clusters=_clusters(people), real=True)


def _read(path: Path) -> pa.Table:
    try:
        return pq.read_table(path, columns=["source", "kind", "text"])
    except FileNotFoundError as error:
        raise InputError(
            f"No prompt file at {path}; give a Parquet file with columns source, kind and text."
        ) from error
    except (OSError, pa.ArrowException, KeyError) as error:
        raise InputError(
            f"{path} is not a Parquet file with columns source, kind and text: {error}"
        ) from error


def _grammar_pools(rng: np.random.Generator) -> Mapping[str, Sequence[str]]:
    return {
        "tasks": exercises.tasks(rng, 50_000),
        "math_train": exercises.word_problems(rng, 7_500),
        "math_test": exercises.word_problems(rng, 1_300),
        "exam": exercises.exams(rng, 10_000),
        "bank": exercises.bank_questions(rng, 12_000),
        "tools": exercises.code_requests(rng, 8_000),
        "roles": [f"Imagine you are {text[0].lower()}{text[1:]}" for text in exercises.tasks(rng, 2_000)],
    }


def _real_pools(by_source: Mapping[str, Sequence[str]], kinds: Mapping[str, str]) -> dict[str, Sequence[str]]:
    wanted: dict[str, list[str]] = defaultdict(list)
    for source in sorted(by_source):
        texts, name = by_source[source], source.lower()
        if "gsm8k" in name:
            wanted["math_test" if "test" in name else "math_train"].extend(texts)
        elif kinds[source] == "benchmark":
            wanted["exam"].extend(texts)
        elif "bank" in name:
            wanted["bank"].extend(texts)
        elif kinds[source] == "synthetic_pipeline":
            wanted[
                "roles"
                if "role" in name
                else "tools"
                if any(k in name for k in ("tool", "api", "code"))
                else "tasks"
            ].extend(texts)
    return {name: texts for name, texts in wanted.items() if len(texts) >= 20}


def _clusters(people: Sequence[tuple[str, str]]) -> list[Ints]:
    """Topics among prompts, cheaply: a prompt belongs to its source and to its most frequent telling word."""
    words = [set(_WORD.findall(text[:400].lower())) for _, text in people]
    frequency = Counter(word for found in words for word in found)
    too_common = len(people) * 0.01
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, ((source, _), found) in enumerate(zip(people, words, strict=True)):
        telling = [word for word in found if frequency[word] <= too_common]
        groups[source, max(telling, key=lambda word: (frequency[word], word), default="")].append(place)
    merged: dict[tuple[str, int], list[int]] = defaultdict(list)
    large = []
    for (source, word), places in sorted(groups.items()):
        if len(places) >= 25:
            large.append(np.array(places, dtype=np.int64))
        else:
            merged[source, zlib.crc32(word.encode()) % 40].extend(places)
    return large + [np.array(places, dtype=np.int64) for _, places in sorted(merged.items())]
