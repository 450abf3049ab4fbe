"""Context masking: a window that already occurred in a response is not marked again there.

Otherwise the same window forces the same token each time, which shows and which loops.
Source: S. Dathathri et al., Scalable watermarking for identifying large language model outputs, Nature 634 (2024), "repeated context masking".
"""

from collections.abc import Sequence


class ContextMask:
    """The windows of one response so far. Ask once for each position, in order."""

    __slots__ = ("_seen", "width")

    def __init__(self, width: int) -> None:
        self.width = width
        self._seen: set[tuple[int, ...]] = set()

    def window(self, response: Sequence[int]) -> tuple[int, ...] | None:
        """Return the window of the next token, or None where that token is not to be marked: before a full window, or after one
        that occurred in this response."""
        if len(response) < self.width:
            return None
        window = tuple(response[-self.width :])
        if window in self._seen:
            return None
        self._seen.add(window)
        return window
