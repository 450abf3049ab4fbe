"""False positives and power of `prove lineage answers` and of the prompt-level test that it replaces, on other people's answers read in place.

    python benchmarks/lineage.py [--outputs DIR] [--prompts N] [--identity]

DIR holds outputs.parquet (model, prompt_id, output), prompts.parquet and lineage.csv. Nothing of them is copied; figures are printed. Every model that is documented not to derive
from a claimed teacher takes the suspect's place once, its whole project being left out of the panel, for every teacher.
"""

import argparse
import csv
import itertools
import math
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from revenuer.prove.lineage.affinity import affinity, fit_length
from revenuer.prove.lineage.answers_lineage import Judged, rank_in_panel
from revenuer.prove.lineage.identity import identity_verdict
from revenuer.prove.lineage.panel import Panel, PanelModel
from revenuer.prove.lineage.prompt_level import log10_closer_to
from revenuer.prove.lineage.screening import is_whole
from revenuer.prove.lineage.terms import PromptTerms, prompt_terms
from revenuer.prove.suspect import Answer

OUTPUTS = Path(__file__).resolve().parents[2] / "shared" / "data" / "outputs"

PROJECTS = {
    "alpaca": ("alpaca-7b", "alpaca-farm-ppo-human"),
    "sharegpt": (
        "vicuna-7b",
        "vicuna-7b-v1.3",
        "vicuna-33b-v1.3",
        "vicuna-13b-v1.5",
        "openchat-13b",
        "openchat-v3.1-13b",
        "opencoderplus-15b",
    ),
    "baize": ("baize-v2-13b", "falcon-40b-instruct"),
    "ultrachat": ("ultralm-13b-v2.0", "zephyr-7b-beta"),
    "evol-instruct": (
        "wizardlm-13b",
        "wizardlm-13b-v1.2",
        "recycled-wizardlm-7b-v1.0",
        "llama-2-chat-7b-evol70k-neft",
    ),
    "oasst": ("guanaco-7b", "guanaco-13b", "guanaco-65b", "oasst-sft-pythia-12b", "humpback-llama2-70b"),
}
"""Models that share makers or training data: one project each. All other models stand alone, or with their maker (see `project_of`)."""

WEIGHTS = {"llama-2-chat": "llama2chat", "Mistral-7B-Instruct-v0.2": "mistral"}


def project_of(row: Mapping[str, str]) -> str:
    """The project of a model of lineage.csv: what it shares data, weights or a maker with."""
    for project, models in PROJECTS.items():
        if row["model"] in models:
            return project
    if row["role"] in ("student", "weights"):
        return row["model"]
    makers = {"davinci": "OpenAI", "gpt35": "OpenAI", "gpt4": "OpenAI", "gpt4t": "OpenAI"}
    makers |= {"claude": "Anthropic", "claude3": "Anthropic"}
    return makers.get(row["teacher_family"], row["teacher_family"])


def teachers_of(row: Mapping[str, str]) -> frozenset[str]:
    """The families that a model derives from, as documented; a base that is a chat model counts."""
    said, found = row["documented_teacher"], set()
    if row["role"] in ("student", "weights"):
        found.add(row["teacher_family"])
    found |= {"gpt35"} if "gpt-3.5" in said else set()
    found |= {"gpt4"} if "gpt4" in said else set()
    found |= {"llama2chat"} if "LLaMA-2-chat" in row["base"] else set()
    return frozenset(found)


def read_panel(folder: Path) -> Panel:
    """The panel of all models, with the teacher families as teachers."""
    prompts = {
        row["prompt_id"]: row["prompt"] for row in pq.read_table(folder / "prompts.parquet").to_pylist()
    }
    answers: dict[str, dict[str, Answer]] = defaultdict(dict)
    for row in pq.read_table(folder / "outputs.parquet").to_pylist():
        name = row["prompt_id"]
        answers[row["model"]][name] = Answer(prompt_id=name, prompt=prompts[name], text=row["output"] or "")
    models = []
    with (folder / "lineage.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            is_teacher = row["role"] == "teacher" or (
                row["teacher_family"] in ("cohere", "llama2chat") and row["role"] == "control"
            )
            models.append(
                PanelModel(
                    name=row["model"],
                    project=project_of(row),
                    teacher=row["teacher_family"] if is_teacher else "",
                    derives_from=teachers_of(row),
                    answers=answers[row["model"]],
                )
            )
    return Panel(models=tuple(models))


def whole_prompts(panel: Panel, most: int | None) -> dict[str, PromptTerms]:
    """Prompt id -> terms of all models' answers, for the prompts that everybody answered (the first `most`)."""
    names = sorted(set.intersection(*(set(model.answers) for model in panel.models)))
    whole = [name for name in names if all(is_whole(model.answers[name]) for model in panel.models)]
    if most is not None:
        step = max(1, len(whole) // most)
        whole = whole[::step][:most]
    return {name: prompt_terms([model.answers[name].text for model in panel.models]) for name in whole}


@dataclass(frozen=True)
class Bench:
    """All models, and their answers cut into terms once."""

    panel: Panel
    prompts: Mapping[str, PromptTerms]

    def judge(self, suspect: PanelModel, alpha: float) -> dict[str, Judged]:
        """Teacher -> what the test says with the suspect's project taken out of the panel. Teachers of that project are not asked about."""
        rest = self.panel.without(suspect.project)
        place = {model.name: i for i, model in enumerate(self.panel.models)}
        rows = [place[model.name] for model in rest.models]
        projects = [model.project for model in rest.models]
        known = fit_length(self.prompts, rows, projects)
        found = affinity(self.prompts, [*rows, place[suspect.name]], [*projects, suspect.project])
        judged = {name: rank_in_panel(suspect, rest, name, alpha, known, found) for name in rest.teachers}
        return {name: each for name, each in judged.items() if each is not None}


@dataclass(frozen=True)
class Result:
    """One suspect against one teacher. `is_from_set`: whether it derives from the claimed teacher or a sibling, as documented."""

    suspect: str
    project: str
    teacher: str
    siblings: tuple[str, ...]
    p: float
    floor: float
    is_from_teacher: bool
    is_from_set: bool


def results_of(bench: Bench) -> tuple[list[Result], list[float]]:
    """Every result, and log10 p of the prompt-level test for every (innocent, teacher, rival)."""
    results, naive = [], []
    for suspect in bench.panel.models:
        started = time.perf_counter()
        judged = bench.judge(suspect, 0.1)
        for teacher, each in judged.items():
            results.append(
                Result(
                    suspect.name,
                    suspect.project,
                    teacher,
                    each.teachers[1:],
                    each.rank.p,
                    each.rank.floor,
                    suspect.is_from((teacher,)),
                    suspect.is_from(each.teachers),
                )
            )
        naive += prompt_level(suspect, judged)
        print(f"{suspect.name}: {time.perf_counter() - started:.0f} s", flush=True)
    return results, naive


def prompt_level(suspect: PanelModel, judged: Mapping[str, Judged]) -> list[float]:
    """log10 p of "closer to T than to T'" for every ordered pair of teachers of which the suspect is or derives from neither."""
    if suspect.teacher or not judged:
        return []
    found = next(iter(judged.values()))
    place = {model.name: i for i, model in enumerate(found.panel.models)}
    likeness = {
        teacher: found.affinity.cosine[
            :, -1, [place[version.name] for version in found.panel.versions(teacher)]
        ].mean(axis=1)
        for teacher in found.panel.teachers
        if not suspect.is_from((teacher,))
    }
    return [log10_closer_to(likeness[a], likeness[b]) for a, b in itertools.permutations(likeness, 2)]


def report(results: Sequence[Result], naive: Sequence[float], alphas: Sequence[float]) -> None:
    """Print false positives first, then power, then what the prompt-level test would have said."""
    print(
        "\nfalse positives: innocent projects (any of their models accused) of innocent projects asked about"
    )
    print(
        "teacher     siblings                     floor  "
        + "  ".join(f"{f'alpha={alpha:g}':>17}" for alpha in alphas)
    )
    for teacher in sorted({each.teacher for each in results}):
        mine = [each for each in results if each.teacher == teacher]
        innocent = [each for each in mine if not each.is_from_set]
        asked = {each.project for each in innocent}
        cells = []
        for alpha in alphas:
            share = 0.0
            for project in asked:
                models = [each.p <= alpha for each in innocent if each.project == project]
                share += sum(models) / len(models)
            anyone = {each.project for each in innocent if each.p <= alpha}
            models = sum(each.p <= alpha for each in innocent)
            cells.append(
                f"{share / len(asked):.3f} {len(anyone):>2}/{len(asked)} {models:>2}/{len(innocent)}"
            )
        siblings = sorted({name for each in mine for name in each.siblings})
        floor = min(each.floor for each in mine)
        print(
            f"{teacher:11} {','.join(siblings):28} {floor:.3f}  " + "  ".join(f"{cell:>17}" for cell in cells)
        )
    print("\npower: students of the teacher, p each")
    for each in sorted(results, key=lambda each: (each.teacher, each.p)):
        if each.is_from_teacher:
            print(f"{each.teacher:11} {each.suspect:32} p={each.p:.3f} floor={each.floor:.3f}")
    if naive:
        rejected = sum(value < math.log10(0.05) for value in naive)
        strong = sum(value < -6 for value in naive)
        print(
            f"\nprompt-level test, models that derive from neither: {len(naive)} ordered pairs of teachers,"
        )
        print(
            f"rejects at .05 in {rejected / len(naive):.1%} (one of each two orders: {2 * rejected / len(naive):.1%} of pairs), below 1e-6 in {2 * strong / len(naive):.1%} of pairs"
        )


def identity_report(panel: Panel, alphas: Sequence[float]) -> None:
    """Print what `prove lineage identity` says of every model on these prompts, which ask nobody who he is."""
    for teacher, names in {"claude": ("Claude", "Anthropic"), "gpt35": ("ChatGPT", "OpenAI")}.items():
        own = {version.project for version in panel.versions(teacher)}
        found = [
            (suspect, identity_verdict(suspect, panel, teacher, names, 0.1)[0])
            for suspect in panel.models
            if suspect.project not in own
        ]
        innocent = [(suspect, each.p) for suspect, each in found if not suspect.is_from((teacher,))]
        for alpha in alphas:
            accused = {suspect.project for suspect, p in innocent if p is not None and p <= alpha}
            asked = {suspect.project for suspect, _ in innocent}
            print(f"{teacher}: innocent projects accused at {alpha:g}: {len(accused)} of {len(asked)}")
        for suspect, each in found:
            if suspect.is_from((teacher,)):
                print(f"{teacher}: {suspect.name}: {each.summary} floor {each.floor}")


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outputs", type=Path, default=OUTPUTS)
    parser.add_argument("--prompts", type=int, default=None, help="take this many prompts, evenly")
    parser.add_argument("--identity", action="store_true", help="ask `identity` instead")
    options = parser.parse_args()
    panel = read_panel(options.outputs)
    if options.identity:
        identity_report(panel, (0.06, 0.1, 0.2))
        return
    bench = Bench(panel, whole_prompts(panel, options.prompts))
    print(
        f"{len(panel.models)} models, {len({model.project for model in panel.models})} projects, {len(bench.prompts)} prompts"
    )
    results, naive = results_of(bench)
    report(results, naive, (0.06, 0.1, 0.2, 0.3))


if __name__ == "__main__":
    main()
