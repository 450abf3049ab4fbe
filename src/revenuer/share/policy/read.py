"""The policy file: TOML text -> a policy, or every fault that keeps it from being one."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from revenuer.records import InputError
from revenuer.records.observable import ObservableKind
from revenuer.share.house import PARTNER_NAME, House
from revenuer.share.policy.denylist import Denylist
from revenuer.share.policy.faults import Fault, PolicyError
from revenuer.share.policy.policy import (
    FIELDS,
    KINDS,
    LEAST_ACCOUNTS,
    LEAST_MEMBERS,
    NARROWEST_IPV4,
    NARROWEST_IPV6,
    OBJECTS,
    TIMES,
    VALID_DAYS,
    WIDEST_IPV4,
    WIDEST_IPV6,
    PartnerPolicy,
    SharePolicy,
)
from revenuer.share.policy.shared_egress import CARRIER_NAT, Network, ranges, read_list, read_ranges
from revenuer.share.policy.table import Table
from revenuer.share.stix.tlp import Tlp

SCHEMA_VERSION = 1
MAX_BYTES = 4 << 20
_NEVER_KINDS: Mapping[str, str] = {
    "payment_fingerprint": "never leaves; private matching alone compares payment fingerprints",
    "signup_ip": "never leaves; private matching alone compares sign-up addresses",
    "span": 'leaves as keyed hashes only: put "families" into fields and name a span_key',
    "system_span": 'leaves as keyed hashes only: put "families" into fields and name a span_key',
}


def load_share_policy(house: House) -> SharePolicy:
    """Return the house's policy. Raises PolicyError with every fault in it, InputError where the file cannot be read."""
    path = house.policy
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}; without a policy nothing leaves: docs/sharing/policy.md has one to start from"
        ) from error
    if len(content) > MAX_BYTES:
        raise InputError(f"{path} has more than {MAX_BYTES >> 20} MiB; expected a file that people read")
    return read_share_policy(content, str(path), house.folder, frozenset(house.partners))


def read_share_policy(content: bytes, name: str, folder: Path, known: frozenset[str]) -> SharePolicy:
    """Return the policy that `content` words; lists that it names are read from `folder`, and only `known` partners may have a section.

    Raises PolicyError with every fault.
    """
    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PolicyError(name, [Fault(file=name, key="", message=f"not TOML: {error}")]) from error
    table = Table(document, "", name)
    if table.whole("schema_version", 0, 10**6) != SCHEMA_VERSION:
        table.fault("schema_version", f"expected {SCHEMA_VERSION}, the version that this program reads")
    digest = hashlib.sha256(content)
    shared = _shared_egress(table.table("shared_egress"), folder, digest)
    denylist = _never(table.table("never"), folder, digest)
    partners = {}
    for partner, section in table.tables("partner").items():
        if partner not in known or not PARTNER_NAME.fullmatch(partner):
            table.fault(f"partner.{partner}", "house.toml has no such partner; add it there or take it out")
        partners[partner] = _partner(partner, section, folder)
    table.finish()
    if table.faults:
        raise PolicyError(name, table.faults)
    return SharePolicy(
        partners=partners, shared_ranges=ranges(shared), denylist=denylist, sha256=digest.hexdigest()
    )


def _shared_egress(section: Table, folder: Path, digest: "hashlib._Hash") -> list[str | Network]:
    found: list[str | Network] = [*CARRIER_NAT]
    for number, file in enumerate(section.words("files") or (), start=1):
        try:
            networks, faults = read_ranges(folder / file)
        except InputError as error:
            section.fault(f"files#{number}", str(error))
            continue
        for fault in faults[:5]:
            section.fault(f"files#{number}", f"{file}: {fault}")
        found += networks
        digest.update("\n".join(map(str, networks)).encode())
    section.finish()
    return found


def _never(section: Table, folder: Path, digest: "hashlib._Hash") -> Denylist:
    words = list(section.words("words") or ())
    for number, file in enumerate(section.words("files") or (), start=1):
        try:
            words += [line.strip() for line in read_list(folder / file) if line.strip()]
        except InputError as error:
            section.fault(f"files#{number}", str(error))
    section.finish()
    digest.update("\n".join(words).encode())
    return Denylist(words)


def _partner(partner: str, section: Table, folder: Path) -> PartnerPolicy:
    given = {**_what(section), **_how_coarse(section), **_how_marked(section), **_families(section, folder)}
    section.finish()
    policy = PartnerPolicy(partner=partner)
    policy = replace(policy, **{key: value for key, value in given.items() if value is not None})
    _agree(section, policy)
    return policy


def _what(section: Table) -> dict[str, Any]:
    objects, fields = section.words("objects", OBJECTS), section.words("fields", FIELDS)
    confidence = section.words("confidence", ("high", "medium", "low"))
    return {
        "objects": None if objects is None else frozenset(objects),
        "fields": None if fields is None else frozenset(fields),
        "confidence": None if confidence is None else frozenset(confidence),
        "observables": _observables(section),
        "mail_domains": _lowered(section.words("mail_domains")),
        "models": None if (models := section.words("models")) is None else frozenset(models),
        "human_text": section.flag("human_text"),
        "shared_egress": section.word("shared_egress", ("withhold", "combined")),
    }


def _observables(section: Table) -> frozenset[ObservableKind] | None:
    allowed = [str(kind) for kind in KINDS]
    words = section.words("observables", [*allowed, *_NEVER_KINDS])
    for word in words or ():
        if word in _NEVER_KINDS:
            section.fault("observables", f"{word} {_NEVER_KINDS[word]}")
    return None if words is None else frozenset(ObservableKind(word) for word in words)


def _how_coarse(section: Table) -> dict[str, Any]:
    times = section.word("times", tuple(TIMES))
    valid = section.table("valid")
    days = {kind: valid.days(str(kind)) or VALID_DAYS[kind] for kind in KINDS}
    valid.finish()
    return {
        "min_accounts": section.whole("min_accounts", LEAST_ACCOUNTS, 10**6),
        "min_members": section.whole("min_members", LEAST_MEMBERS, 10**6),
        "max_outsiders": section.whole("max_outsiders", 0, 10**6),
        "ipv4_prefix": section.whole("ipv4_prefix", WIDEST_IPV4, NARROWEST_IPV4),
        "ipv6_prefix": section.whole("ipv6_prefix", WIDEST_IPV6, NARROWEST_IPV6),
        "times_s": None if times is None else TIMES[times],
        "counts": section.word("counts", ("buckets", "magnitude")),
        "epoch_days": section.days("pseudonym_epoch"),
        "valid_days": days,
    }


def _how_marked(section: Table) -> dict[str, Any]:
    tlp = section.word("tlp", [str(one) for one in Tlp])
    return {"tlp": None if tlp is None else Tlp(tlp), "caveats": section.words("caveats")}


def _families(section: Table, folder: Path) -> dict[str, Any]:
    how = section.word("families", ("none", "bands", "hashes"))
    key = section.word("span_key")
    return {
        "families": how,
        "span_key": None if key is None else folder / key,
    }


def _agree(section: Table, policy: PartnerPolicy) -> None:
    """Note keys that contradict each other, or could have no effect."""
    if ("families" in policy.fields) != (policy.families != "none"):
        section.fault(
            "families", 'goes with "families" in fields: name both, or leave both out ("none" is the default)'
        )
    if policy.families != "none" and policy.span_key is None:
        section.fault(
            "span_key", "is missing: families leave under a key that was agreed on with the partner"
        )
    if "members" in policy.fields and "cluster" not in policy.fields:
        section.fault("fields", '"members" goes with "cluster"')
    if policy.models and "models" not in policy.fields:
        section.fault("models", 'has no effect without "models" in fields')
    human = policy.objects & {"note", "intrusion-set", "threat-actor"}
    if human and not policy.human_text:
        section.fault(
            "objects", f"{', '.join(sorted(human))} hold what an analyst wrote: set human_text = true"
        )
    if policy.mail_domains and ObservableKind.EMAIL_DOMAIN not in policy.observables:
        section.fault("mail_domains", 'has no effect without "email_domain" in observables')
    if policy.objects and "campaign" not in policy.objects:
        section.fault("objects", 'lacks "campaign", about which all other objects speak')
    if "sighting" in policy.objects and "indicator" not in policy.objects:
        section.fault("objects", '"sighting" goes with "indicator", which it is of')


def _lowered(words: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if words is None else frozenset(word.strip().lower() for word in words)
