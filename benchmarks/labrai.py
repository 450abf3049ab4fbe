"""The published window protocol (LabRAI, arXiv 2606.05725): how small a share of harvest in a window is still seen?

    python benchmarks/labrai.py [--prompts PATH] [--quick] [--json FILE]

Windows of 1500, 200 and 100 prompts hold 5-100 % of one attacker's prompts among benign ones. Compared are our window test and the
published MMD (Gaussian kernel, median heuristic, unbiased), on our embedding and on TF-IDF with SVD (fitted on the first part of the
benign history only; the published bge-small needs a download). Our test decides by its own p-value <= 0.01; its verified FPR is
printed. The MMD gets the better deal: its threshold is the 99 % quantile of the very benign windows that it is verified on.
Ours is also shown at such a matched threshold.

Prompts are other people's and read in place. No part of the test is fitted on an attacker's prompts, but the sizes and ridges of its
features were chosen on these same sources: the figures are development figures.
"""

import argparse
import json
import os
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.stats import kstest

from revenuer.detect.embedding import embed_texts
from revenuer.detect.window_test import WindowReference, fit
from revenuer.records.errors import InputError
from revenuer.stats.conformal import benign_p_values
from revenuer.stats.gaussian_kernel import gaussian_kernel, median_bandwidth
from revenuer.stats.intervals import wilson

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

WINDOWS = (1500, 200, 100)
SHARES = (0.05, 0.10, 0.25, 0.50, 1.0)
ATTACKERS = (
    "alpaca_en",
    "codealpaca",
    "gpteacher_toolformer",
    "gpteacher_roleplay",
    "gorilla_apibench",
    "gsm8k_train",
)
NARROW_TASKS = ("banking77", "clinc150")
HISTORY_SHARE = 0.65
MAX_PER_SOURCE = 5400
"""Prompts of one source in the diverse mixture (oasst1, the multilingual one, is taken whole)."""

MAX_ATTACKER, MAX_HELD_OUT, MAX_MMD_REFERENCE, MAX_VERIFY = 1600, 3000, 3000, 4500
NULL_WINDOWS = 300
VERIFY_WINDOWS = 30
METHODS = ("ours", "ours, matched", "MMD", "MMD, tf-idf")


def default_prompts() -> Path:
    shared = Path(os.environ.get("REVENUER_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    return shared / "data" / "prompts" / "prompts.parquet"


def benign_sets(source: npt.NDArray[np.str_], kind: npt.NDArray[np.str_]) -> dict[str, list[str]]:
    """Return the benign mixtures by name: everything people sent, all but the narrow tasks, and single sources."""
    people = sorted(set(source[kind == "people"].tolist()))
    return {
        "diverse: all people": people,
        "assistant: no narrow task": [s for s in people if s not in NARROW_TASKS],
        "oasst1 alone": [s for s in people if s.startswith("oasst")],
        "hh_harmless alone": ["hh_harmless"],
        "clinc150 alone": ["clinc150"],
        "banking77 alone": ["banking77"],
    }


def draw_benign(source: npt.NDArray[np.str_], names: list[str], rng: np.random.Generator) -> Indices:
    parts = []
    for name in names:
        rows = rng.permutation(np.flatnonzero(source == name))
        whole = len(names) == 1 or name.startswith("oasst")
        parts.append(rows if whole else rows[:MAX_PER_SOURCE])
    return np.asarray(rng.permutation(np.concatenate(parts)), dtype=np.int64)


def tfidf_svd(texts: list[str], fit_rows: Indices, all_rows: Indices, seed: int) -> Rows:
    """Return 100 columns for `all_rows`, fitted on `fit_rows` only (fitted on the reference itself it gave FPR 1)."""
    from sklearn.decomposition import TruncatedSVD  # type: ignore[import-untyped]
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]

    vectors = TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=30_000)
    words = vectors.fit_transform([texts[i] for i in fit_rows])
    svd = TruncatedSVD(100, n_iter=3, random_state=seed).fit(words)
    out = svd.transform(vectors.transform([texts[i] for i in all_rows]))
    return np.asarray(out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def draw_windows(
    held_out: int, attacker: int, n: int, share: float, count: int, rng: np.random.Generator
) -> list[tuple[Indices, Indices]]:
    """Return `count` windows as (rows of the held-out benign prompts, rows of the attacker's)."""
    k = round(n * share)
    return [
        (rng.choice(held_out, n - k, replace=False), rng.choice(attacker, k, replace=False))
        for _ in range(count)
    ]


class Ours:
    """Our test's combined statistic on windows given as rows of precomputed features."""

    def __init__(self, reference: WindowReference, held_out: Rows, n: int) -> None:
        self.reference, self.benign = reference, reference.features.apply(held_out)
        self.null = reference.draw_null([n])

    def statistics(self, windows: list[tuple[Indices, Indices]], attacker: Rows | None) -> Floats:
        return np.array(
            [
                self.reference.compare(
                    self.benign[b] if attacker is None else np.concatenate([self.benign[b], attacker[a]]),
                    self.null,
                )[1]
                for b, a in windows
            ]
        )

    def p_values(self, statistics: Floats) -> Floats:
        return benign_p_values(statistics, self.null.combined)


class PublishedMmd:
    """Unbiased MMD^2 of windows against a fixed benign reference; kernels among benign prompts are computed once."""

    def __init__(self, reference: Rows, held_out: Rows, rng: np.random.Generator) -> None:
        self.reference, self.held_out = reference, held_out
        self.bandwidth = median_bandwidth(reference, rng)
        self.benign_gram = gaussian_kernel(held_out, held_out, self.bandwidth).astype(np.float32)
        self.benign_to_reference = gaussian_kernel(held_out, reference, self.bandwidth).mean(axis=1)
        m = len(reference)
        own = gaussian_kernel(reference, reference, self.bandwidth)
        self.within_reference = (own.sum() - m) / (m * (m - 1.0))
        self.thresholds: dict[int, float] = {}
        self.face(held_out[:0])

    def face(self, attacker: Rows) -> None:
        """Add the kernels of one attacker's prompts, replacing the last one's."""
        self.attacker_gram = gaussian_kernel(attacker, attacker, self.bandwidth).astype(np.float32)
        self.cross_gram = gaussian_kernel(self.held_out, attacker, self.bandwidth).astype(np.float32)
        to_reference = gaussian_kernel(attacker, self.reference, self.bandwidth).mean(axis=1)
        self.to_reference = np.concatenate([self.benign_to_reference, to_reference])

    def calibrate(self, n: int, windows: list[tuple[Indices, Indices]]) -> None:
        self.thresholds[n] = float(np.quantile(self.statistics(windows), 0.99))

    def statistics(self, windows: list[tuple[Indices, Indices]]) -> Floats:
        benign = np.zeros((len(windows), len(self.held_out)), np.float32)
        attacker = np.zeros((len(windows), len(self.attacker_gram)), np.float32)
        for i, (b, a) in enumerate(windows):
            benign[i, b] = 1.0
            attacker[i, a] = 1.0
        n = benign.sum(axis=1).astype(np.float64) + attacker.sum(axis=1)
        within = (
            ((benign @ self.benign_gram) * benign).sum(axis=1, dtype=np.float64)
            + ((attacker @ self.attacker_gram) * attacker).sum(axis=1, dtype=np.float64)
            + 2.0 * ((benign @ self.cross_gram) * attacker).sum(axis=1, dtype=np.float64)
        )
        across = np.concatenate([benign, attacker], axis=1) @ self.to_reference / n
        return np.asarray((within - n) / (n * (n - 1.0)) + self.within_reference - 2.0 * across)


class Tally:
    """Detections and trials by (window size, benign set, attacker, share, method)."""

    def __init__(self) -> None:
        self.hits: dict[tuple[int, str, str, float, str], list[int]] = defaultdict(lambda: [0, 0])
        self.null_p: dict[int, list[float]] = defaultdict(list)

    def add(self, key: tuple[int, str, str, float, str], found: npt.NDArray[np.bool_]) -> None:
        self.hits[key][0] += int(found.sum())
        self.hits[key][1] += found.size

    def rate(
        self, n: int, benign: str | None, share: float, method: str, attacker: str | None = None
    ) -> float:
        rates = [
            h / t
            for (w, b, a, s, m), (h, t) in self.hits.items()
            if w == n
            and s == share
            and m == method
            and (benign is None or b == benign)
            and (attacker is None or a == attacker)
        ]
        return float(np.mean(rates)) if rates else float("nan")


def run_benign_set(
    name: str,
    benign: Indices,
    embeddings: Rows,
    texts: list[str],
    source: npt.NDArray[np.str_],
    windows_per_cell: int,
    seed: int,
    tally: Tally,
) -> None:
    rng = np.random.default_rng([seed, len(benign)])
    cut = int(HISTORY_SHARE * len(benign))
    history, held_out = benign[:cut], benign[cut:]
    reference = fit(embeddings[history], rng)
    rows = {a: rng.permutation(np.flatnonzero(source == a))[:MAX_ATTACKER] for a in ATTACKERS}
    short = held_out[:MAX_HELD_OUT]
    against = history[len(history) // 4 :][:MAX_MMD_REFERENCE]
    everything = np.concatenate([against, short, *rows.values()])
    words = tfidf_svd(texts, history[: len(history) // 4], everything, seed)
    place = {int(r): i for i, r in enumerate(everything)}
    ours: dict[int, Ours] = {}
    matched: dict[int, float] = {}
    for n in WINDOWS:
        try:
            ours[n] = Ours(reference, embeddings[held_out], n)
        except InputError as error:
            print(f"  {name}, W={n}: not evaluated: {error}", file=sys.stderr)
            continue
        null = ours[n].statistics(draw_windows(len(held_out), 0, n, 0.0, NULL_WINDOWS, rng), None)
        matched[n] = float(np.quantile(null, 0.99))
    at = {
        name: np.array([place[int(r)] for r in rows_of])
        for name, rows_of in {"ref": against, "short": short, **rows}.items()
    }
    published = {
        "MMD": PublishedMmd(embeddings[against], embeddings[short], rng),
        "MMD, tf-idf": PublishedMmd(words[at["ref"]], words[at["short"]], rng),
    }
    for n in ours:
        base = draw_windows(len(short), 0, n, 0.0, NULL_WINDOWS, rng)
        for kernel in published.values():
            kernel.calibrate(n, base)
    for attacker in ATTACKERS:
        features = reference.features.apply(embeddings[rows[attacker]])
        published["MMD"].face(embeddings[rows[attacker]])
        published["MMD, tf-idf"].face(words[at[attacker]])
        for n in ours:
            for share in SHARES:
                if round(n * share) > len(rows[attacker]):
                    continue
                drawn = draw_windows(len(short), len(rows[attacker]), n, share, windows_per_cell, rng)
                values = ours[n].statistics(drawn, features)
                tally.add((n, name, attacker, share, "ours"), ours[n].p_values(values) <= 0.01)
                tally.add((n, name, attacker, share, "ours, matched"), values > matched[n])
                for method, kernel in published.items():
                    tally.add(
                        (n, name, attacker, share, method), kernel.statistics(drawn) > kernel.thresholds[n]
                    )


def verify_null(name: str, benign: Indices, embeddings: Rows, splits: int, seed: int, tally: Tally) -> None:
    """Add p-values of held-out benign windows, over fresh splits of the benign prompts into history and held-out part.

    Windows of one split overlap and share its luck; only over many splits does the share of small p-values mean anything.
    """
    rng = np.random.default_rng([seed, 23])
    cut = int(HISTORY_SHARE * len(benign))
    for _ in range(splits):
        order = rng.permutation(benign)
        reference, held_out = fit(embeddings[order[:cut]], rng), embeddings[order[cut:]][:MAX_VERIFY]
        for n in WINDOWS:
            try:
                test = Ours(reference, held_out, n)
            except InputError:
                continue
            drawn = draw_windows(len(held_out), 0, n, 0.0, VERIFY_WINDOWS, rng)
            p = test.p_values(test.statistics(drawn, None))
            tally.null_p[n].extend(p.tolist())
            tally.add((n, name, "", 0.0, "ours"), p <= 0.01)


def report(tally: Tally, names: list[str]) -> dict[str, object]:
    figures: dict[str, object] = {}
    for n in WINDOWS:
        if not tally.null_p[n]:
            continue
        p = np.array(tally.null_p[n])
        fpr = wilson(int((p <= 0.01).sum()), p.size)
        # The distance is what counts, not its p-value: windows of one split overlap.
        distance = float(kstest(p, "uniform").statistic)
        pairs = len({k[1:3] for k in tally.hits if k[0] == n and k[3] > 0})
        print(
            f"\nW={n}: {pairs} pairs; verified FPR of ours at nominal 1 %: {fpr.share:.4f} ({p.size} windows);"
        )
        print(
            f"  FPR at nominal 5 %: {(p <= 0.05).mean():.4f}, 10 %: {(p <= 0.10).mean():.4f}; KS distance {distance:.3f}"
        )
        print("  " + "benign / method".ljust(44) + "".join(f"{s:>8.0%}" for s in SHARES))
        for benign in [None, *names]:
            for method in METHODS:
                rates = [tally.rate(n, benign, s, method) for s in SHARES]
                if np.isnan(rates).all():
                    continue
                fpr_here = f" (FPR {tally.rate(n, benign, 0.0, 'ours'):.3f})" if method == "ours" else ""
                label = f"{benign or 'MEAN OVER PAIRS'} / {method}{fpr_here}"
                print("  " + label.ljust(44) + "".join(f"{r:8.3f}" for r in rates))
                figures[f"{n}|{benign or 'mean'}|{method}"] = rates
        print("  ours by attacker, mean over benign sets")
        for attacker in ATTACKERS:
            rates = [tally.rate(n, None, s, "ours", attacker) for s in SHARES]
            print("  " + attacker.ljust(44) + "".join(f"{r:8.3f}" for r in rates))
            figures[f"{n}|{attacker}|ours"] = rates
        figures[f"{n}|fpr"] = [fpr.share, fpr.low, fpr.high, distance]
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--prompts", type=Path, default=default_prompts(), help="prompts.parquet (source, kind, text)"
    )
    parser.add_argument("--quick", action="store_true", help="one seed, 10 windows a cell")
    parser.add_argument("--windows", type=int, default=25, help="windows per pair, size and share")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--splits", type=int, default=3, help="fresh splits per benign set and seed for the verified FPR"
    )
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args()
    if not options.prompts.exists():
        print(
            "no prompts file: give --prompts PATH or set REVENUER_SHARED; nothing was measured",
            file=sys.stderr,
        )
        return 2
    table = pq.read_table(options.prompts, columns=["source", "kind", "text"])
    source, kind = np.array(table["source"].to_pylist()), np.array(table["kind"].to_pylist())
    column: pa.Array = table["text"].combine_chunks()
    texts, embeddings = column.to_pylist(), embed_texts(column)
    tally, sets = Tally(), benign_sets(source, kind)
    for seed in range(1 if options.quick else options.seeds):
        for name, sources in sets.items():
            print(f"seed {seed}, {name}", file=sys.stderr)
            benign = draw_benign(source, sources, np.random.default_rng([seed, 17]))
            verify_null(name, benign, embeddings, 1 if options.quick else options.splits, seed, tally)
            run_benign_set(
                name, benign, embeddings, texts, source, 10 if options.quick else options.windows, seed, tally
            )
    figures = report(tally, list(sets))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
