"""Checking a pack: what is sound passes, and everything that somebody may have done to it is named."""

import os
import struct
import time
import zipfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.packs import (
    manifest_of,
    pack_files,
    pack_zip,
    signing_key,
    verdict_of,
    written,
)
from revenuer.prove.pack import Signer, verify_pack
from revenuer.prove.pack.manifest import manifest_bytes
from revenuer.records import InputError

SIGNER, OTHER = Signer(signing_key(1)), Signer(signing_key(2))


def test_a_sound_pack_passes_and_its_script_gives_what_it_states(tmp_path: Path) -> None:
    path = written(tmp_path, pack_zip(pack_files(), signer=SIGNER))
    check = verify_pack(path, public_key=SIGNER.public_pem, run=True)
    assert check.faults == ()
    assert check.signed_by == SIGNER.public_pem
    assert (check.stated, check.recomputed) == (-3.0, -3.0)
    assert not check.known_script


def test_an_unsigned_pack_says_so(tmp_path: Path) -> None:
    check = verify_pack(written(tmp_path, pack_zip(pack_files())))
    assert check.faults == ()
    assert check.signed_by is None


def test_the_key_in_the_pack_is_told_from_one_that_was_given(tmp_path: Path) -> None:
    path = written(tmp_path, pack_zip(pack_files(), signer=SIGNER))
    assert verify_pack(path).signed_by == SIGNER.public_pem
    assert not verify_pack(path).key_given


@pytest.mark.parametrize("name", ["recompute.py", "terms.json", "verdict.json"])
def test_a_changed_file_is_named(tmp_path: Path, name: str) -> None:
    files = pack_files()
    manifest = manifest_of(files)
    path = written(tmp_path, pack_zip({**files, name: files[name] + b" "}, manifest=manifest))
    assert verify_pack(path, run=True).faults == (f"{name} was changed after the manifest was made",)


@pytest.mark.parametrize("name", ["recompute.py", "terms.json", "verdict.json"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    files = pack_files()
    kept = {other: data for other, data in files.items() if other != name}
    path = written(tmp_path, pack_zip(kept, manifest=manifest_of(files)))
    assert verify_pack(path, run=True).faults == (f"{name} is missing",)


def test_a_pack_without_script_in_its_manifest_is_not_run(tmp_path: Path) -> None:
    files = pack_files()
    listed = {name: data for name, data in files.items() if name != "recompute.py"}
    path = written(tmp_path, pack_zip(files, manifest=manifest_of(listed)))
    check = verify_pack(path, run=True)
    assert check.faults == ("recompute.py is not in the manifest",)
    assert check.recomputed is None


def test_an_added_file_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, pack_zip(pack_files(), also=(("sitecustomize.py", b"raise SystemExit(0)"),)))
    assert verify_pack(path, run=True).faults == ("sitecustomize.py is not in the manifest",)


def test_a_file_that_is_there_twice_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, pack_zip(pack_files(), also=(("terms.json", b"[-300]"),)))
    assert verify_pack(path, run=True).faults == ("'terms.json' is there more than once",)


def test_names_that_differ_in_case_alone_are_the_same_file_on_some_machines(tmp_path: Path) -> None:
    files = {**pack_files(), "Terms.json": b"[-300]"}
    assert verify_pack(written(tmp_path, pack_zip(files)), run=True).faults == (
        "'terms.json' is there more than once",
    )


@pytest.mark.parametrize(
    "name",
    [
        "../outside.py",
        "/tmp/outside.py",
        "folder/inside.py",
        "a\\b.py",
        "..",
        ".hidden",
        "nul.txt",
        "end.",
        "a b",
        "é.py",
        "folder/",
        "C:x",
    ],
)
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    files = {**pack_files(), name: b"print('log10_p=-300')"}
    place = tmp_path / "inner"
    place.mkdir()
    check = verify_pack(written(place, pack_zip(files)), run=True)
    assert any("is no plain file name" in fault for fault in check.faults)
    assert check.recomputed is None
    assert sorted(os.listdir(tmp_path)) == ["inner"]
    assert sorted(os.listdir(place)) == ["evidence.zip"]


def test_a_wrong_signature_is_a_fault(tmp_path: Path) -> None:
    path = written(tmp_path, pack_zip(pack_files(), signer=SIGNER))
    check = verify_pack(path, public_key=OTHER.public_pem, run=True)
    assert check.faults == ("the signature is not of that key over this manifest",)
    assert check.signed_by is None
    assert check.recomputed is None


def test_a_pack_made_anew_under_another_key_fails_against_the_key_that_was_published(tmp_path: Path) -> None:
    forged = pack_zip(pack_files(terms=(-10.0, -20.0), log10_p=-30.0), signer=OTHER, log10_p=-30.0)
    path = written(tmp_path, forged)
    assert verify_pack(path, run=True).faults == ()
    assert verify_pack(path, public_key=SIGNER.public_pem).faults == (
        "the signature is not of that key over this manifest",
    )


def test_a_signature_that_was_taken_away_is_missed(tmp_path: Path) -> None:
    path = written(tmp_path, pack_zip(pack_files()))
    assert verify_pack(path, public_key=SIGNER.public_pem).faults == ("the pack is not signed",)


@pytest.mark.parametrize(
    "pem", [b"", b"no pem", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]
)
def test_a_key_in_the_pack_that_is_none_is_a_fault_and_a_given_one_an_error(
    tmp_path: Path, pem: bytes
) -> None:
    content = manifest_bytes(manifest_of(pack_files()))
    also = (("manifest.sig", SIGNER.sign(content)), ("public.pem", pem))
    path = written(tmp_path, pack_zip(pack_files(), also=also))
    assert len(verify_pack(path).faults) == 1
    if pem:
        with pytest.raises(InputError, match="public key"):
            verify_pack(path, public_key=pem)


def test_a_signature_of_another_length_is_a_fault(tmp_path: Path) -> None:
    also = (("manifest.sig", b"short"), ("public.pem", SIGNER.public_pem))
    path = written(tmp_path, pack_zip(pack_files(), also=also))
    assert verify_pack(path).faults == ("the signature is not of that key over this manifest",)


def test_a_signature_by_nobody_is_a_fault(tmp_path: Path) -> None:
    content = manifest_bytes(manifest_of(pack_files()))
    path = written(tmp_path, pack_zip(pack_files(), also=(("manifest.sig", SIGNER.sign(content)),)))
    assert verify_pack(path).faults == ("the pack is signed, but by whom is not said: give the public key",)
    assert verify_pack(path, public_key=SIGNER.public_pem).faults == ()


def test_a_verdict_that_says_more_than_the_manifest_is_a_fault(tmp_path: Path) -> None:
    files = {**pack_files(), "verdict.json": verdict_of(-9.0)}
    assert verify_pack(written(tmp_path, pack_zip(files))).faults == (
        "verdict.json says log10_p -9.0, the manifest -3.0",
    )


@pytest.mark.parametrize("verdict", [b"", b"[]", b"\xff", b"{" * 9999, b"null"])
def test_an_unreadable_verdict_is_a_fault(tmp_path: Path, verdict: bytes) -> None:
    files = {**pack_files(), "verdict.json": verdict}
    (fault,) = verify_pack(written(tmp_path, pack_zip(files))).faults
    assert fault.startswith("verdict.json is unreadable")


def test_a_plan_that_the_verdict_does_not_name_is_a_fault(tmp_path: Path) -> None:
    files = {**pack_files(), "plan.json": b"{}"}
    (fault,) = verify_pack(written(tmp_path, pack_zip(files))).faults
    assert fault.startswith("verdict.json names the plan none, the pack holds 44136fa355b3")


def test_a_plan_that_is_named_and_not_there_is_a_fault(tmp_path: Path) -> None:
    registration = {"status": "pre-registered", "plan_sha256": "ab" * 32}
    files = {**pack_files(), "verdict.json": verdict_of(registration=registration)}
    (fault,) = verify_pack(written(tmp_path, pack_zip(files))).faults
    assert fault == f"verdict.json names the plan {'ab' * 32}, the pack holds none"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            b"raise ValueError('the sum is wrong')",
            "the script failed with exit code 1: ValueError: the sum is wrong",
        ),
        (b"raise SystemExit(3)", "the script failed with exit code 3: it said nothing"),
        (b"import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the script failed with exit code -9"),
        (b"def (", "SyntaxError"),
        (b"", "the script printed 0 lines log10_p=, expected one"),
        (b"print('log10_p=-3.0'); print('log10_p=-4.0')", "printed 2 lines"),
        (b"print('log10_p=nan')", "expected a finite number"),
        (b"print('log10_p=-inf')", "expected a finite number"),
        (b"print('log10_p=2.5')", "at most 0"),
        (b"print('log10_p=small')", "expected a number"),
        (b"print('log10_p=-2.5')", "the script gives log10 p = -2.5, the manifest says -3.0"),
        (b"print('x' * 5_000_000)", "wrote more than 1,048,576 bytes"),
        (b"import numpy", "ModuleNotFoundError: No module named 'numpy'"),
    ],
)
def test_what_goes_wrong_in_a_script_is_told(tmp_path: Path, script: bytes, said: str) -> None:
    check = verify_pack(written(tmp_path, pack_zip(pack_files(script))), run=True)
    assert len(check.faults) == 1
    assert said in check.faults[0]


def test_a_script_that_never_ends_is_ended_with_its_children(tmp_path: Path) -> None:
    note = tmp_path / "child"
    script = f"""import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdout=subprocess.DEVNULL)
pathlib.Path({str(note)!r}).write_text(str(child.pid))
time.sleep(600)
"""
    check = verify_pack(written(tmp_path, pack_zip(pack_files(script.encode()))), run=True, longest_s=3.0)
    assert check.faults == ("the script took longer than it may",)
    assert not is_running(int(note.read_text()))


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        if state == "Z":
            return False
        time.sleep(0.02)
    return True


def test_a_child_that_holds_the_output_open_does_not_hold_the_check(tmp_path: Path) -> None:
    script = b"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\nprint('log10_p=-3.0')\n"
    check = verify_pack(written(tmp_path, pack_zip(pack_files(script))), run=True, longest_s=1.5)
    assert check.faults == ("the script took longer than it may",)


def test_a_script_does_not_see_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    script = b"import os\nprint('log10_p=' + ('-1.0' if 'SECRET' in os.environ else '-3.0'))\n"
    assert verify_pack(written(tmp_path, pack_zip(pack_files(script))), run=True).recomputed == -3.0


def test_without_run_nothing_is_executed(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    script = f"open({str(mark)!r}, 'w').close()\nprint('log10_p=-3.0')\n".encode()
    path = written(tmp_path, pack_zip(pack_files(script)))
    assert verify_pack(path).faults == ()
    assert not mark.exists()
    verify_pack(path, run=True)
    assert mark.exists()


def test_a_verdict_that_was_not_evaluated_has_nothing_to_recompute(tmp_path: Path) -> None:
    check = verify_pack(written(tmp_path, pack_zip(pack_files(log10_p=None), log10_p=None)), run=True)
    assert check.faults == ()
    assert check.recomputed is None


@pytest.mark.parametrize(
    "manifest",
    [b"", b"{}", b"[]", b"\xff\xfe", b'{"pack_version": 2}', b"{" * 100_000],
)
def test_a_zip_without_a_manifest_of_ours_is_no_pack(tmp_path: Path, manifest: bytes) -> None:
    with pytest.raises(InputError, match="manifest is unreadable"):
        verify_pack(written(tmp_path, pack_zip(pack_files(), manifest=manifest)))


def test_a_manifest_with_nan_or_a_positive_log_is_no_manifest(tmp_path: Path) -> None:
    sound = manifest_bytes(manifest_of(pack_files()))
    for wrong in (b"NaN", b"1.5", b'"-3"'):
        with pytest.raises(InputError, match="manifest is unreadable"):
            verify_pack(written(tmp_path, pack_zip(pack_files(), manifest=sound.replace(b"-3.0", wrong))))


def test_what_is_no_zip_is_no_pack(tmp_path: Path) -> None:
    for content in (b"", b"PK", b"PK\x05\x06" + bytes(18), b"<html>", os.urandom(0) + bytes(1000)):
        with pytest.raises(InputError, match="no evidence pack"):
            verify_pack(written(tmp_path, content))
    with pytest.raises(InputError, match="cannot read"):
        verify_pack(tmp_path / "none.zip")
    with pytest.raises(InputError, match="cannot read"):
        verify_pack(tmp_path)


def test_a_manifest_that_swells_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="longer than"):
        verify_pack(written(tmp_path, pack_zip(pack_files(), manifest=b" " * (17 << 20))))


def test_a_bomb_is_refused_by_what_it_declares_and_never_unpacked(tmp_path: Path) -> None:
    """The central directory is changed to declare 3 GiB for each of two files."""
    content = bytearray(pack_zip(pack_files()))
    for name in (b"terms.json", b"recompute.py"):
        at = content.rindex(name) - 46
        assert content[at : at + 4] == b"PK\x01\x02"
        content[at + 24 : at + 28] = struct.pack("<I", 3 << 30)
    check = verify_pack(written(tmp_path, bytes(content)), run=True)
    assert check.faults == ("it unpacks to more than 4 GiB",)


def test_a_thousand_files_are_too_many(tmp_path: Path) -> None:
    files = {**pack_files(), **{f"f{i}": b"" for i in range(1100)}}
    (fault,) = verify_pack(written(tmp_path, pack_zip(files)), run=True).faults
    assert "a pack holds at most 1,000" in fault


def test_an_entry_that_lies_about_its_length_is_damaged(tmp_path: Path) -> None:
    content = bytearray(pack_zip({**pack_files(), "terms.json": b"[" + b" " * 100_000 + b"-3.0]"}))
    at = content.rindex(b"terms.json") - 46
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    (fault,) = verify_pack(written(tmp_path, bytes(content)), run=True).faults
    assert "terms.json" in fault


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_pack_is_no_pack(tmp_path: Path, share: float) -> None:
    content = pack_zip(pack_files(), signer=SIGNER)
    with pytest.raises(InputError, match="no evidence pack"):
        verify_pack(written(tmp_path, content[: int(len(content) * share)]))


def test_an_encrypted_entry_is_damaged(tmp_path: Path) -> None:
    content = bytearray(pack_zip(pack_files()))
    at = content.rindex(b"terms.json")
    content[at - 46 + 8] |= 1
    (fault,) = verify_pack(written(tmp_path, bytes(content))).faults
    assert "encrypted" in fault


QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(st.data())
def test_no_change_of_bytes_passes_with_another_content(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever bytes are changed: an error, faults, or a pack whose signed content is what it was."""
    content = bytearray(pack_zip(pack_files(), signer=SIGNER))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = written(tmp_path, bytes(content))
    try:
        check = verify_pack(path, public_key=SIGNER.public_pem)
    except InputError:
        return
    if not check.faults:
        with zipfile.ZipFile(path) as archive:
            assert {name: archive.read(name) for name in pack_files()} == pack_files()


@QUIET
@given(st.binary(max_size=400))
def test_noise_is_no_pack(tmp_path: Path, noise: bytes) -> None:
    with pytest.raises(InputError):
        verify_pack(written(tmp_path, noise))


@QUIET
@given(st.dictionaries(st.text(min_size=1, max_size=12), st.binary(max_size=20), max_size=4))
def test_files_with_any_names_are_refused_or_plain(tmp_path: Path, more: dict[str, bytes]) -> None:
    files = {**pack_files(), **more}
    try:
        content = pack_zip(files)
    except (ValueError, UnicodeEncodeError, msgspec.MsgspecError):
        return
    try:
        check = verify_pack(written(tmp_path, content))
    except InputError:
        return
    if not check.faults:
        assert all(name.isascii() and "/" not in name for name in more)
