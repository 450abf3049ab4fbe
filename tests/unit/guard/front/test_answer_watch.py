"""What an answer says as it goes by, however it is cut into pieces; and that nothing in it can break the watch."""

import itertools
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from revenuer.guard.bodies import signature_id
from revenuer.guard.front.answer_watch import MAX_HELD, AnswerWatch

SIGNATURE = "EqQBCgIYAhIkN2" + "s7Zb9" * 12
STREAM, WHOLE = b"text/event-stream; charset=utf-8", b"application/json"

EVENTS = [
    {"type": "message_start", "message": {"content": [], "usage": {"output_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "signature": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": SIGNATURE}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "usage: données"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 41}},
]
TEXT = b"".join(f"event: {e['type']}\ndata: {json.dumps(e, ensure_ascii=False)}\n\n".encode() for e in EVENTS)


def watched(kind: bytes, pieces: list[bytes], **headers: bytes) -> AnswerWatch:
    watch = AnswerWatch()
    named = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    watch.start(200, [(b"Content-Type", kind), *named])
    for piece in pieces:
        watch.piece(piece)
    watch.end()
    return watch


def said(value: Any) -> AnswerWatch:
    return watched(WHOLE, [json.dumps(value).encode()])


@given(st.lists(st.integers(0, len(TEXT)), max_size=12))
def test_a_stream_says_the_same_however_it_is_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(TEXT)]
    watch = watched(STREAM, [TEXT[a:b] for a, b in itertools.pairwise(places)])
    assert watch.issued_signatures == [signature_id(SIGNATURE)]
    assert (watch.finish_reason, watch.output_tokens) == ("end_turn", 41)


@given(st.sampled_from([STREAM, WHOLE, b"", b"\xff"]), st.lists(st.binary(max_size=200), max_size=10))
def test_no_answer_breaks_it(kind: bytes, pieces: list[bytes]) -> None:
    watched(kind, pieces)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["type", "usage", "choices", "delta", "message", "content", "output", "item", "response", "signature",
             "content_block", "thinking_blocks", "finish_reason", "output_tokens", "provider_specific_fields"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(JSON)
def test_no_shape_breaks_it(value: Any) -> None:
    watch = AnswerWatch()
    if isinstance(value, dict):
        watch.take(value)
    said(value)


def test_whole_answers_of_every_language() -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": SIGNATURE}
    redacted = {"type": "redacted_thinking", "data": SIGNATURE}
    reasoning = {"type": "reasoning", "id": "rs_1", "encrypted_content": SIGNATURE, "summary": []}
    answers: list[dict[str, Any]] = [
        {"content": [thought, {"type": "text", "text": "x"}], "stop_reason": "end_turn"},
        {"content": [redacted]},
        {"object": "response", "output": [reasoning]},
        {"choices": [{"message": {"content": "x", "thinking_blocks": [thought]}, "finish_reason": "stop"}]},
        {"choices": [{"message": {"provider_specific_fields": {"thinking_blocks": [thought]}}}]},
    ]
    for answer in answers:
        assert said(answer).issued_signatures == [signature_id(SIGNATURE)], answer
    assert said({"usage": {"completion_tokens": 7}, "choices": []}).output_tokens == 7


def test_streams_of_openais_languages() -> None:
    done = {"type": "response.completed", "response": {"output": [], "usage": {"output_tokens": 9}}}
    item = {
        "type": "response.output_item.done",
        "item": {"type": "reasoning", "encrypted_content": SIGNATURE},
    }
    pieces = [f"data: {json.dumps(event)}\n\n".encode() for event in (item, done)]
    watch = watched(STREAM, [*pieces, b"data: [DONE]\n\n"])
    assert (watch.issued_signatures, watch.output_tokens) == ([signature_id(SIGNATURE)], 9)


def test_what_is_too_long_is_let_go_and_what_follows_is_read() -> None:
    long = b'data: {"signature": "' + b"x" * (MAX_HELD + 10)
    watch = watched(STREAM, [long, b"x" * 100, b'"}\n', TEXT])
    assert watch.issued_signatures == [signature_id(SIGNATURE)]
    assert len(watch._held) == 0
    assert watched(WHOLE, [b"[" + b"1," * MAX_HELD, b"1]"]).issued_signatures == []


def test_a_compressed_answer_is_not_read() -> None:
    assert watched(STREAM, [TEXT], content_encoding=b"gzip").issued_signatures == []


def test_placeholders_that_many_send_are_no_signatures() -> None:
    short = {"type": "thinking", "thinking": "", "signature": "skip_thought_signature_validator"}
    assert said({"content": [short], "signature": 1}).issued_signatures == []
