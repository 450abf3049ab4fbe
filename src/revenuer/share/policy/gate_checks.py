"""What single values are held against at the gate: one predicate for each form that a value may leave in."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from revenuer.records.observable import ObservableKind
from revenuer.share.house import House
from revenuer.share.policy.coarsen import MOST_WEIGHT, bounds, floor_time, tenth
from revenuer.share.policy.policy import PartnerPolicy
from revenuer.share.policy.shared_egress import Ranges
from revenuer.share.stix.pattern_reading import read_pattern
from revenuer.share.stix.pattern_text import TOGETHER_S
from revenuer.share.stix.structure import moment
from revenuer.share.stix.tlp import marking_id

Check = Callable[[object, "Context"], bool]
_TOGETHER = re.compile(rf"\((.*)\) WITHIN {TOGETHER_S} SECONDS", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Against what fields are held. `ids`: of the objects that leave together. `human`: texts that people wrote and the policy lets pass. `key_ids`: of
    span keys in use. `told_times`: what the partner was told before, to the second: under a
    policy that may have been finer. `denied`: the denylist's answer to a text."""

    house: House
    policy: PartnerPolicy
    shared: Ranges
    denied: Callable[[str], str | None]
    ids: frozenset[str] = frozenset()
    human: frozenset[str] = frozenset()
    key_ids: frozenset[str] = frozenset()
    told_times: frozenset[str] = frozenset()


def one_of(*allowed: object) -> Check:
    return lambda value, _: value in allowed


def texts(*templates: str) -> Check:
    """A text of ours (`{label}`: the start of an id), or one of a human that the policy lets pass."""
    ours = [re.compile(re.escape(one).replace(re.escape("{label}"), "[0-9a-f]{8}")) for one in templates]
    return lambda value, context: (
        isinstance(value, str) and (any(one.fullmatch(value) for one in ours) or is_human(value, context))
    )


def is_human(value: object, context: Context) -> bool:
    return (
        context.policy.human_text
        and isinstance(value, str)
        and value in context.human
        and context.denied(value) is None
    )


def is_time(value: object, context: Context) -> bool:
    """A version that follows another within the same hour is later by milliseconds, so those may stand."""
    at = moment(value)
    if at is not None and str(value)[:19] in context.told_times:
        return True
    return at is not None and (at - floor_time(at, context.policy.times_s)).total_seconds() < 1


def is_coarse(value: object, context: Context) -> bool:
    at = moment(value)
    return at is not None and at == floor_time(at, context.policy.times_s)


def told_time(value: object, context: Context) -> bool:
    return "times" in context.policy.fields and is_coarse(value, context)


def is_bound(value: object, context: Context) -> bool:
    return type(value) is int and value in bounds(context.policy.counts)


def is_tenth(value: object, context: Context) -> bool:
    return type(value) is float and value == tenth(value) and "behaviour" in context.policy.fields


def is_weight(value: object, context: Context) -> bool:
    return type(value) is int and abs(value) <= MOST_WEIGHT and "evidence" in context.policy.fields


def hex_of(length: int, field: str) -> Check:
    form = re.compile(f"[0-9a-f]{{{length}}}")
    return lambda value, context: (
        field in context.policy.fields and isinstance(value, str) and form.fullmatch(value) is not None
    )


def is_ref(value: object, context: Context) -> bool:
    return value in context.ids


def is_lineage(value: object, context: Context) -> bool:
    return "lineage" in context.policy.fields and is_ref(value, context)


def is_marking(value: object, context: Context) -> bool:
    return value == marking_id(context.policy.tlp) or value in context.ids


def is_pattern(value: object, context: Context) -> bool:
    """Every value of the pattern is of a kind that the policy lets leave, coarse enough, and no shared address stands alone."""
    words = str(value)
    several = _TOGETHER.fullmatch(words)
    parts = (several[1] if several is not None else words).split("] AND [")
    if len(parts) != (2 if several is not None else 1):
        return False
    found = []
    for number, part in enumerate(parts):
        try:
            reading = read_pattern(("[" if number else "") + part + ("]" if number < len(parts) - 1 else ""))
        except ValueError:
            return False
        if len(reading.values) != 1 or reading.not_understood:
            return False
        found.append(reading.values[0])
    return all(may_leave(kind, text, context, alone=len(found) == 1) for kind, text in found)


def may_leave(kind: ObservableKind, text: str, context: Context, *, alone: bool) -> bool:
    policy = context.policy
    if kind not in policy.observables:
        return False
    if kind not in (ObservableKind.IP, ObservableKind.IP_PREFIX):
        return context.denied(text) is None
    network = ipaddress.ip_network(text)
    longest = policy.ipv4_prefix if network.version == 4 else policy.ipv6_prefix
    if kind is ObservableKind.IP_PREFIX and network.prefixlen > longest:
        return False
    return not context.shared.touches(network) or (not alone and policy.shared_egress == "combined")


def confidence(value: object, context: Context) -> bool:
    return type(value) is int and "confidence" in context.policy.fields and value in (15, 50, 85)


def human_confidence(value: object, context: Context) -> bool:
    return type(value) is int and 0 <= value <= 100 and context.policy.human_text


def is_day(value: object) -> bool:
    return isinstance(value, str) and moment(f"{value}T00:00:00Z") is not None
