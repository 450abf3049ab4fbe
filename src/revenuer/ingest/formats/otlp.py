"""OpenTelemetry's JSON file encoding (OTLP-JSON) -> flat spans and log events, and from them exchanges.

A span is mapped by the convention that it follows, OpenTelemetry GenAI or OpenInference, whichever of the two
formats was named; a file may hold both. Source: opentelemetry-proto, JSON encoding.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from revenuer.ingest.formats import openinference, otel_genai
from revenuer.ingest.formats.span import LogEvent, Span
from revenuer.ingest.mapper import Row
from revenuer.ingest.paths import Record, as_list, as_record

_MAX_DEPTH = 24
_MAX_PENDING = 50_000
_ROOTS = ("resourceSpans", "resourceLogs")
_SCALARS = ("stringValue", "intValue", "doubleValue", "boolValue", "bytesValue")


@dataclass
class _Counts:
    other_spans: int = 0
    orphans: int = 0
    dropped: int = 0
    pending: dict[tuple[str, str], list[LogEvent]] = field(default_factory=dict)


class OtlpMapper:
    """Maps export requests. Message events (conventions up to 1.36) wait for their span, 50,000 spans at most."""

    def __init__(self, name: str, genai_account: Sequence[str], openinference_account: Sequence[str]) -> None:
        self.name = name
        self._genai_account = tuple(genai_account)
        self._openinference_account = tuple(openinference_account)
        self._counts = _Counts()

    def recognises(self, record: Record) -> str | None:
        """Recognise by the root key, and by which convention the first spans follow."""
        root = next((root for root in _ROOTS if isinstance(record.get(root), list)), None)
        if root is None:
            return None
        if (self.name == openinference.NAME) == any(map(openinference.follows, _spans(record))):
            return f"has OTLP-JSON's {root} with {'OpenInference' if self.name == openinference.NAME else 'GenAI'} names"
        return None

    def rows(self, record: Record) -> Iterator[Row]:
        """Yield an exchange for each span, or self-contained event, that is a model call."""
        for event in _events(record):
            if event.name == otel_genai.DETAILS_EVENT:
                yield otel_genai.row_of_event(event, self._genai_account)
            elif otel_genai.is_message_event(event.name):
                self._keep(event)
        for span in _spans(record):
            if openinference.follows(span):
                row = openinference.row(span, self._openinference_account)
            elif otel_genai.follows(span):
                told = self._counts.pending.pop((span.trace_id, span.span_id), [])
                row = otel_genai.row(span, [*span.events, *told], self._genai_account)
            else:
                row = None
            if row is None:
                self._counts.other_spans += 1
            else:
                yield row

    def _keep(self, event: LogEvent) -> None:
        pending = self._counts.pending
        pending.setdefault((event.trace_id, event.span_id), []).append(event)
        if len(pending) > _MAX_PENDING:
            pending.pop(next(iter(pending)))
            self._counts.dropped += 1

    def ignored(self) -> Iterable[str]:
        """Return nothing: telemetry carries hundreds of attributes that no exchange column is made from."""
        return ()

    def notes(self) -> Iterable[str]:
        """Say how many spans were no model calls and how many message events met no span."""
        unmet = len(self._counts.pending) + self._counts.dropped
        if self._counts.other_spans:
            yield f"{self._counts.other_spans} spans are not model calls and were left out"
        if unmet:
            yield f"the message events of {unmet} spans stand without, or after, their span: their text was not used"


def _spans(record: Record) -> Iterator[Span]:
    for resource in map(as_record, as_list(record.get("resourceSpans"))):
        shared = attributes(as_record(resource.get("resource")).get("attributes"))
        for scope in map(
            as_record, as_list(resource.get("scopeSpans", resource.get("instrumentationLibrarySpans")))
        ):
            for span in map(as_record, as_list(scope.get("spans"))):
                yield _span(span, shared)


def _span(span: Record, shared: dict[str, Any]) -> Span:
    status = as_record(span.get("status")).get("code")
    trace_id, span_id = str(span.get("traceId") or "")[:64], str(span.get("spanId") or "")[:64]
    return Span(
        attributes={**shared, **attributes(span.get("attributes"))},
        start=epoch(span.get("startTimeUnixNano")),
        trace_id=trace_id,
        span_id=span_id,
        failed=status in (2, "STATUS_CODE_ERROR"),
        events=tuple(
            LogEvent(
                name=str(event.get("name") or ""),
                attributes=attributes(event.get("attributes")),
                body={},
                start=epoch(event.get("timeUnixNano")),
                trace_id=trace_id,
                span_id=span_id,
            )
            for event in map(as_record, as_list(span.get("events")))
        ),
    )


def _events(record: Record) -> Iterator[LogEvent]:
    for resource in map(as_record, as_list(record.get("resourceLogs"))):
        shared = attributes(as_record(resource.get("resource")).get("attributes"))
        for scope in map(as_record, as_list(resource.get("scopeLogs"))):
            for entry in map(as_record, as_list(scope.get("logRecords"))):
                own = attributes(entry.get("attributes"))
                yield LogEvent(
                    name=str(entry.get("eventName") or own.get("event.name") or ""),
                    attributes={**shared, **own},
                    body=as_record(any_value(entry.get("body"))),
                    start=epoch(entry.get("timeUnixNano") or entry.get("observedTimeUnixNano")),
                    trace_id=str(entry.get("traceId") or "")[:64],
                    span_id=str(entry.get("spanId") or "")[:64],
                )


def attributes(pairs: object) -> dict[str, Any]:
    """Return OTLP's list of key-value pairs as an object (an object is taken as it is)."""
    if isinstance(pairs, dict):
        return pairs
    named = {}
    for pair in as_list(pairs):
        if isinstance(pair, dict) and isinstance(pair.get("key"), str):
            named[pair["key"]] = any_value(pair.get("value"))
    return named


def any_value(value: object, depth: int = 0) -> Any:
    """Return what an OTLP AnyValue holds; null below 24 levels, which no convention reaches."""
    if not isinstance(value, dict) or depth > _MAX_DEPTH:
        return value if isinstance(value, (str, int, float, bool)) else None
    for kind in _SCALARS:
        if kind in value:
            return _integer(value[kind]) if kind == "intValue" else value[kind]
    if "arrayValue" in value:
        return [any_value(item, depth + 1) for item in as_list(as_record(value["arrayValue"]).get("values"))]
    if "kvlistValue" in value:
        pairs = as_list(as_record(value["kvlistValue"]).get("values"))
        named = (as_record(pair) for pair in pairs)
        return {str(pair["key"]): any_value(pair.get("value"), depth + 1) for pair in named if "key" in pair}
    return None


def _integer(value: object) -> object:
    """64-bit integers are text in OTLP-JSON."""
    if isinstance(value, str) and len(value) < 21 and value.removeprefix("-").isdecimal() and value.isascii():
        return int(value)
    return value


def epoch(nanos: object) -> object:
    """Return nanoseconds since 1970 as a number; 0 and empty mean that no time was set."""
    number = _integer(nanos)
    return None if number in (0, "") else number
