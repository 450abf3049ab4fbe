"""One table of a TOML file, read key by key, with every fault noted and its place."""

from collections.abc import Callable, Mapping
from typing import TypeVar

_MOST = 1 << 40
T = TypeVar("T")


class Table:
    """One table of the file. Each method takes a key out, and notes a fault where its value is wrong; `finish` notes the keys that are left."""

    def __init__(self, given: Mapping[str, object], place: str, faults: list[str]) -> None:
        self._left = dict(given)
        self._place, self._faults = place, faults
        self._known: list[str] = []

    def fault(self, key: str, message: str) -> None:
        self._faults.append(f"{self._place}{key}: {message}")

    def text(self, key: str) -> str | None:
        return self._take(key, lambda value: isinstance(value, str) and bool(value.strip()), "a text", str)

    def whole(self, key: str, default: int, low: int = 1, high: int = _MOST) -> int:
        def fits(value: object) -> bool:
            return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

        found = self._take(key, fits, f"a whole number from {low} to {high}", lambda value: int(str(value)))
        return default if found is None else found

    def number(self, key: str, default: float) -> float:
        def fits(value: object) -> bool:
            return isinstance(value, int | float) and not isinstance(value, bool) and 0.001 <= value <= _MOST

        found = self._take(key, fits, "a number above 0", lambda value: float(str(value)))
        return default if found is None else found

    def flag(self, key: str) -> bool:
        found = self._take(key, lambda value: isinstance(value, bool), "true or false (without quotes)", bool)
        return bool(found)

    def texts(self, key: str) -> tuple[str, ...]:
        def fits(value: object) -> bool:
            return isinstance(value, list) and all(isinstance(one, str) and one for one in value)

        return self._take(key, fits, "a list of texts", lambda value: tuple(value)) or ()  # type: ignore[arg-type]

    def tables(self, key: str) -> dict[str, "Table"]:
        """Return the tables in a table of tables."""
        self._known.append(key)
        given = self._left.pop(key, {})
        if not isinstance(given, dict):
            self.fault(key, f"got {given!r}, expected tables [{key}.NAME]")
            return {}
        found = {}
        for name, inner in given.items():
            if isinstance(inner, dict):
                found[name] = Table(inner, f"{self._place}{key}.{name}.", self._faults)
            else:
                self.fault(f"{key}.{name}", f"got {inner!r}, expected a table [{key}.{name}]")
        return found

    def table(self, key: str) -> "Table":
        self._known.append(key)
        given = self._left.pop(key, {})
        if not isinstance(given, dict):
            self.fault(key, f"got {given!r}, expected a table [{key}]")
            given = {}
        return Table(given, f"{self._place}{key}.", self._faults)

    def rest(self) -> dict[str, object]:
        """Take all keys that are left."""
        left, self._left = self._left, {}
        return left

    def finish(self) -> None:
        for key in self._left:
            self.fault(key, f"unknown key; expected one of {', '.join(self._known) or 'none'}")

    def _take(
        self, key: str, fits: Callable[[object], bool], expected: str, made: Callable[[object], T]
    ) -> T | None:
        self._known.append(key)
        if key not in self._left:
            return None
        value = self._left.pop(key)
        if fits(value):
            return made(value)
        self.fault(key, f"got {shown(value)}, expected {expected}")
        return None


def shown(value: object) -> str:
    """Return a value as the file has it, cut short."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
