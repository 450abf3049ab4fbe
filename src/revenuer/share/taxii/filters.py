"""What a request asks for: TAXII's URL filters, read strictly."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

import msgspec

from revenuer.share.taxii.fault import bad_request
from revenuer.share.taxii.timestamps import read_timestamp

FIRST, LAST, ALL = "first", "last", "all"
MAX_VALUES = 200
"""Values that one filter may name."""
MAX_FIELDS = 32

COLLECTION_FILTERS = frozenset(
    {"added_after", "match[id]", "match[type]", "match[version]", "match[spec_version]"}
)
OBJECT_FILTERS = frozenset({"added_after", "match[version]", "match[spec_version]"})
VERSIONS_FILTERS = frozenset({"added_after", "match[spec_version]"})
DELETE_FILTERS = frozenset({"match[version]", "match[spec_version]"})
_PAGING = frozenset({"limit", "next"})


class Filter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Which object versions are asked for; an empty field admits all.

    `versions`: `first`, `last`, `all` and timestamps (microseconds), any of which admits; empty means the resource's own default.
    """

    added_after: int | None = None
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    versions: tuple[str | int, ...] = ()
    spec_versions: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the one text of this filter: equal filters have equal texts."""
        return msgspec.json.encode(self).decode()


NO_FILTER = Filter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query string. `filter`: None where no filter was given."""

    filter: Filter | None
    limit: int | None
    next: str | None


def read_query(query: bytes, allowed: frozenset[str], *, paged: bool = True) -> Asked:
    """Return what a query string asks for.

    Raises TaxiiFault (400) for a filter that is given twice, is unknown here, or has a value that it cannot have. Parameters that are no
    filters of TAXII are ignored.
    """
    given = _fields(query, allowed | (_PAGING if paged else frozenset()))
    limit, following = given.pop("limit", None), given.pop("next", None)
    return Asked(
        filter=_filter(given) if given else None,
        limit=None if limit is None else _limit(limit),
        next=following,
    )


def _fields(query: bytes, allowed: frozenset[str]) -> dict[str, str]:
    if not query:
        return {}
    try:
        fields = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except (UnicodeDecodeError, ValueError) as error:
        raise bad_request(
            f"the query string cannot be read: it must be percent-encoded UTF-8 with at most {MAX_FIELDS} parameters"
        ) from error
    given: dict[str, str] = {}
    for name, value in fields:
        if name not in allowed:
            if name.startswith("match") or name in COLLECTION_FILTERS | _PAGING:
                raise bad_request(
                    f"got the filter {name[:64]!r}, which this resource does not have; it has {', '.join(sorted(allowed))}"
                )
            continue
        if name in given:
            raise bad_request(f"got {name} twice; give it once, with commas between its values")
        if not value:
            raise bad_request(f"got {name} without a value")
        given[name] = value
    return given


def _filter(given: dict[str, str]) -> Filter:
    after = given.get("added_after")
    return Filter(
        added_after=None if after is None else _moment("added_after", after),
        ids=_values(given, "match[id]"),
        types=_values(given, "match[type]"),
        versions=_versions(given),
        spec_versions=_values(given, "match[spec_version]"),
    )


def _values(given: dict[str, str], name: str) -> tuple[str, ...]:
    if name not in given:
        return ()
    values = sorted({value.strip() for value in given[name].split(",")})
    if len(values) > MAX_VALUES:
        raise bad_request(f"got {len(values)} values of {name}, expected at most {MAX_VALUES}")
    if not values[0] or "\x00" in given[name]:
        raise bad_request(f"got a value of {name} that is empty or holds a zero byte")
    return tuple(values)


def _versions(given: dict[str, str]) -> tuple[str | int, ...]:
    words: list[str | int] = []
    moments: list[str | int] = []
    for value in _values(given, "match[version]"):
        if value in (FIRST, LAST, ALL):
            words.append(value)
            continue
        try:
            moment, exact = read_timestamp(value)
        except ValueError as error:
            raise bad_request(f"match[version]: {error}, or first, last or all") from error
        # No version is finer than a microsecond: a finer one is nobody's, and -1 is before every version that can be stored.
        moments.append(moment if exact else NO_VERSION)
    return (*words, *sorted(set(moments), key=str))


NO_VERSION = -(1 << 62)


def _moment(name: str, value: str) -> int:
    try:
        return read_timestamp(value)[0]
    except ValueError as error:
        raise bad_request(f"{name}: {error}") from error


def _limit(value: str) -> int:
    if not (value.isascii() and value.isdigit()) or not value.strip("0"):
        raise bad_request(f"limit: got {value[:32]!r}, expected a whole number above 0")
    return min(int(value[-9:]) if len(value.lstrip("0")) <= 9 else 10**9, 10**9)
