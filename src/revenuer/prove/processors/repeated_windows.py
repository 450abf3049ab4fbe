"""Context masking for servers that may ask twice about one position, or go back: the answer depends on the response alone."""

from collections.abc import Sequence


class RepeatedWindows:
    """Knows which windows of one response have occurred before; agrees with `marks.ContextMask` where positions are asked in order."""

    __slots__ = ("_first", "_known", "width")

    def __init__(self, width: int) -> None:
        self.width = width
        self._first: dict[tuple[int, ...], int] = {}
        self._known = width

    def window(self, response: Sequence[int]) -> tuple[int, ...] | None:
        """Return the window of the token after `response`, or None where that token is not to be marked: before a full window, or after
        one that occurred earlier in the response."""
        at = len(response)
        if at < self.width:
            return None
        if at < self._known:
            self._first.clear()
            self._known = self.width
        for position in range(self._known, at):
            self._first.setdefault(tuple(response[position - self.width : position]), position)
        self._known = max(self._known, at)
        window = tuple(response[at - self.width : at])
        return None if window in self._first else window
