"""What a house says of each release: which objects, in which versions, with which bytes, after which earlier release; signed.

The attestation is a STIX object of its own type (`release-attestation`) and travels last among the objects that it vouches for. One chain per
house and audience: the sequence shows what was left out, the hash of the one before what was taken back, and two readers of one chain who
compare heads see whether both were shown the same.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from revenuer.records import InputError, UsageError
from revenuer.share.signing.canonical import canonical, object_sha256, sha256, stix_time
from revenuer.share.signing.jws import ATTESTATION, detached
from revenuer.share.signing.own_keys import PrivateKey

TYPE = "release-attestation"
EXTENSION_ID = "extension-definition--c9de7e9b-13b2-4d64-a5d5-8f3b6f2b7c51"
NAMESPACE = uuid.UUID("c9de7e9b-13b2-4d64-a5d5-8f3b6f2b7c51")
"""Attestations' ids derive from the chain and the sequence number: a second one with the same number has the same id, and is seen."""

GENESIS = "0" * 64
MOST_OBJECTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a chain: which chain, how many releases, the SHA-256 of the last attestation's canonical bytes, and when it was made."""

    chain: str
    sequence: int
    sha256: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who attests to whom. `house_id`: STIX id of our identity. `chain`: name of the chain, the same for every release to one audience. `markings`:
    ids of the markings that the attestation itself travels under. `statements`: what our keys said of each other, for readers to follow."""

    key: PrivateKey
    house_id: str
    chain: str
    markings: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()


def attest(
    objects: Iterable[Mapping[str, object]], signer: Signer, previous: Head | None, now: datetime
) -> dict[str, object]:
    """Return the signed attestation of a release of `objects`.

    Raises UsageError for an object listed twice in one version, an attestation among them, or a `previous` of another chain or of later than now.
    """
    if previous is not None and previous.chain != signer.chain:
        raise UsageError("the previous release is of another chain; give the head of this one")
    if previous is not None and previous.created > now:
        raise UsageError(
            f"the previous release was made at {stix_time(previous.created)}, which is later than now; set the clock"
        )
    sequence = 1 if previous is None else previous.sequence + 1
    moment = stix_time(now)
    attestation: dict[str, object] = {
        "type": TYPE,
        "spec_version": "2.1",
        "id": f"{TYPE}--{uuid.uuid5(NAMESPACE, f'{signer.chain}{chr(31)}{sequence}')}",
        "created_by_ref": signer.house_id,
        "created": moment,
        "modified": moment,
        "chain": signer.chain,
        "sequence": sequence,
        "previous_sha256": GENESIS if previous is None else previous.sha256,
        "released": _listed(objects),
        "extensions": {EXTENSION_ID: {"extension_type": "new-sdo"}},
    }
    if signer.markings:
        attestation["object_marking_refs"] = list(signer.markings)
    if signer.statements:
        attestation["key_statements"] = list(signer.statements)
    return {**attestation, "signature": detached(signer.key.sign(canonical(attestation), ATTESTATION))}


def head_of(attestation: Mapping[str, object], created: datetime) -> Head:
    """Return the head that a chain has after this attestation."""
    return Head(
        chain=str(attestation["chain"]),
        sequence=int(str(attestation["sequence"])),
        sha256=object_sha256(attestation),
        created=created,
    )


def signed_bytes(attestation: Mapping[str, object]) -> bytes:
    """Return what the signature is over: the canonical object without it."""
    return canonical({name: value for name, value in attestation.items() if name != "signature"})


def version_of(value: Mapping[str, object]) -> tuple[str, str]:
    """Return an object's id and its version: `modified`, else `created`, else nothing for what STIX does not version."""
    name = value.get("id")
    version = value.get("modified", value.get("created", ""))
    if not isinstance(name, str) or not isinstance(version, str):
        raise InputError("an object has no id, or a time that is no text; check it before it is released")
    return name, version


def _listed(objects: Iterable[Mapping[str, object]]) -> list[dict[str, str]]:
    listed: dict[tuple[str, str], dict[str, str]] = {}
    for value in objects:
        if value.get("type") == TYPE:
            raise UsageError("an attestation cannot vouch for another; leave it out of the objects")
        name, version = version_of(value)
        if (name, version) in listed:
            raise UsageError(
                f"{name} is listed twice in the version {version or 'without time'}; release each version once"
            )
        entry = {"id": name, "sha256": sha256(canonical(value))}
        listed[name, version] = {**entry, "version": version} if version else entry
    if len(listed) > MOST_OBJECTS:
        raise UsageError(
            f"a release has {len(listed)} objects, the most is {MOST_OBJECTS}; release them in parts"
        )
    return [listed[key] for key in sorted(listed)]
