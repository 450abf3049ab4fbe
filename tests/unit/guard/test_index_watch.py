"""The index in use is swapped for a newer one, and never for a bad one."""

import os
import shutil
from pathlib import Path

import pytest

from builders import campaign_indexes as made
from revenuer.detect.campaign_index import CampaignIndex, index_bytes
from revenuer.detect.keyed_hash import derive_key
from revenuer.guard.index_watch import IndexWatch
from revenuer.report import write_directory

KEY = derive_key(b"a secret of the provider")


def put(path: Path, content: bytes) -> None:
    """Give `path` new content as a scan does: aside, then renamed."""
    aside = path.with_name("aside")
    aside.write_bytes(content)
    aside.replace(path)


def good(*names: str) -> bytes:
    return index_bytes(made.content(*names, key=KEY))


def ids(index: CampaignIndex | None) -> list[str]:
    assert index is not None
    return [campaign.campaign_id for campaign in index.campaigns]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "campaigns.index"


def test_a_new_index_is_taken_once(path: Path) -> None:
    put(path, good("C-1"))
    watch = IndexWatch(path, KEY)
    assert ids(watch.poll()) == ["C-1"]
    assert watch.poll() is None
    put(path, good("C-1", "C-2"))
    assert ids(watch.poll()) == ["C-1", "C-2"]
    assert (watch.poll(), watch.error) == (None, None)
    assert ids(watch.index) == ["C-1", "C-2"]


def test_equal_bytes_under_a_new_inode_are_looked_at_again(path: Path) -> None:
    put(path, good("C-1"))
    watch = IndexWatch(path, KEY)
    watch.poll()
    put(path, good("C-1"))
    assert ids(watch.poll()) == ["C-1"]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (good("C-2")[:-40], "half-written"),
        (good("C-2")[:100] + b"\x00" + good("C-2")[101:], "damaged"),
        (index_bytes(made.content("C-2")), "without a key"),
        (index_bytes(made.content("C-2", key=derive_key(b"another's secret"))), "--key-file"),
        (b"", "no campaign index"),
    ],
)
def test_a_bad_file_leaves_the_old_index_in_use(path: Path, bad: bytes, words: str) -> None:
    put(path, good("C-1"))
    watch = IndexWatch(path, KEY)
    old = watch.poll()
    put(path, bad)
    assert watch.poll() is None
    assert watch.index is old
    assert watch.error is not None
    assert words in watch.error
    assert watch.poll() is None
    assert words in watch.error
    assert old is not None
    old.verify()
    put(path, good("C-3"))
    assert ids(watch.poll()) == ["C-3"]
    assert watch.error is None


def test_a_name_that_vanishes_leaves_the_old_index_in_use(path: Path) -> None:
    put(path, good("C-1"))
    watch = IndexWatch(path, KEY)
    old = watch.poll()
    os.unlink(path)
    assert watch.poll() is None
    assert watch.error is not None
    assert "cannot find" in watch.error
    assert watch.index is old
    put(path, good("C-1"))
    assert ids(watch.poll()) == ["C-1"]
    assert watch.error is None


def test_a_guard_may_start_before_there_is_an_index(path: Path) -> None:
    watch = IndexWatch(path, KEY)
    assert (watch.poll(), watch.index) == (None, None)
    assert watch.error is not None
    put(path, good("C-1"))
    assert ids(watch.poll()) == ["C-1"]


def test_a_file_that_is_still_being_written_is_taken_when_it_is_whole(path: Path) -> None:
    """Somebody copies the file into place, without a rename."""
    put(path, good("C-1"))
    watch = IndexWatch(path, KEY)
    watch.poll()
    whole = good("C-2")
    with open(path.with_name("copy"), "wb") as slow:
        os.replace(path.with_name("copy"), path)
        for end in (0, 10, len(whole) // 2):
            slow.write(whole[slow.tell() : end])
            slow.flush()
            assert watch.poll() is None
            assert ids(watch.index) == ["C-1"]
        slow.write(whole[slow.tell() :])
    assert ids(watch.poll()) == ["C-2"]


def test_a_scan_folder_is_followed_while_scans_replace_it(tmp_path: Path) -> None:
    out = tmp_path / "scan"
    watch = IndexWatch(out, KEY)
    for name in ("C-1", "C-2", "C-3"):
        write_directory(out, {"campaigns.index": good(name), "campaigns.json": b"{}"})
        assert ids(watch.poll()) == [name]
        assert watch.poll() is None
    shutil.rmtree(out)
    assert watch.poll() is None
    assert ids(watch.index) == ["C-3"]
