"""What a store is asked and what it answers, whichever database it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from revenuer.share.taxii.filters import NO_FILTER, Filter
from revenuer.share.taxii.intake import Offered

FOREVER = (1 << 63) - 1
"""Until nothing has taken a version's place."""


class StoreFault(Exception):
    """The database takes or gives nothing at the moment; what was not acknowledged may or may not be there."""


class Row(NamedTuple):
    """One object version. `version` is `added` for an object without timestamps. `body` is empty where only the heads were asked for."""

    added: int
    id: str
    version: int
    sha256: bytes
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Versions of `collection` under `filter`, with date_added above `after`, as they stood at `snapshot` (None: now), oldest first.

    `default_versions`: what holds where the filter names no version. `most_bytes`: a page ends before it grows beyond, but has one object.
    """

    collection: str
    filter: Filter = NO_FILTER
    default_versions: tuple[str, ...] = ("last",)
    after: int = -FOREVER
    snapshot: int | None = None
    limit: int = 100
    most_bytes: int = 8 << 20
    with_bodies: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`tick`: the store's clock when the page was read; deletions up to it are in force. `more`: whether rows follow."""

    rows: tuple[Row, ...]
    more: bool
    snapshot: int
    tick: int


class Taken(NamedTuple):
    """What became of one offered object. `fault` None: it is stored; `note` says if it was already."""

    id: str
    version: int
    fault: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Objects that `partner` puts into `collection`. `tell`: what became of them -> the status resource, kept under `status_id` in the same
    transaction."""

    collection: str
    objects: Sequence[Offered]
    partner: str
    now: int
    status_id: str
    tell: Callable[[Sequence[Taken]], bytes]


class StatusRow(NamedTuple):
    """A status resource as it is kept."""

    partner: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One response that carried object versions or told of them: enough to find each of them again (see `reconstruct`).

    `resource`: objects, manifest, object or versions. `digest`: SHA-256 over the SHA-256 of each version, in order.
    """

    at: int
    partner: str
    credential: str
    collection: str
    resource: str
    object_id: str
    filter: str
    snapshot: int
    tick: int
    first_added: int
    last_added: int
    count: int
    digest: bytes


class KeptRow(NamedTuple):
    """A version as the audit sees it: `gone` is when it was deleted, FOREVER where it was not."""

    added: int
    id: str
    type: str
    version: int
    sha256: bytes
    gone: int


class Store(Protocol):
    """A store of object versions. Every method is one transaction; what `post`, `delete` and `record` return from is on disk.

    All raise StoreFault where the database cannot be used now.
    """

    inline: bool
    """Whether a page is read quickly enough to be read where requests are answered."""

    def page(self, query: Query) -> Page: ...

    def holds(self, collection: str, object_id: str) -> bool: ...

    def post(self, post: Post) -> bytes: ...

    def status(self, status_id: str) -> StatusRow | None: ...

    def forget_statuses(self, before: int) -> int: ...

    def delete(self, collection: str, object_id: str, chosen: Filter, partner: str, now: int) -> int: ...

    def record(self, served: Sequence[Served]) -> None: ...

    def served(self, after: int, limit: int) -> Sequence[tuple[int, Served]]: ...

    def kept(self, collection: str, first: int, last: int) -> Sequence[KeptRow]: ...

    def sources(self, collection: str, first: int, last: int) -> Mapping[int, str]: ...

    def secret(self) -> bytes: ...

    def close(self) -> None: ...
