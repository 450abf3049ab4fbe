"""The file of rows that could not be used: JSON lines, written as they are met."""

from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

from revenuer.ingest.diskwrite import aside, resource_errors
from revenuer.records import QuarantinedRow

EXCERPT_CHARS = 200


class Quarantine:
    """Collects rows into `workdir/quarantine.jsonl` (file, line, reason, excerpt); no file where none came.

    The file holds pieces of the log, prompts included: treat it as the log is treated.
    """

    def __init__(self, workdir: Path, name: str = "quarantine.jsonl") -> None:
        self._path = workdir / name
        self._stream: BinaryIO | None = None
        self._encoder = msgspec.json.Encoder()
        self.count = 0

    def add(self, file: str, line: int, reason: str, excerpt: str) -> None:
        """Write one row down; `line` is 1-based."""
        row = QuarantinedRow(file=file, line=line, reason=reason, excerpt=excerpt[:EXCERPT_CHARS])
        with resource_errors(self._path):
            if self._stream is None:
                self._stream = aside(self._path).open("wb")
            self._stream.write(self._encoder.encode(row) + b"\n")
        self.count += 1

    def finish(self) -> Path | None:
        """Put the file in its place and return it, or None where no row was added."""
        if self._stream is None:
            self._path.unlink(missing_ok=True)
            return None
        with resource_errors(self._path):
            self._stream.close()
            aside(self._path).replace(self._path)
        return self._path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None and not self._stream.closed:
            with suppress(OSError):
                self._stream.close()
            aside(self._path).unlink(missing_ok=True)


def excerpt_of(value: object) -> str:
    """Return the beginning of `value` as text fit for a report; never fails."""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value[: 4 * EXCERPT_CHARS]).decode("utf-8", "replace")[:EXCERPT_CHARS]
    if isinstance(value, dict):
        return _of_record(value)
    return clean(str(value)[:EXCERPT_CHARS])


def _of_record(record: dict[object, object]) -> str:
    parts: list[str] = []
    size = 0
    for key, value in record.items():
        shown = value if isinstance(value, (str, int, float, bool)) or value is None else type(value).__name__
        part = f"{str(key)[:40]}={str(shown)[:60]}"
        parts.append(part)
        size += len(part)
        if size > EXCERPT_CHARS:
            break
    return clean(" ".join(parts)[:EXCERPT_CHARS])


def clean(text: str) -> str:
    """Return `text` with lone surrogates replaced, so that it can be stored as UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
