"""Other people's data, which is read in place and never copied: a test that needs it says so where it is absent."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("REVENUER_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))


def shared(name: str) -> Path:
    """Return where the data lies; skip the test where it does not."""
    path = SHARED / "data" / name
    if not path.exists():
        pytest.skip(f"{path} is absent: it is other people's and not copied here")
    return path
