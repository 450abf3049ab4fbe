"""Takes in what a peer sent: sound objects as they are, and every other with the reason why it stays outside. Nothing in it is executed or fetched."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from revenuer.records import InputError, MissingDependencyError
from revenuer.records.observable import ObservableKind
from revenuer.share.stix.canonical import canonical
from revenuer.share.stix.extension import extension_of
from revenuer.share.stix.limits import Limits, beyond
from revenuer.share.stix.pattern_reading import PatternReading, read_pattern
from revenuer.share.stix.structure import OBSERVABLES, REQUIRED, faults

_DEEP = frozenset(REQUIRED) | OBSERVABLES
"""Types that stix2 looks into. It knows no other labels than TLP 1.0 and no third party's types."""
_SHOWN_FAULTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """An object that stays outside: its place in what was sent (from 0), its id as far as it has one, and why."""

    index: int
    id: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """`repeated`: objects that stood in it more than once, byte for byte, and count once."""

    accepted: tuple[dict[str, object], ...]
    quarantined: tuple[Quarantined, ...]
    repeated: int = 0


def read_objects(raw: bytes | Sequence[object], limits: Limits | None = None) -> Received:
    """Return the sound objects of a bundle (its bytes), or of a page of objects, in their order, and the others with reasons.

    Raises InputError for what is no bundle at all, or beyond the limits as a whole.
    """
    limits = limits or Limits()
    objects = _bundle(raw, limits) if isinstance(raw, bytes) else raw
    if len(objects) > limits.max_objects:
        raise InputError(
            f"got {len(objects)} objects at once, at most {limits.max_objects} are read; ask the peer for smaller parts"
        )
    accepted: dict[tuple[str, str], tuple[bytes, dict[str, object]]] = {}
    quarantined, repeated = [], 0
    for index, one in enumerate(objects):
        reason = _fault(one, limits)
        if reason is None and isinstance(one, dict):
            key, content = (str(one["id"]), str(one.get("modified", ""))), canonical(one)
            before = accepted.setdefault(key, (content, one))
            if before[1] is one:
                continue
            if before[0] == content:
                repeated += 1
                continue
            reason = "it differs from another object with the same id and modified, which came before it"
        quarantined.append(Quarantined(index=index, id=_id(one), reason=reason or "it is no object"))
    return Received(
        accepted=tuple(kept for _, kept in accepted.values()),
        quarantined=tuple(quarantined),
        repeated=repeated,
    )


def observables_of(indicator: Mapping[str, object]) -> list[tuple[ObservableKind, str]]:
    """Return the values of an indicator that suffice for its pattern, as (kind, value); an empty list where none does, or where it is no STIX pattern."""
    return list(reading_of(indicator).values)


def reading_of(indicator: Mapping[str, object]) -> PatternReading:
    """Return what is understood of an indicator's pattern and what is not. Where our extension says that it does not stand alone, nothing is."""
    words = str(indicator.get("pattern", ""))
    if indicator.get("pattern_type") != "stix":
        return PatternReading(values=(), not_understood=(words,))
    try:
        reading = read_pattern(words)
        extension = extension_of(indicator)
    except ValueError:
        return PatternReading(values=(), not_understood=(words,))
    if extension is not None and not getattr(extension, "stands_alone", True):
        return PatternReading(values=(), not_understood=(words,))
    return reading


def _bundle(raw: bytes, limits: Limits) -> Sequence[object]:
    if len(raw) > limits.max_bytes:
        raise InputError(
            f"the bundle has {len(raw)} bytes, at most {limits.max_bytes} are read; ask the peer for smaller parts"
        )
    try:
        bundle = json.loads(raw, object_pairs_hook=_unique, parse_constant=_no_number)
    except RecursionError as error:
        raise InputError("the bundle is nested too deeply to be read; ask the peer to mend it") from error
    except ValueError as error:
        raise InputError(f"not a STIX bundle: {error}; name a file of JSON") from error
    objects = bundle.get("objects", []) if isinstance(bundle, dict) else None
    if not isinstance(bundle, dict) or bundle.get("type") != "bundle" or not isinstance(objects, list):
        raise InputError('not a STIX bundle: expected an object with "type": "bundle" and a list of objects')
    return objects


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a name that stands twice: readers disagree on which of the two counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice[:60]!r} stands twice in one object")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def _id(one: object) -> str | None:
    found = one.get("id") if isinstance(one, dict) else None
    return found[:300] if isinstance(found, str) else None


def _fault(one: object, limits: Limits) -> str | None:
    """Return why an object stays outside; None where it does not."""
    if not isinstance(one, dict):
        return f"it is a {type(one).__name__}, expected an object"
    oversized = beyond(one, limits)
    if oversized is not None:
        return oversized
    found = list(_some(faults(one)))
    if found:
        return "; ".join(found)
    try:
        extension_of(one)
        if one["type"] == "indicator" and one["pattern_type"] == "stix":
            read_pattern(str(one["pattern"]))
        canonical(one)
    except ValueError as error:
        return str(error)
    return _deep_fault(one) if one["type"] in _DEEP else None


def _some(found: Iterator[str]) -> Iterator[str]:
    for number, one in enumerate(found):
        if number == _SHOWN_FAULTS:
            return
        yield one


def _deep_fault(one: dict[str, object]) -> str | None:
    """Return what stix2 finds wrong in an object; properties that it does not know are let pass."""
    try:
        import stix2
        from stix2.exceptions import STIXError
    except ImportError as error:
        raise MissingDependencyError(
            "checking STIX objects needs stix2; install it with: pip install 'revenuer[share]'"
        ) from error
    try:
        stix2.parse(one, allow_custom=True, version="2.1")
    except (STIXError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
        words = (str(error).splitlines() or [type(error).__name__])[0]
        return f"stix2 refuses it: {words[:300]}"
    return None
