"""A file that grows, as `tail -F` sees it: renamed away, cut to nothing, written anew, and found again after a restart."""

import os
import stat
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from revenuer.guard.follow.file_position import (
    HEAD_BYTES,
    file_after,
    file_of,
    head_of,
    position_in,
    read_position,
)
from revenuer.guard.follow.source import Line
from revenuer.records import InputError

MAX_LINE_BYTES = 16 << 20
"""A longer line is not held in memory: it is set aside."""

_CHUNK = 256 << 10


class TailedFile:
    """A `Source`. `start` says where to begin without a saved position. `grace_s`: how long a renamed file is still watched for late
    lines; 0 to go on at once. `complete`: the file will not grow, so that a last line without its end is one."""

    def __init__(
        self,
        path: Path,
        *,
        start: Literal["beginning", "end"],
        saved: bytes | None = None,
        grace_s: float = 1.0,
        complete: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path.absolute()
        self.name = str(self.path)
        self._grace_s = grace_s
        self._complete = complete
        self._clock = clock
        self._fd = -1
        self._ready: deque[tuple[Line, int]] = deque()
        self._news: list[str] = []
        self._left_at: float | None = None
        self._awaited = False
        self._begin_file()
        self._begin(start, saved)

    @property
    def ended(self) -> bool:
        return self._at_end and not self._ready

    def read(self, most: int) -> list[Line]:
        """Return the next lines. A last line without its end waits for it."""
        if not self._ready:
            self._fill()
        lines: list[Line] = []
        while self._ready and len(lines) < most:
            line, self._offset = self._ready.popleft()
            self._line = line.number
            lines.append(line)
        return lines

    def position(self) -> bytes | None:
        if self._fd < 0:
            return None
        return msgspec.json.encode(position_in(self._fd, self._offset, self._line))

    def settle(self) -> None:
        """Nothing to do: the follower saves the position."""

    def news(self) -> list[str]:
        news, self._news = self._news, []
        return news

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    # Beginning

    def _begin(self, start: str, saved: bytes | None) -> None:
        if saved is not None:
            position = read_position(saved, self.name)
            found = file_of(position, self.path)
            if found is not None:
                self._open(found)
                self._offset = self._read_to = position.offset
                self._line = self._line_read = position.line
                self._remember_head()
                return
            self._news.append("the file of the saved position is gone: beginning with what is there now")
            start = "beginning"
        if self._open(self.path) and start == "end":
            size = os.fstat(self._fd).st_size
            self._offset = self._read_to = size
            # The rest of a line that is being written belongs to what is skipped.
            self._skipping = size > 0 and os.pread(self._fd, 1, size - 1) != b"\n"
            self._fragment = self._skipping
            self._remember_head()

    def _open(self, path: Path) -> bool:
        """Open `path` at its beginning; return whether it is there. Raises InputError where it can never be followed."""
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            if not self._awaited:
                self._awaited = True
                self._news.append("is not there (yet): waiting for it")
            return False
        except OSError as error:
            raise InputError(f"cannot read {path}: {error.strerror}; name a file that can be read") from error
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise InputError(f"{path} is no regular file; name a file of JSON lines")
        self.close()
        self._fd = fd
        self._awaited = False
        self._begin_file()
        return True

    def _begin_file(self) -> None:
        self._offset = self._read_to = 0
        self._line = self._line_read = 0
        self._partial = bytearray()
        self._skipping = self._fragment = False
        self._head_bytes, self._head = 0, ""
        self._left_at = None
        self._at_end = True

    # Reading on

    def _fill(self) -> None:
        """Read a chunk, or find out why there is none."""
        if self._fd < 0 and not self._open(self.path):
            self._at_end = True
            return
        if os.fstat(self._fd).st_size < self._read_to or not self._same_head():
            self._cut()
        chunk = os.pread(self._fd, _CHUNK, self._read_to)
        if chunk:
            self._at_end = False
            self._left_at = None
            self._split(chunk)
            self._remember_head()
        else:
            self._at_end = not self._move_on()

    def _split(self, chunk: bytes) -> None:
        begin = 0
        while (end := chunk.find(b"\n", begin)) >= 0:
            self._partial += chunk[begin:end]
            self._end_line(self._read_to + end, 1)
            begin = end + 1
        if not self._skipping:
            self._partial += chunk[begin:]
            if len(self._partial) > MAX_LINE_BYTES:
                self._skipping = True
                self._partial.clear()
        self._read_to += len(chunk)

    def _end_line(self, at: int, line_end: int) -> None:
        """A line ends before byte `at`; `line_end` more bytes belong to it."""
        data, fragment, long = bytes(self._partial), self._fragment, self._skipping
        after = at + line_end
        self._partial.clear()
        self._skipping = self._fragment = False
        if fragment:
            self._offset = after
            return
        self._line_read += 1
        if long or len(data) > MAX_LINE_BYTES:
            line = Line(b"", self._line_read, str(at), f"is longer than {MAX_LINE_BYTES} bytes")
            self._ready.append((line, after))
        elif data.strip():
            self._ready.append((Line(data, self._line_read, str(at - len(data))), after))

    def _cut(self) -> None:
        """The file was cut to nothing, or written anew in place."""
        self._news.append(f"was cut or rewritten at byte {self._read_to}: reading it from its beginning")
        if self._partial:
            self._line_read += 1
            fault = "was cut off before its end"
            self._ready.append((Line(b"", self._line_read, str(self._read_to), fault), 0))
        self._offset = self._read_to = self._line_read = 0
        self._partial.clear()
        self._skipping = self._fragment = False
        self._head_bytes, self._head = 0, ""

    # Rotation

    def _move_on(self) -> bool:
        """At the end of the open file: go on to the next one if this one was renamed away. Return whether there may be more."""
        try:
            there = self.path.stat()
        except OSError:
            return False
        here = os.fstat(self._fd)
        if (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino):
            return self._complete and self._end_partial()
        now = self._clock()
        if self._left_at is None:
            self._left_at = now
        if now - self._left_at < self._grace_s:
            return True
        if self._end_partial():
            return True
        self._news.append("was renamed away: going on with the next file")
        return self._open(file_after(here, self.path))

    def _end_partial(self) -> bool:
        """Take a last line without its end as it is; return whether that gives a line."""
        if self._partial or self._skipping:
            self._end_line(self._read_to, 0)
        return bool(self._ready)

    # Telling files apart

    def _remember_head(self) -> None:
        if self._head_bytes < HEAD_BYTES:
            self._head_bytes = min(self._read_to, HEAD_BYTES)
            self._head = head_of(self._fd, self._head_bytes)

    def _same_head(self) -> bool:
        return not self._head_bytes or head_of(self._fd, self._head_bytes) == self._head
