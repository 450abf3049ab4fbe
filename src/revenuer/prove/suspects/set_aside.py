"""Rows of a file that could not be used: every one is counted, and the first ten thousand are kept with line, reason and excerpt."""

from collections import Counter

from revenuer.records import QuarantinedRow

KEPT_ROWS = 10_000
EXCERPT_CHARS = 200


class SetAside:
    """Collects the rows of one file that could not be used."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.reasons: Counter[str] = Counter()
        self._kept: list[QuarantinedRow] = []

    @property
    def total(self) -> int:
        """Number of rows so far."""
        return self.reasons.total()

    @property
    def kept(self) -> tuple[QuarantinedRow, ...]:
        """The rows that were kept, in the order of the file."""
        return tuple(sorted(self._kept, key=lambda row: row.line))

    def add(self, line: int, reason: str, excerpt: str | bytes, detail: str = "") -> None:
        """Set one row aside; `line` is 1-based. Rows are counted by `reason`; `detail` stands in the row alone."""
        self.reasons[reason] += 1
        if len(self._kept) >= KEPT_ROWS:
            return
        if isinstance(excerpt, bytes):
            excerpt = excerpt[: 4 * EXCERPT_CHARS].decode("utf-8", "replace")
        shown = excerpt[:EXCERPT_CHARS].encode("utf-8", "replace").decode("utf-8")
        said = f"{reason}: {detail}" if detail else reason
        self._kept.append(QuarantinedRow(file=self.file, line=line, reason=said, excerpt=shown))
