"""Recomputes the conformal p-value of `revenuer prove lineage answers` from the answers themselves, with Python's own library.

panel.json names the models, their projects, the versions of the claimed teacher, the null projects and the prompts on which length was fitted; answers.jsonl
holds one prompt a line, with every model's answer in the panel's order. Prints log10_p=<number>. Takes minutes: every pair of answers is compared.
"""

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

Pair = tuple[int, int]

SIGNS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
WORD = re.compile(f"[{SIGNS}]|[^\\W{SIGNS}]+|[^\\w\\s]")


def terms_of(text: str) -> tuple[set[str], int]:
    """The distinct words and pairs of neighbouring words of a text, and how many words it has."""
    words = WORD.findall(text.lower())
    return {*words, *(f"{a} {b}" for a, b in pairwise(words))}, len(words)


def compare(texts: list[str], projects: list[str]) -> Iterator[tuple[int, int, float, tuple[float, ...]]]:
    """Every pair's cosine, weighted by how few projects use a term on this prompt; and what its lengths are regressed on."""
    cut = [terms_of(text) for text in texts]
    models_of = Counter(projects)
    df: dict[str, float] = defaultdict(float)
    for (terms, _), project in zip(cut, projects, strict=True):
        for term in terms:
            df[term] += 1.0 / models_of[project]
    squared = {term: math.log((len(models_of) + 1) / (count + 0.5)) ** 2 for term, count in df.items()}
    norms = [math.sqrt(math.fsum(squared[term] for term in terms)) for terms, _ in cut]
    for i, (one, n) in enumerate(cut):
        for j in range(i + 1, len(cut)):
            other, m = cut[j]
            cosine = math.fsum(squared[term] for term in one & other) / (norms[i] * norms[j])
            d, s = abs(math.log1p(n) - math.log1p(m)), math.log1p(n) + math.log1p(m)
            yield i, j, cosine, (1.0, d, s, d * d, s * s, d * s)


def solve(gram: list[list[float]], moment: list[float]) -> list[float]:
    """A solution of a small symmetric system, by elimination with row exchanges; what it leaves open (lengths that do not vary) is 0."""
    rows = [[*line, value] for line, value in zip(gram, moment, strict=True)]
    size = len(rows)
    for k in range(size):
        best = max(range(k, size), key=lambda i: abs(rows[i][k]))
        if abs(rows[best][k]) <= 1e-12 * max(abs(gram[k][k]), 1e-300):
            # No equation is left for this unknown; the emptiest makes room for "it is 0".
            empty = min(range(k, size), key=lambda i: sum(map(abs, rows[i][:size])))
            rows[k], rows[empty] = rows[empty], rows[k]
            rows[k] = [0.0] * k + [1.0] + [0.0] * (size - k)
            continue
        rows[k], rows[best] = rows[best], rows[k]
        for i in range(size):
            if i != k:
                factor = rows[i][k] / rows[k][k]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [rows[k][size] / rows[k][k] for k in range(size)]


def read() -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The panel, and prompt id -> texts."""
    with open("panel.json", encoding="utf-8") as stream:
        panel = json.load(stream)
    with open("answers.jsonl", encoding="utf-8") as stream:
        lines = [json.loads(line) for line in stream]
    return panel, {line["prompt_id"]: line["texts"] for line in lines}


def mean_likeness(
    prompts: dict[str, list[str]], fitting: list[str], projects: list[str]
) -> dict[Pair, float]:
    """(i, j) -> the similarity of models i and j that length does not explain, averaged over the prompts that are judged."""
    gram, moment = [[0.0] * 6 for _ in range(6)], [0.0] * 6
    for name in fitting:
        for _, _, cosine, x in compare(prompts[name], projects):
            for a in range(6):
                moment[a] += x[a] * cosine
                for b in range(6):
                    gram[a][b] += x[a] * x[b]
    fit = solve(gram, moment)
    judged = [name for name in prompts if name not in set(fitting)]
    total: dict[Pair, float] = defaultdict(float)
    for name in judged:
        for i, j, cosine, x in compare(prompts[name], projects):
            total[i, j] += cosine - sum(a * b for a, b in zip(fit, x, strict=True))
    return {key: value / len(judged) for (i, j), value in total.items() for key in ((i, j), (j, i))}


def scores(panel: dict[str, Any], likeness: dict[Pair, float]) -> tuple[float, dict[str, float]]:
    """Project -> its score: of its models the highest likeness to the teacher less the mean likeness to the other projects."""
    names = [model["name"] for model in panel["models"]]
    suspect = panel["models"][names.index(panel["suspect"])]
    versions = [names.index(name) for name in panel["teacher_versions"]]
    pool: dict[str, list[int]] = {}
    for i, model in enumerate(panel["models"]):
        if model["project"] in panel["null_projects"] or model is suspect:
            pool.setdefault(model["project"], []).append(i)
    found = {}
    for project, own in pool.items():
        of_models = []
        for i in own:
            to_teacher = sum(likeness[i, v] for v in versions) / len(versions)
            others = [sum(likeness[i, j] for j in js) / len(js) for key, js in pool.items() if key != project]
            of_models.append(to_teacher - sum(others) / len(others))
        found[project] = max(of_models)
    return found.pop(suspect["project"]), found


def main() -> None:
    """Print log10 of (1 + null projects that score at least as high as the suspect) / (null projects + 1)."""
    panel, prompts = read()
    projects = [model["project"] for model in panel["models"]]
    score, null = scores(panel, mean_likeness(prompts, panel["fitting_prompts"], projects))
    at_least = sum(value >= score - 1e-12 for value in null.values())
    print(f"score={score!r}")
    for project, value in sorted(null.items(), key=lambda item: -item[1]):
        print(f"null {project} {value!r}")
    print(f"log10_p={math.log10((1 + at_least) / (len(null) + 1))!r}")


if __name__ == "__main__":
    main()
