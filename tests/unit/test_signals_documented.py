"""docs/signals.md has a row for every registered signal, and for none that is gone."""

import re
from pathlib import Path

import pytest

from revenuer.detect.signals import SIGNALS, Signal

PAGE = (Path(__file__).parents[2] / "docs" / "signals.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def test_the_page_names_every_signal_and_no_other() -> None:
    assert set(SECTIONS) == {signal.name for signal in SIGNALS}


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_the_page_says_what_the_code_says(signal: Signal) -> None:
    section = SECTIONS.get(signal.name, "")
    assert f"family `{signal.family}`" in section
    assert all(f"`{column}`" in section for column in signal.needs)
    for part in ("Measures", "Look-alike", "Counter-move", "Source"):
        assert f"**{part}**" in section
