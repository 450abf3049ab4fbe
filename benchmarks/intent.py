"""Measures the intent scores: false positives on real prompts, recall on what training never saw, cost per prompt.

    python benchmarks/intent.py [--prompts FILE] [--clients DIR] [--held-out] [--all-rows]

Real prompts are read in place, never copied and never trained on; some rows are licensed for evaluation only (NC). While the
grammar was written, the rows whose hash is even were looked at; figures are of the other half unless `--all-rows` is given.
"""

import argparse
import gzip
import hashlib
import json
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

import train_intent as training
from revenuer.detect.intent import INTENTS, THRESHOLDS, load_model, positive, score_texts
from revenuer.stats.intervals import clopper_pearson

HELD_LANGUAGES = ("nl", "pt", "ko", "tr", "hi")
HELD_WRAPPERS = ("json field", "code comment", "chat markup", "translate", "upper case")


def main(arguments: Sequence[str]) -> int:
    """Print every table asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prompts", type=Path, help="Parquet with columns source, kind, text")
    parser.add_argument(
        "--clients", type=Path, help="folder of recorded requests, *.jsonl.gz with the field `last`"
    )
    parser.add_argument(
        "--held-out", action="store_true", help="train cut-down models and measure recall (minutes)"
    )
    parser.add_argument(
        "--all-rows", action="store_true", help="also count the rows looked at during development"
    )
    options = parser.parse_args(arguments)
    if options.prompts:
        real_prompts(options.prompts, options.all_rows)
    if options.clients:
        recorded_clients(options.clients)
    if options.held_out:
        held_out()
    return 0


def real_prompts(path: Path, all_rows: bool) -> None:
    """Print, per source and per script, how often each intent is positive, and the cost of scoring."""
    table = pq.read_table(path, columns=["source", "kind", "text"])
    if not all_rows:
        table = table.filter(pa.array([_unseen(text) for text in table["text"].to_pylist()]))
    texts = table["text"].combine_chunks()
    model = load_model()
    score_texts(texts[:10], model)
    began = time.perf_counter()
    scores = score_texts(texts, model)
    spent = time.perf_counter() - began
    print(
        f"{len(texts)} prompts scored, tokenised included, in {spent:.2f} s: {spent / len(texts) * 1e6:.2f} us each"
    )
    kinds, sources = (np.array(table[name].to_pylist()) for name in ("kind", "source"))
    print("thresholds", dict(THRESHOLDS))
    for kind in ("people", "benchmark", "synthetic_pipeline"):
        _rate_line(kind.upper(), scores[kinds == kind])
        for source in sorted(set(sources[kinds == kind])):
            _rate_line(f"  {source}", scores[(kinds == kind) & (sources == source)])
    english = np.array([text.isascii() for text in texts.to_pylist()])
    _rate_line("people, not ASCII", scores[(kinds == "people") & ~english])
    people = scores[kinds == "people"]
    print(
        "people, 99.9 % quantile",
        dict(zip(INTENTS, np.quantile(people, 0.999, axis=0).round(2), strict=True)),
    )


def recorded_clients(folder: Path) -> None:
    """Print the positive rates of recorded requests; the recordings hold the first 200 characters of each."""
    model = load_model()
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            requests = [json.loads(line) for line in lines]
        for column in ("last", "sys"):
            texts = [request[column] for request in requests if request.get(column)]
            if texts:
                _rate_line(f"{path.name} {column}", score_texts(pa.array(texts, pa.string()), model))


def held_out() -> None:
    """Print recall and false positives on phrases, languages and wrappers that a model was not trained on."""
    scope = training.everything()
    folds = training.fold_models(scope)
    lines = training.calibration(folds)
    unseen = [(training.apply(model, lines), samples) for model, samples in folds]
    scores = np.concatenate([_score(model, samples) for model, samples in unseen])
    samples = [s for _, part in unseen for s in part]
    print("score that 0.5 % of innocent phrases never seen reach:", innocent_quantile(scores, samples, 0.995))
    print("phrases never seen (5 folds)")
    _recall_table(scores, samples)
    for language in training.GRAMMAR:
        part = np.array([s.language == language for s in samples])
        _recall_table(
            scores[part], [s for s, keep in zip(samples, part, strict=True) if keep], f"  {language}"
        )
    _without(lines, "languages", HELD_LANGUAGES)
    _without(lines, "wrappers", HELD_WRAPPERS)


def innocent_quantile(
    scores: npt.NDArray[np.float32], samples: Sequence[training.Sample], share: float
) -> dict[str, float]:
    """Return, per intent, the quantile of the scores of unseen innocent samples, shreds left out, every language equal."""
    idle = np.array([not any(s.labels) and s.wrapper != "chaff" for s in samples])
    languages = np.array([s.language for s in samples])
    counts = {language: (idle & (languages == language)).sum() for language in training.GRAMMAR}
    weight = np.array([1 / counts[language] for language in languages[idle]])
    quantiles = {}
    for k, intent in enumerate(INTENTS):
        order = np.argsort(scores[idle, k])
        at = np.searchsorted(np.cumsum(weight[order]) / weight.sum(), share)
        quantiles[intent] = round(float(scores[idle, k][order[at]]), 2)
    return quantiles


def _without(lines: npt.NDArray[np.float64], name: str, held: Collection[str]) -> None:
    """Train without some languages or wrappers and print recall on each of them."""
    scope = training.everything()
    kept = tuple(x for x in getattr(scope, name) if x not in held)
    parts = {"languages": scope.languages, "wrappers": scope.wrappers}
    rng = np.random.default_rng([training.SEED, 2])
    model = training.apply(
        training.fit(training.Scope(**{**parts, name: kept}).samples(rng, lambda _: True)), lines
    )
    print(f"{name} never seen, all held out at once")
    for one in held:
        samples = training.Scope(**{**parts, name: (one,)}, count=4000).samples(rng, lambda _: True)
        _recall_table(_score(model, samples), samples, f"  {one}")


def _score(model: training.IntentModel, samples: Sequence[training.Sample]) -> npt.NDArray[np.float32]:
    return score_texts(pa.array([s.text for s in samples], pa.string()), model)


def _recall_table(
    scores: npt.NDArray[np.float32], samples: Sequence[training.Sample], name: str = "  all"
) -> None:
    """Print recall per intent, and how many innocent samples are positive for it."""
    labels = np.array([s.labels for s in samples])
    found = positive(scores)
    cells = [
        f"{intent} {100 * found[labels[:, k], k].mean():5.1f} / {100 * found[~labels.any(axis=1), k].mean():4.2f}"
        for k, intent in enumerate(INTENTS)
    ]
    print(f"{name:16}" + "  ".join(cells) + f"  (recall / false positives, %; n = {len(samples)})")


def _rate_line(name: str, scores: npt.NDArray[np.float32]) -> None:
    """Print n and, per intent, the positive rate with its 95 % upper bound."""
    n = len(scores)
    if n == 0:
        print(f"{name:40}      0")
        return
    cells = []
    for k, hits in enumerate(positive(scores).sum(axis=0)):
        high = clopper_pearson(int(hits), n).high
        cells.append(f"{INTENTS[k]} {100 * hits / n:6.3f} (<{100 * high:.2f})")
    print(f"{name:40}{n:7d}  " + "  ".join(cells))


def _unseen(text: str) -> bool:
    """Return whether a row belongs to the half that nobody looked at while the grammar was written."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
