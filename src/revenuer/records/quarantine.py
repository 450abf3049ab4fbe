"""A row that could not be used: where it stood, why, and what it looked like."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRow:
    """`line` is 1-based (line of a text file, row of a table); `excerpt` is at most 200 characters."""

    file: str
    line: int
    reason: str
    excerpt: str
