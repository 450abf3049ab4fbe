"""Whether a release is what its house released: names every object left out, changed, put in or taken back, and every break in the chain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from revenuer.records import InputError
from revenuer.share.signing.attestation import (
    GENESIS,
    MOST_OBJECTS,
    TYPE,
    Head,
    head_of,
    signed_bytes,
    version_of,
)
from revenuer.share.signing.canonical import object_sha256, read_time
from revenuer.share.signing.jws import ATTESTATION, is_signed
from revenuer.share.signing.key_ring import KeyRing

CLOCK_SKEW = timedelta(minutes=5)


class FaultKind(StrEnum):
    """What is wrong with a release. The first three leave the chain where it was: nothing in that attestation counts."""

    UNREADABLE = "unreadable"
    SIGNATURE = "signature"
    CHAIN = "chain"
    ROLLBACK = "rollback"
    SPLIT_VIEW = "split_view"
    GAP = "gap"
    OMITTED = "omitted"
    CHANGED = "changed"
    UNATTESTED = "unattested"


@dataclass(frozen=True, slots=True)
class ReleaseFault:
    """One thing that does not fit, and of which object, where it is one's."""

    kind: FaultKind
    words: str
    object_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a check found. `head`: the chain's end afterwards, unmoved where an attestation does not count. `keys`: the ring with the statements
    that came along. `heads`: those that count, in order. `attested`: id -> (version, SHA-256) of what counts as released. `faults`: empty where
    all fits."""

    head: Head | None
    heads: tuple[Head, ...] = ()
    keys: KeyRing
    attested: dict[str, tuple[str, str]]
    faults: tuple[ReleaseFault, ...]


class _Listed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    sha256: str
    version: str = ""


class _Attestation(msgspec.Struct, frozen=True, kw_only=True):
    chain: str
    sequence: int
    previous_sha256: str
    created: str
    modified: str
    released: list[_Listed]
    signature: str
    key_statements: list[str] = []


def verify_release(
    attestation: Mapping[str, object],
    objects: Sequence[Mapping[str, object]],
    keys: KeyRing,
    last: Head | None,
    *,
    now: datetime,
    known: Mapping[str, tuple[str, str]] | None = None,
) -> Verified:
    """Return what is wrong with one release, given the head that was verified last (None: the first contact, whose chain must begin at 1).

    `known`: id -> (version, SHA-256) of what earlier releases vouched for.
    """
    return verify_releases([attestation], objects, keys, last, now=now, known=known)


def verify_releases(
    attestations: Sequence[Mapping[str, object]],
    objects: Sequence[Mapping[str, object]],
    keys: KeyRing,
    last: Head | None,
    *,
    now: datetime,
    known: Mapping[str, tuple[str, str]] | None = None,
) -> Verified:
    """Return what is wrong with releases that came together, in any order, with the objects that came with them.

    An object that a later release replaced may be missing: servers hand out newest versions. Not checked: whether the house told others the
    same; compare heads with them for that.
    """
    state = Verified(head=last, keys=keys, attested=dict(known or {}), faults=())
    wanted: dict[tuple[str, str], str] = {}
    for attestation in sorted(attestations, key=_sequence):
        state, listed = _taken(attestation, state, now)
        for one in listed:
            state = _noted(state, one)
            wanted[one.id, one.version] = one.sha256
    return replace(state, faults=(*state.faults, *_of_objects(objects, wanted, state.attested)))


def _taken(
    attestation: Mapping[str, object], state: Verified, now: datetime
) -> tuple[Verified, list[_Listed]]:
    """Return the state after one attestation, and what it lists; nothing where it does not count."""
    try:
        read = msgspec.convert(attestation, _Attestation)
        created = read_time(read.created)
        if (
            attestation.get("type") != TYPE
            or read.modified != read.created
            or len(read.released) > MOST_OBJECTS
        ):
            raise InputError("it is of another type, was changed after it was made, or lists too much")
    except (msgspec.ValidationError, InputError) as error:
        return _with(state, FaultKind.UNREADABLE, f"an attestation cannot be read: {error}"), []
    try:
        keys = state.keys.after(read.key_statements)
        key = keys.key_for(read.signature, created)
        signed = is_signed(signed_bytes(attestation), read.signature, key, ATTESTATION)
    except InputError as error:
        return _with(state, FaultKind.SIGNATURE, f"release {read.sequence}: {error}"), []
    if not signed:
        return _with(
            state, FaultKind.SIGNATURE, f"release {read.sequence}: the signature is not over this content"
        ), []
    if created > now + CLOCK_SKEW:
        return _with(
            state,
            FaultKind.SIGNATURE,
            f"release {read.sequence} is dated {read.created}, which has not come yet",
        ), []
    state = replace(state, keys=keys)
    head = head_of(attestation, created)
    if head == state.head:
        # Shown again: it vouches for what comes along, and nothing need come a second time.
        state.attested.update(
            {one.id: (one.version, one.sha256) for one in read.released if one.id not in state.attested}
        )
        return state, []
    fault, counts = _place(read, head, state.head)
    if fault is not None:
        state = replace(state, faults=(*state.faults, fault))
    if not counts:
        return state, []
    return replace(state, head=head, heads=(*state.heads, head)), read.released


def _place(read: _Attestation, head: Head, last: Head | None) -> tuple[ReleaseFault | None, bool]:
    """Return what is wrong with an attestation's place in the chain, and whether its content counts."""
    if last is None:
        if head.sequence == 1 and read.previous_sha256 == GENESIS:
            return None, True
        words = f"the first release seen is number {head.sequence}: what came before is unknown; ask the partner for it, or for the head"
        return ReleaseFault(FaultKind.GAP, words), head.sequence > 1
    if head.chain != last.chain:
        words = f"release {head.sequence} is of the chain {head.chain[:80]}, expected {last.chain[:80]}"
        return ReleaseFault(FaultKind.CHAIN, words), False
    if head.sequence == last.sequence:
        words = f"release {head.sequence} was shown with another content before: the partner, or somebody between, shows two views"
        return ReleaseFault(FaultKind.SPLIT_VIEW, words), False
    if head.sequence < last.sequence:
        words = f"release {head.sequence} comes after release {last.sequence}: the chain was taken back"
        return ReleaseFault(FaultKind.ROLLBACK, words), False
    if head.created < last.created:
        words = f"release {head.sequence} is dated before release {last.sequence}"
        return ReleaseFault(FaultKind.CHAIN, words), False
    if head.sequence > last.sequence + 1:
        missing = f"{last.sequence + 1} to {head.sequence - 1}"
        words = f"releases {missing} were left out; pull again from before them, or ask the partner"
        return ReleaseFault(FaultKind.GAP, words), True
    if read.previous_sha256 != last.sha256:
        words = f"release {head.sequence} follows another release {last.sequence} than the one that we were shown: two views"
        return ReleaseFault(FaultKind.SPLIT_VIEW, words), False
    return None, True


def _noted(state: Verified, one: _Listed) -> Verified:
    """Return the state with one more version vouched for; an older one than before, or the same with other bytes, is a fault."""
    before = state.attested.get(one.id)
    if before is not None and before[0] == one.version and before[1] != one.sha256:
        return _with(
            state, FaultKind.SPLIT_VIEW, "vouched for with other bytes under the same version before", one.id
        )
    if before is not None and _is_later(before[0], one.version):
        return _with(
            state, FaultKind.ROLLBACK, f"version {one.version} is released after version {before[0]}", one.id
        )
    state.attested[one.id] = (one.version, one.sha256)
    return state


def _of_objects(
    objects: Sequence[Mapping[str, object]],
    wanted: dict[tuple[str, str], str],
    attested: dict[str, tuple[str, str]],
) -> list[ReleaseFault]:
    faults: list[ReleaseFault] = []
    there: set[tuple[str, str]] = set()
    for value in objects:
        if value.get("type") == TYPE:
            continue
        try:
            key, digest = version_of(value), object_sha256(value)
        except InputError as error:
            faults.append(ReleaseFault(FaultKind.UNREADABLE, str(error)))
            continue
        there.add(key)
        stated = wanted.get(key) or _earlier(key, attested)
        if stated is None:
            faults.append(
                ReleaseFault(
                    FaultKind.UNATTESTED, f"version {key[1]} came, and no release vouches for it", key[0]
                )
            )
        elif stated != digest:
            faults.append(
                ReleaseFault(
                    FaultKind.CHANGED, f"version {key[1]} has other bytes than were released", key[0]
                )
            )
    for name, version in sorted(wanted.keys() - there):
        if attested[name][0] == version:
            faults.append(
                ReleaseFault(FaultKind.OMITTED, f"version {version} was released and did not come", name)
            )
    return faults


def _earlier(key: tuple[str, str], attested: Mapping[str, tuple[str, str]]) -> str | None:
    """Return the SHA-256 under which a release has vouched for this version."""
    version, digest = attested.get(key[0], (None, None))
    return digest if version == key[1] else None


def _is_later(one: str, other: str) -> bool:
    """Return whether the version `one` is of a later time; as texts where either is none, since 00.5Z sorts before 00Z."""
    try:
        return read_time(one) > read_time(other)
    except InputError:
        return one > other


def _with(state: Verified, kind: FaultKind, words: str, object_id: str | None = None) -> Verified:
    return replace(state, faults=(*state.faults, ReleaseFault(kind, words, object_id)))


def _sequence(attestation: Mapping[str, Any]) -> int:
    sequence = attestation.get("sequence")
    return sequence if isinstance(sequence, int) else 0
