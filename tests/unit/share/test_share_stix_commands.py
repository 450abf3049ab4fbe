"""`share export`, `preview` and `check`: exit codes, exact bytes, and that nothing is overwritten."""

import hashlib
import json
import sys
from pathlib import Path

import pytest

from builders.shared_scan import FULL_POLICY, Shop, shop
from revenuer.cli.main import main
from revenuer.share.stix import digest


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["revenuer", "share", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            main()
    said = capsys.readouterr()
    code = stopped.value.code
    assert isinstance(code, int)
    return code, said.out, said.err


@pytest.fixture
def held(tmp_path: Path) -> Shop:
    lasting = "".join(
        f'{kind} = "3660d"\n' for kind in ("ip_prefix", "email_domain", "user_agent", "tls_fingerprint")
    )
    found = shop(tmp_path / "house", f"{FULL_POLICY}[partner.beta.valid]\n{lasting}")
    found.scan_folder()
    return found


def test_preview_prints_the_bytes_that_export_writes(
    held: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house, scan, out = held.house.folder, held.house.folder / "scan", tmp_path / "bundle.json"
    code, said, _ = run(capsys, "preview", house, scan, "--partner", "beta", "--json")
    shown = json.loads(said)
    assert code == 0
    code, said, _ = run(capsys, "export", house, scan, "--partner", "beta", "--out", out, "--json")
    told = json.loads(said)
    assert code == 0
    assert out.read_text() == shown["bundle"]
    assert told["sha256"] == shown["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert run(capsys, "ledger", "export", house, "--out", tmp_path / "ledger.jsonl")[0] == 0
    entered = [json.loads(line)["entry"] for line in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    objects = json.loads(out.read_text())["objects"]
    assert [one["sha256"] for one in entered] == [digest(one) for one in objects]
    assert {(one["partner"], one["channel"], one["policy_sha256"]) for one in entered} == {
        ("beta", "file", told["policy_sha256"])
    }
    assert {one["marking"] for one in entered} == {"TLP:AMBER+STRICT", "TLP:CLEAR", ""}
    assert shown["marking"] == "TLP:AMBER+STRICT"
    assert {"rule", "why", "path", "id"} == shown["passages"][0].keys()
    assert {"rule", "why", "what", "campaign", "count"} == shown["withheld"][0].keys()


def test_preview_in_words(held: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    house, scan = held.house.folder, held.house.folder / "scan"
    code, said, _ = run(capsys, "preview", house, scan, "--partner", "beta")
    assert code == 0
    for words in (
        "TLP:AMBER+STRICT",
        "Why they may leave",
        "What is withheld",
        "The bytes, one object a line",
        "mail_domains: 1 email_domain",
        "accounts: 30 to 99",
        "[ipv4-addr:value = '198.51.100.0/24'] until 20",
        "1 headline, 1 output_tokens",
    ):
        assert words in said
    code, longer, _ = run(capsys, "preview", house, scan, "--partner", "beta", "--fields")
    assert code == 0
    assert "field by field" in longer
    assert len(longer) > len(said)


def test_export_overwrites_nothing(held: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "bundle.json"
    out.write_text("mine")
    code, _, told = run(
        capsys, "export", held.house.folder, held.house.folder / "scan", "--partner", "beta", "--out", out
    )
    assert code == 2
    assert "is left as it is" in told
    assert out.read_text() == "mine"
    run(capsys, "ledger", "export", held.house.folder, "--out", tmp_path / "ledger.jsonl")
    assert (tmp_path / "ledger.jsonl").read_text() == ""


def test_export_to_a_partner_without_a_section(
    held: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "bundle.json"
    code, _, told = run(
        capsys, "export", held.house.folder, held.house.folder / "scan", "--partner", "gamma", "--out", out
    )
    assert code == 2
    assert "[partner.gamma]" in told
    assert not out.exists()


def test_a_bad_policy_stops_the_export_with_every_fault(
    held: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held.house.policy.write_text(FULL_POLICY + "min_accounts = 1\nmin_members = 0\n")
    code, _, told = run(
        capsys,
        "export",
        held.house.folder,
        held.house.folder / "scan",
        "--partner",
        "beta",
        "--out",
        tmp_path / "b",
    )
    assert code == 2
    assert "partner.beta.min_accounts" in told
    assert "partner.beta.min_members" in told


@pytest.mark.parametrize("broken", ["campaigns.json", "observables.parquet"])
def test_a_broken_scan(held: Shop, capsys: pytest.CaptureFixture[str], broken: str) -> None:
    (held.house.folder / "scan" / broken).write_bytes(b"broken")
    code, _, told = run(capsys, "preview", held.house.folder, held.house.folder / "scan", "--partner", "beta")
    assert code == 2
    assert broken in told


def test_check(held: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "bundle.json"
    run(capsys, "export", held.house.folder, held.house.folder / "scan", "--partner", "beta", "--out", out)
    code, said, _ = run(capsys, "check", out)
    assert code == 0
    assert "0 stay in quarantine" in said
    bad = json.loads(out.read_text())
    bad["objects"][-1]["published"] = "\u202eyesterday"
    out.write_text(json.dumps(bad))
    code, said, _ = run(capsys, "check", out)
    assert code == 1
    assert "published is" in said
    assert "\u202e" not in said
    code, said, _ = run(capsys, "check", out, "--json")
    assert code == 1
    report = json.loads(said)
    assert len(report["quarantined"]) == 1
    assert report["observables"] == {"email_domain": 1, "ip_prefix": 2, "tls_fingerprint": 1, "user_agent": 1}


def test_check_of_what_is_no_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text("{}")
    assert run(capsys, "check", tmp_path / "x.json")[0] == 2
    assert run(capsys, "check", tmp_path / "absent.json")[0] == 2
