"""What is answered when there is no decision, as the policy says; and that nothing leaks then."""

import json
import logging
from time import monotonic

import pytest

from builders.guard_service import InProcess
from revenuer.guard import Event, Policy
from revenuer.guard.http.bounds import Bounds
from revenuer.guard.http.failure import failure_mode
from revenuer.guard.http.logs import JsonLines
from revenuer.records import Decision, InputError, UsageError

CLOSED = Policy(on_failure="deny")
KEY = ("authorization", "Bearer sk-1")
EVENT = {"account_id": "a", "prompt": "secret words"}
CASES = {
    "shed": {"revenuer.waiting": 10**6},
    "deadline": {"revenuer.arrived": 0.0},
}


def broken(service: InProcess) -> None:
    def fail(event: Event) -> Decision:
        raise ZeroDivisionError(event.prompt)

    service.guard.decide = fail  # type: ignore[method-assign]


@pytest.mark.parametrize("kind", ["shed", "deadline", "internal"])
@pytest.mark.parametrize("policy", [Policy(), CLOSED], ids=["allow", "deny"])
def test_each_front_answers_in_the_failure_mode(
    kind: str, policy: Policy, caplog: pytest.LogCaptureFixture
) -> None:
    service = InProcess(policy)
    if kind == "internal":
        broken(service)
    scope = CASES.get(kind, {})
    allows = failure_mode(policy).allows
    native = service.ask("POST", "/v1/decide", EVENT, **scope)
    assert native.status == 200
    assert native.json()["action"] == ("allow" if allows else "deny")
    assert native.json()["log10_e"] == 0
    batch = service.ask("POST", "/v1/decide", {"events": [EVENT, EVENT]}, **scope)
    assert {one["action"] for one in batch.json()["decisions"]} == {"allow" if allows else "deny"}
    envoy = service.ask("POST", "/envoy/v1/x", b"", [KEY], **scope)
    assert envoy.status == (200 if allows else 503)
    nginx = service.ask("GET", "/nginx/auth", b"", [KEY], **scope)
    assert nginx.status == (200 if allows else 403)
    assert nginx.headers.get("x-revenuer-status") == (None if allows else "503")
    litellm = service.ask(
        "POST", "/beta/litellm_basic_guardrail_api", {"request_data": {"user_api_key_hash": "a"}}, **scope
    )
    assert litellm.json()["action"] == ("NONE" if allows else "BLOCKED")
    assert {reply.headers["x-revenuer-failure"] for reply in (native, batch, envoy, nginx, litellm)} == {kind}
    assert f'failure="{kind}",front="native"' in service.ask("GET", "/metrics").body.decode()
    lines = [JsonLines().format(record) for record in caplog.records]
    assert not any("secret words" in line for line in lines)
    assert (kind == "internal") == any(json.loads(line).get("error") == "ZeroDivisionError" for line in lines)


def test_within_the_deadline_there_is_a_decision() -> None:
    reply = InProcess().ask(
        "POST", "/v1/decide", EVENT, **{"revenuer.arrived": monotonic(), "revenuer.waiting": 1}
    )
    assert "x-revenuer-failure" not in reply.headers


@pytest.mark.parametrize(
    ("policy", "path", "status"),
    [
        (Policy(), "/envoy/x", 200),
        (CLOSED, "/envoy/x", 503),
        (Policy(), "/nginx/auth", 200),
        (CLOSED, "/nginx/auth", 403),
        (Policy(), "/v1/decide", 500),
    ],
)
def test_a_fault_outside_the_guard_is_the_failure_mode_too(policy: Policy, path: str, status: int) -> None:
    service = InProcess(policy)
    service.gate.proxies = None  # type: ignore[assignment]
    service.gate.refuse = None  # type: ignore[assignment, method-assign]
    reply = service.ask("POST", path, EVENT, [KEY])
    assert (reply.status, reply.headers["x-revenuer-failure"]) == (status, "internal")


def test_too_much_is_told_413_and_431() -> None:
    service = InProcess(bounds=Bounds(body_bytes=100))
    large = service.ask("POST", "/v1/decide", b"x" * 101)
    assert (large.status, large.headers["connection"]) == (413, "close")
    assert service.ask("GET", "/healthz", **{"revenuer.head_too_large": True}).status == 431


def test_a_log_line_of_an_error_has_its_place_and_not_its_message() -> None:
    try:
        raise InputError("secret words")
    except InputError:
        record = logging.getLogger("t").makeRecord(
            "t", 40, "f", 1, "internal", (), __import__("sys").exc_info()
        )
    line = json.loads(JsonLines().format(record))
    assert line["error"] == "InputError"
    assert line["at"][0].startswith("test_failures.py:")
    assert "secret" not in json.dumps(line)


def test_bounds_are_positive() -> None:
    with pytest.raises(UsageError, match="batch"):
        Bounds(batch=0)
