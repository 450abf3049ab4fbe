"""A panel from its file: one row a model, with what is documented of it and where its answers are."""

from pathlib import Path

import msgspec

from revenuer.prove.lineage.panel import Panel, PanelModel
from revenuer.prove.suspect import Answer
from revenuer.prove.suspects.answers_file import read_answers
from revenuer.prove.suspects.rows import read_rows
from revenuer.prove.suspects.set_aside import SetAside
from revenuer.records import InputError

EXPECTED = (
    'a panel as JSON lines or Parquet with "model", "project", "derives_from" (list of teachers, [] = documented to derive from none), '
    '"answers" (a file, relative to the panel), and "teacher" where the model is one'
)


class _Row(msgspec.Struct, frozen=True):
    model: str
    project: str
    answers: str
    derives_from: tuple[str, ...]
    teacher: str = ""


def read_panel(path: Path) -> Panel:
    """Return the panel of a file, with every model's first sample to each prompt.

    A row that cannot be used ends it: a null project that is silently missing would make p smaller. `derives_from` has no default, so that nobody's
    lineage is "none" because somebody forgot to write it; ["?"] says that it is not documented.
    Raises InputError.
    """
    aside = SetAside(str(path))
    models: dict[str, PanelModel] = {}
    for line, row in read_rows(path, _Row, aside, EXPECTED):
        if not row.model or not row.project:
            raise InputError(f"{path}, line {line}: an empty model or project; name both")
        if row.model in models:
            raise InputError(f"{path}, line {line}: {row.model} stands there twice; keep one")
        models[row.model] = PanelModel(
            name=row.model,
            project=row.project,
            teacher=row.teacher,
            derives_from=frozenset(row.derives_from),
            answers=first_samples(path.parent / row.answers),
        )
    if aside.total:
        first = aside.kept[0]
        raise InputError(f"{path}, line {first.line}: {first.reason}; expected {EXPECTED}; mend the row")
    if not models:
        raise InputError(f"{path} lists no model, expected {EXPECTED}")
    return Panel(models=tuple(models.values()))


def first_samples(path: Path) -> dict[str, Answer]:
    """Return prompt id -> the answer with the lowest sample number. Raises InputError for a file without answers."""
    found: dict[str, Answer] = {}
    for answer in read_answers(path).all:
        known = found.get(answer.prompt_id)
        if known is None or answer.sample < known.sample:
            found[answer.prompt_id] = answer
    return found
