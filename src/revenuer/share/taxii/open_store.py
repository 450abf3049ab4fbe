"""Opens the store that a house's server.toml names."""

from pathlib import Path

from revenuer.records import InputError
from revenuer.share.taxii.sqlite_store import SqliteStore
from revenuer.share.taxii.stored import Store

POSTGRES = ("postgresql://", "postgres://")
SQLITE = "sqlite:"


def open_store(address: str, folder: Path) -> Store:
    """Return the store at `address`: `sqlite:FILE` (relative to `folder`), or `postgresql://...` as libpq reads it.

    Raises InputError for a store that cannot be opened. Never repeats an address of PostgreSQL, which may hold a password.
    """
    if address.startswith(POSTGRES):
        from revenuer.share.taxii.postgres_store import PostgresStore

        return PostgresStore(address)
    if address.startswith(SQLITE):
        return SqliteStore(folder / address.removeprefix(SQLITE))
    raise InputError(
        "the store's address begins neither with sqlite: nor with postgresql://; mend `store` in server.toml"
    )
