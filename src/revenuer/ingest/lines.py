"""Chunks of bytes -> numbered lines, in batches, however long a line is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_LINE_BYTES = 512 << 20
"""A longer line is not held in memory: it is reported as one bad row."""

BATCH_LINES = 50_000
BATCH_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class LineBatch:
    """Consecutive lines without their line ends; `first` is the 1-based number of the first.

    `open_ended` says that the last line is the end of the file and no line end follows it.
    `cut` are numbers of lines of which only the beginning is kept, being too long.
    """

    first: int
    lines: list[bytes]
    open_ended: bool = False
    cut: frozenset[int] = frozenset()


def line_batches(
    data: Iterable[bytes], *, max_lines: int = BATCH_LINES, max_line_bytes: int = MAX_LINE_BYTES
) -> Iterator[LineBatch]:
    """Yield the lines of `data` in batches of about 32 MiB; a chunk is scanned once, so the cost is linear."""
    pending: list[bytes] = []
    held = 0
    overlong = False
    batch: list[bytes] = []
    cut: set[int] = set()
    size, first = 0, 1
    for chunk in data:
        head, *rest = chunk.split(b"\n")
        if held + len(head) > max_line_bytes:
            overlong = True
            head = head[: max(0, 1024 - held)]
        if not overlong or held < 1024:
            pending.append(head)
            held += len(head)
        if not rest:
            continue
        if overlong:
            cut.add(first + len(batch))
        batch.append(b"".join(pending))
        batch.extend(rest[:-1])
        size += held + len(chunk)
        pending, held, overlong = [rest[-1]], len(rest[-1]), False
        while len(batch) >= max_lines or (size >= BATCH_BYTES and batch):
            taken, batch = batch[:max_lines], batch[max_lines:]
            yield LineBatch(first, taken, cut=frozenset(cut))
            first, size, cut = first + len(taken), sum(map(len, batch)) if batch else 0, set()
    last = b"".join(pending)
    if overlong:
        cut.add(first + len(batch))
    if last:
        batch.append(last)
    if batch:
        yield LineBatch(first, batch, open_ended=bool(last), cut=frozenset(cut))
