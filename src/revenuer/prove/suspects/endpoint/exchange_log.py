"""The exchange log: every request to a suspect and what came of it, one JSON object a line, chained by hashes, only ever appended to.

A line `sent` goes before each request and a line `answered` (flushed to disk) behind its answer. After a crash between the two the request is
made again: the provider may count it twice, we count it once.
"""

import fcntl
import hashlib
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self

import msgspec

from revenuer.prove.suspects.endpoint.requests import Request
from revenuer.records import InputError, ResourceError, UsageError

LOG_VERSION = 1
START = "0" * 64

Event = Literal["opened", "sent", "answered", "attempt_failed", "failed"]


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line. `previous`: SHA-256 of the line before. `response`: the body as it came. `failed` says that the endpoint will not answer this
    request, whoever asks again; `attempt_failed` that it might."""

    previous: str
    event: Event
    at: str
    version: int = 0
    base_url: str = ""
    model: str = ""
    key: str = ""
    purpose: str = ""
    path: str = ""
    body: Mapping[str, Any] | None = None
    prompt_id: str = ""
    sample: int = 0
    attempt: int = 0
    status: int = 0
    took_ms: int = 0
    response: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came back for a request."""

    status: int
    response: str


@dataclass(frozen=True, slots=True)
class _Place:
    offset: int
    size: int


class ExchangeLog:
    """An open log. `repeated`: answers to a request that was answered already, which do not count. `unanswered`: requests that were sent and
    whose answer was never written down. `cut_bytes`: of a last line that a crash left unfinished, and that was cut off."""

    def __init__(self, path: Path, base_url: str, model: str) -> None:
        """Open or begin the log of one model behind one address. Raises InputError for a log that was damaged or changed, UsageError for
        another model's and for one that another run writes to, ResourceError where it cannot be written."""
        self.path = path
        self.repeated = self.cut_bytes = 0
        self._answered: dict[str, _Place] = {}
        self.failed: dict[str, str] = {}
        self._sent: set[str] = set()
        self._lock = threading.Lock()
        self._encoder = msgspec.json.Encoder()
        self._head, self._size = START, 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream: BinaryIO = path.open("a+b")
        except OSError as error:
            raise ResourceError(
                f"cannot write {path}: {error.strerror}; name another log with --log"
            ) from error
        try:
            self._claim()
            self._read(base_url, model)
        except BaseException:
            self._stream.close()
            raise

    @property
    def unanswered(self) -> int:
        """Requests that were sent and never answered nor refused."""
        return len(self._sent - self._answered.keys() - self.failed.keys())

    @property
    def head(self) -> str:
        """SHA-256 of the last line: who keeps it can show later that nothing before it was changed."""
        return self._head

    def knows(self, request: Request) -> bool:
        """Return whether a request was answered, or refused for good."""
        return request.key in self._answered or request.key in self.failed

    def came(self, request: Request) -> Came | None:
        """Return what came back for a request, None where nothing did."""
        place = self._answered.get(request.key)
        if place is None:
            return None
        entry = msgspec.json.decode(os.pread(self._stream.fileno(), place.size, place.offset), type=Entry)
        return Came(status=entry.status, response=entry.response)

    def sent(self, request: Request, attempt: int) -> None:
        """Write down that a request goes out now."""
        self._append(
            Entry(previous="", event="sent", at=_now(), key=request.key, attempt=attempt), flush=False
        )
        self._sent.add(request.key)

    def answered(self, request: Request, came: Came, took_s: float) -> None:
        """Write an answer down, to the disk."""
        entry = Entry(
            previous="",
            event="answered",
            at=_now(),
            key=request.key,
            purpose=request.purpose,
            path=request.path,
            body=request.body,
            prompt_id=request.prompt_id,
            sample=request.sample,
            status=came.status,
            took_ms=round(1000 * took_s),
            response=came.response,
        )
        place = self._append(entry, flush=True)
        self._answered.setdefault(request.key, place)

    def attempt_failed(self, request: Request, attempt: int, status: int, error: str) -> None:
        """Write down that an attempt failed and may be made again."""
        entry = Entry(
            previous="",
            event="attempt_failed",
            at=_now(),
            key=request.key,
            attempt=attempt,
            status=status,
            error=error,
        )
        self._append(entry, flush=False)

    def refused(self, request: Request, status: int, error: str) -> None:
        """Write down that the endpoint will not answer this request: it is not sent again."""
        entry = Entry(
            previous="",
            event="failed",
            at=_now(),
            key=request.key,
            purpose=request.purpose,
            path=request.path,
            body=request.body,
            prompt_id=request.prompt_id,
            sample=request.sample,
            status=status,
            error=error,
        )
        self._append(entry, flush=True)
        self.failed[request.key] = error

    def close(self) -> None:
        """Close the file and let others write to it."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _claim(self) -> None:
        try:
            fcntl.flock(self._stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(
                f"another run writes to {self.path}; wait for it, or name another log with --log"
            ) from error

    def _append(self, entry: Entry, *, flush: bool) -> _Place:
        with self._lock:
            line = self._encoder.encode(msgspec.structs.replace(entry, previous=self._head))
            try:
                self._stream.write(line + b"\n")
                self._stream.flush()
                if flush:
                    os.fsync(self._stream.fileno())
            except OSError as error:
                raise ResourceError(
                    f"cannot write {self.path}: {error.strerror}; make room and run the same command again"
                ) from error
            place = _Place(self._size, len(line))
            self._size += len(line) + 1
            self._head = hashlib.sha256(line).hexdigest()
            return place

    def _read(self, base_url: str, model: str) -> None:
        self._stream.seek(0)
        decoder = msgspec.json.Decoder(Entry)
        for number, line in enumerate(self._stream, 1):
            entry = _entry(decoder, line)
            if entry is None:
                self._cut_or_refuse(number, line)
                break
            if entry.previous != self._head:
                raise InputError(
                    f"{self.path} line {number} does not follow from the line before: the log was changed or put together; "
                    "go on from a copy of the log as it was written, or begin a new one with --log"
                )
            self._take(entry, number, line, base_url, model)
        if self._size == 0:
            opened = Entry(
                previous="", event="opened", at=_now(), version=LOG_VERSION, base_url=base_url, model=model
            )
            self._append(opened, flush=True)

    def _take(self, entry: Entry, number: int, line: bytes, base_url: str, model: str) -> None:
        if (number == 1) != (entry.event == "opened") or (number == 1 and entry.version != LOG_VERSION):
            raise InputError(
                f"{self.path} line {number} is not a line of an exchange log of version {LOG_VERSION}; name the right file"
            )
        if number == 1 and (entry.base_url, entry.model) != (base_url, model):
            raise UsageError(
                f"{self.path} is the log of {entry.model} at {entry.base_url}, not of {model} at {base_url}; name another with --log"
            )
        place = _Place(self._size, len(line) - 1)
        if entry.event == "sent":
            self._sent.add(entry.key)
        elif entry.event == "failed":
            self.failed[entry.key] = entry.error
        elif entry.event == "answered":
            self.repeated += entry.key in self._answered
            self._answered.setdefault(entry.key, place)
        self._size += len(line)
        self._head = hashlib.sha256(line[:-1]).hexdigest()

    def _cut_or_refuse(self, number: int, line: bytes) -> None:
        """Cut an unfinished last line off; refuse a bad line that others follow."""
        if self._stream.read(1):
            raise InputError(
                f"{self.path} line {number} cannot be read and others follow it: the file was damaged; "
                "restore it, or begin a new one with --log"
            )
        self.cut_bytes = len(line)
        self._stream.truncate(self._size)


def _entry(decoder: msgspec.json.Decoder[Entry], line: bytes) -> Entry | None:
    if not line.endswith(b"\n"):
        return None
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
