"""The models and texts of the experiment: one teacher, what it served plainly and under marks, and students of every mixture of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from prove_lab.corpus import Corpus, Tokens
from prove_lab.marked import MarkedSampling, Marking
from prove_lab.model import STUDENT_WIDTH, Decoder, Shape, new_decoder
from prove_lab.paraphrase import paraphrased
from prove_lab.sample import PlainSampling, sample
from prove_lab.suspect import LabSuspect, RememberingScorer
from prove_lab.train import Training, train
from revenuer.prove.marks import Green, Gumbel, decoy_keys
from revenuer.prove.marks.candidate import Candidate

TEACHER_WIDTH = 160
KEPT = 0.5
"""The share of tokens that the rewriting adversary keeps."""
ACCOUNTS = 64
LEAKING = {0: 0.125, 1: 0.125, 2: 0.05, 3: 0.05, 4: 0.02, 5: 0.02}
"""Account -> the share of one student's training records that it leaked."""
SCHEMES: Mapping[str, Green | Gumbel] = {
    "green 1": Green(width=1),
    "green 2": Green(width=2),
    "green 4": Green(width=4),
    "gumbel 2": Gumbel(width=2),
    "gumbel 4": Gumbel(width=4),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """`records`: in the log, and in every student's training set. Rows of real text for the teacher and the two bases. `asked`: prompts to each
    suspect."""

    records: int = 1500
    teacher: int = 6000
    base: int = 3600
    other_base: int = 3000
    asked: int = 900
    epochs: float = 2.0

    @property
    def sequences(self) -> int:
        """Real sequences that are needed: nothing is used for two purposes."""
        return self.teacher + self.base + self.other_base + 3 * self.records + self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """`texts`: what the teacher wrote, by name, (records, length) each; row i of all but `elsewhere` answers the log's prompt i. `keys`: a
    candidate for each marked text. `accounts`: 64 keys of one scheme, of which a few leak."""

    corpus: Corpus
    teacher: Decoder
    base: Decoder
    other_base: Decoder
    texts: Mapping[str, Tokens]
    keys: Mapping[str, Candidate]
    accounts: tuple[Candidate, ...]
    asked: Tokens
    real: Tokens
    sizes: Sizes
    seed: int
    scorers: Mapping[str, RememberingScorer]
    """The base and the teacher, as twins are scored by them."""

    @property
    def prompt_length(self) -> int:
        return self.corpus.prompt_length

    @property
    def length(self) -> int:
        return int(self.corpus.sequences.shape[1])


def make_study(corpus: Corpus, sizes: Sizes, seed: int, say: Callable[[str], None]) -> Study:
    """Train teacher and bases, and let the teacher write. `say` is told what was done."""
    parts = iter(
        np.split(
            corpus.sequences,
            np.cumsum(
                [sizes.teacher, sizes.base, sizes.other_base, sizes.records, sizes.records, sizes.records]
            ),
        )
    )
    teacher = _trained(corpus, next(parts), TEACHER_WIDTH, seed)
    say(f"teacher: {teacher.parameters_count} parameters")
    base, other = (_trained(corpus, next(parts), STUDENT_WIDTH, seed + 1 + i) for i in range(2))
    say(f"two bases: {base.parameters_count} parameters each")
    log, elsewhere, real = next(parts), next(parts), next(parts)
    keys = {
        name + again: Candidate(label=f"campaign:{name}{again}".replace(" ", ""), scheme=scheme, words=words)
        for again, words_of in (("", _words(seed, len(SCHEMES))), (" again", _words(seed + 1, len(SCHEMES))))
        for (name, scheme), words in zip(SCHEMES.items(), words_of, strict=True)
    }
    accounts = tuple(
        Candidate(label=f"account:{i}", scheme=SCHEMES["green 1"], words=words)
        for i, words in enumerate(_words(seed + 2, ACCOUNTS))
    )
    prompts = log[:, : corpus.prompt_length]
    length = corpus.sequences.shape[1]
    texts = {
        name: sample(teacher, prompts, length, PlainSampling(seed + 10 + i))
        for i, name in enumerate(("released", "twin", "other sample"))
    }
    texts["elsewhere"] = sample(
        teacher, elsewhere[:, : corpus.prompt_length], length, PlainSampling(seed + 13)
    )
    for i, name in enumerate(SCHEMES):
        texts[name] = _marked(teacher, prompts, length, [keys[name]] * len(prompts), seed + 20 + i)
    share = len(prompts) // 20
    for i, name in enumerate(("green 1", "green 2", "gumbel 2")):
        again = [keys[f"{name} again"]] * share
        texts[f"{name} again"] = _marked(teacher, prompts[:share], length, again, seed + 30 + i)
    whose = [accounts[i] for i, part in LEAKING.items() for _ in range(round(part * len(prompts)))]
    texts["accounts"] = _marked(teacher, prompts[: len(whose)], length, whose, seed + 40)
    say(f"teacher wrote {sum(len(text) for text in texts.values())} responses")
    return Study(
        corpus=corpus,
        teacher=teacher,
        base=base,
        other_base=other,
        texts=texts,
        keys=keys,
        accounts=accounts,
        asked=next(parts)[: sizes.asked, : corpus.prompt_length],
        real=real,
        sizes=sizes,
        seed=seed,
        scorers={
            name: RememberingScorer(LabSuspect(name, model))
            for name, model in (("base", base), ("teacher", teacher))
        },
    )


def _trained(corpus: Corpus, rows: Tokens, width: int, seed: int) -> Decoder:
    rate = 3e-3 if width == STUDENT_WIDTH else 2e-3
    model = new_decoder(Shape(vocabulary=corpus.vocabulary, context=rows.shape[1], width=width), seed)
    return train(model, rows, Training(seed=seed, rate=rate))


def _words(seed: int, count: int) -> list[tuple[int, ...]]:
    return [tuple(int(word) for word in row) for row in decoy_keys(seed, count, 2)]


def _marked(teacher: Decoder, prompts: Tokens, length: int, whose: list[Candidate], seed: int) -> Tokens:
    scheme = whose[0].scheme
    if not isinstance(scheme, Green | Gumbel):
        raise TypeError(f"the laboratory marks with green lists and Gumbel, got {scheme.name}")
    marking = Marking(scheme=scheme, keys=np.array([one.words for one in whose], np.uint32))
    return sample(teacher, prompts, length, MarkedSampling(marking, prompts.shape[1], seed))


Mixture = Mapping[str, float]
"""Name of a text -> its share of the training records."""

PLAIN = "other sample"
MIXTURES: Mapping[str, Mixture] = {
    "innocent": {PLAIN: 1.0},
    **{name: {name: 1.0} for name in SCHEMES},
    "quarters": {"green 1": 0.25, "green 2": 0.25, "gumbel 2": 0.25, "released": 0.25},
    "tenths": {
        "green 1": 0.1,
        "green 2": 0.1,
        "gumbel 2": 0.1,
        "gumbel 4": 0.1,
        "released": 0.15,
        "green 1 again": 0.05,
        "green 2 again": 0.05,
        "gumbel 2 again": 0.05,
        PLAIN: 0.3,
    },
    "two at 12.5 %": {"accounts 0-1": 0.25, "gumbel 4": 0.25, PLAIN: 0.5},
    "two at 5 %, two at 2 %": {"accounts 2-5": 0.14, PLAIN: 0.86},
}


def mixture(study: Study, shares: Mixture) -> tuple[Tokens, dict[str, slice]]:
    """Return the training records, no prompt twice but for accounts and second keys, and which log records of each text are in it."""
    parts, rows, at = [], {}, 0
    for name, share in shares.items():
        count = round(share * study.sizes.records)
        if name.endswith("again"):
            parts.append(study.texts[name][:count])
        elif name.startswith("accounts"):
            first = 0 if name.endswith("0-1") else round(0.25 * study.sizes.records)
            parts.append(study.texts["accounts"][first : first + count])
        else:
            rows[name] = slice(at, at + count)
            parts.append(study.texts[name][rows[name]])
            at += count
    return np.concatenate(parts), rows


def student(study: Study, records: Tokens, *, epochs: float | None = None, seed: int = 0) -> Decoder:
    """Return the base, trained on these records' responses."""
    options = Training(
        epochs=epochs or study.sizes.epochs,
        rate=2e-3,
        loss_from=study.prompt_length,
        seed=study.seed + 50 + seed,
    )
    return train(study.base, records, options)


def shadow(study: Study) -> Decoder:
    """Return our own unmarked student: another base, the teacher's plain answers to other prompts."""
    options = Training(
        epochs=study.sizes.epochs, rate=2e-3, loss_from=study.prompt_length, seed=study.seed + 90
    )
    return train(study.other_base, study.texts["elsewhere"], options)


def rewritten(study: Study, records: Tokens) -> Tokens:
    """Return the records as the rewriting adversary leaves them."""
    return paraphrased(records, study.other_base, study.prompt_length, keep=KEPT, seed=study.seed + 95)
