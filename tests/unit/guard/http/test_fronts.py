"""The routes: what each front is asked, and what it answers."""

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.guard_service import NOW, SIGNATURE, InProcess
from revenuer.guard import Policy, Standing
from revenuer.guard.bodies import signature_id
from revenuer.guard.http.desk import Ruling
from revenuer.guard.http.gateways import limits_header, marks, refused
from revenuer.guard.http.nginx import STATUS
from revenuer.records import Action, Decision, Limits

ENFORCING = Policy(shadow=False)
KEY = ("authorization", "Bearer sk-1")
HARMLESS = ("allow", "observe")
ACCOUNT = hashlib.sha256(b"sk-1").hexdigest()


def chat(text: str, **more: object) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def replayed(signature: str = SIGNATURE) -> dict[str, Any]:
    thinking = {"type": "thinking", "thinking": "hm", "signature": signature}
    return {
        "messages": [
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": [thinking]},
            {"role": "user", "content": "go on"},
        ]
    }


def test_one_event() -> None:
    reply = InProcess().ask("POST", "/v1/decide", {"account_id": "a", "request_id": "r-1", "prompt": "hello"})
    decision = reply.json()
    assert reply.status == 200
    assert (decision["request_id"], decision["account_id"], decision["action"]) == ("r-1", "a", "allow")
    assert decision["timestamp"] == NOW


@pytest.mark.parametrize(
    "moment", [1_767_225_600_000_001, "2026-01-01T00:00:00.000001Z", "2026-01-01T02:00:00.000001+02:00"]
)
def test_a_timestamp_is_microseconds_or_words(moment: object) -> None:
    event = {"account_id": "a", "timestamp": moment, "account": {"created_at": moment}}
    service = InProcess()
    assert service.ask("POST", "/v1/decide", event).json()["timestamp"] == 1_767_225_600_000_001


def test_a_batch_is_decided_in_order() -> None:
    events = [{"account_id": name, "reasoning_signature": "s"} for name in ("first", "second", "first")]
    reply = InProcess(ENFORCING).ask("POST", "/v1/decide", {"events": events})
    first, second, third = (one["action"] for one in reply.json()["decisions"])
    assert (first, second) == ("allow", "deny")
    assert third in HARMLESS


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "does not fit"),
        (b"{", "does not fit"),
        (b"\xff", "does not fit"),
        ({}, "account_id"),
        ({"account_id": ""}, "length"),
        ({"account_id": 1}, "str"),
        ({"account_id": "a", "n": 0}, "n"),
        ({"account_id": "a", "timestamp": -1}, "timestamp"),
        ({"account_id": "a", "timestamp": "2026-01-01T00:00:00"}, "timestamp"),
        ({"events": [{"account_id": "a"}, {"account_id": 7}]}, r"events\[1\]"),
        ([], "object"),
        (b"[" * 200_000, "levels deep"),
        (b'{"a":' * 65, "levels deep"),
        (b'{"account_id":"a","x":' + b"[" * 64 + b"]" * 64 + b"}", "levels deep"),
    ],
)
def test_what_does_not_fit_is_told(body: object, told: str) -> None:
    reply = InProcess().ask("POST", "/v1/decide", body)
    assert reply.status == 400
    assert reply.json()["error"]["status"] == 400
    pytest.importorskip("re").search(told, reply.json()["error"]["message"]) or pytest.fail(
        reply.body.decode()
    )


def test_a_prompt_may_say_events() -> None:
    event = {"account_id": "a", "prompt": '{"events": [[['}
    assert InProcess().ask("POST", "/v1/decide", event).json()["account_id"] == "a"


def test_a_batch_is_bounded() -> None:
    events = [{"account_id": "a"}] * 1001
    reply = InProcess().ask("POST", "/v1/decide", {"events": events})
    assert (reply.status, reply.headers["connection"]) == (413, "close")
    assert InProcess().ask("POST", "/v1/decide", {"events": events[1:]}).status == 200


def test_outcomes_tell_who_received_a_signature() -> None:
    service = InProcess(ENFORCING)
    outcome = {"request_id": "r", "account_id": "owner", "issued_signatures": [SIGNATURE]}
    assert service.ask("POST", "/v1/outcomes", outcome).json() == {"learned": 1}
    assert service.ask("POST", "/v1/outcomes", {"outcomes": [outcome, outcome]}).json() == {"learned": 2}
    for signature in (SIGNATURE, signature_id(SIGNATURE)):
        replay = {"account_id": "thief", "reasoning_signature": signature}
        assert service.ask("POST", "/v1/decide", replay).json()["action"] == "deny"
        own = {"account_id": "owner", "reasoning_signature": signature}
        assert service.ask("POST", "/v1/decide", own).json()["action"] in HARMLESS


def test_envoy_lets_on_and_refuses() -> None:
    service = InProcess(ENFORCING)
    path = "/envoy/v1/messages"
    let = service.ask("POST", path, replayed(), [("x-api-key", "sk-2")])
    assert (let.status, let.headers["x-revenuer-action"], let.body) == (200, "allow", b"")
    told = service.ask("POST", path, replayed(), [KEY])
    assert (told.status, told.headers["x-revenuer-action"]) == (403, "deny")
    assert told.json()["error"]["type"] == "permission_error"
    assert "signature" not in told.body.decode()
    assert list(service.guard.state.standing) == [ACCOUNT]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "PROPFIND"])
def test_envoy_asks_with_any_method(method: str) -> None:
    assert InProcess().ask(method, "/envoy/v1/models", b"", [KEY]).status == 200


def test_envoy_with_a_body_that_hides_is_told_400() -> None:
    reply = InProcess().ask("POST", "/envoy/v1/chat/completions", b'{"x":' + b"[" * 99, [KEY])
    assert (reply.status, reply.json()["error"]["type"]) == (400, "invalid_request_error")


@settings(deadline=None, max_examples=50)
@given(
    st.binary(max_size=200),
    st.text(st.characters(max_codepoint=255), max_size=30),
    st.text(st.characters(max_codepoint=255), max_size=30),
)
def test_envoy_never_breaks(body: bytes, path: str, value: str) -> None:
    names = ("authorization", "x-api-key", "x-forwarded-for", "x-request-id", "user-agent", "x-account-id")
    service = InProcess(proxies=["192.0.2.200"], account_header="x-account-id")
    reply = service.ask("POST", f"/envoy/{path}", body, [(name, value) for name in names])
    assert reply.status in (200, 400)
    assert "x-revenuer-failure" not in reply.headers


def test_nginx_answers_200_and_403_only() -> None:
    service = InProcess(ENFORCING, proxies=["192.0.2.200"], account_header="x-account-id")
    service.accuse("thief")
    for method in ("GET", "POST"):
        assert service.ask(method, "/nginx/auth", b"", [("x-account-id", "somebody")]).status == 200
        told = service.ask(method, "/nginx/auth", b"", [("x-account-id", "thief")])
        assert (told.status, told.headers[STATUS.decode()]) == (403, "403")


def test_litellm_is_told_to_block() -> None:
    service = InProcess(ENFORCING)
    question: dict[str, Any] = {
        "input_type": "request",
        "litellm_call_id": "c-1",
        "structured_messages": replayed()["messages"],
        "request_data": {"user_api_key_hash": "owner"},
        "request_headers": {"user-agent": "x"},
    }
    path = "/beta/litellm_basic_guardrail_api"
    assert service.ask("POST", path, question).json() == {"action": "NONE"}
    question["request_data"] = {"user_api_key_hash": "thief"}
    told = service.ask("POST", path, question).json()
    assert told["action"] == "BLOCKED"
    assert "c-1" in told["blocked_reason"]
    assert service.ask("POST", path, {**question, "input_type": "response"}).json() == {"action": "NONE"}
    nobody = service.ask("POST", path, {"texts": ["x"]})
    assert (nobody.json(), nobody.headers["x-revenuer-failure"]) == ({"action": "NONE"}, "unidentified")


def ruling(action: Action, **more: Any) -> Ruling:
    decision = Decision(
        request_id="r", timestamp=0, account_id="a", action=action, would=action, reason="", **more
    )
    return Ruling(decision, None)


def test_restrict_goes_on_with_limits() -> None:
    limits = Limits(max_tokens=512)
    assert limits_header(limits) == b"logprobs=?0, n=1, max_tokens=512, reasoning=summary"
    restricted = ruling(Action.RESTRICT, limits=limits)
    assert refused(restricted) is None
    assert (b"x-revenuer-limits", limits_header(limits)) in marks(restricted)


def test_throttle_says_when() -> None:
    refusal = refused(ruling(Action.THROTTLE, retry_after_s=7))
    assert refusal is not None
    assert (refusal.status, refusal.retry_after_s) == (429, 7)


def test_an_unknown_route_and_a_wrong_method() -> None:
    service = InProcess()
    assert service.ask("GET", "/nothing").status == 404
    wrong = service.ask("GET", "/v1/decide")
    assert (wrong.status, wrong.headers["allow"]) == (405, "POST")
    assert service.ask("DELETE", "/nginx/auth").headers["allow"] == "GET, POST"


def test_health_readiness_and_description() -> None:
    service = InProcess()
    assert service.ask("GET", "/healthz").json() == {"status": "ok", "parts": {}}
    assert service.ask("GET", "/readyz").status == 200
    described = service.ask("GET", "/openapi.json").json()
    routes = {(method.upper(), path) for path, route in described["paths"].items() for method in route}
    assert routes == set(service.service._routes)


def test_metrics_count_without_naming_accounts() -> None:
    service = InProcess(ENFORCING)
    service.accuse("thief-account")
    page = service.ask("GET", "/metrics").body.decode()
    assert 'revenuer_guard_decisions_total{action="deny",front="native",would="deny"} 1.0' in page
    assert "revenuer_guard_decision_seconds_count 1.0" in page
    assert "thief-account" not in page


def test_measures_by_page() -> None:
    service = InProcess(ENFORCING)
    for number in range(1003):
        name = f"a{number:04d}"
        service.guard.state.put_standing(
            Standing(
                account_id=name,
                action=Action.DENY,
                operator="o",
                since=0,
                until=NOW + 1,
                log10_e=5,
                reason="x",
            )
        )
    service.guard.state.put_standing(
        Standing(
            account_id="over", action=Action.DENY, operator="o", since=0, until=NOW, log10_e=5, reason="x"
        )
    )
    first = service.ask("GET", "/v1/measures", **{"revenuer.subject": "ops"}).json()
    rest = service.ask("GET", f"/v1/measures?after={first['next']}", **{"revenuer.subject": "ops"}).json()
    assert (len(first["measures"]), first["next"], len(rest["measures"]), rest["next"]) == (
        1000,
        "a0999",
        3,
        None,
    )


def test_an_appeal_lifts_and_is_told_once() -> None:
    service = InProcess(ENFORCING)
    service.accuse("a")
    appeal = {"account_id": "a", "owner": "kim", "why": "own sessions moved"}
    assert (
        service.ask("POST", "/v1/appeals", appeal, **{"revenuer.subject": "ops"}).json()["status"] == "lifted"
    )
    assert service.guard.state.standing["a"].lifted_by == "kim"
    assert (
        service.ask(
            "POST", "/v1/appeals", {**appeal, "account_id": "b"}, **{"revenuer.subject": "ops"}
        ).status
        == 404
    )
    assert (
        service.ask("POST", "/v1/appeals", {"account_id": "a"}, **{"revenuer.subject": "ops"}).status == 400
    )
