"""The figures of a test's own, as tables: whatever a test put into its details is shown, and nothing of it is interpreted."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from revenuer.report import visible

SHOWN_ROWS = 100
SHOWN_ITEMS = 12
LONG_CELL = 200
ID_LENGTH = 32
"""Characters without a space from which a text is shown as an identifier: hashes and keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailTable:
    """One table: `headers` with whether a column is of numbers; `total` rows, of which `rows` are shown."""

    title: str
    headers: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Markup, ...], ...]
    total: int

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """The headers with the class of their cells."""
        return tuple((name, "num" if number else "") for name, number in self.headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """`figures`: the scalars, as (name, value); then a table of each object and each list of objects."""

    figures: tuple[tuple[str, Markup], ...]
    tables: tuple[DetailTable, ...]


def details_of(details: Mapping[str, Any]) -> Details:
    """Return what is shown of `details`; `series` is drawn elsewhere."""
    figures: list[tuple[str, Markup]] = []
    tables: list[DetailTable] = []
    for name, value in details.items():
        if name == "series":
            continue
        table = _table(words_of(name), value)
        if table is None:
            figures.append((words_of(name), cell(value)))
        else:
            tables.append(table)
    return Details(figures=tuple(figures), tables=tuple(tables))


def words_of(name: str) -> str:
    """Return a field's name as words."""
    return visible.plain(name).replace("_", " ")


def _table(title: str, value: Any) -> DetailTable | None:
    """Return a table of an object or a list of objects; None where a single cell holds the value."""
    if isinstance(value, Mapping) and value:
        if all(isinstance(item, Mapping) for item in value.values()):
            return _rows(title, [{"": name, **item} for name, item in value.items()])
        return _rows(title, [{"": words_of(name), "value": item} for name, item in value.items()])
    if _is_list(value) and value and all(isinstance(item, Mapping) for item in value):
        return _rows(title, list(value))
    return None


def _rows(title: str, rows: list[Mapping[str, Any]]) -> DetailTable:
    names = list(dict.fromkeys(name for row in rows for name in row))
    numeric = [
        name != ""
        and all(
            isinstance(row.get(name), int | float | None) and not isinstance(row.get(name), bool)
            for row in rows
        )
        for name in names
    ]
    return DetailTable(
        title=title,
        headers=tuple((words_of(name), number) for name, number in zip(names, numeric, strict=True)),
        rows=tuple(
            tuple(cell(row[name]) if name in row else Markup("–") for name in names)
            for row in rows[:SHOWN_ROWS]
        ),
        total=len(rows),
    )


def cell(value: Any) -> Markup:
    """Return a value as it is read: numbers in four digits, lists shortened, hashes as identifiers, anything deeper as JSON."""
    if value is None or value == "" or (_is_list(value) and not value) or value == {}:
        return Markup("–")
    if isinstance(value, bool):
        return Markup("yes" if value else "no")
    if isinstance(value, int):
        return Markup(f"{value:,}")
    if isinstance(value, float):
        return Markup(f"{value:.4g}".replace("-", "−"))
    if isinstance(value, str):
        return (
            visible.identifier(value)
            if len(value) >= ID_LENGTH and " " not in value
            else visible.markup(value)
        )
    if _is_list(value) and not any(isinstance(item, Mapping) or _is_list(item) for item in value):
        shown = Markup(", ").join(cell(item) for item in value[:SHOWN_ITEMS])
        return shown if len(value) <= SHOWN_ITEMS else shown + f" and {len(value) - SHOWN_ITEMS:,} more"
    text = json.dumps(value, ensure_ascii=False)
    return visible.markup(text if len(text) <= LONG_CELL else f"{text[:LONG_CELL]}…")


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)
