"""Asking a guard elsewhere: whatever it answers, or does not, the front has its answer within the deadline."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.guard.event import Aftermath, Event
from revenuer.guard.front.judge import GuardUnreachableError
from revenuer.guard.front.remote import RemoteJudge
from revenuer.guard.front.wire import BrokenAnswerError, Wire
from revenuer.records import Action, Decision, InputError

EVENT = Event(request_id="r1", account_id="a1", model="m", timestamp=1, prompt="x" * 100)
DECISION = Decision(
    request_id="r1", timestamp=1, account_id="a1", action=Action.DENY, would=Action.DENY, reason="so"
)
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
    return head.encode() + b"\r\n\r\n" + body


async def question(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length"))
    return await reader.readexactly(int(length.split(b":")[1]))


def asked(handler: Handler, times: int = 1, deadline_ms: int = 5000) -> list[Decision]:
    async def run() -> list[Decision]:
        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            judge = RemoteJudge(f"http://127.0.0.1:{port}", key="k", deadline_ms=deadline_ms)
            try:
                return [await judge.decide(EVENT) for _ in range(times)]
            finally:
                await judge.close()

    return asyncio.run(run())


def saying(*answers: bytes) -> Handler:
    """Return a server that gives these answers on every connection, and then closes it."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for said in answers:
            await question(reader)
            writer.write(said)
            await writer.drain()
        writer.close()

    return handler


GOOD = msgspec.json.encode(DECISION)


def test_decisions_come_over_one_connection() -> None:
    connections: list[int] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        while not reader.at_eof():
            try:
                assert msgspec.json.decode(await question(reader), type=Event) == EVENT
            except asyncio.IncompleteReadError:
                break
            writer.write(answer(GOOD))
        writer.close()

    assert asked(handler, times=20) == [DECISION] * 20
    assert len(connections) == 1


def test_a_connection_that_was_closed_while_idle_is_replaced() -> None:
    assert asked(saying(answer(GOOD)), times=5) == [DECISION] * 5
    assert asked(saying(answer(GOOD, "200 OK", "Connection: close")), times=5) == [DECISION] * 5


@pytest.mark.parametrize(
    "said",
    [
        b"", b"\r\n\r\n", b"nonsense\r\n\r\n", answer(b"{}"), answer(b"no json"), answer(GOOD, "500 Oh"),
        answer(b"", "429 Busy"), answer(GOOD)[:-3], b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b"HTTP/1.1 200 OK\r\nx: " + b"y" * 2_000_000,
    ],
)  # fmt: skip
def test_a_bad_answer_is_no_answer(said: bytes) -> None:
    with pytest.raises(GuardUnreachableError) as raised:
        asked(saying(said))
    assert raised.value.allows is None


def test_no_answer_ends_at_the_deadline() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    with pytest.raises(GuardUnreachableError, match="30 ms"):
        asked(silent, deadline_ms=30)


@pytest.mark.parametrize("action", [Action.ALLOW, Action.DENY])
def test_a_guard_that_could_not_decide_accuses_nobody(action: Action) -> None:
    told = msgspec.json.encode(msgspec.structs.replace(DECISION, action=action))
    with pytest.raises(GuardUnreachableError) as raised:
        asked(saying(answer(told, "200 OK", "X-Revenuer-Failure: shed")))
    assert raised.value.allows is (action is Action.ALLOW)


def test_an_event_that_is_too_long_is_asked_about_without_its_text() -> None:
    async def short_of_memory(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        event = msgspec.json.decode(await question(reader), type=Event)
        writer.write(answer(b"", "413 Large", "connection: close") if event.prompt else answer(GOOD))
        writer.close()

    assert asked(short_of_memory) == [DECISION]


def test_an_event_that_does_not_fit_is_the_clients_fault() -> None:
    with pytest.raises(InputError):
        asked(saying(answer(b"{}", "400 Bad Request")))


def test_outcomes_go_to_their_own_route() -> None:
    heard: list[bytes] = []

    async def run() -> None:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.append(await reader.readline())
            await question(reader)
            writer.write(answer(b'{"learned":1}'))
            writer.close()

        async with await asyncio.start_server(handler, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            judge = RemoteJudge(f"http://127.0.0.1:{port}/below", key=None, deadline_ms=5000)
            await judge.learn(Aftermath(request_id="r1", account_id="a1", timestamp=1))
            await judge.close()

    asyncio.run(run())
    assert heard == [b"POST /below/v1/outcomes HTTP/1.1\r\n"]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_wire(said: bytes) -> None:
    async def run() -> None:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await question(reader)
            writer.write(said)
            writer.close()

        async with await asyncio.start_server(handler, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            wire = Wire(f"http://127.0.0.1:{port}", {})
            try:
                await wire.post("/", b"{}")
            except (OSError, BrokenAnswerError):
                pass
            finally:
                await wire.close()

    asyncio.run(run())
