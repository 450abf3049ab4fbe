"""Bodies of model requests -> events: the vendors' shapes, what is cut short, and anything at all."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from revenuer.guard import Event
from revenuer.guard.bodies import event_from_body, event_from_messages, signature_id
from revenuer.guard.salvage import MAX_DEPTH, open_body
from revenuer.ingest.messages import hashed
from revenuer.records import InputError

SIGNATURE = "EqQBCgIYAhIM" + "x7Qm" * 30


def event_of(body: object, path: str = "") -> Event:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return event_from_body(
        raw,
        headers={"User-Agent": "tester/1"},
        account_id="a",
        request_id="r",
        timestamp=1,
        client_ip="192.0.2.1",
        path=path,
    )


CHAT: dict[str, Any] = {
    "model": "m-1",
    "messages": [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "first"},
        {"role": "assistant", "content": "answer"},
        {
            "role": "user",
            "content": [{"type": "text", "text": "second"}, {"type": "image_url", "image_url": {}}],
        },
    ],
    "tools": [{}, {}],
    "max_completion_tokens": 7,
    "temperature": 0.5,
    "n": 3,
    "logprobs": True,
    "stream": True,
}


def test_openai_chat() -> None:
    assert event_of(CHAT) == Event(
        request_id="r",
        account_id="a",
        model="m-1",
        timestamp=1,
        client_ip="192.0.2.1",
        user_agent="tester/1",
        system_prompt="be brief",
        prompt="second",
        turn=1,
        tool_count=2,
        max_tokens=7,
        temperature=0.5,
        n=3,
        logprobs=True,
        stream=True,
    )


def test_anthropic_messages_with_the_latest_signature() -> None:
    thinking = [{"type": "thinking", "thinking": "hm", "signature": SIGNATURE + tail} for tail in "ab"]
    event = event_of(
        {
            "system": [{"type": "text", "text": "be"}, {"type": "text", "text": "kind"}],
            "max_tokens": 5,
            "messages": [
                {"role": "user", "content": "what"},
                {"role": "assistant", "content": [*thinking, {"type": "tool_use", "id": "t"}]},
                {"role": "user", "content": [{"type": "tool_result", "content": "42"}]},
            ],
        }
    )
    assert (event.system_prompt, event.prompt, event.turn, event.max_tokens) == ("be\nkind", "what", 0, 5)
    assert event.reasoning_signature == signature_id(SIGNATURE + "b") == hashed(SIGNATURE + "b")


def test_openai_responses() -> None:
    reasoning = {"type": "reasoning", "id": "rs_" + "0af3" * 12, "summary": []}
    event = event_of(
        {
            "instructions": "be brief",
            "input": [
                {"role": "user", "content": [{"type": "input_text", "text": "one"}]},
                reasoning,
                {"type": "function_call_output", "output": "x"},
                {"role": "user", "content": "two"},
            ],
            "max_output_tokens": 9,
            "include": ["message.output_text.logprobs"],
        }
    )
    assert (event.system_prompt, event.prompt, event.turn, event.max_tokens) == ("be brief", "two", 1, 9)
    assert event.logprobs
    assert event.reasoning_signature == signature_id(reasoning["id"])  # type: ignore[arg-type]


def test_litellm_thinking_blocks() -> None:
    blocks = [{"type": "thinking", "thinking": "hm", "signature": SIGNATURE}]
    event = event_from_messages(
        [
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "a", "thinking_blocks": blocks},
            {"role": "user", "content": "two"},
        ],
        account_id="a",
        request_id="r",
        timestamp=1,
        model="m",
        parameters={"max_tokens": 3, "model": "other"},
    )
    assert (event.model, event.prompt, event.turn, event.max_tokens) == ("m", "two", 1, 3)
    assert event.reasoning_signature == signature_id(SIGNATURE)


@pytest.mark.parametrize(
    "part",
    [
        {"type": "thinking", "signature": "skip_thought_signature_validator"},
        {"type": "thinking", "signature": "context_engineering_is_the_way_to_go"},
        {"type": "reasoning", "id": "rs_0"},
        {"type": "text", "signature": SIGNATURE},
        {"type": "thinking", "signature": 7},
    ],
)
def test_what_many_honest_clients_send_is_no_signature(part: dict[str, object]) -> None:
    assert event_of({"messages": [{"role": "assistant", "content": [part]}]}).reasoning_signature is None


def test_a_user_cannot_be_framed_by_a_signature_in_user_text() -> None:
    part = {"type": "thinking", "signature": SIGNATURE}
    assert event_of({"messages": [{"role": "user", "content": [part]}]}).reasoning_signature is None


def test_the_path_settles_which_conversation_counts() -> None:
    body = {"messages": [{"role": "user", "content": "decoy"}], "input": "real", "prompt": "older"}
    assert event_of(body, "/v1/responses").prompt == "real"
    assert event_of(body, "/v1/completions").prompt == "older"
    assert event_of(body, "/v1/chat/completions").prompt == "decoy"


def test_no_body() -> None:
    event = event_of(b"")
    assert (event.model, event.prompt, event.turn) == ("unknown", None, 0)


def test_a_body_cut_short_never_crashes_and_never_guesses_the_prompt() -> None:
    raw = json.dumps(
        {"model": "m-1", "max_tokens": 5, **CHAT, "zzz": "é\\\n" * 9}, ensure_ascii=False
    ).encode()
    messages_end = raw.index(b'"tools"')
    for end in range(len(raw)):
        event = event_of(raw[:end])
        assert event.prompt == ("second" if end >= messages_end - 2 else None), raw[:end]
        assert event.model == ("m-1" if raw[:end].find(b'"m-1",') >= 0 else event.model)


def test_a_signature_in_a_body_cut_short_counts() -> None:
    raw = json.dumps(
        {
            "messages": [
                {"role": "assistant", "content": [{"type": "thinking", "signature": SIGNATURE}]},
                {"role": "user", "content": "long " * 99},
            ]
        }
    ).encode()
    event = event_of(raw[:-200])
    assert event.reasoning_signature == signature_id(SIGNATURE)
    assert event.prompt is None


def test_half_a_signature_is_none() -> None:
    raw = b'{"messages":[{"role":"assistant","content":[{"type":"thinking","signature":"' + SIGNATURE.encode()
    assert event_of(raw).reasoning_signature is None


def test_what_lenient_servers_read_is_read() -> None:
    assert event_of(b'\xef\xbb\xbf{"prompt":"x"}').prompt == "x"
    assert event_of(b'{"prompt":"\xff!"}').prompt == "�!"
    assert event_of(b'{"prompt":"\\ud800!"}').prompt == "?!"


@pytest.mark.parametrize("opener", [b"[", b'{"a":'])
def test_too_deep_is_refused_without_building_it(opener: bytes) -> None:
    assert open_body(opener * 10 + b"1") is not None
    with pytest.raises(InputError, match="levels deep"):
        event_of(opener * (MAX_DEPTH + 1))
    with pytest.raises(InputError, match="levels deep"):
        event_of(opener * 100_000)


def test_brackets_in_text_are_not_depth() -> None:
    assert event_of({"prompt": '[{"' * 500 + "\\"}).prompt == '[{"' * 500 + "\\"


def test_too_many_messages_are_refused() -> None:
    with pytest.raises(InputError, match="messages"):
        event_of({"messages": [{}] * 20_001})


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(body: bytes) -> None:
    assert isinstance(event_of(body), Event)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["role", "content", "type", "text", "signature", "thinking_blocks", "id", "data", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    [
        "model",
        "messages",
        "input",
        "prompt",
        "system",
        "instructions",
        "tools",
        "max_tokens",
        "temperature",
        "n",
        "logprobs",
        "top_logprobs",
        "stream",
        "include",
    ]
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(FIELDS, JSON | st.lists(JSON)), st.integers(0, 400), st.booleans())
def test_any_json_whole_or_cut_or_spoilt(body: dict[str, Any], end: int, spoil: bool) -> None:
    raw = json.dumps(body).encode()[:end]
    event = event_of(raw.replace(b'"', b"\xc3", 1) if spoil else raw)
    for text in (event.prompt, event.system_prompt, event.model, event.reasoning_signature):
        assert text is None or text.encode()
    assert event.turn >= 0
    assert 1 <= event.n < 2**31
