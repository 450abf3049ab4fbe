"""What the follower reads from: lines that are handed out, and settled once what they led to is in the books."""

from typing import NamedTuple, Protocol


class Line(NamedTuple):
    """One record as it came. `place`: where it stands, for a reader who looks it up (a byte offset, a stream id). `number`: 1-based
    within the source. `fault`: why it cannot be read; `data` is then not to be used."""

    data: bytes
    number: int
    place: str
    fault: str | None = None


class Source(Protocol):
    """One source. Never waits longer than a moment; a source that is away gives no lines and says so in `news`.

    Every line is handed out at least once: those that were not settled before a crash come again.
    """

    name: str

    @property
    def ended(self) -> bool:
        """Whether nothing more is there for now."""

    def read(self, most: int) -> list[Line]:
        """Return the next lines, at most about `most`."""

    def position(self) -> bytes | None:
        """Return where the next line will come from, to be saved by the follower; None where the source keeps that itself."""

    def settle(self) -> None:
        """Take note that everything handed out so far is in the books."""

    def news(self) -> list[str]:
        """Return, once, what happened to the source: sentences for the operator."""

    def close(self) -> None: ...
