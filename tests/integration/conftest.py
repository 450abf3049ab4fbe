"""Programs as users run them, ended with the test that started them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from builders.followed import Following


@pytest.fixture
def follow(tmp_path: Path) -> Iterator[Callable[..., Following]]:
    """Start `revenuer guard follow` with the given arguments."""
    with ExitStack() as stack:

        def started(*arguments: str | Path) -> Following:
            following = Following(tmp_path, *arguments)
            stack.callback(following.kill)
            return following

        yield started
