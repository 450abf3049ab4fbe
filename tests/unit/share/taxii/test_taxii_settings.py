"""server.toml: what it says is taken, and every fault in it is named at once."""

from pathlib import Path

import pytest

from builders.taxii import InProcess, make_house
from revenuer.records import InputError, UsageError
from revenuer.share.house import open_house
from revenuer.share.taxii.credentials import (
    CREDENTIALS_FILE,
    KeyRing,
    add_credential,
    read_credentials,
    revoke_credential,
)
from revenuer.share.taxii.rate import RateLimits
from revenuer.share.taxii.read_settings import faults_of, read_settings
from revenuer.share.taxii.settings import Right

MINUTE = 60_000_000


def test_what_it_says_is_taken(tmp_path: Path) -> None:
    found = read_settings(make_house(tmp_path / "h", limits="page = 7"), {})
    assert found.limits.page == 7
    assert found.collections["both"].rights["lab-c"] is Right.READ
    assert found.collections["both"].deletable
    assert not found.collections["fixed"].deletable
    assert list(found.roots) == ["api", "other"]


def test_ids_are_derived_and_stay(tmp_path: Path) -> None:
    first = read_settings(make_house(tmp_path / "h"), {}).collections["both"].id
    assert read_settings(make_house(tmp_path / "i"), {}).collections["both"].id == first


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ("[collections.x]\nroot = 'nix'", "collections.x.root: got 'nix'"),
        ("[collections.x]\nid = 'nix'", "collections.x.id: got 'nix'"),
        ("[collections.x.rights]\nlab-z = 'read'", "collections.x.rights.lab-z: house.toml has no partner"),
        ("[collections.x.rights]\nlab-b = 'rw'", "collections.x.rights.lab-b: got 'rw'"),
        ("[collections.X]\n", "'X' cannot be"),
        ("[collections.x]\ndeletable = 'yes'", "collections.x.deletable: got 'yes'"),
        ("[collections.x]\ncolour = 1", "collections.x.colour: unknown key"),
        ("[partners.lab-z]\n", "partners.lab-z"),
        ("[partners.lab-b]\nburst = 0", "partners.lab-b.burst: got 0"),
        ("[partners.lab-b]\ncertificates = ['abc']", "partners.lab-b.certificates: got 'abc'"),
        ("[partners.lab-b]\nneeds_certificate = true", "no certificate could do"),
        ("[roots.match]\n", "'match' cannot be"),
        ("[nix]\n", "nix: unknown key"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, more: str, fault: str) -> None:
    with pytest.raises(InputError) as caught:
        read_settings(make_house(tmp_path / "h", more=more), {})
    assert any(fault in one for one in faults_of(caught.value)), str(caught.value)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    house = make_house(
        tmp_path / "h",
        store="ftp:x",
        limits="page = 'many'\nmost_page = 0\nheaders = true",
        more="[collections.x]\nid = 5",
    )
    with pytest.raises(InputError) as caught:
        read_settings(house, {})
    assert len(faults_of(caught.value)) == 5


def test_two_collections_of_one_id_are_a_fault(tmp_path: Path) -> None:
    same = "id = '0d2d5b5e-6f5d-4f0f-9a3b-5b1f6c1f0a11'\n"
    house = make_house(tmp_path / "h", more=f"[collections.x]\n{same}[collections.y]\n{same}")
    with pytest.raises(InputError, match=r"collections\.y\.id: is that of collections\.x too"):
        read_settings(house, {})


def test_the_store_may_stand_in_the_environment(tmp_path: Path) -> None:
    house = make_house(tmp_path / "h", store="env:STORE")
    assert read_settings(house, {"STORE": "postgresql://u:secret@h/d"}).store == "postgresql://u:secret@h/d"
    with pytest.raises(InputError, match="STORE is not set"):
        read_settings(house, {})
    with pytest.raises(InputError) as caught:
        read_settings(house, {"STORE": "mysql://u:secret@h/d"})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "schema_version = 2", "x = ["])
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    house = make_house(tmp_path / "h")
    (house.folder / "server.toml").write_text(text)
    with pytest.raises(InputError):
        read_settings(house, {})
    (house.folder / "server.toml").unlink()
    with pytest.raises(InputError, match="write one"):
        read_settings(house, {})


def test_a_change_is_taken_by_a_running_server_and_a_fault_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("revenuer.share.taxii.watched.LOOK_S", 0.0)
    taxii = InProcess(make_house(tmp_path / "h"))
    assert taxii.ask("GET", "/taxii2/").json()["title"] == "Lab A"
    path = taxii.house.folder / "server.toml"
    text = path.read_text()
    path.write_text(text.replace("Lab A", "Lab A, renamed"))
    assert taxii.ask("GET", "/taxii2/").json()["title"] == "Lab A, renamed"
    path.write_text("schema_version = 1\n")
    assert taxii.ask("GET", "/taxii2/").json()["title"] == "Lab A, renamed"
    taxii.close()


# Credentials


def test_a_token_is_shown_once_and_kept_as_a_hash(tmp_path: Path) -> None:
    path = tmp_path / CREDENTIALS_FILE
    credential, token = add_credential(path, "lab-b", 1, None)
    assert token not in path.read_text()
    assert token.rpartition("_")[2] not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    ring = KeyRing(read_credentials(path))
    assert ring.holder(token, 2) == credential
    for wrong in (
        "",
        "x",
        token[:-1],
        token + "x",
        token.replace("rvt", "rvx"),
        token * 20,
        "_" * 300,
        "rvt_\ud800_x",
    ):
        assert ring.holder(wrong, 2) is None


def test_expired_and_revoked_tokens_hold_no_more(tmp_path: Path) -> None:
    path = tmp_path / CREDENTIALS_FILE
    _, brief = add_credential(path, "lab-b", 0, MINUTE)
    kept, lasting = add_credential(path, "lab-b", 0, None)
    ring = KeyRing(read_credentials(path))
    assert ring.holder(brief, MINUTE - 1) is not None
    assert ring.holder(brief, MINUTE) is None
    assert ring.holder(lasting, 1 << 60) is not None
    revoke_credential(path, kept.id, 5)
    revoke_credential(path, kept.id, 9)
    assert KeyRing(read_credentials(path)).holder(lasting, 6) is None
    assert read_credentials(path)[1].revoked == 5
    with pytest.raises(UsageError, match="no credential"):
        revoke_credential(path, "nix", 5)


def test_a_file_of_credentials_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / CREDENTIALS_FILE
    for text in ("", "[]", '{"schema_version": 1}', '{"schema_version": 9, "credentials": []}'):
        path.write_text(text)
        with pytest.raises(InputError):
            read_credentials(path)


def test_a_token_is_for_partners_of_the_house_only(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no partner"):
        open_house(make_house(tmp_path / "h").folder).partner("lab-z")


# Rates


def test_a_rate_holds_over_time_and_lets_bursts_through() -> None:
    rates = RateLimits()
    admitted = sum(rates.wait_s("p", 60, 10, now / 10) == 0 for now in range(600))
    assert 10 + 58 <= admitted <= 10 + 60
    assert rates.wait_s("q", 60, 10, 60.0) == 0


def test_waiting_as_long_as_told_is_enough() -> None:
    rates = RateLimits()
    now = 0.0
    for _ in range(50):
        wait = rates.wait_s("p", 30, 2, now)
        if wait:
            assert rates.wait_s("p", 30, 2, now + wait) == 0
            now += wait
