"""A Kafka topic, read by a consumer group: an offset is committed when what led up to it is in the books."""

from collections.abc import Mapping
from typing import Any, Literal

from revenuer.guard.follow.source import Line
from revenuer.records import MissingDependencyError, UsageError

_TIMEOUT_S = 5.0


class KafkaTopic:
    """A `Source`. `more`: options of librdkafka (security.protocol, sasl.*, session.timeout.ms, ...). `start`: where a group begins
    that has committed nothing yet."""

    def __init__(
        self,
        servers: str,
        topic: str,
        *,
        group: str,
        start: Literal["beginning", "end"],
        more: Mapping[str, str] | None = None,
    ) -> None:
        try:
            import confluent_kafka
        except ImportError as error:
            raise MissingDependencyError(
                "Kafka needs the package confluent-kafka; install revenuer[kafka]"
            ) from error
        self.name = topic
        self._kafka: Any = confluent_kafka
        self._next: dict[int, int] = {}
        self._at_end: set[int] = set()
        self._number = 0
        self._news: list[str] = []
        self._away = False
        options = {
            "log_level": 2,
            **(more or {}),
            "bootstrap.servers": servers,
            "group.id": group,
            "auto.offset.reset": "earliest" if start == "beginning" else "latest",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "error_cb": self._fail,
        }
        try:
            self._consumer: Any = confluent_kafka.Consumer(options)
        except confluent_kafka.KafkaException as error:
            raise UsageError(f"Kafka's client refuses its options: {error.args[0].str()}") from error
        self._consumer.subscribe([topic], on_revoke=self._revoked, on_lost=self._revoked)

    @property
    def ended(self) -> bool:
        partitions = {one.partition for one in self._consumer.assignment()}
        return bool(partitions) and partitions <= self._at_end

    def read(self, most: int) -> list[Line]:
        """Return new messages."""
        lines: list[Line] = []
        for message in self._consumer.consume(most, 0.0):
            error = message.error()
            if error is None:
                lines.append(self._line(message))
            elif error.code() == self._kafka.KafkaError._PARTITION_EOF:
                self._at_end.add(message.partition())
            else:
                self._news.append(f"{error.str()}")
        if lines and self._away:
            self._away = False
            self._news.append("is back")
        return lines

    def position(self) -> None:
        """The brokers keep it."""

    def settle(self) -> None:
        """Commit what was handed out; what the brokers do not take now is committed the next time."""
        if not self._next:
            return
        offsets = [self._kafka.TopicPartition(self.name, one, offset) for one, offset in self._next.items()]
        try:
            done = self._consumer.commit(offsets=offsets, asynchronous=False)
        except self._kafka.KafkaException as error:
            self._news.append(f"offsets are not committed ({error.args[0].str()}); trying again")
            return
        for one in done or []:
            if one.error is None and self._next.get(one.partition) == one.offset:
                del self._next[one.partition]

    def news(self) -> list[str]:
        news, self._news = self._news, []
        return news

    def close(self) -> None:
        self._consumer.close()

    def _line(self, message: Any) -> Line:
        partition, offset = message.partition(), message.offset()
        self._next[partition] = offset + 1
        self._at_end.discard(partition)
        self._number += 1
        place, data = f"{partition}:{offset}", message.value()
        return (
            Line(b"", self._number, place, "has no value")
            if data is None
            else Line(data, self._number, place)
        )

    def _revoked(self, _: Any, partitions: list[Any]) -> None:
        # Another member reads on from the last commit; what is not committed yet it decides again.
        for one in partitions:
            self._next.pop(one.partition, None)
            self._at_end.discard(one.partition)

    def _fail(self, error: Any) -> None:
        if not self._away:
            self._away = True
            self._news.append(f"is away ({error.str()}); trying again")
