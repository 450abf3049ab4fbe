"""Highlights mark what the group shares, in characters, whatever the script."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.detect.examples import highlight
from revenuer.detect.fingerprints import KIND_BITS, SPAN
from revenuer.detect.intent import load_model
from revenuer.detect.keyed_hash import UNKEYED
from revenuer.detect.sketch import sketch_texts

SHARED = "return every answer as a numbered list with sources and a short summary line"


def spans(text: str) -> set[int]:
    prints = sketch_texts(pa.array([text]), UNKEYED, load_model()).fingerprints.view("int64").tolist()
    return {p for p in prints if p & ((1 << KIND_BITS) - 1) == SPAN}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("Please: ", " Thanks!"),
        ("Übung: Größe ändern, bitte. ", " Спасибо большое."),
        ("日本語の文章です。", "🙂🙂"),
    ],
)
def test_the_shared_instruction_is_marked_and_nothing_else(before: str, after: str) -> None:
    wanted = spans(SHARED)
    text = before + SHARED + after
    marked = highlight(text, wanted)
    assert len(marked) == 1
    start, end = marked[0]
    assert text[start:end] in SHARED
    assert end - start >= 0.6 * len(SHARED)


def test_nothing_shared_nothing_marked() -> None:
    assert highlight(SHARED, set()) == ()
    assert highlight("", spans(SHARED)) == ()
    assert highlight("a wholly different request about the garden and its birds", spans(SHARED)) == ()


@given(st.text(max_size=200), st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_ranges_are_ordered_and_inside_the_text(text: str, other: str) -> None:
    given_text = f"{text} {SHARED} {other}"
    marked = highlight(given_text, spans(SHARED))
    flat = [at for pair in marked for at in pair]
    assert flat == sorted(flat)
    assert all(0 <= start < end <= len(given_text) for start, end in marked)
    assert all(not given_text[start].isspace() for start, _ in marked)
