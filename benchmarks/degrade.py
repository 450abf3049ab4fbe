"""What a student gains from a teacher that gives less, and what an honest user loses: measurements for `revenuer prove degrade`.

Small worlds with a known truth: a made-up language in which students copy a transformer's law, and sums in four steps. Each seed has a
language, a teacher and attackers of its own, so that intervals over seeds speak of all of these.

    python benchmarks/degrade.py --out RUNS.jsonl [--seeds 3]     (`make bench-degrade`)
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from degrade_lab import accounts, last_layer, logprobs, poison, prose, student, sums
from degrade_lab.prose import PROMPT, RESPONSE, Floats, Tokens
from prove_lab.model import Decoder, Shape, new_decoder
from prove_lab.sample import PlainSampling, sample
from prove_lab.train import Training, train

EXCHANGES = (250, 500, 1000, 2000, 4000)
FEW = (250, 1000, 4000)
ACCOUNTS = (1, 2, 4, 8, 16)
PROMPTS_EACH = 250
PREAMBLE = 256
TOP, STEPS = 5, (0.5, 2.0)
BALLOTS = 8
BUDGET = 25 * RESPONSE
"""Words with log-probabilities an account: what 25 answers hold."""
ACCOUNTS_OF_ONE = (4, 16)
FLAT, POISON = 1.5, 0.5
SHARPNESS = (0.1, 0.2, 0.35, 0.5, 0.7, 1.0)
LAWS = 60
"""Laws that the reader of the last layer asks for: half as many again as the teacher is wide."""
LOOKS = (8, 512)
"""Shifts by which what is rounded is read finer."""

OTHER_KIND = Shape(vocabulary=prose.VOCABULARY, context=prose.LENGTH, width=32, layers=1, heads=2)
MORE_SEEDS = 2
"""Seeds of the sums beyond the others': whether a student gets them is a matter of luck as well."""

NAIVE, ADAPTIVE = "naive", "adaptive"
OPEN = "undefended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One line of the file that `revenuer prove degrade` reads."""

    task: str
    policy: str
    attacker: str
    exchanges: int
    seed: int
    score: float
    honest_loss: float
    honest_user: str
    strategy: str = ""
    accounts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A language, its teacher, answers to as many prompts as anybody asks, and answers by which students are judged."""

    seed: int
    language: prose.Language
    teacher: Decoder
    texts: Tokens
    law: Floats
    held: Tokens
    held_law: Floats

    def score(self, lessons: student.Lessons, sharper: float = 1.0) -> float:
        """Return what a student of these lessons has learned."""
        return student.learned(student.study(lessons, self.seed), self.held, self.held_law, sharper)

    def score_of_transformer(self, texts: Tokens) -> float:
        """Return what a small transformer has learned from the texts alone."""
        options = Training(epochs=14, batch=48, rate=5e-3, loss_from=PROMPT, seed=self.seed)
        made = train(new_decoder(OTHER_KIND, self.seed), texts, options)
        return student.share_learned(prose.logprobs_of(made, self.held), self.held_law)

    def best_score(self, lessons: student.Lessons, *, noise: bool = False) -> float:
        """Return what a student has learned who cannot tell from such lessons how sharp its law should be: the best of some is taken, which
        favours the attacker. `noise`: it fits the noise which all answers share, and then leaves it out."""
        made = student.study(lessons, self.seed, noise)
        return max(student.learned(made, self.held, self.held_law, power) for power in SHARPNESS)


def make_world(seed: int) -> World:
    """Return the world of this seed."""
    language = prose.make_language(seed)
    teacher = prose.make_teacher(language, seed, 1500)
    rng = np.random.default_rng((seed, 1))
    held = sample(
        teacher, prose.write(language, 400, rng)[:, :PROMPT], prose.LENGTH, PlainSampling(seed + 100)
    )
    asked = prose.write(language, max(EXCHANGES), rng)[:, :PROMPT]
    texts = sample(teacher, asked, prose.LENGTH, PlainSampling(seed + 200))
    return World(
        seed=seed, language=language, teacher=teacher, texts=texts, law=prose.logprobs_of(teacher, texts),
        held=held, held_law=prose.logprobs_of(teacher, held),
    )  # fmt: skip


def log_probabilities(world: World, user: sums.Honest) -> Iterator[Run]:
    """Yield students of fewer and coarser log-probabilities. The honest user tells right answers from wrong ones by their likelihood."""
    fine, coarse = STEPS
    budget, steered = f"full for {BUDGET:,} words an account", f"top {TOP}, logit_bias allowed"
    top, top_fine = f"top {TOP}", f"top {TOP}, rounded to {fine:g} nats"
    law, several, many = world.law, *ACCOUNTS_OF_ONE
    alone, said = "as if there were no others", "with the word said"

    def within(n: int, count: int) -> student.Lessons:
        kept = min(n, count * BUDGET // RESPONSE)
        return logprobs.everything(world.texts[:kept], law[:kept])

    attacks: dict[tuple[str, str, str, float | None, int], Callable[[Tokens, Floats], student.Lessons]] = {
        (OPEN, NAIVE, "", 0.0, 1): logprobs.everything,
        (top, NAIVE, alone, 0.0, 1): lambda texts, law: logprobs.renormalised(texts, law, TOP),
        (top, ADAPTIVE, said, 0.0, 1): lambda texts, law: logprobs.completed(texts, law, TOP),
        (steered, ADAPTIVE, said, 0.0, 1): lambda texts, law: logprobs.completed(texts, law, TOP),
        (steered, ADAPTIVE, "reads whole laws", 0.0, 1): lambda texts, law: logprobs.steered(texts, law, TOP),
        (f"rounded to {fine:g} nats", NAIVE, "", fine, 1): lambda texts, law: logprobs.everything(texts, law, fine),
        (f"rounded to {coarse:g} nats", NAIVE, "", coarse, 1): lambda texts, law: logprobs.everything(texts, law, coarse),
        (top_fine, ADAPTIVE, said, fine, 1): lambda texts, law: logprobs.completed(texts, law, TOP, fine),
        (budget, NAIVE, "all that was answered", None, 1): lambda texts, law: logprobs.budgeted(texts, law, BUDGET),
        (budget, ADAPTIVE, "nothing beyond the budget", None, 1): lambda texts, law: within(len(texts), 1),
        (budget, ADAPTIVE, f"{several} accounts, nothing beyond the budget", None, several): lambda texts, law: within(len(texts), several),
        (budget, ADAPTIVE, f"{many} accounts, nothing beyond the budget", None, many): lambda texts, law: within(len(texts), many),
        ("text only", NAIVE, "", None, 1): lambda texts, law: logprobs.text_only(texts),
    }  # fmt: skip
    main = {OPEN, top, f"rounded to {fine:g} nats", "text only"}
    for (policy, attacker, strategy, step, count), lessons in attacks.items():
        lost = 0.0 if step == 0.0 else sums.confidence_lost(user, step)
        for n in EXCHANGES if policy in main else FEW:
            beyond = max(0.0, 1 - BUDGET / (n * RESPONSE)) if policy == budget else 1.0
            yield Run(
                task="log-probabilities", policy=policy, attacker=attacker, strategy=strategy, exchanges=n, seed=world.seed,
                score=world.score(lessons(world.texts[:n], law[:n])), honest_loss=lost * beyond,
                honest_user="tells right answers by their likelihood", accounts=count,
            )  # fmt: skip


def several_answers(world: World, teacher: Decoder, asked: Tokens) -> Iterator[Run]:
    """Yield students of eight answers a request and of one. The honest user takes the most frequent of eight."""
    voted, single = sums.vote(teacher, asked, world.seed, BALLOTS), sums.right(teacher, asked, world.seed)
    for ballots, policy in ((BALLOTS, OPEN), (1, "n = 1")):
        for n in FEW:
            told = accounts.ask(
                world.teacher, np.repeat(world.texts[:n, :PROMPT], ballots, 0), "off", world.seed
            )
            yield Run(
                task=f"answers a request ({BALLOTS} asked for)", policy=policy, attacker=NAIVE, exchanges=n, seed=world.seed,
                score=world.score(logprobs.text_only(told)),
                honest_loss=0.0 if ballots > 1 else (voted - single) / voted,
                honest_user="takes the most frequent answer of eight",
            )  # fmt: skip


def many_accounts(world: World) -> Iterator[Run]:
    """Yield students of 1 to 16 accounts of one operator. The honest user asks again for another answer."""
    users = world.held[:200, :PROMPT]
    same, reworded, other = "same prompts", "same prompts, reworded", "other prompts"
    preamble, noise, greedy = (
        f"up to {PREAMBLE} words before the answer",
        "fits the shared noise",
        "at temperature 0",
    )
    ways = {
        ("off", OPEN): (same, other),
        ("prompt", "one seed a prompt"): (same, reworded, other),
        ("operator", "one seed an operator"): (same, preamble, noise, greedy),
    }
    asks = {same: "same", reworded: "nonce"}
    for (shared, policy), strategies in ways.items():
        lost = (
            0.0 if shared == "off" else accounts.distinct_share_lost(world.teacher, users, shared, world.seed)
        )
        for strategy in strategies:
            for count in ACCOUNTS:
                rng = np.random.default_rng((world.seed, 2, count))
                pool = world.texts[:, :PROMPT]
                asked = accounts.prompts_of(asks.get(strategy, "split"), pool, count, PROMPTS_EACH, rng)
                before = PREAMBLE if strategy == preamble else 0
                cold = 0.01 if strategy == greedy else 1.0
                told = accounts.ask(world.teacher, asked, shared, world.seed, before, cold)
                lessons = logprobs.text_only(told)
                yield Run(
                    task=f"accounts with {PROMPTS_EACH} prompts each", policy=policy, attacker=NAIVE if strategy == same else ADAPTIVE,
                    strategy=strategy, exchanges=len(asked), seed=world.seed, accounts=count, honest_loss=lost,
                    score=world.best_score(lessons, noise=strategy == noise) if strategy in (preamble, noise, greedy) else world.score(lessons),
                    honest_user="asks again for another answer",
                )  # fmt: skip


def spoiled_sampling(world: World) -> Iterator[Run]:
    """Yield students of flattened and of poisoned answers. The honest reader gets other words than the teacher would have said."""
    asked = world.texts[:, :PROMPT]
    clean = logprobs.everything(world.texts[:500], world.law[:500])
    harm = poison.Harm(student.study(clean, world.seed + 50), clean)
    before = logprobs.text_only(world.texts[-PROMPTS_EACH:])
    own = poison.Harm(student.study(before, world.seed + 60), before)
    flat, poisoned = poison.Flattened(FLAT, world.seed), poison.Poisoned(harm, POISON, world.seed)
    said = {
        OPEN: world.texts,
        f"temperature {FLAT:g}": sample(world.teacher, asked, prose.LENGTH, flat),
        "poisoned": sample(world.teacher, asked, prose.LENGTH, poisoned),
    }
    lost = {OPEN: 0.0, f"temperature {FLAT:g}": np.mean(flat.changed), "poisoned": np.mean(poisoned.changed)}
    attacks: list[tuple[str, str, str, Callable[[Tokens], float]]] = [
        *((policy, NAIVE, "", lambda told: world.score(logprobs.text_only(told))) for policy in said),
        (f"temperature {FLAT:g}", ADAPTIVE, "sharpens its own law", lambda told: world.score(logprobs.text_only(told), FLAT)),
        ("poisoned", ADAPTIVE, "weighs words by a proxy from 250 clean answers", lambda told: world.score(poison.undone(told, own, POISON))),
        *((policy, ADAPTIVE, "a student of another kind", world.score_of_transformer) for policy in (OPEN, "poisoned")),
    ]  # fmt: skip
    for policy, attacker, strategy, score in attacks:
        for n in (FEW[1],) if strategy == "a student of another kind" else FEW:
            yield Run(
                task="spoiled sampling (text only)", policy=policy, attacker=attacker, strategy=strategy, exchanges=n, seed=world.seed,
                score=score(said[policy][:n]), honest_loss=float(lost[policy]), honest_user="gets other words than would have been said",
            )  # fmt: skip


def reasoning(seed: int, teacher: Decoder, user: sums.Honest, held: Tokens) -> Iterator[Run]:
    """Yield students of all steps, of a summary and of answers alone. The honest user looks for mistakes in the steps."""
    everything, nothing = np.ones(sums.STEPS, bool), np.zeros(sums.STEPS, bool)
    rng = np.random.default_rng((seed, 3))
    told = sums.answers(teacher, sums.problems(max(FEW), rng), seed)
    best = sums.right(teacher, held, seed, 0.01)
    for policy, steps in ((OPEN, everything), ("summarised", sums.SUMMARY), ("withheld", nothing)):
        lost = sums.errors_missed(user, steps)
        attacks: dict[tuple[str, str], Callable[[int], Tokens]] = {
            (NAIVE, ""): lambda n, steps=steps: sums.shown(told[:n], steps),  # type: ignore[misc]
        }
        if policy == "withheld":
            attacks[ADAPTIVE, "asks in pieces"] = lambda n: sums.in_pieces(teacher, n, seed)
        for (attacker, strategy), lessons in attacks.items():
            for n in FEW:
                share = sums.right(sums.study(lessons(n), seed), held, seed, 0.01)
                yield Run(
                    task="reasoning in steps", policy=policy, attacker=attacker, strategy=strategy, exchanges=n, seed=seed,
                    score=(share - 0.1) / (best - 0.1), honest_loss=lost, honest_user="looks for the mistake in a wrong answer",
                )  # fmt: skip


def width_of_the_last_layer(world: World) -> Iterator[str]:
    """Yield, in words, what it takes to read the teacher's width off its log-probabilities."""
    laws, fine = world.law[:LAWS, 0], STEPS[0]
    tried = {
        "all words": (laws, LAWS),
        f"top {TOP} and logit_bias": (laws, last_layer.exchanges_for(LAWS, TOP)),
        f"all words, rounded to {fine:g} nats": (np.round(laws / fine) * fine, LAWS),
        **{
            f"all words, rounded to {fine:g} nats, and {looks} shifts by logit_bias": (last_layer.dithered(laws, fine, looks), LAWS * looks)
            for looks in LOOKS
        },
    }  # fmt: skip
    for policy, (told, exchanges) in tried.items():
        found = last_layer.width_found(told) or "not"
        yield f"seed {world.seed}: width {prose.TEACHER.width} of the last layer found as {found} in {exchanges:,} exchanges: {policy}"


def sums_under_one_seed(seed: int, teacher: Decoder, held: Tokens) -> Iterator[Run]:
    """Yield students of sums whose answers were all sampled with one seed: answers with one right wording. The honest user takes the
    most frequent of eight."""
    asked = sums.problems(max(FEW), np.random.default_rng((seed, 3)))
    best = sums.right(teacher, held, seed, 0.01)
    voted, single = sums.vote(teacher, held, seed, BALLOTS), sums.right(teacher, held, seed)
    for policy, shared in ((OPEN, False), ("one seed an operator", True)):
        told = sums.answers(teacher, asked, seed, shared)
        for n in FEW:
            share = sums.right(sums.study(told[:n], seed), held, seed, 0.01)
            yield Run(
                task="shared seeds, one right answer", policy=policy, attacker=NAIVE, exchanges=n, seed=seed,
                score=(share - 0.1) / (best - 0.1), honest_loss=(voted - single) / voted if shared else 0.0,
                honest_user="takes the most frequent answer of eight",
            )  # fmt: skip


def prose_runs(seed: int, solver: Decoder, user: sums.Honest, held: Tokens) -> Iterator[Run]:
    """Yield every run of one seed in the made-up language."""
    world = make_world(seed)
    for line in width_of_the_last_layer(world):
        print(line, flush=True)
    yield from log_probabilities(world, user)
    yield from several_answers(world, solver, held)
    yield from many_accounts(world)
    yield from spoiled_sampling(world)


def runs_of(seed: int, *, with_prose: bool) -> Iterator[Run]:
    """Yield every run of one seed."""
    solver = sums.make_teacher(seed, 400)
    rng = np.random.default_rng((seed, 4))
    user = sums.honest_sample(solver, sums.problems(6000, rng), seed)
    held = sums.problems(1000, rng)
    if with_prose:
        yield from prose_runs(seed, solver, user, held)
    yield from reasoning(seed, solver, user, held)
    yield from sums_under_one_seed(seed, solver, held)


def main() -> None:
    """Write the runs as they come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    torch.set_num_threads(1)
    with given.out.open("w", encoding="utf-8") as out:
        for seed in range(1, given.seeds + MORE_SEEDS + 1):
            for run in runs_of(seed, with_prose=seed <= given.seeds):
                out.write(json.dumps(asdict(run)) + "\n")
                out.flush()
            print(f"seed {seed}: {time.process_time():.0f} s of CPU so far", flush=True)


if __name__ == "__main__":
    main()
