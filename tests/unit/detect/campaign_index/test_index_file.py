"""The file: what is written is read, and what was not written is refused."""

import hashlib
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numba import njit

from builders import campaign_indexes as made
from revenuer.detect.campaign_index import (
    FORMAT_VERSION,
    CampaignIndex,
    IndexContent,
    KeyKind,
    KeyNote,
    KeyState,
    file_format,
    fingerprint_key,
    index_bytes,
    index_key,
    lookup,
)
from revenuer.detect.campaign_index.file_format import ALIGN, DIGEST_BYTES
from revenuer.detect.keyed_hash import UNKEYED, derive_key
from revenuer.records import InputError

KEY, OTHER_KEY = derive_key(b"a secret of the provider"), derive_key(b"a secret of somebody else")


def written(folder: Path, content: IndexContent, name: str = "campaigns.index") -> Path:
    path = folder / name
    path.write_bytes(index_bytes(content))
    return path


def essence(index: CampaignIndex) -> tuple[object, ...]:
    """Everything that an index says."""
    return (
        index.campaigns, index.key, index.made_at, index.left_out, index.entries.tobytes(), index.table_keys.tobytes(),
        index.table_rows.tobytes(),
    )  # fmt: skip


def sealed(body: bytes) -> bytes:
    """A file whose length and checksum fit whatever it holds."""
    length = len(body) + DIGEST_BYTES
    body = body[:16] + struct.pack("<Q", length) + body[24:]
    return body + hashlib.blake2b(body, digest_size=DIGEST_BYTES).digest()


@pytest.fixture(params=["copied", "mapped"])
def held(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways in which a file's content is held, whatever its size."""
    monkeypatch.setattr(file_format, "PRIVATE_BYTES", 0 if request.param == "mapped" else 1 << 30)
    return str(request.param)


def test_what_is_written_is_read(tmp_path: Path, held: str) -> None:
    given_ = made.content("C-1", "C-2", key=KEY)
    index = CampaignIndex.open(written(tmp_path, given_), KEY)
    assert index.campaigns == given_.campaigns
    assert (index.key, index.made_at) == (KeyNote.of(KEY), made.MADE_AT)
    names = ["key", "campaign", "kind", "members", "outsiders", "support"]
    assert sorted(index.entries[names].tolist()) == sorted(given_.entries[names].tolist())
    index.verify()


def test_the_same_content_gives_the_same_bytes_in_any_order() -> None:
    one = made.content("C-1", "C-2")
    other = IndexContent(
        campaigns=one.campaigns, entries=one.entries[::-1].copy(), key=one.key, made_at=one.made_at
    )
    assert index_bytes(one) == index_bytes(other)


def test_it_is_read_and_written_again_unchanged(tmp_path: Path) -> None:
    path = written(tmp_path, made.content("C-1", "C-2", "C-3"))
    assert index_bytes(CampaignIndex.open(path).content()) == path.read_bytes()


def test_a_mapped_file_has_its_sections_aligned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_format, "PRIVATE_BYTES", 0)
    index = CampaignIndex.open(written(tmp_path, made.content("C-1", spans=50)))
    assert {array.ctypes.data % ALIGN for array in (index.entries, index.table_keys, index.table_rows)} == {0}


def test_an_index_of_nothing_knows_nobody(tmp_path: Path) -> None:
    index = CampaignIndex.open(written(tmp_path, made.content()))
    index.verify()
    assert (len(index), index.campaigns, index.lookup(0), list(index.rows(5))) == (0, (), -1, [])
    assert index.counts().shape == (0, len(KeyKind))


def test_one_key_of_several_campaigns_leads_to_all(tmp_path: Path) -> None:
    index = CampaignIndex.open(written(tmp_path, made.content("C-1", "C-2", "C-3")))
    rows = list(index.rows(int(index_key(KeyKind.IP, np.uint64(77)))))
    assert [index.campaign(row).campaign_id for row in rows] == ["C-1", "C-2", "C-3"]
    assert {KeyKind(int(index.entries["kind"][row])) for row in rows} == {KeyKind.IP}


def test_the_kind_is_part_of_the_key(tmp_path: Path) -> None:
    index = CampaignIndex.open(written(tmp_path, made.content("C-1")))
    found = [kind for kind in KeyKind if index.lookup(int(index_key(kind, np.uint64(77)))) >= 0]
    assert found == [KeyKind.IP]


@pytest.mark.parametrize(("low_bits", "kind"), [(0, KeyKind.SPAN), (1, KeyKind.BAND), (2, KeyKind.SYSTEM)])
def test_a_fingerprint_says_its_kind(low_bits: int, kind: KeyKind) -> None:
    fingerprint = np.uint64((123_456_789 << 2) | low_bits)
    assert fingerprint_key(fingerprint) == index_key(int(kind), fingerprint)


def test_a_kernel_looks_keys_up(tmp_path: Path, held: str) -> None:
    @njit
    def hits(table_keys: np.ndarray, table_rows: np.ndarray, entries: np.ndarray, spans: np.ndarray) -> int:
        members = 0
        for span in spans:
            row = lookup(table_keys, table_rows, fingerprint_key(span))
            if row >= 0:
                members += entries[row]["members"]
        return members

    index = CampaignIndex.open(written(tmp_path, made.content("C-1", spans=5)))
    spans = np.array([1000 << 2, 1001 << 2, 1005 << 2], np.uint64)
    assert hits(index.table_keys, index.table_rows, index.entries, spans) == 2 * 12


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    held=st.sets(st.integers(0, 2**64 - 1), max_size=60),
    asked=st.sets(st.integers(0, 2**64 - 1), max_size=20),
)
def test_the_table_answers_like_a_set(held: set[int], asked: set[int], tmp_path: Path) -> None:
    content = IndexContent(
        campaigns=(made.campaign("C-1"),),
        entries=made.entries((0, KeyKind.SPAN, value) for value in held),
        key=KeyNote.of(UNKEYED),
        made_at=made.MADE_AT,
    )
    index = CampaignIndex.open(written(tmp_path, content))
    index.verify()
    for value in held | asked:
        row = index.lookup(int(index_key(KeyKind.SPAN, np.uint64(value))))
        assert (row >= 0) == (value in held)
    assert 2 * np.count_nonzero(index.table_rows >= 0) <= len(index.table_rows)


def test_an_index_outlives_its_name(tmp_path: Path, held: str) -> None:
    path = written(tmp_path, made.content("C-1", spans=4_000))
    old = CampaignIndex.open(path)
    before = essence(old)
    written(tmp_path, made.content("C-2", spans=10, first_hash=9), "fresh").replace(path)
    assert CampaignIndex.open(path).campaigns[0].campaign_id == "C-2"
    os.unlink(path)
    assert essence(old) == before
    old.verify()


def test_a_small_file_may_even_be_overwritten_in_place(tmp_path: Path) -> None:
    path = written(tmp_path, made.content("C-1", spans=4_000))
    old = CampaignIndex.open(path)
    before = essence(old)
    with open(path, "r+b") as file:
        file.truncate(10)
    assert essence(old) == before
    old.verify()


def test_its_arrays_cannot_be_written(tmp_path: Path, held: str) -> None:
    index = CampaignIndex.open(written(tmp_path, made.content("C-1")))
    with pytest.raises(ValueError, match="read-only"):
        index.entries["members"][0] = 3


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_changed_bytes_are_refused_or_change_nothing(data: st.DataObject, tmp_path: Path) -> None:
    whole = index_bytes(made.content("C-1", "C-2"))
    path = written(tmp_path, made.content("C-1", "C-2"))
    expected = essence(CampaignIndex.open(path))
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(0, 4))):
        changed[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(0, 255))
    end = data.draw(st.one_of(st.just(len(whole)), st.integers(0, len(whole))))
    changed = changed[:end] + data.draw(st.sampled_from([b"", b"", b"\0", b"more"]))
    path.write_bytes(changed)
    if bytes(changed) == whole:
        assert essence(CampaignIndex.open(path)) == expected
        return
    with pytest.raises(InputError) as refused:
        CampaignIndex.open(path)
    assert "campaigns.index" in str(refused.value)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_forged_file_with_a_good_checksum_crashes_nobody(data: st.DataObject, tmp_path: Path) -> None:
    """Whoever can write the file can make a checksum too: it must be refused, or be an index that can be asked anything."""
    body = bytearray(index_bytes(made.content("C-1", "C-2"))[:-DIGEST_BYTES])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(12, len(body) - 1))
        body[at] = data.draw(st.integers(0, 255))
    path = tmp_path / "campaigns.index"
    path.write_bytes(sealed(bytes(body)))
    try:
        index = CampaignIndex.open(path)
    except InputError:
        return
    for key in [*index.entries["key"].tolist(), *range(20)]:
        for row in index.rows(key):
            assert index.campaign(row) in index.campaigns
            assert np.isfinite(index.log10_weight(row))
    assert index.counts().sum() == len(index)


def _overwrite(index: CampaignIndex, field: str, row: int, value: int) -> bytes:
    """The file with one number of one entry changed, and a checksum that fits."""
    raw = bytearray(index.path.read_bytes()[:-DIGEST_BYTES])
    start = raw.index(index.entries.tobytes())
    dtype, offset = index.entries.dtype.fields[field][:2]  # type: ignore[index]
    at = start + row * index.entries.itemsize + offset
    raw[at : at + dtype.itemsize] = np.array(value, dtype).tobytes()
    return sealed(bytes(raw))


@pytest.mark.parametrize(
    ("field", "value"),
    [("campaign", 2), ("campaign", -1), ("next", 0), ("next", 99), ("members", 0), ("members", 21), ("outsiders", -1), ("kind", 11)],
)  # fmt: skip
def test_numbers_that_contradict_one_another_are_refused(tmp_path: Path, field: str, value: int) -> None:
    index = CampaignIndex.open(written(tmp_path, made.content("C-1", "C-2")))
    index.path.write_bytes(_overwrite(index, field, 3, value))
    with pytest.raises(InputError, match="contradict"):
        CampaignIndex.open(index.path)


def test_verify_finds_an_entry_under_another_key(tmp_path: Path) -> None:
    index = CampaignIndex.open(written(tmp_path, made.content("C-1", "C-2")))
    index.path.write_bytes(_overwrite(index, "key", 3, 12345))
    with pytest.raises(InputError, match="does not fit its entries"):
        CampaignIndex.open(index.path).verify()


Spoil = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda raw: b"", "is no campaign index"),
        (lambda raw: raw[:12], "is no campaign index"),
        (lambda raw: raw[:12] + b"\xff\xff\xff\xff" + raw[16:], "half-written"),
        (lambda raw: b'{"schema_version":1}' * 9, "is no campaign index"),
        (lambda raw: raw[:-1], "half-written"),
        (lambda raw: raw[: len(raw) // 2], "half-written"),
        (lambda raw: raw + b"\0", "half-written or was changed"),
        (lambda raw: raw[:200] + b"\xff" + raw[201:], "is damaged"),
        (lambda raw: raw[:8] + struct.pack("<I", FORMAT_VERSION + 1) + raw[12:], "upgrade"),
        (lambda raw: sealed(raw[:24] + b"{" * 40 + raw[64:-DIGEST_BYTES]), "header that cannot be read"),
        (lambda raw: sealed(raw[:-DIGEST_BYTES].replace(b'"table_rows"', b'"table_cows"')), "sections that are missing"),
    ],
)  # fmt: skip
def test_a_bad_file_says_what_is_wrong_and_what_to_do(tmp_path: Path, spoil: Spoil, words: str) -> None:
    path = written(tmp_path, made.content("C-1"))
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(InputError) as refused:
        CampaignIndex.open(path)
    assert words in str(refused.value)
    assert "revenuer" in str(refused.value)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    for place in (tmp_path / "none.index", tmp_path):
        with pytest.raises(InputError, match="revenuer scan"):
            CampaignIndex.open(place)


def test_a_scan_folder_stands_for_its_index(tmp_path: Path) -> None:
    path = written(tmp_path, made.content("C-1"))
    assert CampaignIndex.open(tmp_path).path == path


@pytest.mark.parametrize(
    ("made_under", "asked_under", "words"),
    [
        (KEY, OTHER_KEY, "give both the same --key-file"),
        (UNKEYED, KEY, "hashed without a key"),
        (KEY, UNKEYED, "we hash without a key"),
    ],
)
def test_an_index_under_another_key_is_refused(
    tmp_path: Path,
    made_under: tuple[np.uint64, np.uint64],
    asked_under: tuple[np.uint64, np.uint64],
    words: str,
) -> None:
    path = written(tmp_path, made.content("C-1", key=made_under))
    assert CampaignIndex.open(path, made_under).key == KeyNote.of(made_under)
    with pytest.raises(InputError, match=words):
        CampaignIndex.open(path, asked_under)


def test_an_index_that_does_not_know_its_key_is_refused_by_whoever_has_one(tmp_path: Path) -> None:
    plain = made.content("C-1")
    unknown = IndexContent(
        campaigns=plain.campaigns,
        entries=plain.entries,
        key=KeyNote(state=KeyState.UNKNOWN),
        made_at=plain.made_at,
    )
    path = written(tmp_path, unknown)
    assert CampaignIndex.open(path).key.state is KeyState.UNKNOWN
    with pytest.raises(InputError, match="sketch the logs again"):
        CampaignIndex.open(path, KEY)


def test_the_key_id_tells_keys_apart_and_holds_none() -> None:
    note = KeyNote.of(KEY)
    assert note != KeyNote.of(OTHER_KEY)
    assert note.id is not None
    assert not any(format(int(word), "016x") in note.id for word in KEY)
