"""Builds and publishes the set for one partner: the next revision stands when its signed statement does, and not before."""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from revenuer.records import UsageError
from revenuer.share.durable_file import PUBLIC, replace_file
from revenuer.share.house import House
from revenuer.share.matching.items import PreparedItem
from revenuer.share.matching.match_key import key_path, make_match_key, read_match_key
from revenuer.share.matching.prepare import BuiltSet, build_set
from revenuer.share.matching.server import set_folder
from revenuer.share.matching.statement import (
    STATEMENT_FILE,
    SetStatement,
    new_statement,
    read_statement,
    signed_statement,
)
from revenuer.share.signing.own_keys import read_own_keys

KEPT_REVISIONS = 2
"""The last revision stays, for downloads that are under way."""


def publish_set(
    house: House,
    partner: str,
    items: Iterable[PreparedItem],
    *,
    budget_per_day: int,
    marking: str,
    now: datetime,
    rotate_key: bool = False,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[BuiltSet, SetStatement]:
    """Build the set for a partner and publish it, under a new key where `rotate_key` (all items are then evaluated anew).

    Raises UsageError where another build is under way, or the house has no signing key.
    """
    signer = read_own_keys(house.keys).current(now)
    folder = set_folder(house, partner)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        before = _published(folder)
        is_new = rotate_key or not key_path(house.keys, partner).exists()
        key = make_match_key(house.keys, partner, now) if is_new else read_match_key(house.keys, partner)
        revision = 1 if before is None else before.revision + 1
        built = build_set(folder, key, revision, items, tell)
        statement = new_statement(
            house=house.identity_id,
            public_key=key.public,
            revision=revision,
            rows=built.rows,
            path=built.path,
            made_at=now,
            budget_per_day=budget_per_day,
            marking=marking,
        )
        replace_file(folder / STATEMENT_FILE, signed_statement(statement, signer), PUBLIC)
        _tidy(folder, revision, statement.key_id)
    return built, statement


def _published(folder: Path) -> SetStatement | None:
    path = folder / STATEMENT_FILE
    return read_statement(path.read_bytes()) if path.exists() else None


def _tidy(folder: Path, revision: int, key_id: str) -> None:
    """Remove old revisions, and what was evaluated under older keys."""
    keep = {f"set-{revision - back}.bin" for back in range(KEPT_REVISIONS)} | {f"evaluated-{key_id}.bin"}
    for path in (*folder.glob("set-*.bin"), *folder.glob("evaluated-*.bin")):
        if path.name not in keep:
            with suppress(OSError):
                path.unlink()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(f"another build of {folder} is under way; wait for it") from error
        yield
    finally:
        os.close(handle)
