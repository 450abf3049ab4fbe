"""Files that change while the service runs: the policy, and what any bad one does."""

import os
from pathlib import Path

import pytest

from builders import campaign_indexes
from builders.guard_service import InProcess
from revenuer.detect.campaign_index import index_bytes
from revenuer.detect.keyed_hash import UNKEYED
from revenuer.guard.http.index_file import IndexFile
from revenuer.guard.http.metrics import Metrics
from revenuer.guard.http.policy_source import policy_of, replace_file
from revenuer.guard.http.watched import Watched
from revenuer.guard.index_watch import IndexWatch
from revenuer.records import InputError, ResourceError

OPS = {"revenuer.subject": "ops"}


def test_a_policy_sent_is_in_force_and_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("[mode]\nshadow = true\n")
    path.chmod(0o640)
    service = InProcess()
    service.admin.take_policy(path)
    reply = service.ask("PUT", "/v1/policy", b"[mode]\nshadow = false\n", **OPS)
    assert reply.json()["toml"] == "[mode]\nshadow = false\n"
    assert not service.guard.state.policy.shadow
    assert path.read_text() == "[mode]\nshadow = false\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert service.ask("GET", "/v1/policy", **OPS).json() == reply.json()
    assert [file.name for file in tmp_path.iterdir()] == ["policy.toml"]


@pytest.mark.parametrize("text", [b"[mode]\nshadow = 7", b"unheard_of = 1", b"= broken", b"\xff"])
def test_a_bad_policy_changes_nothing(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("[mode]\nshadow = false\n")
    service = InProcess()
    service.admin.take_policy(path)
    reply = service.ask("PUT", "/v1/policy", text, **OPS)
    assert reply.status == 400
    assert not service.guard.state.policy.shadow
    assert path.read_text() == "[mode]\nshadow = false\n"
    with pytest.raises(InputError):
        policy_of(text, "it", 0)


def test_a_policy_that_cannot_be_kept_is_not_put_in_force(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    path = folder / "policy.toml"
    path.write_text("[mode]\nshadow = true\n")
    service = InProcess()
    service.admin.take_policy(path)
    path.unlink()
    folder.rmdir()
    assert service.ask("PUT", "/v1/policy", b"[mode]\nshadow = false\n", **OPS).status == 503
    assert service.guard.state.policy.shadow
    with pytest.raises(ResourceError):
        replace_file(path, b"")


def test_the_policy_in_force_without_a_file() -> None:
    shown = InProcess().ask("GET", "/v1/policy", **OPS).json()
    assert shown["policy"]["shadow"] is True
    assert shown["toml"] is None


class Taker:
    """Takes files that do not say `bad`."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def __call__(self, path: Path) -> None:
        text = path.read_text()
        if "bad" in text:
            raise InputError(f"{path.name} is bad")
        self.taken.append(text)


def change(path: Path, text: str) -> None:
    """Write anew, with a time of its own however fast the test is."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_a_changed_file_is_taken_once_and_a_bad_one_never(tmp_path: Path) -> None:
    path, taker = tmp_path / "f", Taker()
    watched = Watched("f", path, taker, Metrics())
    with pytest.raises(InputError, match="cannot be read"):
        watched.load()
    change(path, "one")
    watched.load()
    assert not watched.look()
    change(path, "one")
    assert not watched.look()
    change(path, "two")
    assert watched.look()
    change(path, "bad")
    assert not watched.look()
    assert watched.fault == "f is bad"
    assert not watched.look()
    path.unlink()
    assert not watched.look()
    change(path, "two")
    assert watched.look()
    assert watched.fault is None
    assert taker.taken == ["one", "two", "two"]


def test_bad_files_are_counted(tmp_path: Path) -> None:
    path, service = tmp_path / "f", InProcess()
    change(path, "one")
    watched = Watched("index", path, Taker(), service.metrics)
    watched.load()
    change(path, "bad")
    watched.look()
    watched.look()
    page = service.ask("GET", "/metrics").body.decode()
    assert 'revenuer_guard_reloads_total{outcome="bad",what="index"} 1.0' in page


def test_the_index_is_read_anew_on_demand(tmp_path: Path) -> None:
    path, service = tmp_path / "campaigns.index", InProcess()
    assert service.ask("POST", "/v1/index", **OPS).status == 409
    path.write_bytes(index_bytes(campaign_indexes.content("one")))
    service.admin.index = IndexFile(IndexWatch(path, UNKEYED), service.guard, service.metrics)
    assert service.ask("POST", "/v1/index", **OPS).json()["status"] == "loaded"
    assert service.ask("POST", "/v1/index", **OPS).json()["status"] == "unchanged"
    (tmp_path / "other").write_bytes(b"broken")
    (tmp_path / "other").replace(path)
    told = service.ask("POST", "/v1/index", **OPS)
    assert told.status == 422
    assert "the old index stays" in told.json()["error"]["message"]


def test_a_bad_index_is_told_at_the_start(tmp_path: Path) -> None:
    path, service = tmp_path / "campaigns.index", InProcess()
    path.write_bytes(b"broken")
    with pytest.raises(InputError):
        IndexFile(IndexWatch(path, UNKEYED), service.guard, service.metrics).load()
