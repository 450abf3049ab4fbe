"""The ASGI middleware before a real server: what it lets through, what it refuses, and that it holds nothing back."""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from builders.model_server import ModelServer, lifespan, running
from revenuer.guard import Aftermath, Event, Guard, GuardState, Policy
from revenuer.guard.front.in_process import InProcessJudge
from revenuer.guard.front.judge import GuardUnreachableError
from revenuer.guard.front.settings import FrontSettings, read_settings
from revenuer.guard.middleware import RevenuerMiddleware
from revenuer.records import Action, Decision, InputError, Limits, UsageError

SIGNATURE = "EqQBCgIYAhIkN2" + "s7Zb9" * 12
CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"


class Recorder(InProcessJudge):
    """A judge that remembers what it was asked and told; `measure` is put on top of every decision."""

    def __init__(self, *, shadow: bool = False) -> None:
        super().__init__(Guard(GuardState(Policy(shadow=shadow))))
        self.events: list[Event] = []
        self.told: list[Aftermath] = []
        self.measure: dict[str, Any] = {}
        self.reachable = True
        self.closed = False

    async def decide(self, event: Event) -> Decision:
        self.events.append(event)
        if not self.reachable:
            raise GuardUnreachableError("cut off")
        decision = await super().decide(event)
        if not self.measure:
            return decision
        return Decision(
            request_id=event.request_id, timestamp=event.timestamp, account_id=event.account_id,
            **{"action": Action.ALLOW, "would": Action.ALLOW, "reason": "as told", **self.measure},
        )  # fmt: skip

    async def learn(self, aftermath: Aftermath) -> None:
        self.told.append(aftermath)
        await super().learn(aftermath)

    async def close(self) -> None:
        self.closed = True
        await super().close()


class Place:
    def __init__(self, model: ModelServer, judge: Recorder, client: httpx.Client) -> None:
        self.model, self.judge, self.client = model, judge, client


@contextlib.contextmanager
def place(judge: Recorder, **settings: Any) -> Iterator[Place]:
    model = ModelServer()
    guarded = RevenuerMiddleware(model, FrontSettings(**settings), judge)
    with running(guarded) as address, httpx.Client(base_url=address, timeout=15) as client:
        yield Place(model, judge, client)
    assert judge.closed


@pytest.fixture
def open_place() -> Iterator[Place]:
    with place(Recorder()) as made:
        yield made


def chat(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def replay(**more: Any) -> dict[str, Any]:
    """A request that carries a reasoning block of an earlier answer."""
    thought = {"type": "thinking", "thinking": "hm", "signature": SIGNATURE}
    spoken = {"role": "assistant", "content": [thought, {"type": "text", "text": "answered"}]}
    first, second = {"role": "user", "content": "one"}, {"role": "user", "content": "two"}
    return {"model": "m", "max_tokens": 50, "messages": [first, spoken, second], **more}


def key(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name}"}


def test_an_allowed_request_arrives_unchanged_and_its_end_is_told(open_place: Place) -> None:
    body = json.dumps(chat("hello", temperature=0.5)).encode()
    answer = open_place.client.post(CHAT, content=body, headers={**key("sk-a"), "user-agent": "me/1"})
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"] == "answered"
    (_, headers, asked) = open_place.model.asked[0]
    assert asked == json.loads(body)
    assert headers["content-length"] == str(len(body))
    (event,) = open_place.judge.events
    assert event.account_id == hashlib.sha256(b"sk-a").hexdigest()
    assert (event.prompt, event.user_agent, event.client_ip) == ("hello", "me/1", "127.0.0.1")
    (told,) = open_place.judge.told
    assert (told.request_id, told.status, told.finish_reason, told.output_tokens) == (
        event.request_id, 200, "stop", 5,
    )  # fmt: skip


@pytest.mark.parametrize("stream", [False, True])
def test_a_signature_issued_to_one_account_is_refused_to_another(open_place: Place, stream: bool) -> None:
    asked = chat(f"think={SIGNATURE}", stream=stream, max_tokens=50)
    assert open_place.client.post(MESSAGES, json=asked, headers={"x-api-key": "sk-a"}).status_code == 200
    assert open_place.judge.told[0].issued_signatures
    assert open_place.client.post(MESSAGES, json=replay(), headers={"x-api-key": "sk-a"}).status_code == 200
    refused = open_place.client.post(MESSAGES, json=replay(), headers={"x-api-key": "sk-b"})
    assert refused.status_code == 403
    assert refused.json()["type"] == "error"
    assert refused.json()["error"]["type"] == "permission_error"
    assert len(open_place.model.asked) == 2
    assert "signature" not in refused.text.lower()


def test_in_shadow_mode_nobody_is_refused() -> None:
    with place(Recorder(shadow=True)) as shadowed:
        for name in ("sk-a", "sk-b"):
            answer = shadowed.client.post(MESSAGES, json=replay(), headers={"x-api-key": name})
            assert answer.status_code == 200


@pytest.mark.parametrize(
    ("measure", "status", "code"),
    [
        ({"action": Action.DENY}, 403, "access_denied"),
        ({"action": Action.CHALLENGE}, 403, "verification_required"),
        ({"action": Action.THROTTLE, "retry_after_s": 17}, 429, "rate_limit_exceeded"),
    ],
)
def test_refusals_have_the_shape_of_the_api(
    open_place: Place, measure: dict[str, Any], status: int, code: str
) -> None:
    open_place.judge.measure = measure
    answer = open_place.client.post(CHAT, json=chat("x"), headers=key("sk-a"))
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert answer.headers.get("retry-after") == ("17" if status == 429 else None)
    assert open_place.judge.events[0].request_id in answer.text or status == 429
    assert open_place.model.asked == []


def test_restrict_rewrites_the_request_and_its_length(open_place: Place) -> None:
    open_place.judge.measure = {"action": Action.RESTRICT, "limits": Limits(max_tokens=100)}
    asked = chat("x", n=4, logprobs=True, top_logprobs=5, max_tokens=4000, seed=7)
    assert open_place.client.post(CHAT, json=asked, headers=key("sk-a")).status_code == 200
    (_, headers, arrived) = open_place.model.asked[0]
    assert (arrived["n"], arrived["max_tokens"], arrived["seed"]) == (1, 100, 7)
    assert "logprobs" not in arrived
    assert "top_logprobs" not in arrived
    assert arrived["include_reasoning"] is False
    assert arrived["messages"] == asked["messages"]
    assert int(headers["content-length"]) == len(json.dumps(arrived, separators=(",", ":")))


ROUGH = Limits(logprobs=True, top_logprobs=2, logprob_step=0.5, logit_bias="full", reasoning="full")


def said_in(answer: httpx.Response) -> list[dict[str, Any]]:
    """Return the answer, or the events of a streamed one."""
    if not answer.headers["content-type"].startswith("text/event-stream"):
        return [answer.json()]
    lines = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", [CHAT, "/v1/completions"])
def test_log_probabilities_are_rounded_and_cut_on_their_way(
    open_place: Place, path: str, stream: bool
) -> None:
    open_place.judge.measure = {"action": Action.RESTRICT, "limits": ROUGH}
    order = "logprob=-0.37"
    asked = {"prompt": order} if path.endswith("/v1/completions") else chat(order)
    answer = open_place.client.post(
        path, json={**asked, "logprobs": True, "stream": stream}, headers=key("sk-a")
    )
    assert answer.status_code == 200
    assert "accept-encoding" not in open_place.model.asked[0][1]
    assert int(answer.headers.get("content-length", len(answer.content))) == len(answer.content)
    told = [said["choices"][0].get("logprobs") for said in said_in(answer)]
    assert len(told) == (3 if stream else 1)
    for one in filter(None, told):
        if path == CHAT:
            (token,) = one["content"]
            alternatives = [(each["token"], each["logprob"]) for each in token["top_logprobs"]]
            assert (token["logprob"], alternatives) == (-0.5, [("answered", -0.5), ("b", -1.5)])
        else:
            assert (one["token_logprobs"], one["top_logprobs"]) == ([-0.5], [{"answered": -0.5, "b": -1.5}])
    assert open_place.judge.told[0].finish_reason == "stop"
    assert answer.text.endswith("data: [DONE]\n\n") == stream


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_an_answer_whose_log_probabilities_are_cut_streams_all_the_same(open_place: Place, path: str) -> None:
    open_place.judge.measure = {"action": Action.RESTRICT, "limits": ROUGH}
    gate = open_place.model.gate("slow")
    asked = chat("gate=slow logprob=-0.37", stream=True, logprobs=True, max_tokens=50)
    with open_place.client.stream("POST", path, json=asked, headers=key("sk-a")) as answer:
        pieces = answer.iter_raw()
        assert b"data: " in next(pieces)
        assert not gate.is_set()
        gate.set()
        rest = b"".join(pieces)
    assert b"-0.37" not in rest


def test_a_shared_seed_reaches_the_server(open_place: Place) -> None:
    open_place.judge.measure = {"action": Action.RESTRICT, "limits": Limits(seed=77, shared_seed="prompt")}
    assert open_place.client.post(CHAT, json=chat("x", seed=1), headers=key("sk-a")).status_code == 200
    assert open_place.model.asked[0][2]["seed"] == 77


@pytest.mark.parametrize(
    ("status", "headers", "body", "answered"),
    [
        (200, [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")], b"\x1f\x8b", 503),
        (200, [(b"content-type", b"application/json")], b'{"choices": [{"logprobs"', 503),
        (200, [], b"no json", 503),
        (500, [(b"content-type", b"text/plain")], b"broken", 500),
        (200, [(b"content-type", b"text/event-stream")], b'data: {"logprobs": [\n\ndata: [DONE]', 200),
    ],
)
def test_an_answer_that_cannot_be_read_is_not_sent(
    status: int, headers: list[tuple[bytes, bytes]], body: bytes, answered: int
) -> None:
    async def server(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return await lifespan(receive, send)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return None

    judge = Recorder()
    judge.measure = {"action": Action.RESTRICT, "limits": ROUGH}
    with running(RevenuerMiddleware(server, FrontSettings(), judge)) as address:
        answer = httpx.post(address + CHAT, json=chat("x"), headers=key("sk-a"))
    assert answer.status_code == answered
    assert b"logprobs" not in answer.content
    assert (answer.content == body) == (status == 500)
    assert [told.status for told in judge.told] == [status]


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_a_streamed_answer_is_not_held_back(open_place: Place, path: str) -> None:
    gate = open_place.model.gate("slow")
    asked = chat("gate=slow", stream=True, max_tokens=50)
    with open_place.client.stream("POST", path, json=asked, headers=key("sk-a")) as answer:
        pieces = answer.iter_raw()
        first = next(pieces)
        assert b"data: " in first
        assert not gate.is_set()
        gate.set()
        rest = b"".join(pieces)
    assert b"piece by piece" in rest or b"message_stop" in rest
    assert open_place.judge.told[0].finish_reason in ("stop", "end_turn")


def test_other_paths_and_methods_are_not_asked_about(open_place: Place) -> None:
    open_place.judge.measure = {"action": Action.DENY}
    assert open_place.client.get(CHAT).status_code == 200
    assert open_place.client.post("/v1/embeddings", json={"input": "x"}).status_code == 200
    assert open_place.judge.events == []


@pytest.mark.parametrize(("on_failure", "status"), [("allow", 200), ("deny", 503)])
def test_no_guard_is_the_named_failure_mode(on_failure: str, status: int) -> None:
    with place(Recorder(), on_failure=on_failure) as cut_off:
        cut_off.judge.reachable = False
        answer = cut_off.client.post(CHAT, json=chat("x"), headers=key("sk-a"))
        assert answer.status_code == status
        assert ("retry-after" in answer.headers) == (status == 503)
        cut_off.judge.reachable = True
        assert cut_off.client.post(CHAT, json=chat("x"), headers=key("sk-a")).status_code == 200


def test_a_body_over_the_bound_passes_whole_and_is_decided_by_its_account() -> None:
    long = chat("y" * 300_000)
    with place(Recorder(), max_body_bytes=10_000) as bounded:
        assert bounded.client.post(CHAT, json=long, headers=key("sk-a")).status_code == 200
        assert bounded.model.asked[0][2] == long
        assert bounded.judge.events[0].prompt is None
        assert bounded.judge.events[0].account_id == hashlib.sha256(b"sk-a").hexdigest()
        bounded.judge.measure = {"action": Action.RESTRICT}
        assert bounded.client.post(CHAT, json=long, headers=key("sk-a")).status_code == 413
        bounded.judge.measure = {"action": Action.DENY}
        assert bounded.client.post(CHAT, json=long, headers=key("sk-a")).status_code == 403


@pytest.mark.parametrize("body", [b"", b"no json", b"[1]", b'{"messages": "\xff"}', b'{"messages":'])
def test_what_the_guard_cannot_read_is_the_servers_to_refuse(body: bytes) -> None:
    async def strict(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return await lifespan(receive, send)
        message = await receive()
        assert (message["body"], message["more_body"]) == (body, False)
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return None

    judge = Recorder()
    with running(RevenuerMiddleware(strict, FrontSettings(), judge)) as address:
        assert httpx.post(address + CHAT, content=body, headers=key("sk-a")).status_code == 400
    assert judge.told[0].status == 400


def test_nesting_beyond_measure_is_refused_as_malformed(open_place: Place) -> None:
    answer = open_place.client.post(CHAT, content=b'{"a":' * 5000 + b"1" + b"}" * 5000, headers=key("sk-a"))
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert open_place.model.asked == []


class TestSpoofedHeaders:
    """A header that anybody may write lets nobody in, and frames nobody."""

    forged = {"x-account-id": "victim", "x-forwarded-for": "203.0.113.9"}  # noqa: RUF012

    def test_from_anybody_they_are_ignored(self) -> None:
        with place(Recorder(), account_header="x-account-id") as direct:
            direct.client.post(CHAT, json=chat("x"), headers={**key("sk-a"), **self.forged})
            (event,) = direct.judge.events
            assert event.account_id == hashlib.sha256(b"sk-a").hexdigest()
            assert event.client_ip == "127.0.0.1"

    def test_from_a_proxy_of_ours_they_count(self) -> None:
        settings = {"account_header": "x-account-id", "trusted_proxies": ("127.0.0.0/8",)}
        with place(Recorder(), **settings) as behind:
            behind.client.post(CHAT, json=chat("x"), headers={**key("sk-a"), **self.forged})
            (event,) = behind.judge.events
            assert (event.account_id, event.client_ip) == ("victim", "203.0.113.9")

    def test_only_what_our_proxy_appended_counts(self) -> None:
        with place(Recorder(), trusted_proxies=("127.0.0.1",)) as behind:
            spoofed = {"x-forwarded-for": "198.51.100.1, 203.0.113.9"}
            behind.client.post(CHAT, json=chat("x"), headers={**key("sk-a"), **spoofed})
            assert behind.judge.events[0].client_ip == "203.0.113.9"


def test_the_client_leaving_reaches_the_server() -> None:
    gone: list[str] = []

    async def waiting(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return await lifespan(receive, send)
        gone.append((await receive())["type"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
        gone.append((await asyncio.wait_for(receive(), 15))["type"])
        return None

    judge = Recorder()
    with running(RevenuerMiddleware(waiting, FrontSettings(), judge)) as address:  # noqa: SIM117
        with httpx.stream("POST", address + CHAT, json=chat("x")) as answer:
            next(answer.iter_raw())
    assert gone == ["http.request", "http.disconnect"]
    assert [told.status for told in judge.told] == [200]


def test_with_no_argument_it_is_set_up_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """vLLM imports the class by its dotted name and adds it without arguments (`app.add_middleware(cls)`)."""
    monkeypatch.delenv("REVENUER_GUARD_CONFIG", raising=False)
    with pytest.raises(UsageError, match="REVENUER_GUARD_CONFIG"):
        RevenuerMiddleware(ModelServer())
    named = tmp_path / "front.toml"
    named.write_text('remote = "http://127.0.0.1:1"\non_failure = "deny"\n')
    monkeypatch.setenv("REVENUER_GUARD_CONFIG", str(named))
    with running(RevenuerMiddleware(ModelServer())) as address:
        assert httpx.post(address + CHAT, json=chat("x")).status_code == 503
    named.write_text("on_failur = 'deny'\n")
    with pytest.raises(InputError, match="on_failur"):
        read_settings(named)
