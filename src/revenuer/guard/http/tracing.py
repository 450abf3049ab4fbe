"""OpenTelemetry traces: one span a decision, sampled, without any text of a prompt."""

from time import time_ns

from revenuer.records import Decision, MissingDependencyError


class Tracing:
    """Sends spans to an OTLP collector over HTTP, from a thread of its own."""

    def __init__(self, endpoint: str, share: float) -> None:
        """`endpoint`: the collector's address for traces, as `http://collector:4318/v1/traces`. `share`: of decisions, 0 to 1.

        Raises MissingDependencyError.
        """
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
            from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
        except ImportError as error:
            raise MissingDependencyError(
                "traces need OpenTelemetry; pip install 'revenuer[guard]'"
            ) from error
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "revenuer-guard"}),
            sampler=TraceIdRatioBased(share),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=5)))
        self._tracer = self._provider.get_tracer("revenuer.guard")

    def decided(self, front: str, decision: Decision, seconds: float) -> None:
        """Record a decision that has just been made."""
        ended = time_ns()
        span = self._tracer.start_span("guard.decide", start_time=ended - int(seconds * 1e9))
        if span.is_recording():
            span.set_attributes(
                {
                    "revenuer.front": front,
                    "revenuer.action": decision.action.value,
                    "revenuer.would": decision.would.value,
                    "revenuer.operator": decision.campaign_id or "",
                    "revenuer.log10_e": decision.log10_e,
                    "revenuer.request_id": decision.request_id,
                }
            )
        span.end(end_time=ended)

    def close(self) -> None:
        """Send what is left, within five seconds."""
        self._provider.force_flush(timeout_millis=5000)
        self._provider.shutdown()
