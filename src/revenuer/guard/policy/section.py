"""One table of a policy file, read key by key: each value checked, each fault located, and keys that nobody asked for told."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from revenuer.guard.policy.faults import Fault, suggestion
from revenuer.guard.policy.positions import Path, Position

_DURATION = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?")
_UNIT_S = (86_400, 3_600, 60, 1)
MAX_DURATION_S = 366 * 86_400
_SHOWN = 60
"""Characters of a wrong value that a message repeats."""


class FaultBook:
    """Collects the faults of one file."""

    def __init__(self, file: str, places: Mapping[Path, Position]) -> None:
        self.file = file
        self._places = places
        self.faults: list[Fault] = []

    def add(self, path: Path, message: str, severity: Literal["error", "warning"] = "error") -> None:
        """Note a fault at `path`, or at the nearest table around it that stands in the file."""
        at = path
        while at and at not in self._places:
            at = at[:-1]
        place = self._places.get(at, Position(1, 1))
        self.faults.append(
            Fault(
                file=self.file,
                line=place.line,
                column=place.column,
                key=told(path),
                message=message,
                severity=severity,
            )
        )


def told(path: Path) -> str:
    """Return the path as a reader counts: the second [[rule]]'s action is rule#2.action."""
    text = ""
    for part in path:
        text += f"#{part + 1}" if isinstance(part, int) else f".{part}" if text else part
    return text


def shown(value: object) -> str:
    """Return a value as the file could hold it, cut short."""
    text = (
        str(value).lower()
        if isinstance(value, bool)
        else value.isoformat()
        if isinstance(value, date)
        else repr(value)
    )
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


class Section:
    """A table of the file. Each reading method returns None where the key is absent or its value is at fault (then noted)."""

    def __init__(self, given: Mapping[str, object], path: Path, book: FaultBook) -> None:
        self._given = given
        self.path = path
        self.book = book
        self._asked: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._given

    def keys(self) -> frozenset[str]:
        return frozenset(self._given)

    def told(self) -> str:
        return told(self.path)

    def is_word(self, key: str, word: str) -> bool:
        """Return whether the value is this very word, for a key that takes a word beside numbers."""
        if self._given.get(key) != word:
            return False
        self._asked.append(key)
        return True

    def is_empty_list(self, key: str) -> bool:
        """Return whether the value is [], for a list that may name nothing."""
        if self._given.get(key) != []:
            return False
        self._asked.append(key)
        return True

    def fault(self, key: str, message: str, severity: Literal["error", "warning"] = "error") -> None:
        self.book.add((*self.path, key) if key else self.path, message, severity)

    def finish(self) -> None:
        """Note every key that no method has asked for."""
        for key in self._given:
            if key not in self._asked:
                known = ", ".join(self._asked)
                self.fault(key, f"unknown key; expected one of {known}{suggestion(key, self._asked)}")

    def number(self, key: str, low: float, high: float) -> float | None:
        value = self._get(key)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            return float(value)
        self._wrong(key, value, f"a number from {low:g} to {high:g}")
        return None

    def whole(self, key: str, low: int, high: int, *, or_word: str = "") -> int | None:
        """Read a whole number; `or_word` is what else the key takes, for the message (see `is_word`)."""
        value = self._get(key)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        either = f', or "{or_word}"' if or_word else ""
        self._wrong(key, value, f"a whole number from {low} to {high}{either}")
        return None

    def flag(self, key: str) -> bool | None:
        value = self._get(key)
        if value is None or isinstance(value, bool):
            return value
        self._wrong(key, value, "true or false (without quotes)")
        return None

    def word(self, key: str, allowed: Sequence[str] = (), *, required: bool = False) -> str | None:
        """Read a text that is not empty, one of `allowed` if that is given."""
        value = self._get(key, required)
        if value is None:
            return None
        if isinstance(value, str) and _fits(value, allowed):
            return value
        self._not_word((*self.path, key), value, allowed)
        return None

    def words(
        self, key: str, allowed: Sequence[str] = (), *, required: bool = False
    ) -> frozenset[str] | None:
        """Read a list of such texts that is not empty."""
        value = self._get(key, required)
        if value is None:
            return None
        if not isinstance(value, list) or not value:
            what = f"one or more of {', '.join(allowed)}" if allowed else "one or more texts"
            self._wrong(key, value, f"a list of {what}, such as {_example(allowed)}")
            return None
        before = len(self.book.faults)
        for number, item in enumerate(value):
            if not isinstance(item, str) or not _fits(item, allowed):
                self._not_word((*self.path, key, number), item, allowed)
        return frozenset(value) if len(self.book.faults) == before else None

    def duration(self, key: str, *, required: bool = False) -> int | None:
        """Read a length of time such as "90s" or "1d12h", in seconds."""
        value = self._get(key, required)
        if value is None:
            return None
        match = _DURATION.fullmatch(value) if isinstance(value, str) else None
        groups = match.groups() if match is not None else ()
        seconds = sum(int(count or 0) * unit for count, unit in zip(groups, _UNIT_S, strict=False))
        if 1 <= seconds <= MAX_DURATION_S:
            return seconds
        self._wrong(key, value, 'a time from "1s" to "366d", such as "10m", "24h" or "1d12h"')
        return None

    def moment(self, key: str, *, required: bool = False) -> int | None:
        """Read a date (its start in UTC) or a date and time (UTC without a zone), in microseconds since 1970 UTC."""
        value = self._get(key, required)
        if value is None:
            return None
        if not isinstance(value, date):
            self._wrong(key, value, "a date without quotes, such as 2026-12-31")
            return None
        at = value if isinstance(value, datetime) else datetime.combine(value, time())
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)

    def table(self, key: str) -> "Section":
        """Return a table of this one; an empty one if it is absent."""
        value = self._get(key)
        if value is not None and not isinstance(value, dict):
            self._wrong(key, value, f"a table: [{key}] or {key} = {{ ... }}")
        return Section(value if isinstance(value, dict) else {}, (*self.path, key), self.book)

    def tables(self, key: str) -> "list[Section] | None":
        """Return an array of tables; None if it is absent."""
        value = self._get(key)
        if value is None:
            return None
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            return [Section(one, (*self.path, key, number), self.book) for number, one in enumerate(value)]
        self._wrong(key, value, f"tables, each headed [[{key}]]")
        return None

    def _get(self, key: str, required: bool = False) -> object:
        self._asked.append(key)
        if required and key not in self._given:
            self.fault(key, "is missing")
        return self._given.get(key)

    def _wrong(self, key: str, value: object, expected: str) -> None:
        self.fault(key, f"got {shown(value)}, expected {expected}")

    def _not_word(self, path: Path, value: object, allowed: Sequence[str]) -> None:
        expected = f"one of {', '.join(allowed)}" if allowed else "a text that is not empty"
        hint = suggestion(value, allowed) if isinstance(value, str) else ""
        self.book.add(path, f"got {shown(value)}, expected {expected}{hint}")


def _fits(value: str, allowed: Sequence[str]) -> bool:
    return value in allowed if allowed else bool(value.strip())


def _example(allowed: Sequence[str]) -> str:
    return f'["{allowed[0] if allowed else "free"}"]'
