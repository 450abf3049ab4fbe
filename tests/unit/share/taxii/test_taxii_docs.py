"""docs/sharing/taxii.md says what is so."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

from builders.taxii import make_house
from revenuer.cli.share import COMMANDS
from revenuer.share.taxii.intake import IntakeLimits
from revenuer.share.taxii.read_settings import read_settings
from revenuer.share.taxii.settings import Limits

DOCS = (Path(__file__).parents[4] / "docs" / "sharing" / "taxii.md").read_text(encoding="utf-8")


def test_the_example_of_server_toml_is_taken(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    example = re.search(r"```toml\n(.*?)```", DOCS, re.DOTALL)
    assert example is not None
    (house.folder / "server.toml").write_text(example[1])
    found = read_settings(house, {})
    assert set(found.collections) == set(tomllib.loads(example[1])["collections"])
    assert found.guest("lab-b").requests_per_min == 600


def test_every_limit_is_told_with_its_default() -> None:
    told = next(line for line in DOCS.splitlines() if line.startswith("| `[limits]`"))
    renamed = {"objects": "objects_per_post"}
    for one in (*fields(Limits), *fields(IntakeLimits)):
        if one.name == "intake":
            continue
        default = getattr(Limits(), one.name, None) or getattr(IntakeLimits(), one.name)
        shown = "8 MiB" if one.name == "page_bytes" else f"{int(default):,}"
        assert re.search(rf"`{renamed.get(one.name, one.name)}` \({shown}\b", told), one.name


def test_every_command_that_is_named_is_there() -> None:
    assert set(re.findall(r"revenuer share ([a-z-]+)", DOCS)) <= set(COMMANDS)
