"""Rows that could not be used: all are counted, the first thousand are kept."""

from collections import Counter

from revenuer.records import QuarantinedRow

KEPT_ROWS = 1000
_EXCERPT_CHARS = 200


class BadRows:
    """Collects the bad rows of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._kept: list[QuarantinedRow] = []
        self._reasons: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        """Whether further rows are only counted, so that nobody need look for their line."""
        return len(self._kept) >= KEPT_ROWS

    @property
    def total(self) -> int:
        """Number of rows so far."""
        return self._reasons.total()

    @property
    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Rows for each reason, the commonest first."""
        return tuple(sorted(self._reasons.items(), key=lambda item: (-item[1], item[0])))

    @property
    def kept(self) -> tuple[QuarantinedRow, ...]:
        """The rows that were kept, by line."""
        return tuple(sorted(self._kept, key=lambda row: row.line))

    def add(self, line: int, reason: str, excerpt: str) -> None:
        """Set one row aside; `line` is 1-based."""
        self._reasons[reason] += 1
        if not self.full:
            shown = excerpt[:_EXCERPT_CHARS].encode("utf-8", "replace").decode("utf-8")
            self._kept.append(QuarantinedRow(file=self.file, line=line, reason=reason, excerpt=shown))

    def count(self, reason: str, rows: int) -> None:
        """Count `rows` rows without keeping them."""
        if rows:
            self._reasons[reason] += rows


def excerpt_of(raw: bytes) -> str:
    """Return the beginning of a line as text."""
    return raw[: 4 * _EXCERPT_CHARS].decode("utf-8", "replace").rstrip("\r\n")[:_EXCERPT_CHARS]
