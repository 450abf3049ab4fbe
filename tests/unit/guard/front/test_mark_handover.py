"""Handing the mark on: into vLLM's field, into headers, and nothing of what a client names itself."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from revenuer.guard.front.marking import FIELD, names_mark, with_mark
from revenuer.guard.front.settings import FrontSettings
from revenuer.guard.http.desk import Ruling
from revenuer.guard.http.gateways import marks
from revenuer.guard.litellm import GuardrailHooks
from revenuer.guard.mark_header import PROXIES_VARIABLE, MarkFromHeader
from revenuer.guard.middleware import RevenuerMiddleware
from revenuer.records import Action, Decision, UsageError

MARK = "campaign:op;scheme=green;epoch=2026-01-01"
FORGED = "campaign:victim;scheme=green;epoch=2026-01-01"


def decision(action: Action = Action.OBSERVE, mark: str | None = MARK) -> Decision:
    return Decision(
        request_id="r", timestamp=0, account_id="a", action=action, would=action, reason="", mark=mark
    )


class Judge:
    """Decides as it was made to."""

    def __init__(self, mark: str | None, action: Action = Action.OBSERVE) -> None:
        self.mark, self.action = mark, action

    async def decide(self, event: object) -> Decision:
        return decision(self.action, self.mark)

    async def learn(self, aftermath: object) -> None:
        pass

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("given", "mark", "expected"),
    [
        ({}, None, {}),
        ({}, MARK, {"vllm_xargs": {FIELD: MARK}}),
        ({"vllm_xargs": {FIELD: FORGED}}, None, {}),
        ({"vllm_xargs": {FIELD: FORGED, "k": 1}}, None, {"vllm_xargs": {"k": 1}}),
        ({"vllm_xargs": {FIELD: FORGED, "k": 1}}, MARK, {"vllm_xargs": {"k": 1, FIELD: MARK}}),
        ({"vllm_xargs": "odd", "n": 1}, None, {"vllm_xargs": "odd", "n": 1}),
        ({"vllm_xargs": "odd"}, MARK, {"vllm_xargs": {FIELD: MARK}}),
    ],
)
def test_the_mark_takes_the_place_of_the_client_s(given: Any, mark: str | None, expected: Any) -> None:
    assert with_mark(given, mark) == expected


def test_a_name_spelt_with_escapes_is_suspected() -> None:
    spelt = b'{"vllm_xargs": {"revenuer\\u005fmark": "x"}}'
    assert names_mark(spelt)
    assert names_mark(b'{"vllm_xargs": {"revenuer_mark": 1}}')
    assert not names_mark(b'{"messages": []}')


class App:
    """An application that remembers what it was given."""

    def __init__(self) -> None:
        self.seen: list[tuple[dict[str, Any], bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        self.seen.append((scope, body))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


def asked(
    stack: Any,
    body: bytes,
    path: str = "/v1/chat/completions",
    *headers: tuple[bytes, bytes],
    client: str = "10.0.0.1",
) -> int:
    """Send one request through; return the status."""
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http", "method": "POST", "path": path, "client": (client, 1),
        "headers": [(b"content-length", str(len(body)).encode()), *headers],
    }  # fmt: skip
    asyncio.run(stack(scope, receive, send))
    return statuses[0]


def guarded(
    mark: str | None, marking: bool = True, action: Action = Action.OBSERVE
) -> tuple[RevenuerMiddleware, App]:
    app = App()
    settings = FrontSettings(marking=marking, max_body_bytes=2000)
    return RevenuerMiddleware(app, settings, Judge(mark, action)), app


def test_the_middleware_marks_body_header_and_state() -> None:
    stack, app = guarded(MARK)
    forged = json.dumps({"messages": [], "vllm_xargs": {FIELD: FORGED}}).encode()
    assert asked(stack, forged, "/v1/chat/completions", (b"X-Revenuer-Mark", FORGED.encode())) == 200
    scope, body = app.seen[0]
    assert json.loads(body)["vllm_xargs"] == {FIELD: MARK}
    assert [value for name, value in scope["headers"] if name.lower() == b"x-revenuer-mark"] == [
        MARK.encode()
    ]
    assert scope["state"][FIELD] == MARK
    assert dict(scope["headers"])[b"content-length"] == str(len(body)).encode()


def test_a_client_cannot_name_a_mark() -> None:
    stack, app = guarded(None)
    for path in ("/v1/chat/completions", "/inference/v1/generate"):
        spelt = b'{"messages": [], "vllm_xargs": {"revenuer\\u005fmark": "campaign:victim", "k": "v"}}'
        assert asked(stack, spelt, path, (b"x-revenuer-mark", FORGED.encode())) == 200
        scope, body = app.seen.pop()
        assert json.loads(body)["vllm_xargs"] == {"k": "v"}
        assert b"x-revenuer-mark" not in dict(scope["headers"])
        assert scope["state"][FIELD] is None


def test_what_names_nothing_passes_byte_by_byte() -> None:
    stack, app = guarded(None)
    body = b'{ "messages" : [ ],"n":1 }'
    assert asked(stack, body) == 200
    assert app.seen[0][1] == body


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/other"])
def test_a_body_that_could_name_a_mark_unread_is_refused(path: str) -> None:
    stack, app = guarded(None)
    assert asked(stack, b'{"x": "' + b"y" * 3000 + b'"}', path) == 413
    assert asked(stack, b'["revenuer_mark"]', path) == 400
    assert asked(stack, b"\x1f\x8b...", path, (b"content-encoding", b"gzip")) == 400
    assert app.seen == []


def test_restricted_answers_are_marked_too() -> None:
    stack, app = guarded(MARK, action=Action.RESTRICT)
    assert asked(stack, b'{"messages": [], "logprobs": true}') == 200
    request = json.loads(app.seen[0][1])
    assert request["vllm_xargs"] == {FIELD: MARK}
    assert "logprobs" not in request


def test_without_the_setting_nothing_is_touched() -> None:
    stack, app = guarded(MARK, marking=False)
    assert asked(stack, b'{"messages": []}') == 200
    assert app.seen[0][1] == b'{"messages": []}'
    assert "state" not in app.seen[0][0]


def test_the_header_is_believed_from_the_gateway_alone() -> None:
    app = App()
    stack = MarkFromHeader(app, ("10.0.0.0/8",))
    header = (b"x-revenuer-mark", MARK.encode())
    assert asked(stack, b'{"messages": []}', "/v1/chat/completions", header) == 200
    assert json.loads(app.seen.pop()[1])["vllm_xargs"] == {FIELD: MARK}
    forged = b'{"messages": [], "vllm_xargs": {"revenuer_mark": "x"}}'
    for headers, client in (
        ([header], "192.0.2.1"),
        ([header, header], "10.0.0.1"),
        ([(header[0], b"none")], "10.0.0.1"),
    ):
        assert asked(stack, forged, "/v1/completions", *headers, client=client) == 200
        scope, body = app.seen.pop()
        assert "vllm_xargs" not in json.loads(body)
        assert b"x-revenuer-mark" not in dict(scope["headers"])


def test_the_header_s_middleware_wants_to_know_its_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PROXIES_VARIABLE, raising=False)
    with pytest.raises(UsageError, match=PROXIES_VARIABLE):
        MarkFromHeader(App())
    monkeypatch.setenv(PROXIES_VARIABLE, "10.0.0.1, 10.1.0.0/16")
    assert MarkFromHeader(App())


def litellm_asked(mark: str | None, marking: bool = True, **data: Any) -> dict[str, Any]:
    hooks = GuardrailHooks()
    hooks.set_up(FrontSettings(marking=marking), Judge(mark))
    known = SimpleNamespace(api_key="k" * 64, user_id=None, team_id=None, end_user_id=None)
    request = {"model": "m", "messages": [{"role": "user", "content": "hi"}], **data}
    return asyncio.run(hooks.async_pre_call_hook(known, None, request, "acompletion"))


def test_litellm_passes_the_mark_on() -> None:
    forged: dict[str, Any] = {
        "vllm_xargs": {FIELD: FORGED},
        "extra_body": {"vllm_xargs": {FIELD: FORGED, "k": 1}, "top": 2},
        "extra_headers": {"X-Revenuer-Mark": FORGED, "x": "y"},
    }
    told = litellm_asked(MARK, **forged)
    assert told["extra_body"] == {"top": 2, "vllm_xargs": {"k": 1, FIELD: MARK}}
    assert "vllm_xargs" not in told
    assert told["extra_headers"] == {"x": "y"}
    assert litellm_asked(None, **forged)["extra_body"] == {"top": 2, "vllm_xargs": {"k": 1}}
    assert "extra_body" not in litellm_asked(None)
    assert litellm_asked(MARK, marking=False, **forged)["vllm_xargs"] == {FIELD: FORGED}


def test_gateways_get_the_header_and_clients_do_not() -> None:
    assert dict(marks(Ruling(decision(), None)))[b"x-revenuer-mark"] == MARK.encode()
    assert dict(marks(Ruling(decision(mark=None), None)))[b"x-revenuer-mark"] == b"none"
    assert b"x-revenuer-mark" not in dict(marks(Ruling(decision(Action.DENY, None), None)))
