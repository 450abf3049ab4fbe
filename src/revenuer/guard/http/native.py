"""`POST /v1/decide` and `POST /v1/outcomes`: the service's own questions, single and in batches."""

import asyncio
import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from revenuer.guard.bodies import signature_id
from revenuer.guard.event import Aftermath
from revenuer.guard.http.answer import CLOSE, FAILURE, JSON, Answer, encode, fault, told
from revenuer.guard.http.asgi import Scope
from revenuer.guard.http.clock import Clock, RequestIds
from revenuer.guard.http.desk import Desk
from revenuer.guard.http.failure import Failure
from revenuer.guard.http.gate import Gate
from revenuer.guard.http.keys import Role
from revenuer.guard.http.wire import DecisionsOut, EventIn, EventsIn, LearnedOut, OutcomeIn, OutcomesIn
from revenuer.guard.salvage import check_depth
from revenuer.records import Decision, InputError

FRONT = "native"

_STRIDE = 32
"""Events of a batch between two pauses in which other requests get their turn: about 2 ms."""

_DIGEST = re.compile("[0-9a-f]{32}")
_HEADERS = [JSON]
_FAILED = {failure: [JSON, (FAILURE, failure.value.encode())] for failure in Failure}

Many = TypeVar("Many", EventsIn, OutcomesIn)


class Native:
    """Answers questions in the Exchange table's terms."""

    def __init__(self, desk: Desk, gate: Gate, clock: Clock, ids: RequestIds, batch: int) -> None:
        self._desk = desk
        self._gate = gate
        self._clock = clock
        self._ids = ids
        self._batch = batch
        self._event = msgspec.json.Decoder(EventIn).decode
        self._events = msgspec.json.Decoder(EventsIn).decode
        self._outcome = msgspec.json.Decoder(OutcomeIn).decode
        self._outcomes = msgspec.json.Decoder(OutcomesIn).decode

    async def decide(self, scope: Scope, body: bytes) -> Answer:
        """Return the decision on one event, or those on a batch. Raises InputError."""
        answer = self.decide_one(scope, body)
        if isinstance(answer, Answer):
            return answer
        batch = self._batch_of(body, b'"events"', self._events, answer)
        return await self._decide_all(scope, batch.events)

    def decide_one(self, scope: Scope, body: bytes) -> Answer | msgspec.DecodeError:
        """Return the decision on one event, or why the body is none. Raises InputError."""
        if (refusal := self._gate.refuse(scope, Role.DECIDE)) is not None:
            return refusal
        check_depth(body)
        try:
            asked = self._event(body)
        except msgspec.DecodeError as error:
            return error
        decision, failure = self._desk.decide(asked.event(self._clock(), self._ids.next()), FRONT, scope)
        return Answer(200, _HEADERS if failure is None else _FAILED[failure], encode(decision))

    async def outcomes(self, scope: Scope, body: bytes) -> Answer:
        """Take in how one request went, or several. Raises InputError."""
        if (refusal := self._gate.refuse(scope, Role.DECIDE)) is not None:
            return refusal
        check_depth(body)
        try:
            outcomes = [self._outcome(body)]
        except msgspec.DecodeError as error:
            outcomes = self._batch_of(body, b'"outcomes"', self._outcomes, error).outcomes
            if len(outcomes) > self._batch:
                return self._too_many(len(outcomes))
        now = self._clock()
        for number, outcome in enumerate(outcomes, 1):
            self._desk.learn(with_ids(outcome.aftermath(now)))
            if number % _STRIDE == 0:
                await asyncio.sleep(0)
        return told(200, LearnedOut(learned=len(outcomes)))

    async def _decide_all(self, scope: Scope, events: list[EventIn]) -> Answer:
        if len(events) > self._batch:
            return self._too_many(len(events))
        decisions: list[Decision] = []
        failed: Failure | None = None
        for number, asked in enumerate(events, 1):
            ruling = self._desk.decide(asked.event(self._clock(), self._ids.next()), FRONT, scope)
            decisions.append(ruling.decision)
            failed = ruling.failure or failed
            if number % _STRIDE == 0:
                await asyncio.sleep(0)
        body = encode(DecisionsOut(decisions=decisions))
        return Answer(200, _HEADERS if failed is None else _FAILED[failed], body)

    def _batch_of(
        self, body: bytes, name: bytes, decode: Callable[[bytes], Many], error: msgspec.DecodeError
    ) -> Many:
        """Return the batch in a body that is no single question. Raises InputError with the fault of whichever it was meant to be."""
        if name in body:
            try:
                return decode(body)
            except msgspec.DecodeError as other:
                error = other if name + b":" in body.replace(b" ", b"")[:64] else error
        raise InputError(f"the body does not fit: {error}; /openapi.json says what does") from error

    def _too_many(self, count: int) -> Answer:
        self._desk.metrics.refused("batch")
        return fault(413, f"the batch has {count} items; send at most {self._batch} at once", CLOSE)


def with_ids(aftermath: Aftermath) -> Aftermath:
    """Return `aftermath` with each signature under both its names: as given, and the short id that fronts which read bodies know it by."""
    given = aftermath.issued_signatures
    if given:
        short = [signature_id(text) for text in given if not _DIGEST.fullmatch(text)]
        aftermath.issued_signatures = [*given, *short]
    return aftermath
