"""The journal and the policy, as the follower needs them."""

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from revenuer.guard.guard import Journal
from revenuer.guard.policy import Policy
from revenuer.guard.saved import Saved
from revenuer.records import UsageError


class Books(Journal, Protocol):
    """A journal that can also be read back and waited for."""

    def load(self) -> Iterable[Saved]:
        """Return the facts on disk."""

    def sync(self, timeout_s: float = ...) -> None:
        """Wait until what was given is on disk. Raises ResourceError."""

    def close(self) -> None: ...


def open_journal(path: Path) -> Books:
    """Return the journal at `path`, made where there is none. Raises RevenuerError."""
    journal: Books = _part("revenuer.guard.journal", "SqliteJournal", "--journal")(path)
    return journal


def policy_of(path: Path | None) -> Policy:
    """Return the policy in the file, the default one (shadow mode) without. Raises RevenuerError with every fault in it."""
    if path is None:
        return Policy()
    policy: Policy = _part("revenuer.guard.policy", "load_policy", "--policy")(path)
    return policy


def _part(module: str, name: str, option: str) -> Any:
    try:
        return getattr(importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise UsageError(f"this version of Revenuer has no {option}; leave it away") from error
