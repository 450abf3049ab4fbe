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


ROUGH = Limits(
    logprobs=True, top_logprobs=2, logprob_step=0.5, logprob_budget=900, max_tokens=100, reasoning="full"
)


@pytest.mark.parametrize(
    ("language", "asked", "left"),
    [
        ("chat", {"logprobs": True, "top_logprobs": 20}, {"logprobs": True, "top_logprobs": 2}),
        ("chat", {"logprobs": True, "top_logprobs": -1}, {"logprobs": True, "top_logprobs": 2}),
        ("chat", {"logprobs": True, "top_logprobs": 1}, {"logprobs": True, "top_logprobs": 1}),
        ("chat", {"logprobs": True, "prompt_logprobs": 3}, {"logprobs": True}),
        ("completions", {"prompt": "x", "logprobs": 5}, {"prompt": "x", "logprobs": 2}),
        ("completions", {"prompt": [1, 2], "logprobs": 0}, {"prompt": [1, 2], "logprobs": 0}),
        ("completions", {"prompt": ["x", "y"], "logprobs": 5}, {"prompt": ["x", "y"]}),
        ("completions", {"prompt": "x", "echo": True, "logprobs": 5}, {"prompt": "x", "echo": True}),
        ("chat", {"logprobs": True, "logit_bias": {"5": 9}}, {"logit_bias": {"5": 9}}),
        ("chat", {"logprobs": True, "logit_bias": {}}, {"logprobs": True, "logit_bias": {}}),
        ("chat", {"logprobs": True, "allowed_token_ids": [5]}, {"allowed_token_ids": [5]}),
        ("chat", {"logit_bias": {"5": 9}}, {"logit_bias": {"5": 9}}),
        ("responses", {"top_logprobs": 9}, {"top_logprobs": 2}),
    ],
)
def test_fewer_logprobs(language: str, asked: dict[str, Any], left: dict[str, Any]) -> None:
    within = restricted(asked, language, ROUGH)
    length = {"responses": "max_output_tokens", "chat": "max_completion_tokens"}.get(language, "max_tokens")
    assert within == {**left, length: 100}


def test_logit_bias_by_itself() -> None:
    asked = {"logprobs": True, "logit_bias": {"5": 9}, "allowed_token_ids": [5], "bad_words": ["x"]}
    kept = restricted(asked, "chat", Limits(logprobs=True, logit_bias="full", reasoning="full"))
    assert kept == asked
    none = restricted(asked, "chat", Limits(logprobs=True, logit_bias="none", reasoning="full"))
    assert none == {"logprobs": True}


def test_of_several_lengths_the_shortest_counts_since_the_guard_charged_for_no_more() -> None:
    asked = {"max_tokens": 10, "max_completion_tokens": 90, "max_output_tokens": 3}
    within = restricted(asked, "chat", LIMITS)
    assert (within["max_tokens"], within["max_completion_tokens"]) == (3, 3)
    assert restricted({"max_output_tokens": 3}, "chat", LIMITS)["max_completion_tokens"] == 3
    assert restricted({"max_tokens": -1}, "chat", LIMITS)["max_tokens"] == 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shared_seed_takes_the_place_of_any_other_where_there_are_seeds(language: str) -> None:
    within = restricted({"seed": 1}, language, Limits(seed=77, shared_seed="prompt"))
    assert within["seed"] == (77 if language in ("chat", "completions") else 1)


NAMES = ["logit_bias", "echo", "prompt", "seed", "prompt_logprobs", "n", "best_of", "logprobs", "top_logprobs", "max_tokens", "max_completion_tokens", "max_output_tokens",
         "min_tokens", "thinking", "reasoning", "include", "model", "messages"]  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "budget_tokens", "summary", "display"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(NAMES), VALUES),
    st.sampled_from(LANGUAGES),
    st.sampled_from([None, 0, 3]),
    st.sampled_from([None, 50]),
    st.sampled_from(["full", "alone", "none"]),
)
def test_any_request_is_held_to_fewer_logprobs_once_and_for_all(
    asked: dict[str, Any], language: str, top: int | None, budget: int | None, bias: str
) -> None:
    limits = Limits(
        logprobs=True, top_logprobs=top, logprob_budget=budget, logit_bias=bias, seed=5, max_tokens=100
    )
    before = repr(asked)
    once = restricted(asked, language, limits)
    assert repr(asked) == before
    assert restricted(once, language, limits) == once
    tells = {"logprobs", "top_logprobs"} & once.keys()
    assert not (tells and once.get("logit_bias") and bias != "full")
    name = "logprobs" if language == "completions" else "top_logprobs"
    if top is not None and isinstance(once.get(name), int) and not isinstance(once[name], bool):
        assert 0 <= once[name] <= top


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
