"""Queries as SQL that SQLite and PostgreSQL both read: keyset paging over date_added, along an index."""

from collections.abc import Sequence
from typing import NamedTuple

from revenuer.share.taxii.filters import ALL, FIRST, LAST
from revenuer.share.taxii.intake import SPEC_VERSION
from revenuer.share.taxii.stored import Query

_HEADS = "added, id, version, sha256"


class Statement(NamedTuple):
    """SQL with `?` for each parameter."""

    sql: str
    parameters: tuple[object, ...]


def select_page(query: Query, collection: int, snapshot: int) -> Statement | None:
    """Return what reads `query.limit` + 1 rows of a page, oldest first; None where no version can fit the filter.

    "The last version as it stood at a snapshot" is one comparison: each row knows until when it was the last (`last_until`), and likewise
    the first. A version that never was has an end no later than its own date_added.
    """
    filter = query.filter
    if filter.spec_versions and SPEC_VERSION not in filter.spec_versions:
        return None
    after = query.after if filter.added_after is None else max(query.after, filter.added_after)
    versions, given = _versions(filter.versions or query.default_versions, snapshot)
    if filter.ids:
        versions += f" AND id IN ({_marks(filter.ids)})"
        given += filter.ids
    columns = f"{_HEADS}, body" if query.with_bodies else _HEADS
    order = "ORDER BY added LIMIT ?"
    where = f"collection = ? AND added > ? AND added <= ?{versions}"
    bounds = (collection, after, snapshot, *given)
    count = query.limit + 1
    if not filter.types:
        return Statement(f"SELECT {columns} FROM object WHERE {where} {order}", (*bounds, count))
    if len(filter.types) == 1:
        typed = f"SELECT {columns} FROM object WHERE type = ? AND {where} {order}"
        return Statement(typed, (filter.types[0], *bounds, count))
    # One short walk along the index for each type: sorting all that fit would cost the whole collection for each page.
    walk = f"SELECT added FROM (SELECT added FROM object WHERE type = ? AND {where} {order}) AS walk"
    walks = " UNION ALL ".join([walk] * len(filter.types))
    parameters = tuple(value for kind in filter.types for value in (kind, *bounds, count))
    return Statement(f"SELECT {columns} FROM object WHERE added IN ({walks}) {order}", (*parameters, count))


def _versions(asked: Sequence[str | int], snapshot: int) -> tuple[str, tuple[object, ...]]:
    if ALL in asked:
        return "", ()
    either: list[str] = []
    given: list[object] = []
    for word, column in ((LAST, "last_until"), (FIRST, "first_until")):
        if word in asked:
            either.append(f"{column} > ?")
            given.append(snapshot)
    moments = [one for one in asked if isinstance(one, int)]
    if moments:
        either.append(f"version IN ({_marks(moments)})")
        given += moments
    return f" AND ({' OR '.join(either)})", tuple(given)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
