"""The follower on Kafka's wire protocol: committed after the decision. The broker is librdkafka's own mock, not Apache Kafka."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders.followed import Following, denied, exchange, replay, run_once

if os.environ.get("CI") != "true":
    pytest.importorskip("confluent_kafka", reason="install revenuer[kafka]")

from confluent_kafka import Consumer, Producer, TopicPartition

TOPIC = "requests"


class Broker:
    """A mock broker inside of a producer of this process; others reach it over loopback."""

    def __init__(self, folder: Path) -> None:
        self._producer = Producer(
            {"test.mock.num.brokers": 1, "bootstrap.servers": "replaced", "log_level": 2}
        )
        [broker] = self._producer.list_topics(timeout=10).brokers.values()
        self.servers = f"{broker.host}:{broker.port}"
        self.url = f"kafka://{self.servers}/{TOPIC}"
        # The mock notices that a member is gone by its silence only.
        self.config = folder / "kafka.properties"
        self.config.write_text("# short, for a test\nsession.timeout.ms=6000\nheartbeat.interval.ms=500\n")

    def add(self, rows: list[dict[str, Any] | bytes], partition: int = 0) -> None:
        for row in rows:
            self._producer.produce(
                TOPIC, row if isinstance(row, bytes) else json.dumps(row), partition=partition
            )
        assert self._producer.flush(10) == 0

    def committed(self, partition: int = 0) -> int:
        consumer = Consumer({"bootstrap.servers": self.servers, "group.id": "revenuer", "log_level": 2})
        try:
            [place] = consumer.committed([TopicPartition(TOPIC, partition)], timeout=10)
            return int(place.offset)
        finally:
            consumer.close()


@pytest.fixture
def broker(tmp_path: Path) -> Broker:
    return Broker(tmp_path)


def test_once_reads_what_is_there_and_commits_it(broker: Broker, tmp_path: Path) -> None:
    broker.add([*replay(), b"no json"])
    aside = tmp_path / "quarantine.jsonl"
    call = (broker.url, "--kafka-config", broker.config, "--quarantine", aside)
    decisions, _ = run_once(*call, expect=1)
    assert denied(decisions) == ["q2"]
    assert json.loads(aside.read_text())["place"] == "0:3"
    assert broker.committed() == 4


def test_what_a_killed_follower_had_not_committed_comes_again(
    broker: Broker, follow: Callable[..., Following]
) -> None:
    one, two, three = (exchange(f"q{i}", "a", i) for i in (1, 2, 3))
    broker.add([one])
    call = (broker.url, "--all", "--from", "beginning", "--kafka-config", broker.config)
    following = follow(*call)
    following.until(lambda: len(following.decisions()) == 1)
    following.until(lambda: broker.committed() == 1)
    following.kill()
    broker.add([two, three])
    again = follow(*call)
    again.until(lambda: len(again.decisions()) == 2)
    assert [d["request_id"] for d in again.decisions()] == ["q2", "q3"]
    again.until(lambda: broker.committed() == 3)
    again.stop()


def test_a_refused_option_is_one_sentence(broker: Broker, tmp_path: Path) -> None:
    for text, sentence in (("no.such.option=1\n", "refuses its options"), ("nothing\n", "line 1")):
        broker.config.write_text(text)
        _, said = run_once(broker.url, "--kafka-config", broker.config, expect=2)
        assert sentence in said
