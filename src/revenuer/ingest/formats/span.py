"""What the two telemetry conventions are read from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """An event of a span, or a log record; `body` is empty for the former. `start` is epoch nanoseconds."""

    name: str
    attributes: Mapping[str, Any]
    body: Mapping[str, Any]
    start: object
    trace_id: str
    span_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A span with its resource's attributes merged in, its own winning."""

    attributes: Mapping[str, Any]
    start: object
    trace_id: str
    span_id: str
    failed: bool
    events: tuple[LogEvent, ...]

    @property
    def identity(self) -> str | None:
        """Return trace and span id, the request's id where the vendor gave none."""
        return f"{self.trace_id}:{self.span_id}" if self.span_id else None


def indexed(attributes: Mapping[str, Any], prefix: str) -> list[dict[str, Any]]:
    """Collect `prefix.0.a`, `prefix.1.a`, ... as one object for each index, in order."""
    pattern = re.compile(re.escape(prefix) + r"\.(\d{1,6})\.(.+)", re.DOTALL | re.ASCII)
    found: dict[int, dict[str, Any]] = {}
    for key, value in attributes.items():
        if key.startswith(prefix) and (match := pattern.fullmatch(key)):
            found.setdefault(int(match[1]), {})[match[2]] = value
    return [found[index] for index in sorted(found)]


def http_status(attributes: Mapping[str, Any], *, failed: bool) -> int | None:
    """Return the HTTP status that the span tells of: 200 where it did not fail, null where it failed otherwise."""
    for name in ("http.response.status_code", "http.status_code", "error.type"):
        value = str(attributes.get(name, ""))
        if value.isascii() and value.isdigit() and len(value) == 3:
            return int(value)
    return None if failed or "error.type" in attributes else 200
