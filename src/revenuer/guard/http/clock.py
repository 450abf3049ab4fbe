"""The service's clock and its request ids: the core has neither."""

import secrets
from collections.abc import Callable
from itertools import count
from time import time_ns

Clock = Callable[[], int]
"""Gives microseconds since 1970 UTC."""


def wall_clock() -> int:
    """Return microseconds since 1970 UTC by this machine's clock."""
    return time_ns() // 1000


class RequestIds:
    """Names for requests that came without one: unique over restarts and nodes, not secret."""

    def __init__(self) -> None:
        self._prefix = secrets.token_hex(6)
        self._numbers = count(1)

    def next(self) -> str:
        return f"{self._prefix}-{next(self._numbers)}"
