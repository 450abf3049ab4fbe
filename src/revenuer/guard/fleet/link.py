"""A connection to Valkey or Redis that says in one kind of error that it failed, and never waits longer than it was told."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from revenuer.records import MissingDependencyError, RevenuerError, UsageError

SCHEMES = ("redis", "rediss", "valkey", "valkeys", "unix")


class LinkError(RevenuerError):
    """The server is away or refuses: wait and try again."""


class Link:
    """One connection, for one thread. Connects at the first command, and anew at the next one after a failure. `name` is shown to the
    server's administrator (CLIENT LIST)."""

    def __init__(self, url: str, timeout_s: float, name: str) -> None:
        try:
            import valkey
            from valkey.backoff import NoBackoff
            from valkey.retry import Retry
        except ImportError as error:
            raise MissingDependencyError(
                "shared state and Redis streams need the package valkey; install revenuer[shared]"
            ) from error
        if url.partition("://")[0] not in SCHEMES:
            raise UsageError(f"got a server's address that begins with none of {', '.join(SCHEMES)}")
        try:
            # Its own retries are off: they would wait in silence, and a note sent again must keep its number.
            self._client: Any = valkey.Valkey.from_url(
                url.replace("valkey", "redis", 1) if url.startswith("valkey") else url,
                socket_timeout=timeout_s,
                socket_connect_timeout=timeout_s,
                retry=Retry(NoBackoff(), 0),
                client_name=name,
                decode_responses=False,
                protocol=2,
            )
        except (ValueError, TypeError) as error:
            # The address is not repeated: it may hold a password.
            raise UsageError(
                "the server's address cannot be read, expected redis://user:password@host:port/0"
            ) from error
        self._refusals: tuple[type[Exception], ...] = (valkey.ValkeyError, OSError)

    def command(self, *words: str | bytes | int) -> Any:
        """Return the answer to one command. Raises LinkError."""
        try:
            return self._client.execute_command(*words)
        except self._refusals as error:
            raise self._failed(error) from error

    def commands(self, several: Sequence[Sequence[str | bytes | int]]) -> list[Any]:
        """Return the answers to commands that are sent in one go. Raises LinkError; some may have been carried out then."""
        try:
            with self._client.pipeline(transaction=False) as pipeline:
                for words in several:
                    pipeline.execute_command(*words)
                return list(pipeline.execute())
        except self._refusals as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Drop the connection."""
        self._client.close()
        self._client.connection_pool.disconnect()

    def _failed(self, error: Exception) -> LinkError:
        # A connection on which an answer is outstanding must not be used again.
        self._client.connection_pool.disconnect()
        return LinkError(f"{type(error).__name__}: {error}")


class Backoff:
    """How long to wait before the next attempt: doubled each time up to `longest_s`, less a random part so that nodes do not return
    all at once."""

    def __init__(self, first_s: float, longest_s: float, rng: np.random.Generator) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._rng = rng
        self._next_s = first_s

    def next_s(self) -> float:
        """Return the pause before the next attempt."""
        pause = self._next_s
        self._next_s = min(self._longest_s, 2 * pause)
        return pause * float(self._rng.uniform(0.5, 1.0))

    def reset(self) -> None:
        """Begin again: an attempt went well."""
        self._next_s = self._first_s
