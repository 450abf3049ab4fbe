"""docs/sharing/stix.md and policy.md: the examples validate, the commands run, the defaults are the defaults, the faults are the faults."""

import json
import re
import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from stix2validator import ValidationOptions, validate_string

from builders.shared_scan import shop
from revenuer.share.policy import PartnerPolicy, PolicyError, read_share_policy
from revenuer.share.stix import EXTENSION_ID, observables_of, read_analyses, read_objects
from revenuer.share.stix.extension import shipped_schema
from revenuer.share.stix.pattern_text import TOGETHER_S

DOCS = Path(__file__).parents[3] / "docs" / "sharing"
STIX, POLICY = ((DOCS / name).read_text(encoding="utf-8") for name in ("stix.md", "policy.md"))


def blocks(text: str, language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [content for named, content in found if named == language]


def test_the_bundle_validates() -> None:
    (example,) = blocks(STIX, "json")
    result = validate_string(example, ValidationOptions(strict=True, version="2.1", disabled="103,302"))
    assert result.is_valid, result.errors
    received = read_objects(example.encode())
    assert not received.quarantined
    schema = Draft202012Validator(json.loads(shipped_schema()))
    own = [
        one["extensions"][EXTENSION_ID]
        for one in received.accepted
        if EXTENSION_ID in one.get("extensions", {})
    ]  # type: ignore[operator,index]
    assert len(own) == 2
    for one in own:
        schema.validate(one)


def test_the_patterns_are_ours() -> None:
    patterns = re.findall(r"^\|[^|]*\| (`.*`) \|$", STIX, re.MULTILINE)
    written = [one for line in patterns for one in re.findall(r"`([^`]+)`", line)]
    assert len(written) == 6
    for one in written:
        found = observables_of({"pattern": one, "pattern_type": "stix"})
        assert bool(found) == (f"WITHIN {TOGETHER_S}" not in one)


@pytest.mark.parametrize("text", [STIX, POLICY])
def test_every_command_runs(text: str, tmp_path: Path) -> None:
    held = shop(tmp_path / "house")
    held.scan_folder().rename(tmp_path / "scan")
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    assert len(lines) == 3
    for line in lines:
        program = shlex.join([sys.executable, "-c", "from revenuer.cli.main import main; main()"])
        command = ["sh", "-c", line.replace("revenuer", program, 1)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), line


def test_the_analysts_file_is_read(tmp_path: Path) -> None:
    (example,) = blocks(STIX, "toml")
    (tmp_path / "analyst.toml").write_text(example)
    assert read_analyses(tmp_path / "analyst.toml")["C-0000000001"].name == "Copper Kettle"


def test_the_policy_to_start_from_is_the_default(tmp_path: Path) -> None:
    (example,) = blocks(POLICY, "toml")
    read = read_share_policy(example.encode(), "policy.toml", tmp_path, frozenset({"beta"})).partners["beta"]
    default = PartnerPolicy(partner="beta")
    for item in fields(PartnerPolicy):
        assert getattr(read, item.name) == getattr(default, item.name), item.name


def test_the_faults_are_told_as_they_are(tmp_path: Path) -> None:
    (told,) = blocks(POLICY, "")
    text = 'schema_version = 1\n[partner.beta]\nobservables = ["ip", "user_agnt"]\nmin_accounts = 1\n'
    with pytest.raises(PolicyError) as caught:
        read_share_policy(text.encode(), "house/policy.toml", tmp_path, frozenset({"beta"}))
    assert [str(fault) for fault in caught.value.faults] == told.splitlines()


def test_every_key_is_explained(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        read_share_policy(
            b"schema_version = 1\n[partner.beta]\nzzz = 1\n", "p", tmp_path, frozenset({"beta"})
        )
    keys = caught.value.faults[0].message.removeprefix("unknown key; expected one of ").split(", ")
    assert len(keys) == 21
    for key in keys:
        assert key in POLICY, key
