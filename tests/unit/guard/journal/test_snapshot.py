"""A snapshot comes back bit by bit, or not at all."""

import json
import os
import resource
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from revenuer.guard.journal import read_snapshot, write_snapshot
from revenuer.guard.journal.snapshot import CHUNK, MAGIC, Array
from revenuer.records import InputError, ResourceError, UsageError

LEDGER = np.dtype([("account", "<u8"), ("e", "<f8", (3,)), ("flags", "u1"), ("at", "<M8[us]")], align=True)
DTYPES = (
    hnp.integer_dtypes()
    | hnp.floating_dtypes()
    | hnp.boolean_dtypes()
    | hnp.datetime64_dtypes()
    | hnp.byte_string_dtypes()
    | st.just(LEDGER)
)
ARRAYS = st.dictionaries(
    st.text(max_size=8),
    DTYPES.flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0, max_side=5))),
    max_size=4,
)


def same(one: Array, other: Array) -> bool:
    return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.snapshot"


@settings(max_examples=60, deadline=None)
@given(ARRAYS, st.dictionaries(st.text(), st.integers() | st.text() | st.none(), max_size=3))
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, arrays: dict[str, Array], meta: dict[str, object]
) -> None:
    path = tmp_path_factory.mktemp("snapshot") / "s"
    write_snapshot(path, arrays, meta)
    found = read_snapshot(path)
    assert found.meta == meta
    assert list(found.arrays) == list(arrays)
    assert all(same(found.arrays[name], array) for name, array in arrays.items())
    assert all(array.flags.writeable and array.flags.c_contiguous for array in found.arrays.values())
    assert os.listdir(path.parent) == ["s"]


def test_slices_and_transposes_are_written_in_their_own_order(path: Path) -> None:
    base = np.arange(3 * CHUNK // 4, dtype=np.int32).reshape(-1, 8)
    arrays = {
        "every other": base[::2],
        "columns": base.T,
        "backwards": base[::-1],
        "fortran": np.asfortranarray(base),
    }
    write_snapshot(path, arrays, {})
    found = read_snapshot(path).arrays
    assert all(np.array_equal(found[name], array) for name, array in arrays.items())


def small(path: Path) -> bytes:
    ledger = np.zeros(4, LEDGER)
    ledger["account"] = [1, 2, 3, 4]
    write_snapshot(path, {"ledger": ledger, "none": np.empty((0, 3)), "counts": np.arange(5)}, {"at": 7})
    return path.read_bytes()


def test_every_flipped_byte_is_seen(path: Path) -> None:
    whole = small(path)
    for place in range(len(whole)):
        content = bytearray(whole)
        content[place] ^= 1 << (place % 8)
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"ledger\.snapshot .*(damaged|no snapshot|cut off|header|ends)"):
            read_snapshot(path)


def test_every_cut_and_every_addition_is_seen(path: Path) -> None:
    whole = small(path)
    for content in (*(whole[:length] for length in range(len(whole))), whole + b"\0", whole + whole):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"ledger\.snapshot"):
            read_snapshot(path)


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda tail: MAGIC + tail))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.snapshot"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_snapshot(path)


def forged(path: Path, header: bytes, rest: bytes = b"") -> None:
    """Write a file whose header has a right checksum: somebody made it, no disk did."""
    import hashlib

    start = MAGIC + struct.pack("<I", len(header)) + header
    path.write_bytes(start + hashlib.blake2b(start, digest_size=16).digest() + rest)


@pytest.mark.parametrize(
    "header",
    [
        {"schema_version": 1, "meta": {}, "arrays": [{"name": "a", "dtype": "<f8", "shape": [1 << 60]}]},
        {"schema_version": 1, "meta": {}, "arrays": [{"name": "a", "dtype": "<f8", "shape": [-1]}]},
        {"schema_version": 1, "meta": {}, "arrays": [{"name": "a", "dtype": "<f8", "shape": ["9"]}]},
        {"schema_version": 1, "meta": {}, "arrays": [{"name": "a", "dtype": "|O", "shape": [2]}]},
        {"schema_version": 1, "meta": {}, "arrays": [{"name": "a", "dtype": [["x", "|O"]], "shape": [2]}]},
        {"schema_version": 1, "meta": {}, "arrays": [{"name": "a", "dtype": "what", "shape": [2]}]},
        {"schema_version": 1, "meta": {}, "arrays": [{"name": "a", "dtype": [["x"]], "shape": [2]}]},
        {"schema_version": 1, "meta": {}, "arrays": [{"name": "a"}]},
        {"schema_version": 1, "meta": {}, "arrays": 5},
        {"schema_version": 1, "meta": {}},
        {"schema_version": 1, "arrays": []},
        {"schema_version": 1, "meta": {}, "arrays": [{"name": [], "dtype": "<f8", "shape": [0]}]},
        {"schema_version": 2, "meta": {}, "arrays": []},
        [],
        None,
    ],
    ids=str,
)
def test_a_forged_header_is_refused_without_an_allocation(path: Path, header: object) -> None:
    forged(path, json.dumps(header).encode(), bytes(32))
    with pytest.raises(InputError, match=r"ledger\.snapshot"):
        read_snapshot(path)
    forged(path, b"\xff{", bytes(32))
    with pytest.raises(InputError, match="cannot be read"):
        read_snapshot(path)


def test_parts_of_two_snapshots_do_not_mix(path: Path) -> None:
    """The same array under another header: an old ledger beside new meta data."""
    write_snapshot(path, {"a": np.arange(4)}, {"at": 1})
    old = path.read_bytes()
    write_snapshot(path, {"a": np.arange(4)}, {"at": 2})
    new = path.read_bytes()
    assert len(old) == len(new)
    path.write_bytes(new[: -(32 + 16)] + old[-(32 + 16) :])
    with pytest.raises(InputError, match="the array a does not fit"):
        read_snapshot(path)


@pytest.mark.parametrize(
    ("array", "meta"),
    [
        (np.array([object()]), {}),
        (np.zeros(1, [("x", "O")]), {}),
        (np.zeros(1), {"x": object()}),
        (np.zeros(1), {"x": float("nan")}),
    ],
)
def test_what_a_snapshot_cannot_hold_is_refused(path: Path, array: Array, meta: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        write_snapshot(path, {"a": array}, meta)
    assert list(path.parent.iterdir()) == []


def test_a_disk_that_fills_up_leaves_the_one_before(path: Path) -> None:
    """In a process of its own, whose files may not grow beyond 100 kB."""
    small(path)
    before = path.read_bytes()
    program = """
import resource, signal, sys
import numpy as np
from pathlib import Path
from revenuer.guard.journal import write_snapshot
from revenuer.records import ResourceError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
try:
    write_snapshot(Path(sys.argv[1]), {"a": np.zeros(1_000_000)}, {})
except ResourceError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True)
    assert "no room left" in done.stdout, done.stderr
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_a_folder_or_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="cannot write the snapshot"):
        write_snapshot(tmp_path / "none" / "s", {}, {})
    with pytest.raises(InputError, match="cannot read the snapshot"):
        read_snapshot(tmp_path / "none")
    with pytest.raises(InputError, match="cannot read the snapshot"):
        read_snapshot(tmp_path)


def test_large_arrays_are_not_copied(path: Path) -> None:
    ledger = np.ones(40 * (1 << 20), np.uint8)
    tracemalloc.start()
    try:
        write_snapshot(path, {"ledger": ledger, "every other": ledger.reshape(-1, 2)[:, 0]}, {})
        wrote = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        found = read_snapshot(path)
        read = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert wrote < 3 * CHUNK
    assert read < sum(array.nbytes for array in found.arrays.values()) + 3 * CHUNK


def test_the_limit_above_was_not_of_this_process() -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
