"""Watches what was logged, for those who cannot sit in the path: a file, a Redis stream, a Kafka topic."""

from revenuer.guard.follow.books import Books, open_journal, policy_of
from revenuer.guard.follow.checkpoint import Checkpoint
from revenuer.guard.follow.follower import Counts, Follower
from revenuer.guard.follow.kafka_topic import KafkaTopic
from revenuer.guard.follow.quarantine import Quarantine
from revenuer.guard.follow.redis_stream import RedisStream
from revenuer.guard.follow.row import Mapper, RowError
from revenuer.guard.follow.source import Line, Source
from revenuer.guard.follow.tailed_file import TailedFile

__all__ = [
    "Books",
    "Checkpoint",
    "Counts",
    "Follower",
    "KafkaTopic",
    "Line",
    "Mapper",
    "Quarantine",
    "RedisStream",
    "RowError",
    "Source",
    "TailedFile",
    "open_journal",
    "policy_of",
]
