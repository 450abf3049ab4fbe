"""A suspect given as a file of its answers: read, checked against the prompts, and every row accounted for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from revenuer.prove.suspect import Answer, Ask
from revenuer.prove.suspects.prompts_file import Prompt
from revenuer.prove.suspects.rows import read_rows
from revenuer.prove.suspects.set_aside import SetAside
from revenuer.prove.suspects.text_checks import is_gibberish, is_in_another_script
from revenuer.records import InputError, QuarantinedRow

EXPECTED = (
    'answers as JSON lines or Parquet with "prompt_id", "text", and "prompt" where no prompts file is given'
)
REFUSALS = frozenset({"refusal", "content_filter"})
"""Finish reasons that say that the model, or a filter in front of it, refused."""

UNKNOWN_PROMPT = "its prompt_id is not among the prompts"
OTHER_PROMPT = "it answers another prompt than the one with its id"
NO_PROMPT = "it names no prompt, and no prompts file is given"
REPEATED = "the same answer again (same prompt_id and sample)"
CONFLICTING = "another answer under the same prompt_id and sample: number the samples"


class _Row(msgspec.Struct, frozen=True):
    prompt_id: str
    text: str | None = None
    prompt: str | None = None
    sample: int = 0
    finish_reason: str | None = None
    tokens: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCounts:
    """What a file of answers holds. `rows` = `kept` + the rows that were set aside; the other figures are of kept answers, which may count in
    several. `unanswered`: prompts without any answer."""

    rows: int
    kept: int
    truncated: int
    refused: int
    empty: int
    other_script: int
    gibberish: int
    unanswered: int
    set_aside: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersFile:
    """A file's answers by (prompt_id, sample). Implements Writer: it answers what it holds and nothing else."""

    name: str
    by_key: Mapping[tuple[str, int], Answer]
    counts: AnswerCounts
    quarantine: tuple[QuarantinedRow, ...]

    @property
    def all(self) -> tuple[Answer, ...]:
        """Every answer, in the order of the file."""
        return tuple(self.by_key.values())

    def answers(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Yield the answers to `asks` that the file holds; an answer to other words than the ask's is not one."""
        for ask in asks:
            answer = self.by_key.get((ask.prompt_id, ask.sample))
            if answer is not None and answer.prompt == ask.prompt:
                yield answer


def read_answers(path: Path, prompts: Mapping[str, Prompt] | None = None) -> AnswersFile:
    """Return the answers of a file. With `prompts` an answer must name one of them and, where it quotes its prompt, the same words.

    Set aside, with line and reason: rows that cannot be read, answers to unknown or other prompts, and second answers under one prompt_id and
    sample (the first in the file stays). Kept and counted: truncated (finish_reason `length`), refused, empty, another script, gibberish; each
    test says what it does with them.
    Raises InputError where nothing is left.
    """
    aside = SetAside(str(path))
    kept: dict[tuple[str, int], Answer] = {}
    rows = 0
    for line, row in read_rows(path, _Row, aside, EXPECTED):
        rows += 1
        fault, answer = _checked(row, prompts)
        if answer is None:
            aside.add(line, fault, row.prompt_id)
            continue
        key = (answer.prompt_id, answer.sample)
        if key in kept:
            aside.add(line, REPEATED if kept[key].text == answer.text else CONFLICTING, row.prompt_id)
        else:
            kept[key] = answer
    if not kept:
        raise InputError(_nothing(path, aside, prompts))
    unread = aside.total - (rows - len(kept))
    return AnswersFile(
        name=path.name,
        by_key=kept,
        counts=_counts(kept, aside, rows + unread, prompts),
        quarantine=aside.kept,
    )


def _checked(row: _Row, prompts: Mapping[str, Prompt] | None) -> tuple[str, Answer | None]:
    """Return (why not, None) or ("", answer)."""
    if not row.prompt_id or row.sample < 0:
        return "an empty prompt_id or a negative sample", None
    if row.text is None and row.finish_reason not in REFUSALS:
        return "it has no text", None
    prompt = row.prompt
    if prompts is not None:
        known = prompts.get(row.prompt_id)
        if known is None:
            return UNKNOWN_PROMPT, None
        if prompt is not None and prompt.strip() != known.prompt.strip():
            return OTHER_PROMPT, None
        prompt = known.prompt
    if prompt is None:
        return NO_PROMPT, None
    return "", Answer(
        prompt_id=row.prompt_id,
        prompt=prompt,
        text=row.text or "",
        sample=row.sample,
        finish_reason=row.finish_reason,
        tokens=row.tokens,
    )


def _nothing(path: Path, aside: SetAside, prompts: Mapping[str, Prompt] | None) -> str:
    if not aside.total:
        return f"{path} holds no answer, expected {EXPECTED}; write it again"
    commonest, rows = aside.reasons.most_common(1)[0]
    first = next(row for row in aside.kept if row.reason.startswith(commonest))
    remedy = "is this the right prompts file?" if prompts is not None else "mend the file"
    return f"{path} holds no answer that can be used: of {aside.total} rows, {rows} because {first.reason} (first in line {first.line}); {remedy}"


def _counts(
    kept: Mapping[tuple[str, int], Answer], aside: SetAside, rows: int, prompts: Mapping[str, Prompt] | None
) -> AnswerCounts:
    answers = kept.values()
    answered = {answer.prompt_id for answer in answers}
    return AnswerCounts(
        rows=rows,
        kept=len(kept),
        truncated=sum(answer.finish_reason == "length" for answer in answers),
        refused=sum(answer.finish_reason in REFUSALS for answer in answers),
        empty=sum(not answer.text.strip() for answer in answers),
        other_script=sum(is_in_another_script(answer.prompt, answer.text) for answer in answers),
        gibberish=sum(is_gibberish(answer.text) for answer in answers),
        unanswered=len(prompts.keys() - answered) if prompts is not None else 0,
        set_aside=dict(aside.reasons),
    )
