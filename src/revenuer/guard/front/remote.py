"""Asks a `revenuer guard serve` over HTTP, and gives up at the deadline."""

import asyncio
import logging

import msgspec

from revenuer.guard.event import Aftermath, Event
from revenuer.guard.front.judge import GuardUnreachableError
from revenuer.guard.front.wire import Answer, BrokenAnswerError, Wire
from revenuer.records import UNANSWERED, Decision, InputError

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
        """As `Judge` says; an event that the guard finds too long is asked about without its text."""
        answer = await self._ask("/v1/decide", msgspec.json.encode(event))
        if answer.status == 413:
            bare = msgspec.structs.replace(event, prompt=None, system_prompt=None)
            answer = await self._ask("/v1/decide", msgspec.json.encode(bare))
        try:
            decision = self._decision.decode(answer.body)
        except msgspec.DecodeError as error:
            raise self._unreachable(f"an answer that is no decision: {error}") from error
        if answer.failure is not None:
            allows = decision.action not in UNANSWERED
            raise GuardUnreachableError(f"the guard could not decide ({answer.failure})", allows=allows)
        return decision

    async def learn(self, aftermath: Aftermath) -> None:
        await self._ask("/v1/outcomes", msgspec.json.encode(aftermath))

    async def close(self) -> None:
        await self._wire.close()

    async def _ask(self, path: str, body: bytes) -> Answer:
        try:
            async with asyncio.timeout(self._deadline_s):
                answer = await self._wire.post(path, body)
        except TimeoutError as error:
            raise self._unreachable(f"nothing within {self._deadline_s * 1000:.0f} ms") from error
        except (OSError, BrokenAnswerError) as error:
            raise self._unreachable(str(error) or type(error).__name__) from error
        if answer.status == 400:
            raise InputError("the request does not fit the guard's bounds; send shorter names and ids")
        if answer.status not in (200, 413):
            raise self._unreachable(f"HTTP {answer.status}")
        if not self._reachable:
            self._reachable = True
            _log.warning("the guard answers again")
        return answer

    def _unreachable(self, what: str) -> GuardUnreachableError:
        if self._reachable:
            self._reachable = False
            _log.error("the guard does not answer: %s; said once, until it answers again", what)
        return GuardUnreachableError(f"the guard gave {what}; see whether `revenuer guard serve` runs")
