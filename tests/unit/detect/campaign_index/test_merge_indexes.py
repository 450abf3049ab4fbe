"""Several indexes as one."""

from pathlib import Path

import numpy as np
import pytest

from builders import campaign_indexes as made
from revenuer.detect.campaign_index import (
    CampaignIndex,
    IndexContent,
    KeyKind,
    KeyNote,
    KeyState,
    index_bytes,
    index_key,
    merge_indexes,
)
from revenuer.detect.keyed_hash import derive_key
from revenuer.records import InputError

KEY = derive_key(b"a secret of the provider")


def opened(folder: Path, name: str, content: IndexContent) -> CampaignIndex:
    path = folder / name
    path.write_bytes(index_bytes(content))
    return CampaignIndex.open(path)


def test_all_campaigns_of_all_indexes_are_found(tmp_path: Path) -> None:
    one = opened(tmp_path, "1", made.content("C-1", "C-2"))
    two = opened(tmp_path, "2", made.content("C-3", first_hash=500))
    merged = opened(tmp_path, "both", merge_indexes([one, two]))
    merged.verify()
    assert [c.campaign_id for c in merged.campaigns] == ["C-1", "C-2", "C-3"]
    assert len(merged) == len(one) + len(two)
    for source in (one, two):
        for row in range(len(source)):
            key = int(source.entries["key"][row])
            assert source.campaign(row) in [merged.campaign(r) for r in merged.rows(key)]
    shared = merged.rows(int(index_key(KeyKind.IP, np.uint64(77))))
    assert [merged.campaign(row).campaign_id for row in shared] == ["C-1", "C-2", "C-3"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_one_id_the_newer_is_kept_alone(tmp_path: Path, order: tuple[int, int]) -> None:
    old = opened(tmp_path, "old", made.content("C-1", "C-2", spans=3))
    new = opened(tmp_path, "new", made.content("C-2", spans=4, first_hash=9, indexed_at=made.MADE_AT + 5))
    merged = opened(tmp_path, "both", merge_indexes([(old, new)[i] for i in order]))
    at = [c.campaign_id for c in merged.campaigns].index("C-2")
    assert sorted(c.campaign_id for c in merged.campaigns) == ["C-1", "C-2"]
    assert merged.campaigns[at].indexed_at == merged.made_at == made.MADE_AT + 5
    assert merged.counts()[at, KeyKind.SPAN] == 4


def test_merged_with_itself_it_is_itself(tmp_path: Path) -> None:
    one = opened(tmp_path, "1", made.content("C-1", "C-2"))
    assert index_bytes(merge_indexes([one, one])) == one.path.read_bytes()
    assert index_bytes(merge_indexes([one])) == one.path.read_bytes()


def test_different_keys_are_not_mixed(tmp_path: Path) -> None:
    plain, keyed = made.content("C-1"), made.content("C-2", key=KEY)
    unknown = IndexContent(
        campaigns=plain.campaigns, entries=plain.entries, key=KeyNote(state=KeyState.UNKNOWN), made_at=1
    )
    one, two = opened(tmp_path, "1", plain), opened(tmp_path, "2", keyed)
    with pytest.raises(InputError, match="different keys"):
        merge_indexes([one, two])
    with pytest.raises(InputError, match="does not say under which key"):
        merge_indexes([opened(tmp_path, "3", unknown)] * 2)
