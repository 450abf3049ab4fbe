"""Answers held to their limits: fewer alternatives, rounded log-probabilities, and nothing else changed."""

import copy
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revenuer.guard.limits import limited_answer, limits_answers, rounded
from revenuer.records import Limits

LESS = Limits(logprobs=True, top_logprobs=2, logprob_step=0.5)


def chat_answer() -> dict[str, Any]:
    listed = [
        {"token": token, "logprob": value, "bytes": [97]}
        for token, value in (("a", -0.2), ("b", -1.9), ("c", -1.8), ("d", -9999.0))
    ]
    spoken = {"token": "b", "logprob": -1.9, "bytes": [98], "top_logprobs": listed}
    told = {"content": [spoken], "refusal": None}
    return {"id": "x", "choices": [{"index": 0, "message": {"content": "b logprob"}, "logprobs": told}]}


def test_chat() -> None:
    (choice,) = limited_answer(chat_answer(), "chat", LESS)["choices"]
    (spoken,) = choice["logprobs"]["content"]
    assert (spoken["token"], spoken["logprob"], spoken["bytes"]) == ("b", -2.0, [98])
    assert [(one["token"], one["logprob"]) for one in spoken["top_logprobs"]] == [("a", 0.0), ("c", -2.0)]
    assert choice["message"] == {"content": "b logprob"}


def test_completions_and_prompt_logprobs_of_vllm() -> None:
    tops = [None, {"a": -0.3, "b": -1.3, "c": -5.0}]
    told = {"tokens": ["x", "a"], "token_logprobs": [None, -0.3], "top_logprobs": tops, "text_offset": [0, 1]}
    said = {"choices": [{"text": "xa", "logprobs": told, "prompt_logprobs": [{"1": {"logprob": -1}}]}]}
    (choice,) = limited_answer(said, "completions", LESS)["choices"]
    assert choice["logprobs"]["token_logprobs"] == [None, -0.5]
    assert choice["logprobs"]["top_logprobs"] == [None, {"a": -0.5, "b": -1.5}]
    assert choice["logprobs"]["text_offset"] == [0, 1]
    assert choice["prompt_logprobs"] is None


def test_responses_whole_and_streamed() -> None:
    part = {
        "type": "output_text",
        "logprobs": [{"token": "a", "logprob": -0.7, "top_logprobs": [{"token": "a", "logprob": -0.7}]}],
    }
    whole = limited_answer({"top_logprobs": 5, "output": [{"content": [part]}]}, "responses", LESS)
    assert whole["top_logprobs"] == 5
    assert whole["output"][0]["content"][0]["logprobs"][0]["logprob"] == -0.5
    event = {"type": "response.output_text.delta", "delta": "a", "logprobs": part["logprobs"]}
    assert limited_answer(event, "responses", LESS)["logprobs"][0]["top_logprobs"][0]["logprob"] == -0.5
    assert limited_answer(event, "responses", Limits())["logprobs"] == []


def test_none_are_left_where_none_may_be() -> None:
    assert limited_answer(chat_answer(), "chat", Limits())["choices"][0]["logprobs"] is None


def test_anthropics_language_has_none_and_is_left_alone() -> None:
    said = {"content": [{"type": "tool_use", "input": {"logprob": -0.2, "top_logprobs": [1, 2, 3]}}]}
    assert limited_answer(said, "messages", LESS) is said


@pytest.mark.parametrize("limits", [Limits(), Limits(logprobs=True), Limits(logprobs=True, logprob_budget=5)])
def test_answers_need_not_be_read_where_the_request_says_it_all(limits: Limits) -> None:
    assert not limits_answers(limits)


LOGPROBS = st.floats(-100, 0) | st.just(-9999.0)


@given(LOGPROBS, LOGPROBS, st.floats(0.001, 10))
def test_rounding_is_near_keeps_order_and_says_nothing_twice(one: float, two: float, step: float) -> None:
    at = rounded(one, step)
    assert at <= 0.0
    assert math.copysign(1.0, at) == 1.0 if at == 0 else True
    assert abs(at - one) <= step / 2 + 1e-6
    assert rounded(at, step) == pytest.approx(at, abs=1e-6)
    low, high = sorted((one, two))
    assert rounded(low, step) <= rounded(high, step)


def test_a_rounded_number_is_short() -> None:
    assert rounded(-0.31, 0.1) == -0.3
    assert rounded(-math.inf, 0.1) == -math.inf


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(-50, 0) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["logprobs", "content", "logprob", "top_logprobs", "token_logprobs", "prompt_logprobs", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


def numbers_under(value: Any, named: bool = False) -> list[float]:
    if isinstance(value, dict):
        return [
            n for key, one in value.items() for n in numbers_under(one, key in ("logprob", "token_logprobs"))
        ]
    if isinstance(value, list):
        return [n for one in value for n in numbers_under(one, named)]
    return [value] if named and isinstance(value, float) else []


@given(JSON)
def test_whatever_is_said_is_held_to_the_limits_once_and_for_all(said: Any) -> None:
    before = copy.deepcopy(said)
    once = limited_answer(said, "chat", LESS)
    assert said == before
    assert limited_answer(once, "chat", LESS) == once
    assert all(math.isclose(n * 2, round(n * 2)) for n in numbers_under(once))
