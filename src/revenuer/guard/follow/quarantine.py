"""The file of lines that could not be used: where each stood and why, nothing of what it said."""

from pathlib import Path
from typing import BinaryIO

import msgspec

from revenuer.records import InputError


class Quarantined(msgspec.Struct, frozen=True, kw_only=True):
    """`line`: 1-based within `file`, which is a path, a stream or a topic. `place`: byte offset, stream id, or partition and offset."""

    file: str
    line: int
    place: str
    reason: str


class Quarantine:
    """Appends to a JSON-lines file, if there is one. `count`: lines set aside. `unwritten`: of these, those that the disk did not
    take; a full disk is no reason to stop watching."""

    def __init__(self, path: Path | None) -> None:
        self.count = self.unwritten = 0
        self._waiting: list[bytes] = []
        self._stream: BinaryIO | None = None
        if path is not None:
            try:
                self._stream = path.open("ab", buffering=0)
            except OSError as error:
                raise InputError(
                    f"cannot write the quarantine {path}: {error.strerror}; name another file"
                ) from error

    def add(self, file: str, line: int, place: str, reason: str) -> None:
        """Set a line aside."""
        self.count += 1
        if self._stream is not None:
            row = Quarantined(file=file, line=line, place=place, reason=reason)
            self._waiting.append(msgspec.json.encode(row) + b"\n")

    def flush(self) -> None:
        """Write what waits."""
        if self._stream is None or not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        try:
            self._stream.write(b"".join(waiting))
        except OSError:
            self.unwritten += len(waiting)

    def close(self) -> None:
        self.flush()
        if self._stream is not None:
            self._stream.close()
