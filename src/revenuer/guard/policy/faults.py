"""What is wrong with a policy file: one located fault for each thing, all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from revenuer.records import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong (`error`) or probably not meant (`warning`), and where. Line and column count from 1; `key` is empty
    where the fault is the file's."""

    file: str
    line: int
    column: int
    key: str
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        kind = "warning: " if self.severity == "warning" else ""
        key = f"{self.key}: " if self.key else ""
        return f"{self.file}:{self.line}:{self.column}: {kind}{key}{self.message}"


class PolicyError(InputError):
    """A policy that cannot be used, with every fault in it."""

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        told = "\n".join(f"  {fault}" for fault in faults)
        count = len(self.faults)
        super().__init__(
            f"{file} has {count} fault{'s' if count != 1 else ''} and was not taken:\n{told}\n"
            "Mend them; `revenuer guard policy show` prints a policy that is whole."
        )


def suggestion(word: str, known: Sequence[str]) -> str:
    """Return '; did you mean X?' for the nearest known word, or nothing."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""
