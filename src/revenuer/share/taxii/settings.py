"""What server.toml says: collections, who may do what with them, and limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Flag

from revenuer.share.taxii.intake import IntakeLimits

SERVER_FILE = "server.toml"
DEFAULT_ROOT = "api"


class Right(Flag):
    """`LISTED`: the partner sees that the collection is there."""

    LISTED = 1
    READ = 2 | 1
    WRITE = 4 | 1
    READ_WRITE = 7


RIGHTS = {"listed": Right.LISTED, "read": Right.READ, "write": Right.WRITE, "read-write": Right.READ_WRITE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """`name` is its alias, `id` a UUID. `deletable`: who may read and write may delete too."""

    name: str
    id: str
    root: str
    title: str
    description: str | None = None
    deletable: bool = False
    rights: Mapping[str, Right] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """How a partner may come. `certificates`: SHA-256 of its client certificates (DER, hex). `names`: common names that our client CA vouches for.

    `needs_certificate`: a token alone is not enough.
    """

    requests_per_min: float
    burst: int
    certificates: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    needs_certificate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`page`: objects of a page where a request says nothing; `most_page`: at most. `page_bytes`: a page ends before it grows beyond.

    `in_flight`: requests in work at once, in each worker. `status_days`: how long a status can be asked for.
    """

    max_content_length: int = 10_000_000
    page: int = 100
    most_page: int = 1000
    page_bytes: int = 8 << 20
    headers: int = 64
    in_flight: int = 256
    status_days: int = 7
    requests_per_min: float = 1200.0
    burst: int = 240
    intake: IntakeLimits = field(default_factory=IntakeLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    name: str
    title: str
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """server.toml, checked. `public_url`: what partners call us, without a slash at the end; None: as each request calls us."""

    title: str
    description: str | None
    contact: str | None
    public_url: str | None
    store: str
    limits: Limits
    roots: Mapping[str, Root]
    collections: Mapping[str, Collection]
    guests: Mapping[str, Guest]
    _known: Mapping[tuple[str, str], Sequence[tuple[Collection, Right]]] = field(init=False)
    _named: Mapping[tuple[str, str, str], tuple[Collection, Right]] = field(init=False)

    def __post_init__(self) -> None:
        known: dict[tuple[str, str], list[tuple[Collection, Right]]] = {}
        named: dict[tuple[str, str, str], tuple[Collection, Right]] = {}
        for _, one in sorted(self.collections.items()):
            for partner, right in one.rights.items():
                known.setdefault((partner, one.root), []).append((one, right))
                named[partner, one.root, one.id] = named[partner, one.root, one.name] = (one, right)
        object.__setattr__(self, "_known", known)
        object.__setattr__(self, "_named", named)

    def guest(self, partner: str) -> Guest:
        """Return how `partner` may come; a partner that server.toml says nothing of has the general limits."""
        found = self.guests.get(partner)
        if found is not None:
            return found
        return Guest(requests_per_min=self.limits.requests_per_min, burst=self.limits.burst)

    def collections_of(self, partner: str, root: str) -> Sequence[tuple[Collection, Right]]:
        """Return what `partner` may know of under `root`, by name."""
        return self._known.get((partner, root), ())

    def collection_of(self, partner: str, root: str, name: str) -> tuple[Collection, Right] | None:
        """Return the collection of that id or alias, if `partner` may know of it."""
        return self._named.get((partner, root, name))

    def partner_of_certificate(self, sha256: str, name: str | None) -> str | None:
        """Return whose client certificate it is: by its hash, or by a common name; None where it is nobody's, or two partners'."""
        holders = [
            partner
            for partner, guest in self.guests.items()
            if sha256 in guest.certificates or (name is not None and name in guest.names)
        ]
        return holders[0] if len(holders) == 1 else None
