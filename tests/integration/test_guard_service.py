"""`revenuer guard serve` as a real process: its bounds, its files, its end."""

import asyncio
import contextlib
import hashlib
import json
import os
import re
import resource
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builders import campaign_indexes
from builders.guard_service import SIGNATURE, Running, running
from revenuer.detect.campaign_index import index_bytes

CHAT = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hello"}]}).encode()


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running("--read-timeout", "1", "--max-body", "65536", "--max-batch", "3") as started:
        yield started


def eventually(true: Callable[[], bool]) -> None:
    """Wait until something is so, up to 20 seconds."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def closed_by(service: Running, sent: bytes, again: bytes = b"") -> bytes:
    """Return what comes back before the service closes; `again` is sent every tenth of a second meanwhile."""
    with service.connect() as line:
        line.sendall(sent)
        line.settimeout(0.1)
        got, end = b"", time.monotonic() + 20
        while time.monotonic() < end:
            try:
                piece = line.recv(65536)
            except TimeoutError:
                with contextlib.suppress(OSError):
                    line.sendall(again)
                continue
            except ConnectionResetError:
                return got
            if not piece:
                return got
            got += piece
    raise AssertionError("the service never closed the connection")


def alive(service: Running) -> bool:
    return service.ask("POST", "/v1/decide", {"account_id": "a"}).status == 200


def test_decides_over_http(service: Running) -> None:
    reply = service.ask("POST", "/v1/decide", {"account_id": "a", "request_id": "r", "prompt": "hello"})
    assert reply.json()["request_id"] == "r"
    assert service.ask("GET", "/readyz").status == 200


def test_ten_megabytes_are_refused_early(service: Running) -> None:
    head = b"POST /v1/decide HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000\r\n\r\n"
    with service.connect() as line:
        line.sendall(head)
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 10_000_000:
                sent += line.send(b"x" * 65536)
        with contextlib.suppress(ConnectionError):
            assert line.recv(65536).startswith(b"HTTP/1.1 413")
    assert alive(service)


def test_a_body_in_pieces_without_length_is_bounded_too(service: Running) -> None:
    piece = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    got = closed_by(
        service, b"POST /v1/decide HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n" + piece * 4
    )
    assert got.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "body",
    [b"\xff" * 1000, b"[" * 60_000, b'{"a":' * 10_000, b'{"account_id":"\\ud800"}', b"\x00", b'"', b"nul"],
)
def test_bodies_that_are_none_are_told_400(service: Running, body: bytes) -> None:
    assert service.ask("POST", "/v1/decide", body).status == 400
    assert service.ask("POST", "/envoy/v1/chat/completions", body).status in (200, 400)
    assert alive(service)


@pytest.mark.parametrize(
    ("sent", "again"),
    [
        (b"", b""),
        (b"POST /v1/decide HTTP/1.1\r\nhost: x\r\nx: ", b"y"),
        (b"POST /v1/decide HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{", b" "),
        (b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n", b"\r\n"),
        (b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nG", b""),
    ],
    ids=["silent", "slow head", "slow body", "empty lines", "slow second request"],
)
def test_slow_clients_are_cut_off(service: Running, sent: bytes, again: bytes) -> None:
    began = time.monotonic()
    closed_by(service, sent, again)
    assert time.monotonic() - began < 15
    assert alive(service)


@pytest.mark.parametrize(
    "head", [b"x-many: 1\r\n" * 101, b"x-large: " + b"y" * 40_000 + b"\r\n"], ids=["many", "large"]
)
def test_heads_are_bounded(service: Running, head: bytes) -> None:
    got = closed_by(service, b"GET /healthz HTTP/1.1\r\nhost: x\r\n" + head + b"\r\n")
    assert got.startswith(b"HTTP/1.1 431")


def test_a_head_without_end_is_cut_off(service: Running) -> None:
    got = closed_by(service, b"GET /healthz HTTP/1.1\r\nx: ", b"y" * 60_000)
    assert got.startswith(b"HTTP/1.1 431") or got == b""
    assert alive(service)


def test_batches_are_bounded(service: Running) -> None:
    assert service.ask("POST", "/v1/decide", {"events": [{"account_id": "a"}] * 4}).status == 413
    assert (
        service.ask("POST", "/v1/outcomes", {"outcomes": [{"request_id": "r", "account_id": "a"}] * 4}).status
        == 413
    )


def test_pipelined_requests_are_answered_in_order(service: Running) -> None:
    ask = b"POST /v1/decide HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%s"
    bodies = [b'{"account_id":"a","request_id":"p-%d"}' % number for number in range(5)]
    got = b""
    with service.connect() as line:
        line.sendall(b"".join(ask % (len(body), body) for body in bodies))
        while b"p-4" not in got:
            got += line.recv(65536)
    places = [got.index(b"p-%d" % number) for number in range(5)]
    assert places == sorted(places)


def test_every_way_through_the_service_keeps_its_place_in_the_pipeline(service: Running) -> None:
    def post(body: bytes, more: bytes = b"") -> bytes:
        return b"POST /v1/decide HTTP/1.1\r\nhost: x\r\n%bcontent-length: %d\r\n\r\n%b" % (
            more,
            len(body),
            body,
        )

    def one(name: str) -> bytes:
        return json.dumps({"account_id": "a", "request_id": name}).encode()

    chunked = one("q4")
    sent = [
        post(one("q0")),
        post(b'{"events": [%b]}' % one("q1")),
        post(b"no json"),
        b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n",
        post(one("q2")),
        post(one("q3"), b"expect: 100-continue\r\n"),
        b"POST /v1/decide HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n"
        % (len(chunked), chunked),
        post(one("q5"), b"connection: close\r\n"),
    ]
    whole = b"".join(sent)
    for pieces in ([whole], [whole[i : i + 7] for i in range(0, len(whole), 7)]):
        with service.connect() as line:
            for piece in pieces:
                line.sendall(piece)
            got = b""
            while more := line.recv(65536):
                got += more
        seen = re.findall(rb"HTTP/1.1 (\d+)|\"request_id\":\"(q\d)\"", got)
        seen = [status or name for status, name in seen if status != b"100"]
        assert seen == [
            b"200", b"q0", b"200", b"q1", b"400", b"200", b"200", b"q2", b"200", b"q3", b"200", b"q4", b"200", b"q5",
        ]  # fmt: skip


def test_thousands_of_connections_are_survived(service: Running) -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(2500, soft - 200)
    if count < 1000:
        pytest.skip(f"only {soft} files may be open here (ulimit -n)")
    lines: list[socket.socket] = []
    try:
        for _ in range(count):
            lines.append(service.connect())
        assert alive(service)
    finally:
        for line in lines:
            line.close()
    assert alive(service)


def test_too_many_connections_are_closed_and_counted() -> None:
    with running("--max-connections", "5") as service:
        lines = [service.connect() for _ in range(5)]
        eventually(lambda: _is_closed(service))
        for line in lines:
            line.close()
        eventually(lambda: 'why="connections"' in _page(service))


def _is_closed(service: Running) -> bool:
    with service.connect() as line:
        try:
            line.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            return line.recv(100) == b""
        except ConnectionError:
            return True


def _page(service: Running) -> str:
    try:
        return service.ask("GET", "/metrics").body.decode()
    except OSError:
        return ""


async def burst(port: int, count: int) -> list[bytes]:
    async def one() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /v1/decide HTTP/1.1\r\nhost: x\r\ncontent-length: 18\r\n\r\n" + b'{"account_id":"a"}'
        )
        head = await reader.readuntil(b"\r\n\r\n")
        writer.close()
        return head

    return await asyncio.gather(*(one() for _ in range(count)))


def test_over_the_limit_requests_are_shed_by_name() -> None:
    with running("--max-in-flight", "1") as service:
        shed: list[bytes] = []

        def some() -> bool:
            heads = asyncio.run(burst(service.port, 200))
            assert all(head.startswith(b"HTTP/1.1 200") for head in heads)
            shed.extend(head for head in heads if b"x-revenuer-failure: shed" in head)
            return bool(shed)

        eventually(some)
        assert 'failure="shed"' in _page(service)


def test_files_are_taken_anew_and_bad_ones_kept_out(tmp_path: Path) -> None:
    policy, keys = tmp_path / "policy.toml", tmp_path / "keys"
    policy.write_text("[mode]\nshadow = true\n")
    digest = hashlib.sha256(b"key-of-kim").hexdigest()
    keys.write_text(f"admin {digest} kim\n")
    header = [("authorization", "Bearer key-of-kim")]
    with running("--policy", str(policy), "--api-keys", str(keys)) as service:

        def shadow() -> bool:
            return bool(service.ask("GET", "/v1/policy", None, header).json()["policy"]["shadow"])

        assert shadow()
        policy.write_text("[mode]\nshadow = false\ndeadline_ms = 10000\n")
        eventually(lambda: not shadow())
        policy.write_text("[mode]\nshadow = maybe\n")
        eventually(lambda: 'reloads_total{outcome="bad",what="policy"}' in _page(service))
        assert not shadow()
        keys.write_text(f"admin {hashlib.sha256(b'another').hexdigest()} kim\n")
        eventually(lambda: service.ask("GET", "/v1/policy", None, header).status == 401)
        assert (
            service.ask("PUT", "/v1/policy", b"[mode]\nshadow = true", [("x-api-key", "another")]).status
            == 200
        )
        assert policy.read_text() == "[mode]\nshadow = true"
        _, log = service.stop()
    lines = [json.loads(line) for line in log if line.startswith("{")]
    assert {"listening", "reloaded", "kept the old one", "policy changed"} <= {
        line["event"] for line in lines
    }
    assert "key-of-kim" not in "".join(log)


def test_ends_in_order_with_what_is_in_work() -> None:
    with running() as service:
        with service.connect() as line:
            body = CHAT
            line.sendall(
                b"POST /envoy/v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n"
                % len(body)
            )
            line.sendall(body[:10])
            time.sleep(0.3)
            service.process.terminate()
            time.sleep(0.3)
            line.sendall(body[10:])
            assert line.recv(65536).startswith(b"HTTP/1.1 200")
        code, log = service.stop()
    assert code == 0
    assert [json.loads(line)["event"] for line in log if line.startswith("{")] == ["listening"]


def test_no_prompt_text_is_ever_logged(tmp_path: Path) -> None:
    with running() as service:
        thinking = {"type": "thinking", "signature": SIGNATURE}
        for key in ("one", "two"):
            body = {
                "messages": [
                    {"role": "assistant", "content": [thinking]},
                    {"role": "user", "content": "zebra"},
                ]
            }
            service.ask("POST", "/envoy/v1/messages", body, [("x-api-key", key)])
        service.ask("POST", "/v1/decide", {"account_id": 5, "prompt": "zebra"})
        service.ask("POST", "/v1/decide", b'{"account_id":"zebra')
        page = _page(service)
        _, log = service.stop()
    assert 'front="envoy",would="deny"' in page
    assert "zebra" not in page + "".join(log)
    assert SIGNATURE[:40] not in page + "".join(log)


def test_a_measure_outlives_kill_9(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[mode]\nshadow = false\ndeadline_ms = 10000\n")
    options = ("--journal", str(tmp_path / "journal.db"), "--policy", str(policy))
    replay = {"account_id": "thief", "reasoning_signature": "s-1"}
    with running(*options) as service:
        outcome = {"request_id": "r", "account_id": "owner", "issued_signatures": ["s-1"]}
        service.ask("POST", "/v1/outcomes", outcome)
        assert service.ask("POST", "/v1/decide", replay).json()["action"] == "deny"
        time.sleep(2.0)
        service.process.kill()
        service.process.wait()
    with running(*options) as service:
        assert service.ask("POST", "/v1/decide", {"account_id": "thief"}).json()["action"] == "deny"
        assert service.ask("POST", "/v1/decide", {"account_id": "owner"}).json()["action"] in (
            "allow",
            "observe",
        )
        assert "revenuer_guard_journal_lag_seconds" in _page(service)


def test_a_newer_index_is_taken_and_a_broken_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.index"
    content = campaign_indexes.content("one")
    path.write_bytes(index_bytes(content))
    with running("--index", str(path)) as service:
        for text, outcome in ((b"broken", "bad"), (index_bytes(content), "ok")):
            other = tmp_path / "other"
            other.write_bytes(text)
            other.replace(path)
            eventually(lambda outcome=outcome: f'outcome="{outcome}",what="index"' in _page(service))
            assert alive(service)


def test_a_port_in_use_is_told(service: Running) -> None:
    with pytest.raises(AssertionError, match="cannot listen"), running("--port", str(service.port)):
        pass


def test_nothing_is_left_open(service: Running) -> None:
    """After all of the above the service holds no connection of its clients."""
    folder = Path(f"/proc/{service.process.pid}/fd")
    if not folder.is_dir():
        pytest.skip("no /proc here")

    def sockets() -> int:
        return sum("socket" in os.readlink(folder / name) for name in os.listdir(folder))

    eventually(lambda: sockets() < 10)


@pytest.mark.parametrize(
    "ask",
    [
        b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n",
        b'POST /v1/decide HTTP/1.1\r\nhost: x\r\ncontent-length: 18\r\n\r\n{"account_id":"a"}',
    ],
)
def test_clients_that_never_take_their_answers_are_cut_off(service: Running, ask: bytes) -> None:
    """Asked for thousands of times and never read, answers fill every buffer on the way."""
    ask *= 5000
    with service.connect() as line:
        line.settimeout(0.2)
        cut, end = False, time.monotonic() + 20
        while not cut and time.monotonic() < end:
            try:
                line.send(ask)
            except TimeoutError:
                continue
            except ConnectionError:
                cut = True
    assert cut
    assert alive(service)


def test_a_client_that_waits_behind_its_own_answers_is_cut_off(service: Running) -> None:
    """As above, but few requests at once: what ends it is the time that they wait, or that too many do."""
    ask = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n" * 8
    with service.connect() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        cut, end = False, time.monotonic() + 20
        while not cut and time.monotonic() < end:
            try:
                line.sendall(ask)
            except ConnectionError:
                cut = True
            time.sleep(0.002)
    assert cut
    assert alive(service)
    assert re.search('why="(slow|pipeline)"', _page(service))
