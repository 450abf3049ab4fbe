"""Measures what `revenuer prove` finds in students of a marked teacher, and what it says of innocent ones: `make bench-prove`.

    python benchmarks/bench_prove.py [--seed N] [--records N] [--out FILE] [--threads N]

Trains a teacher, two bases and about fifteen students of 0.7 million parameters on one core, from real text that is read in place. Innocent
students come first. CPU time is of this process and its children. With other sizes than the default's the figures are other figures: say
with which they were made.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch

from prove_lab.corpus import OUTPUTS, Tokens, make_corpus, read_texts
from prove_lab.measure import Line, closed, counted, named_accounts, null_spread, opened, twins
from prove_lab.model import Decoder
from prove_lab.study import (
    LEAKING,
    MIXTURES,
    SCHEMES,
    Sizes,
    Study,
    make_study,
    mixture,
    rewritten,
    shadow,
    student,
)
from prove_lab.suspect import LabSuspect, RememberingScorer
from prove_lab.train import mean_loss

OUT = Path("build/bench-prove.json")


class Bench:
    """The lines measured so far, and how much CPU time they took."""

    def __init__(self, study: Study, say: Callable[[str], None]) -> None:
        self.study, self.say = study, say
        self.lines: list[Line] = []
        self.nulls: list[dict[str, object]] = []
        self.losses: dict[str, float] = {}
        self.shadow = shadow(study)

    def own(self, name: str, model: Decoder) -> Tokens:
        """Return what a suspect writes when it is asked; and note how well it speaks the teacher's language."""
        self.losses[name] = mean_loss(model, self.study.texts["twin"][:400], self.study.prompt_length)
        return LabSuspect(name, model).writes(self.study.asked, self.study.length, self.study.seed + 70)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        z = "" if line.z is None else f"z {line.z:6.1f}"
        more = {
            key: value
            for key, value in line.more.items()
            if key in ("named", "leaking_z", "largest_innocent_z", "strongest_z")
        }
        self.say(
            f"  {line.student:24} {line.test:22} {line.scheme:9} {line.share:6.1%} log10 p {line.log10_p:8.1f} {z} n {line.n} {more or ''}"
        )

    def marks(self, name: str, model: Decoder, shares: dict[str, float]) -> Tokens:
        """Look for marks by name in a suspect's own text, which is returned, and in its weights."""
        own = self.own(name, model)
        for mark, share in shares.items():
            key = self.study.keys[mark]
            self.add(closed(name, own, key, share, self.study.prompt_length))
            self.add(counted(self.study, name, own, self.shadow, [key], share))
            self.add(opened(self.study, name, model, self.shadow, key, share, served=False))
            if mark in SCHEMES:
                self.add(opened(self.study, name, model, self.shadow, key, share, served=True))
        return own


def innocents(bench: Bench) -> Decoder:
    """Students that never saw a mark nor a released answer, before anything else."""
    study = bench.study
    model = student(study, mixture(study, MIXTURES["innocent"])[0])
    own = bench.marks("innocent", model, dict.fromkeys(SCHEMES, 0.0))
    for scheme in SCHEMES.values():
        bench.nulls.append(null_spread("innocent", own, scheme, study.prompt_length))
        bench.say(f"  wrong keys: {bench.nulls[-1]}")
    bench.add(named_accounts(study, "innocent", model, bench.shadow, ()))
    bench.add(counted(study, "innocent", own, bench.shadow, study.accounts, 0.0))
    scored = RememberingScorer(LabSuspect("innocent", model))
    for reference in (True, False):
        bench.add(twins(study, scored, range(study.sizes.records), 0.0, reference=reference))
    return model


def on_the_log(bench: Bench) -> None:
    """Students of the whole log of released answers, for one epoch and for three."""
    study = bench.study
    for epochs in (1.0, 3.0):
        name = f"log, {epochs:.0f} epoch{'s' if epochs > 1 else ''}"
        model = student(study, study.texts["released"], epochs=epochs)
        scored = RememberingScorer(LabSuspect(name, model))
        for reference in (True, False):
            bench.add(twins(study, scored, range(study.sizes.records), 1.0, reference=reference))
    bench.marks(name, model, {"green 1": 0.0, "gumbel 2": 0.0})


def wholly_marked(bench: Bench) -> None:
    """Students of marked answers alone; they are innocent of the released log, whose prompts they share."""
    study = bench.study
    for name in SCHEMES:
        model = student(study, study.texts[name])
        bench.marks(name, model, {name: 1.0})
        if name == "green 1":
            # A third party that trained on marked text which somebody re-emitted: the mark fires, the log's twins must not.
            scored = RememberingScorer(LabSuspect("re-emitted mark", model))
            bench.add(twins(study, scored, range(study.sizes.records), 0.0))


def mixed(bench: Bench) -> None:
    """A quarter, a tenth and a twentieth; the quarter's data rewritten by a second model, and its student trained on."""
    study = bench.study
    records, rows = mixture(study, MIXTURES["quarters"])
    quarters = dict.fromkeys(("green 1", "green 2", "gumbel 2"), 0.25)
    model = student(study, records)
    bench.marks("quarters", model, quarters)
    _diluted(bench, "quarters", model, rows["released"], (0.25,))
    rewrote = student(study, rewritten(study, records))
    bench.marks("quarters, rewritten", rewrote, quarters)
    _diluted(bench, "quarters, rewritten", rewrote, rows["released"], (1.0, 0.25))
    washed = student(replace(study, base=model), study.real)
    bench.marks("quarters, trained on", washed, quarters)
    _diluted(bench, "quarters, trained on", washed, rows["released"], (1.0, 0.25))
    records, rows = mixture(study, MIXTURES["tenths"])
    model = student(study, records)
    tenths = {"green 1": 0.1, "green 2": 0.1, "gumbel 2": 0.1, "gumbel 4": 0.1}
    twentieths = {f"{name} again": 0.05 for name in ("green 1", "green 2", "gumbel 2")}
    bench.marks("tenths", model, tenths | twentieths)
    _diluted(bench, "tenths", model, rows["released"], (1.0, 0.1, 0.05))


def _diluted(bench: Bench, name: str, model: Decoder, trained: slice, shares: Sequence[float]) -> None:
    """Audit so many records that only this share of them was trained on."""
    total = bench.study.sizes.records
    others = [i for i in range(total) if not trained.start <= i < trained.stop]
    scored = RememberingScorer(LabSuspect(name, model))
    for share in shares:
        known = list(range(trained.start, trained.stop))
        if share < 1.0:
            known = known[: round(share / (1.0 - share) * len(others))]
        unknown = [] if share == 1.0 else others[: round(len(known) * (1.0 - share) / share)]
        bench.add(twins(bench.study, scored, sorted(known + unknown), share))


def leaking_accounts(bench: Bench) -> None:
    """Two accounts of 64 leak an eighth each; two a twentieth and two a fiftieth."""
    study = bench.study
    for name in ("two at 12.5 %", "two at 5 %, two at 2 %"):
        model = student(study, mixture(study, MIXTURES[name])[0])
        leaking = [i for i, share in LEAKING.items() if (share == 0.125) == (name == "two at 12.5 %")]
        bench.add(named_accounts(study, name, model, bench.shadow, leaking))
        own = bench.marks(name, model, {"gumbel 4": 0.25} if "12.5" in name else {})
        bench.add(counted(study, name, own, bench.shadow, study.accounts, 0.0))


def main(arguments: Sequence[str]) -> int:
    """Run everything, print one line a test, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, default=Sizes().records)
    parser.add_argument("--texts", type=Path, default=OUTPUTS, help="Parquet with real text, column `output`")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)

    def say(text: str) -> None:
        print(f"{_cpu_s():6.0f} s  {text}", flush=True)

    try:
        texts = read_texts(options.texts)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    sizes = Sizes(records=options.records)
    corpus = make_corpus(texts, seed=options.seed, sequences=sizes.sequences)
    say(f"{len(corpus.sequences)} sequences of real text, {corpus.vocabulary} tokens")
    study = make_study(corpus, sizes, options.seed, say)
    bench = Bench(study, say)
    for part in (innocents, on_the_log, wholly_marked, mixed, leaking_accounts):
        say(part.__name__.replace("_", " "))
        part(bench)
    result = {
        "seed": options.seed,
        "sizes": asdict(sizes),
        "cpu_s": _cpu_s(),
        "loss_of_teacher_nats": mean_loss(study.teacher, corpus.sequences[-400:], corpus.prompt_length),
        "losses_on_teacher_nats": bench.losses,
        "nulls": bench.nulls,
        "lines": [asdict(line) for line in bench.lines],
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1) + "\n")
    say(f"wrote {options.out}")
    return 0


def _cpu_s() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
