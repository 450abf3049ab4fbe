"""Asks a `revenuer guard serve` over HTTP, and gives up at the deadline."""

import asyncio
import logging

import msgspec

from revenuer.guard.event import Aftermath, Event
from revenuer.guard.front.judge import GuardUnreachableError
from revenuer.guard.front.wire import BrokenAnswerError, Wire
from revenuer.records import Decision, InputError

_log = logging.getLogger("revenuer.guard.front")


class RemoteJudge:
    """Keeps no state of its own but connections, so that any number of processes may ask one guard."""

    def __init__(self, address: str, *, key: str | None, deadline_ms: int) -> None:
        """`key`: sent as bearer token. Raises UsageError for an address that is none."""
        self._wire = Wire(address, {} if key is None else {"authorization": f"Bearer {key}"})
        self._deadline_s = deadline_ms / 1000
        self._reachable = True
        self._decision = msgspec.json.Decoder(Decision)

    async def decide(self, event: Event) -> Decision:
        answer = await self._ask("/v1/decide", msgspec.json.encode(event))
        try:
            return self._decision.decode(answer)
        except msgspec.DecodeError as error:
            raise self._unreachable(f"an answer that is no decision: {error}") from error

    async def learn(self, aftermath: Aftermath) -> None:
        await self._ask("/v1/learn", msgspec.json.encode(aftermath))

    async def close(self) -> None:
        await self._wire.close()

    async def _ask(self, path: str, body: bytes) -> bytes:
        try:
            async with asyncio.timeout(self._deadline_s):
                answer = await self._wire.post(path, body)
        except TimeoutError as error:
            raise self._unreachable(f"nothing within {self._deadline_s * 1000:.0f} ms") from error
        except (OSError, BrokenAnswerError) as error:
            raise self._unreachable(str(error) or type(error).__name__) from error
        if answer.status in (400, 413, 422):
            raise InputError(f"the guard refuses the request as malformed (HTTP {answer.status})")
        if answer.status not in (200, 202, 204):
            raise self._unreachable(f"HTTP {answer.status}")
        if not self._reachable:
            self._reachable = True
            _log.warning("the guard answers again")
        return answer.body

    def _unreachable(self, what: str) -> GuardUnreachableError:
        if self._reachable:
            self._reachable = False
            _log.error("the guard does not answer: %s; said once, until it answers again", what)
        return GuardUnreachableError(f"the guard gave {what}; see whether `revenuer guard serve` runs")
