"""The account table as the core is given it: one account's row with that account's own events."""

import pyarrow as pa
import pyarrow.compute as pc

from revenuer.guard.event import Registered

_COLUMNS = tuple(Registered.__struct_fields__)


def registry(accounts: pa.Table | None) -> dict[str, Registered]:
    """Return what is registered by account id; nothing without a table. `accounts` has ACCOUNT_SCHEMA."""
    if accounts is None:
        return {}
    columns = []
    for name in _COLUMNS:
        column = accounts.column(name)
        columns.append((pc.cast(column, pa.int64()) if name == "created_at" else column).to_pylist())
    rows = zip(*columns, strict=True)
    return {
        account: Registered(**dict(zip(_COLUMNS, row, strict=True)))
        for account, row in zip(accounts.column("account_id").to_pylist(), rows, strict=True)
    }
