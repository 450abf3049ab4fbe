"""Files from strangers: whatever they hold, a result or one clear error."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from revenuer.prove.lineage.panel_file import read_panel
from revenuer.prove.lineage.weights_file import open_weights
from revenuer.records import InputError

FUZZ = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
ENTRY = st.fixed_dictionaries(
    {"dtype": st.sampled_from(["F32", "BF16", "I8", "?"]) | JSON},
    optional={
        "shape": st.lists(st.integers(-1, 5), max_size=3) | JSON,
        "data_offsets": st.lists(st.integers(-3, 90), max_size=3) | JSON,
    },
)


def tensors(content: bytes, folder: Path) -> None:
    path = folder / "x.safetensors"
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        opened = open_weights(path)
        for name in opened.tensors:
            with contextlib.suppress(InputError):
                opened.read(name)


@given(st.binary(max_size=200))
@FUZZ
def test_any_bytes_as_weights(tmp_path: Path, content: bytes) -> None:
    tensors(content, tmp_path)
    tensors(len(content).to_bytes(8, "little") + content, tmp_path)


@given(st.dictionaries(st.text(max_size=6), ENTRY | JSON, max_size=3) | JSON, st.binary(max_size=80))
@FUZZ
def test_any_header_as_weights(tmp_path: Path, header: object, body: bytes) -> None:
    raw = json.dumps(header).encode("utf-8", "surrogatepass")
    tensors(len(raw).to_bytes(8, "little") + raw + body, tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 4, (2**62).to_bytes(8, "little"), (2).to_bytes(8, "little") + b"[]"]
)
def test_damaged_weights_are_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.safetensors"):
        open_weights(path)


def test_absent_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        open_weights(tmp_path / "none.safetensors")
    with pytest.raises(InputError, match=r"no \.safetensors"):
        open_weights(tmp_path)


@given(JSON | st.fixed_dictionaries({"model": JSON, "project": JSON, "derives_from": JSON, "answers": JSON}))
@FUZZ
def test_any_row_as_panel(tmp_path: Path, row: object) -> None:
    path = tmp_path / "panel.jsonl"
    path.write_bytes(json.dumps(row).encode("utf-8", "surrogatepass"))
    with contextlib.suppress(InputError):
        read_panel(path)


def test_a_panel_without_lineage_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"prompt_id":"1","prompt":"x","text":"y"}\n')
    path = tmp_path / "panel.jsonl"
    path.write_text('{"model":"a","project":"b","answers":"a.jsonl"}\n')
    with pytest.raises(InputError, match=r"line 1.*derives_from"):
        read_panel(path)
    path.write_text('{"model":"a","project":"b","answers":"a.jsonl","derives_from":[]}\n' * 2)
    with pytest.raises(InputError, match=r"line 2: a stands there twice"):
        read_panel(path)
    path.write_text('{"model":"a","project":"b","answers":"no.jsonl","derives_from":[]}\n')
    with pytest.raises(InputError, match=r"no\.jsonl"):
        read_panel(path)
