"""Whatever a file of labels or keys holds: read, or refused in words."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from revenuer.prove.marks.candidate import derived_candidate
from revenuer.prove.marks.dual_gumbel import DualGumbel
from revenuer.prove.marks.key_document import key_document, read_keys
from revenuer.prove.marks.keys import read_master
from revenuer.prove.marks.labels import read_labels
from revenuer.records import InputError

QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "scheme": st.sampled_from(["green", "gumbel", "dual_gumbel", "x"]) | JSON,
        "key": st.lists(st.integers(0, 9), max_size=4) | JSON,
    },
    optional={"width": st.integers(-1, 9) | JSON, "gamma": JSON, "label": JSON, "epoch": JSON},
)


Read = TypeVar("Read")


def tried(read: Callable[[], Read]) -> Read | str:
    """What was read, or the words of the refusal."""
    try:
        return read()
    except InputError as error:
        return str(error)


@QUICK
@given(content=st.binary(max_size=200) | DOCUMENTS.map(msgspec.json.encode))
def test_key_files_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "keys").write_bytes(content)
    found = tried(lambda: read_keys(tmp_path / "keys"))
    if isinstance(found, str):
        assert str(tmp_path) in found
    else:
        assert all(len(one.words) == one.scheme.key_words for one in found)


@QUICK
@given(
    content=st.binary(max_size=200) | st.text(alphabet="ac:ount 2026-03-01#\n", max_size=200).map(str.encode)
)
def test_label_files_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "labels").write_bytes(content)
    found = tried(lambda: read_labels(tmp_path / "labels", [date(2026, 3, 1)]))
    assert str(tmp_path) in found if isinstance(found, str) else 0 < len(set(found)) == len(found)


@QUICK
@given(
    content=st.binary(max_size=80) | st.binary(min_size=30, max_size=40).map(lambda key: key.hex().encode())
)
def test_masters_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "master").write_bytes(content)
    found = tried(lambda: read_master(tmp_path / "master"))
    assert str(tmp_path) in found if isinstance(found, str) else len(found) >= 32


def test_a_key_document_is_read_back(tmp_path: Path) -> None:
    one = derived_candidate(
        bytes(range(32)), DualGumbel(width=3, first_share=0.2), "campaign:C-17", date(2026, 3, 1)
    )
    (tmp_path / "keys").write_bytes(msgspec.json.encode(key_document(one)) + b"\n")
    (back,) = read_keys(tmp_path / "keys")
    assert (back.label, back.scheme, back.words, back.epoch, back.commitment) == (
        one.label, one.scheme, one.words, one.epoch, one.commitment,
    )  # fmt: skip
