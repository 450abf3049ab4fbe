"""A restricted request asks for no more than its limits, and for nothing else than before."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revenuer.guard.front.restrict import language_of, restricted
from revenuer.records import Limits

LIMITS = Limits(max_tokens=100)
LANGUAGES = ("chat", "completions", "messages", "responses")


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("/v1/chat/completions", "chat"), ("/v1/completions", "completions"), ("/v1/messages", "messages"),
        ("/v1/responses", "responses"), ("/api/other", "chat"), ("", "chat"), ("/openai/v1/messages/", "messages"),
    ],
)  # fmt: skip
def test_the_path_tells_the_language(path: str, language: str) -> None:
    assert language_of(path) == language


def test_chat() -> None:
    asked = {
        "model": "m",
        "n": 5,
        "logprobs": True,
        "top_logprobs": 3,
        "max_tokens": 4000,
        "min_tokens": 500,
        "seed": 1,
    }
    assert restricted(asked, "chat", LIMITS) == {
        "model": "m", "n": 1, "max_tokens": 100, "min_tokens": 100, "seed": 1, "include_reasoning": False,
    }  # fmt: skip
    assert "include_reasoning" not in restricted(asked, "chat", LIMITS, known_fields_only=True)
    assert "include_reasoning" not in restricted(asked, "chat", Limits(reasoning="full"))


def test_completions() -> None:
    asked = {"prompt": "x", "logprobs": 5, "best_of": 4, "prompt_logprobs": 1}
    assert restricted(asked, "completions", LIMITS) == {"prompt": "x", "best_of": 1, "max_tokens": 100}


def test_messages() -> None:
    asked = {"max_tokens": 9000, "thinking": {"type": "enabled", "budget_tokens": 8000}}
    roomy = restricted(asked, "messages", Limits(max_tokens=4000))
    assert roomy["thinking"] == {"type": "enabled", "budget_tokens": 3999, "display": "summarized"}
    assert restricted(asked, "messages", LIMITS) == {"max_tokens": 100, "thinking": {"type": "disabled"}}
    adaptive = {"max_tokens": 50, "thinking": {"type": "adaptive"}}
    hidden = restricted(adaptive, "messages", Limits(reasoning="none"))
    assert hidden["thinking"] == {"type": "adaptive", "display": "omitted"}


def test_responses() -> None:
    asked = {
        "input": "x", "reasoning": {"effort": "high", "summary": "detailed"}, "top_logprobs": 2,
        "include": ["reasoning.encrypted_content", "message.output_text.logprobs", "file_search_call.results"],
    }  # fmt: skip
    assert restricted(asked, "responses", LIMITS) == {
        "input": "x", "reasoning": {"effort": "high", "summary": "concise"}, "max_output_tokens": 100,
        "include": ["file_search_call.results"],
    }  # fmt: skip
    assert restricted(asked, "responses", Limits(reasoning="none"))["reasoning"] == {"effort": "high"}


def test_a_limit_never_gives_more_than_was_asked_for() -> None:
    asked = {"max_tokens": 10, "n": 1}
    assert (
        restricted(asked, "chat", Limits(max_n=3, max_tokens=100, logprobs=True, reasoning="full")) == asked
    )


NAMES = ["n", "best_of", "logprobs", "top_logprobs", "max_tokens", "max_completion_tokens", "max_output_tokens",
         "min_tokens", "thinking", "reasoning", "include", "model", "messages"]  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "budget_tokens", "summary", "display"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES), st.sampled_from(LANGUAGES))
def test_any_request_is_held_to_its_limits_once_and_for_all(asked: dict[str, Any], language: str) -> None:
    before = repr(asked)
    once = restricted(asked, language, LIMITS)
    assert repr(asked) == before
    assert restricted(once, language, LIMITS) == once
    assert not {"logprobs", "top_logprobs"} & once.keys()
    for name in ("n", "best_of"):
        assert not isinstance(once.get(name), int) or once[name] <= 1
    assert {name: once.get(name) for name in ("model", "messages")} == {
        name: asked.get(name) for name in ("model", "messages")
    }
