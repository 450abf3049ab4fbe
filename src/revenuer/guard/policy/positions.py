"""Where each key of a TOML text stands. `tomllib` gives values without positions, and a fault without a line helps nobody."""

import tomllib
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Names of tables and keys, and places in arrays (from 0)."""
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_BLANK = frozenset(" \t\r\n")


class Position(NamedTuple):
    """Line and column in characters, both from 1."""

    line: int
    column: int


def positions(text: str) -> dict[Path, Position]:
    """Return the place of every table, key and array element of `text`, by its path.

    `text` must be TOML that `tomllib` reads; of anything else the answer is undefined. A table made by several headers
    or dotted keys stands where it is first named.
    """
    return _Scan(text).document()


class _Scan:
    """One walk over the text. Every method starts at `at` and leaves it behind what it read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}

    def document(self) -> dict[Path, Position]:
        prefix: Path = ()
        self.blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                prefix = self.header()
            else:
                self.pair(prefix)
            self.blank()
        return self.placed()

    def placed(self) -> dict[Path, Position]:
        """Turn offsets into lines and columns in one pass."""
        placed: dict[Path, Position] = {}
        line, start = 1, 0
        for path, offset in sorted(self.found.items(), key=lambda item: item[1]):
            passed = self.text.count("\n", start, offset)
            if passed:
                line += passed
                start = self.text.rindex("\n", start, offset) + 1
            placed[path] = Position(line, offset - start + 1)
        return placed

    def blank(self) -> None:
        """Skip white space, line ends and comments."""
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = end if end >= 0 else len(self.text)
            elif self.text[self.at] in _BLANK:
                self.at += 1
            else:
                return

    def header(self) -> Path:
        """Read [a.b] or [[a.b]] and return the path that its keys belong under."""
        start = self.at
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        path: Path = ()
        for part in self.key():
            path = self.current(path)
            path += (part,)
            self.found.setdefault(path, start)
        self.at += 2 if many else 1
        if not many:
            return path
        number = self.counts.get(path, 0)
        self.counts[path] = number + 1
        self.found[*path, number] = start
        return (*path, number)

    def current(self, path: Path) -> Path:
        """Return the last table of an array of tables, or the path itself."""
        return (*path, self.counts[path] - 1) if path in self.counts else path

    def pair(self, prefix: Path) -> None:
        """Read `a.b = value`."""
        start, path = self.at, prefix
        for part in self.key():
            path += (part,)
            self.found.setdefault(path, start)
        self.at += 1
        self.blank()
        self.value(path)

    def key(self) -> list[str]:
        """Read a dotted key up to what follows it."""
        parts: list[str] = []
        while True:
            self.blank()
            start = self.at
            if self.text[start] in "\"'":
                self.string()
                parts.append(str(tomllib.loads(f"k = {self.text[start : self.at]}")["k"]))
            else:
                while self.text[self.at] in _BARE:
                    self.at += 1
                parts.append(self.text[start : self.at])
            self.blank()
            if self.text[self.at] != ".":
                return parts
            self.at += 1

    def value(self, path: Path) -> None:
        """Read any value; the elements of an array and the keys of an inline table get their places."""
        opening = self.text[self.at]
        if opening in "\"'":
            self.string()
        elif opening == "[":
            self.array(path)
        elif opening == "{":
            self.inline_table(path)
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}#\n":
                self.at += 1

    def string(self) -> None:
        """Read a string of any of the four kinds."""
        quote = self.text[self.at]
        fence = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(fence)
        while not self.text.startswith(fence, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += len(fence)
        # Up to two quotes may stand before the fence that closes a multi-line string.
        while len(fence) == 3 and self.text.startswith(quote, self.at):
            self.at += 1

    def array(self, path: Path) -> None:
        self.at += 1
        self.blank()
        number = 0
        while self.text[self.at] != "]":
            self.found[*path, number] = self.at
            self.value((*path, number))
            number += 1
            self.separator()
        self.at += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        self.blank()
        while self.text[self.at] != "}":
            self.pair(path)
            self.separator()
        self.at += 1

    def separator(self) -> None:
        self.blank()
        if self.text[self.at] == ",":
            self.at += 1
        self.blank()
