"""The commands and files that docs/guard.md and its parts give, cut out for the tests to run."""

import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "guard.md"

_BLOCK = re.compile(r"<!-- run: (?P<name>\S+) -->\s*```\w*\n(?P<text>.*?)```", re.DOTALL)


def snippet(name: str, instead: dict[str, str], guide: Path = GUIDE) -> str:
    """Return the fenced block after `<!-- run: name -->`, with every key of `instead` replaced by its value.

    A key that does not occur fails: then the guide and the test have parted.
    """
    blocks = {found["name"]: found["text"] for found in _BLOCK.finditer(guide.read_text(encoding="utf-8"))}
    text = blocks[name]
    return replaced(text, instead)


def replaced(text: str, instead: dict[str, str]) -> str:
    for old, new in instead.items():
        assert old in text, f"{old!r} is not in:\n{text}"
        text = text.replace(old, new)
    return text
