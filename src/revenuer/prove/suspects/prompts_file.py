"""The prompts that a suspect is asked, from a file: {"prompt_id", "prompt"}, and for the safety gap "kind" and "group"."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from revenuer.prove.suspects.rows import read_rows
from revenuer.prove.suspects.set_aside import SetAside
from revenuer.records import InputError, QuarantinedRow

EXPECTED = 'prompts as JSON lines or Parquet with "prompt_id" and "prompt"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt. `kind`: what the user says that it is (`harmful`, `benign`), None where the file does not say. `group`: prompts that were
    made from one another count as one; None = a group of its own."""

    prompt_id: str
    prompt: str
    kind: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptsFile:
    """Prompts by id, in the order of the file, and the rows that could not be used."""

    prompts: Mapping[str, Prompt]
    set_aside: Mapping[str, int]
    quarantine: tuple[QuarantinedRow, ...]


class _Row(msgspec.Struct, frozen=True):
    prompt_id: str
    prompt: str
    kind: str | None = None
    group: str | None = None


def read_prompts(path: Path) -> PromptsFile:
    """Return the prompts of a file. A second prompt under one id, and an empty one, are set aside.

    Raises InputError where no prompt is left.
    """
    aside = SetAside(str(path))
    prompts: dict[str, Prompt] = {}
    for line, row in read_rows(path, _Row, aside, EXPECTED):
        if not row.prompt_id or not row.prompt.strip():
            aside.add(line, "an empty prompt or id", row.prompt_id)
        elif row.prompt_id in prompts:
            same = prompts[row.prompt_id].prompt == row.prompt
            aside.add(
                line, "the same prompt again" if same else "another prompt under the same id", row.prompt_id
            )
        else:
            prompts[row.prompt_id] = Prompt(
                prompt_id=row.prompt_id, prompt=row.prompt, kind=row.kind, group=row.group
            )
    if not prompts:
        first = f" (line {aside.kept[0].line}: {aside.kept[0].reason})" if aside.kept else ""
        raise InputError(f"{path} holds no prompt{first}, expected {EXPECTED}")
    return PromptsFile(prompts=prompts, set_aside=dict(aside.reasons), quarantine=aside.kept)
