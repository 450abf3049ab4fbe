"""What the service counts, in the form that Prometheus reads. No account, operator or text is ever a label."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import Any

from revenuer.guard.http.failure import Failure
from revenuer.records import ACTIONS, Decision, MissingDependencyError

SECONDS = (2e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1)
"""Upper bounds of the histogram of decisions, in seconds."""

Gauges = Callable[[], Mapping[str, tuple[str, Mapping[str, float] | float]]]
"""Gives name -> (help, value), or for a gauge by action name -> (help, action -> value), when it is asked."""


class Metrics:
    """Counts in plain dictionaries: counting costs a third of a microsecond, and only reading builds Prometheus' objects."""

    def __init__(self, gauges: Gauges = dict) -> None:
        self._decisions: dict[tuple[str, str, str], int] = {}
        self._buckets = [0] * (len(SECONDS) + 1)
        self._seconds = 0.0
        self._failures: Counter[tuple[str, Failure]] = Counter()
        self._refused: Counter[str] = Counter()
        self._reloads: Counter[tuple[str, str]] = Counter()
        self._outcomes = 0
        self._gauges = gauges

    def decided(self, front: str, decision: Decision, seconds: float) -> None:
        """Count a decision and how long it took."""
        key = (front, decision.action, decision.would)
        self._decisions[key] = self._decisions.get(key, 0) + 1
        self._buckets[bisect_left(SECONDS, seconds)] += 1
        self._seconds += seconds

    def failed(self, front: str, failure: Failure) -> None:
        """Count a request that was answered without a decision."""
        self._failures[front, failure] += 1

    def refused(self, why: str) -> None:
        """Count a request or connection that was turned away unread: `why` is one word of ours."""
        self._refused[why] += 1

    def reloaded(self, what: str, outcome: str) -> None:
        """Count a changed file: taken (`ok`) or not (`bad`)."""
        self._reloads[what, outcome] += 1

    def learned(self, count: int) -> None:
        """Count outcomes that were reported."""
        self._outcomes += count

    def page(self) -> tuple[bytes, bytes]:
        """Return content type and text of the metrics page. Raises MissingDependencyError."""
        try:
            from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        except ImportError as error:
            raise MissingDependencyError(
                "metrics need prometheus-client; pip install 'revenuer[guard]'"
            ) from error
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return CONTENT_TYPE_LATEST.encode(), generate_latest(registry)

    def collect(self) -> Iterator[Any]:
        """Yield the families of metrics, as prometheus_client's registry asks for them."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        counters: tuple[tuple[str, str, tuple[str, ...], Mapping[Any, int]], ...] = (
            ("decisions", "Decisions made, and what they had been without shadow mode and caps.", ("front", "action", "would"), self._decisions),
            ("failures", "Requests answered in the failure mode of the policy.", ("front", "failure"), self._failures),
            ("refused", "Requests and connections turned away unread.", ("why",), {(why,): n for why, n in self._refused.items()}),
            ("reloads", "Changed files taken, or kept out because they are bad.", ("what", "outcome"), self._reloads),
            ("outcomes", "Outcomes reported.", (), {(): self._outcomes}),
        )  # fmt: skip
        for name, text, labels, counts in counters:
            counter = CounterMetricFamily(f"revenuer_guard_{name}", text, labels=labels)
            for values, count in counts.items():
                counter.add_metric(list(values), count)
            yield counter
        cumulated = accumulate(self._buckets)
        bounds = [*map(str, SECONDS), "+Inf"]
        yield HistogramMetricFamily(
            "revenuer_guard_decision_seconds",
            "Time that decisions took.",
            buckets=list(zip(bounds, cumulated, strict=True)),
            sum_value=self._seconds,
        )
        for name, (text, value) in self._gauges().items():
            if isinstance(value, Mapping):
                gauge = GaugeMetricFamily(f"revenuer_guard_{name}", text, labels=("action",))
                for action in ACTIONS:
                    gauge.add_metric([action.value], value.get(action.value, 0.0))
            else:
                gauge = GaugeMetricFamily(f"revenuer_guard_{name}", text, value=value)
            yield gauge
