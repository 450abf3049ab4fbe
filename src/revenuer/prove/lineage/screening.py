"""Whether answers can be compared at all: same prompts, enough of them, whole, in the panel's language, and no copy of another model's file."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from revenuer.prove.lineage.panel import Panel, PanelModel
from revenuer.prove.lineage.terms import WORD, words_of
from revenuer.prove.suspect import Answer

LEAST_PROMPTS = 100
"""About half of them are judged. Fewer were not measured (docs/prove/lineage.md, "How many prompts")."""
LEAST_COVERAGE = 0.9
"""A panel model that answers a smaller share of the prompts is left out, so that it does not cost everybody the others."""
MOST_OTHER_PROMPTS = 0.05
MOST_UNUSABLE = 0.2
MOST_SAME_OPENING = 0.5
"""The commonest four opening words of one model begin 25 % of its answers at most on the development data (52 models)."""
LEAST_COMMON_WORDS = 0.5
"""Share of the suspect's words that at least half of the panel's models use, relative to the panel's median model; the lowest of 52 models has 0.95."""
MOST_COPIED = 0.05
"""No two of 52 models there share more than 1.8 % of their answers of twenty words or more, and those two are versions of one model."""
COPY_WORDS = 20
UNFINISHED = frozenset({"length", "refusal", "content_filter", "error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """`prompts`: ids that everybody kept answered in full, sorted. `panel`: the models kept. `left_out`: model -> why. `reason`: why nothing can
    be said, empty where something can. `counts`: what was set aside of the suspect's answers."""

    prompts: tuple[str, ...]
    panel: Panel
    left_out: Mapping[str, str]
    counts: Mapping[str, int]
    reason: str = ""


def screen(suspect: PanelModel, panel: Panel, teacher: str) -> Screened:
    """Return what of the suspect's and the panel's answers can be compared."""
    versions = panel.versions(teacher)
    known = {name: answer.prompt for model in panel.models for name, answer in model.answers.items()}
    shared = [name for name in suspect.answers if name in known]
    other = [name for name in shared if not _same(suspect.answers[name].prompt, known[name])]
    unusable = [name for name in shared if not is_whole(suspect.answers[name])]
    usable = set(shared) - set(other) - set(unusable)
    for version in versions:
        usable &= _answered(version, known)
    kept, left_out = _covering(panel, versions, usable, known)
    for model in kept.models:
        usable &= _answered(model, known)
    prompts = tuple(sorted(usable))
    counts = {
        "suspect_answers": len(suspect.answers),
        "unknown_prompts": len(suspect.answers) - len(shared),
        "other_prompts": len(other),
        "unusable": len(unusable),
        "prompts": len(prompts),
    }
    reason = _not_comparable(counts, len(shared)) or _not_itself(suspect, kept, prompts)
    return Screened(prompts=prompts, panel=kept, left_out=left_out, counts=counts, reason=reason)


def is_whole(answer: Answer) -> bool:
    """Whether an answer has words and ends by itself, as far as its source says."""
    return answer.finish_reason not in UNFINISHED and WORD.search(answer.text) is not None


def _same(asked: str, known: str) -> bool:
    return asked.split() == known.split()


def _answered(model: PanelModel, known: Mapping[str, str]) -> set[str]:
    return {
        name
        for name, answer in model.answers.items()
        if is_whole(answer) and _same(answer.prompt, known[name])
    }


def _covering(
    panel: Panel, versions: Sequence[PanelModel], usable: set[str], known: Mapping[str, str]
) -> tuple[Panel, dict[str, str]]:
    kept, left_out = [], {}
    for model in panel.models:
        share = len(_answered(model, known) & usable) / max(len(usable), 1)
        if share >= LEAST_COVERAGE or model in versions:
            kept.append(model)
        else:
            left_out[model.name] = (
                f"answers {share:.0%} of the prompts in full, expected {LEAST_COVERAGE:.0%}"
            )
    return Panel(models=tuple(kept)), left_out


def _not_comparable(counts: Mapping[str, int], shared: int) -> str:
    if counts["other_prompts"] > MOST_OTHER_PROMPTS * max(shared, 1):
        return (
            f"{counts['other_prompts']} of {shared} answers of the suspect are to other words than the panel's under the same prompt_id: "
            "ask it the panel's prompts"
        )
    if counts["unusable"] > MOST_UNUSABLE * max(shared, 1):
        return (
            f"{counts['unusable']} of {shared} answers of the suspect are empty, truncated, refused or failed, more than {MOST_UNUSABLE:.0%}: "
            "ask again with a higher token limit, or choose prompts that it answers"
        )
    if counts["prompts"] < LEAST_PROMPTS:
        return f"{counts['prompts']} prompts are answered in full by everybody, expected at least {LEAST_PROMPTS}"
    return ""


def _not_itself(suspect: PanelModel, panel: Panel, prompts: Sequence[str]) -> str:
    texts = [suspect.answers[name].text for name in prompts]
    words = [words_of(text) for text in texts]
    opening, times = Counter(tuple(line[:4]) for line in words).most_common(1)[0]
    if times > MOST_SAME_OPENING * len(words):
        return (
            f"{times} of {len(words)} answers of the suspect begin with {' '.join(opening)!r}: refusals or a fixed preamble, "
            "not answers that show a style"
        )
    for model in panel.models:
        copied, long = _copied(texts, words, [model.answers[name].text for name in prompts])
        if copied > MOST_COPIED * max(long, 1):
            return (
                f"{copied} of the suspect's {long} longer answers are word for word those of {model.name}: a copy of its file, or the same "
                "model behind another name; `revenuer prove lineage same-model` asks that"
            )
    return _another_language(words, panel, prompts)


def _copied(texts: Sequence[str], words: Sequence[Sequence[str]], others: Sequence[str]) -> tuple[int, int]:
    long = [i for i, line in enumerate(words) if len(line) >= COPY_WORDS]
    return sum(texts[i].split() == others[i].split() for i in long), len(long)


def _another_language(words: Sequence[Sequence[str]], panel: Panel, prompts: Sequence[str]) -> str:
    shares = [_word_shares(words_of(model.answers[name].text) for name in prompts) for model in panel.models]
    used_by = Counter(word for model in shares for word in model)
    common = {word for word, models in used_by.items() if 2 * models >= len(shares)}
    usual = sorted(sum(model.get(word, 0.0) for word in common) for model in shares)
    typical = usual[len(usual) // 2]
    suspect = _word_shares(words)
    own = sum(suspect.get(word, 0.0) for word in common)
    if own < LEAST_COMMON_WORDS * typical:
        return (
            f"{own:.0%} of the suspect's words are words that at least half of the panel's models use, against {typical:.0%} of a typical panel "
            "model's: it answers in another language or form"
        )
    return ""


def _word_shares(lines: Iterable[Sequence[str]]) -> dict[str, float]:
    counts = Counter(word for line in lines for word in line)
    total = sum(counts.values())
    return {word: times / total for word, times in counts.items()}
