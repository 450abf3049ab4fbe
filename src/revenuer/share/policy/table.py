"""One table of the policy file, read key by key: each value checked, each fault noted, and keys that nobody asked for told."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from revenuer.share.policy.faults import Fault

_DAYS = re.compile(r"(\d{1,4})d", re.ASCII)
MAX_DAYS = 3660
_SHOWN = 60


class Table:
    """A table of the file. Each reading method returns None where the key is absent or its value is at fault (then noted)."""

    def __init__(
        self, given: Mapping[str, object], path: str, file: str, faults: list[Fault] | None = None
    ) -> None:
        self._given, self.path, self._file = given, path, file
        self.faults: list[Fault] = [] if faults is None else faults
        self._asked: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._given

    def fault(self, key: str, message: str) -> None:
        at = ".".join(part for part in (self.path, key) if part)
        self.faults.append(Fault(file=self._file, key=at, message=message))

    def finish(self) -> None:
        """Note every key that no method has asked for."""
        for key in self._given:
            if key not in self._asked:
                near = get_close_matches(key, self._asked, n=1, cutoff=0.6)
                hint = f"; did you mean {near[0]}?" if near else ""
                self.fault(key, f"unknown key; expected one of {', '.join(self._asked)}{hint}")

    def whole(self, key: str, low: int, high: int) -> int | None:
        value = self._get(key)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self._wrong(key, value, f"a whole number from {low} to {high}")
        return None

    def flag(self, key: str) -> bool | None:
        value = self._get(key)
        if value is None or isinstance(value, bool):
            return value
        self._wrong(key, value, "true or false (without quotes)")
        return None

    def word(self, key: str, allowed: Sequence[str] = ()) -> str | None:
        """Read a text that is not empty, one of `allowed` if that is given."""
        value = self._get(key)
        if value is None:
            return None
        if isinstance(value, str) and value.strip() and (not allowed or value in allowed):
            return value
        self._wrong(key, value, _expected(allowed), allowed)
        return None

    def words(self, key: str, allowed: Sequence[str] = ()) -> tuple[str, ...] | None:
        """Read a list of such texts, which may be empty."""
        value = self._get(key)
        if value is None:
            return None
        if not isinstance(value, list):
            self._wrong(key, value, f"a list of texts, each {_expected(allowed)}")
            return None
        before = len(self.faults)
        for number, item in enumerate(value, start=1):
            if not isinstance(item, str) or not item.strip() or (allowed and item not in allowed):
                self._wrong(f"{key}#{number}", item, _expected(allowed), allowed)
        return tuple(value) if len(self.faults) == before else None

    def days(self, key: str) -> int | None:
        """Read a length of time in whole days, such as "30d"."""
        value = self._get(key)
        if value is None:
            return None
        match = _DAYS.fullmatch(value) if isinstance(value, str) else None
        if match is not None and 1 <= int(match[1]) <= MAX_DAYS:
            return int(match[1])
        self._wrong(key, value, f'whole days from "1d" to "{MAX_DAYS}d"')
        return None

    def table(self, key: str) -> "Table":
        """Return a table of this one; an empty one if it is absent."""
        value = self._get(key)
        if value is not None and not isinstance(value, dict):
            self._wrong(key, value, f"a table: [{key}]")
        path = ".".join(part for part in (self.path, key) if part)
        return Table(value if isinstance(value, dict) else {}, path, self._file, self.faults)

    def tables(self, key: str) -> "dict[str, Table]":
        """Return the tables in a table, by name."""
        inner = self.table(key)
        return {name: inner.table(name) for name in inner._given}

    def _get(self, key: str) -> object:
        self._asked.append(key)
        return self._given.get(key)

    def _wrong(self, key: str, value: object, expected: str, allowed: Sequence[str] = ()) -> None:
        text = repr(value)
        text = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        near = get_close_matches(value, allowed, n=1, cutoff=0.6) if isinstance(value, str) else []
        hint = f"; did you mean {near[0]}?" if near else ""
        self.fault(key, f"got {text}, expected {expected}{hint}")


def _expected(allowed: Sequence[str]) -> str:
    return f"one of {', '.join(allowed)}" if allowed else "a text that is not empty"
