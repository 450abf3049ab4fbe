"""LiteLLM's hooks by themselves: whose account, whose address; and what is said where LiteLLM is absent."""

import asyncio
import hashlib
import importlib.util
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from revenuer.guard import Aftermath, Event
from revenuer.guard import litellm as front
from revenuer.guard.front.settings import FrontSettings
from revenuer.records import Action, Decision, Limits, MissingDependencyError

HASH = hashlib.sha256(b"sk-1").hexdigest()


class Listener:
    """A judge that allows everything and remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.told: list[Aftermath] = []

    async def decide(self, event: Event) -> Decision:
        self.events.append(event)
        return Decision(
            request_id=event.request_id, timestamp=event.timestamp, account_id=event.account_id,
            action=Action.ALLOW, would=Action.ALLOW, reason="",
        )  # fmt: skip

    async def learn(self, aftermath: Aftermath) -> None:
        self.told.append(aftermath)

    async def close(self) -> None:
        pass


def hooks(**settings: Any) -> tuple[front.GuardrailHooks, Listener]:
    made, judge = front.GuardrailHooks(), Listener()
    made.set_up(FrontSettings(**settings), judge)
    return made, judge


def asked(call_type: str = "acompletion", key: Any = None, settings: Any = None, **data: Any) -> Event | None:
    made, judge = hooks(**(settings or {}))
    known = SimpleNamespace(
        **{"api_key": HASH, "user_id": "u1", "team_id": None, "end_user_id": "e1", **(key or {})}
    )
    request = {"model": "m", "messages": [{"role": "user", "content": "hi"}], **data}
    assert asyncio.run(made.async_pre_call_hook(known, None, request, call_type)) is request
    return judge.events[0] if judge.events else None


def account(**more: Any) -> str:
    event = asked(**more)
    assert event is not None
    return event.account_id


def test_the_account_is_what_the_settings_say() -> None:
    assert account() == HASH
    assert account(settings={"account": "user"}) == "u1"
    assert account(settings={"account": "end_user"}) == "e1"
    assert account(settings={"account": "team"}) == HASH
    assert account(key={"api_key": "sk-1"}) == HASH
    assert account(key={"api_key": None}) == "address:unknown"


def test_calls_that_ask_no_model_for_text_are_not_asked_about() -> None:
    for call_type in ("aembedding", "moderation", "image_generation", "pass_through_endpoint"):
        assert asked(call_type) is None


def address(settings: Any = None, **metadata: Any) -> str | None:
    forwarded = {"proxy_server_request": {"headers": {"x-forwarded-for": "203.0.113.9"}}}
    event = asked(metadata=metadata, settings=settings, **forwarded)
    assert event is not None
    return event.client_ip


def test_the_address_is_the_peers_unless_that_is_a_proxy_of_ours() -> None:
    assert address(requester_ip_address="198.51.100.7") == "198.51.100.7"
    assert address(requester_ip_address="10.0.0.1") == "10.0.0.1"
    assert address({"trusted_proxies": ("10.0.0.0/8",)}, requester_ip_address="10.0.0.1") == "203.0.113.9"
    assert (
        address({"trusted_proxies": ("10.0.0.0/8",)}, requester_ip_address="198.51.100.7") == "198.51.100.7"
    )


def test_a_header_that_litellm_hands_over_unchecked_counts_only_behind_named_proxies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = SimpleNamespace(general_settings={"use_x_forwarded_for": True})
    monkeypatch.setitem(front.sys.modules, "litellm.proxy.proxy_server", server)  # type: ignore[attr-defined]
    given = "192.0.2.1, 203.0.113.9, 10.0.0.2"
    assert address(requester_ip_address=given) is None
    assert address({"trusted_proxies": ("10.0.0.0/8",)}, requester_ip_address=given) == "203.0.113.9"


def test_what_the_client_wrote_into_its_own_metadata_is_not_read() -> None:
    forged = {"user_api_key_hash": "victim", "requester_ip_address": "192.0.2.1"}
    event = asked(
        "anthropic_messages", metadata=forged, litellm_metadata={"requester_ip_address": "198.51.100.7"}
    )
    assert event is not None
    assert (event.account_id, event.client_ip) == (HASH, "198.51.100.7")
    made, judge = hooks()
    known = {"metadata": forged, "litellm_metadata": {"user_api_key_hash": HASH}}
    call = {"call_type": "anthropic_messages", "litellm_call_id": "c" * 900, "litellm_params": known}
    asyncio.run(made.async_log_success_event(call, {"usage": {"output_tokens": 4}}, None, None))
    (told,) = judge.told
    assert (told.account_id, told.output_tokens, len(told.request_id)) == (HASH, 4, 256)


def test_a_failure_is_told_with_its_status() -> None:
    made, judge = hooks()
    known = {"metadata": {"user_api_key_hash": HASH}}
    call = {"call_type": "acompletion", "litellm_call_id": "c", "litellm_params": known}
    failed = SimpleNamespace(status_code=502)
    asyncio.run(made.async_log_failure_event({**call, "exception": failed}, None, None, None))
    asyncio.run(made.async_log_failure_event({**call, "exception": ValueError()}, None, None, None))
    assert [told.status for told in judge.told] == [502, 500]


@pytest.mark.skipif(importlib.util.find_spec("litellm") is not None, reason="LiteLLM is here")
def test_without_litellm_the_class_says_what_is_missing() -> None:
    with pytest.raises(MissingDependencyError, match="litellm"):
        _ = front.RevenuerGuardrail
    with pytest.raises(AttributeError):
        _ = front.anything_else


class Restricting(Listener):
    """A judge that restricts everything to `limits`."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits

    async def decide(self, event: Event) -> Decision:
        decision = await super().decide(event)
        return msgspec.structs.replace(decision, action=Action.RESTRICT, limits=self.limits)


ROUGH = Limits(logprobs=True, top_logprobs=2, logprob_step=0.5, seed=7, shared_seed="prompt")


def left(call_type: str, modes: object, limits: Limits = ROUGH, **data: Any) -> tuple[dict[str, Any], Any]:
    """Return the request as the hook leaves it, and the answer of a model with one token of log-probability -0.37."""
    made = front.GuardrailHooks()
    made.set_up(FrontSettings(), Restricting(limits))
    made.event_hook = modes  # type: ignore[attr-defined]
    request = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "logprobs": True, **data}
    known = SimpleNamespace(api_key=HASH, user_id=None, team_id=None, end_user_id=None)
    within = asyncio.run(made.async_pre_call_hook(known, None, request, call_type))
    told = {"content": [{"token": "a", "logprob": -0.37, "top_logprobs": []}]}
    answer = SimpleNamespace(choices=[SimpleNamespace(logprobs=told)])
    answered = asyncio.run(made.async_post_call_success_hook(within, known, answer))
    return within, answered.choices[0].logprobs


@pytest.mark.parametrize("modes", ["post_call", ["pre_call", "post_call"]])
def test_log_probabilities_are_rounded_where_litellm_shows_answers(modes: object) -> None:
    within, told = left("acompletion", modes)
    assert (within["logprobs"], within["seed"], within["drop_params"]) == (True, 7, True)
    assert told["content"][0]["logprob"] == -0.5


@pytest.mark.parametrize(
    ("call_type", "modes"),
    [
        ("acompletion", "pre_call"),
        ("acompletion", None),
        ("acompletion", {"tags": {}}),
        ("aresponses", ["post_call"]),
    ],
)
def test_they_are_left_out_where_they_could_not_be_rounded(call_type: str, modes: object) -> None:
    within, _ = left(call_type, modes, include=["message.output_text.logprobs"])
    assert "logprobs" not in within
    assert "message.output_text.logprobs" not in within.get("include", [])


def test_fewer_alternatives_need_no_look_at_the_answer() -> None:
    within, _ = left("acompletion", "pre_call", Limits(logprobs=True, top_logprobs=2), top_logprobs=9)
    assert within["top_logprobs"] == 2


def test_a_client_cannot_write_limits_of_its_own() -> None:
    forged = {"revenuer_limits": {"logprobs": False, "logprob_step": 50.0}}
    within, told = left("acompletion", "post_call", Limits(logprobs=True), metadata=forged)
    assert within["metadata"] == forged
    assert told["content"][0]["logprob"] == -0.37
