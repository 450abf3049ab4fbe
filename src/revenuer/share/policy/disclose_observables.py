"""Which values that a campaign's members hold in common a partner may see, and as what."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from revenuer.records.observable import SPAN_OBSERVABLES, ObservableKind
from revenuer.share.policy.coarsen import bucket, ceil_time, floor_time, network_of
from revenuer.share.policy.denylist import Names
from revenuer.share.policy.policy import PartnerPolicy
from revenuer.share.policy.shared_egress import NOT_PUBLIC, Ranges, ranges
from revenuer.share.policy.withheld import Withheld
from revenuer.share.stix.disclosed import DisclosedObservable
from revenuer.share.stix.draft import Draft, DraftObservable

MAX_INDICATORS = 500
"""An analyst reads no more of one campaign."""
_ADDRESSES = (ObservableKind.IP, ObservableKind.IP_PREFIX)
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_TLS = re.compile(r"[0-9A-Za-z_,.:-]{8,128}")
_AGENT = re.compile(r"[\x20-\x7e]{1,256}")
_INTERNAL = ranges(NOT_PUBLIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What disclosure needs beside the policy: shared ranges, and the denylist's answer to a text (None: nothing forbids it)."""

    policy: PartnerPolicy
    shared: Ranges
    denied: Callable[[str], str | None]
    disposable: frozenset[str]
    at: datetime
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value:
    """A value on its way: as it would leave, with the figures of all rows that it stands for."""

    kind: ObservableKind
    value: str
    members: int
    outsiders: int
    first: datetime | None
    last: datetime | None
    shared: bool = False


class Disclosure:
    """Sorts the observables of one campaign into those that leave and those that are withheld."""

    def __init__(self, draft: Draft, rules: Rules) -> None:
        self.draft, self.rules, self.policy = draft, rules, rules.policy
        self.withheld: list[Withheld] = []
        self._spans = Names(one.value for one in draft.observables if one.kind in SPAN_OBSERVABLES)

    def observables(self) -> tuple[DisclosedObservable, ...]:
        """Return what leaves, the widest held first. The reasons for the rest stand in `withheld` afterwards."""
        rows = [one for one in self.draft.observables if one.kind not in SPAN_OBSERVABLES]
        values = [value for value in self._joined(rows) if self._passes(value)]
        plain = [value for value in values if not value.shared]
        disclosed = [self._disclosed((value,)) for value in plain]
        disclosed += self._combined([value for value in values if value.shared], plain)
        kept = [one for one in disclosed if one.valid_until > self.rules.now]
        self._withhold("indicator", "valid", "it ran out before today", len(disclosed) - len(kept))
        self._withhold(
            "indicator",
            "policy",
            f"at most {MAX_INDICATORS} leave of one campaign",
            len(kept) - MAX_INDICATORS,
        )
        return tuple(kept[:MAX_INDICATORS])

    def _joined(self, rows: Sequence[DraftObservable]) -> list[_Value]:
        """Return the rows as they would leave: addresses as networks, those of one network as one."""
        joined: dict[tuple[ObservableKind, str], list[DraftObservable]] = {}
        for row in rows:
            kind, value = self._coarse(row)
            if value is not None:
                joined.setdefault((kind, value), []).append(row)
        values = [self._value(kind, value, same) for (kind, value), same in joined.items()]
        return sorted(values, key=lambda one: (-one.members, one.outsiders, one.kind, one.value))

    def _coarse(self, row: DraftObservable) -> tuple[ObservableKind, str | None]:
        if row.kind not in _ADDRESSES:
            return row.kind, row.value
        exact = row.kind is ObservableKind.IP and ObservableKind.IP in self.policy.observables
        if exact:
            found = network_of(row.value, 32, 128)
        else:
            found = network_of(row.value, self.policy.ipv4_prefix, self.policy.ipv6_prefix)
        if found is None:
            self._withhold(row.kind, "denylist", "it is no address")
            return row.kind, None
        if exact:
            return ObservableKind.IP, str(found.network_address)
        return ObservableKind.IP_PREFIX, str(found)

    def _value(self, kind: ObservableKind, value: str, rows: Sequence[DraftObservable]) -> _Value:
        """Return one value of several rows. A row for the network itself counts all who were in it; addresses alone leave open how many they share."""
        whole = [row for row in rows if row.kind is kind and row.value == value]
        networked = bool(whole) and kind is ObservableKind.IP_PREFIX
        firsts = [row.first_seen for row in rows if row.first_seen is not None]
        lasts = [row.last_seen for row in rows if row.last_seen is not None]
        return _Value(
            kind=kind,
            value=value,
            members=max(row.members for row in (whole if networked else rows)),
            outsiders=max(row.outsiders for row in rows) if networked else sum(row.outsiders for row in rows),
            first=min(firsts, default=None),
            last=max(lasts, default=None),
            shared=kind in _ADDRESSES and self.rules.shared.touches(ipaddress.ip_network(value)),
        )

    def _passes(self, value: _Value) -> bool:
        for rule, why in self._objections(value):
            self._withhold(value.kind, rule, why)
            return False
        return True

    def _objections(self, value: _Value) -> Iterable[tuple[str, str]]:
        """Yield the rules against a value, those first that no policy can change."""
        policy = self.policy
        if value.kind in (ObservableKind.PAYMENT_FINGERPRINT, ObservableKind.SIGNUP_IP):
            yield "denylist", "such values are compared by private matching only"
        if value.kind not in policy.observables:
            yield "observables", f"the policy does not let a {value.kind} leave"
        yield from self._shape(value)
        if value.members < policy.min_members:
            yield "min_members", f"fewer than {policy.min_members} accounts hold it"
        if value.outsiders > policy.max_outsiders:
            yield "max_outsiders", f"more than {policy.max_outsiders} accounts in no campaign hold it too"

    def _shape(self, value: _Value) -> Iterable[tuple[str, str]]:
        policy, text = self.policy, value.value
        if value.kind in _ADDRESSES:
            if _INTERNAL.touches(ipaddress.ip_network(text)):
                yield "denylist", "it is no public address"
            if value.shared and policy.shared_egress == "withhold":
                yield "shared_egress", "strangers share it, so it indicates nobody"
            return
        if value.kind is ObservableKind.EMAIL_DOMAIN:
            if text not in self.rules.disposable and text not in policy.mail_domains:
                yield "mail_domains", "it is no known throw-away domain, so it may be a customer's name"
            if not _DOMAIN.fullmatch(text):
                yield "denylist", "it is no domain"
        if value.kind is ObservableKind.TLS_FINGERPRINT and not _TLS.fullmatch(text):
            yield "denylist", "it has not the form of a TLS fingerprint"
        if value.kind is ObservableKind.USER_AGENT and not _AGENT.fullmatch(text):
            yield "denylist", "it has characters that no client's name has, or too many"
        if self._spans.stand_in(text):
            yield "denylist", "it holds words of a prompt"
        denied = self.rules.denied(text)
        if denied is not None:
            yield "denylist", denied

    def _combined(self, shared: Sequence[_Value], plain: Sequence[_Value]) -> list[DisclosedObservable]:
        """Return each shared address together with the most widely held value that is no address; without one, none."""
        beside = next((value for value in plain if value.kind not in _ADDRESSES), None)
        if beside is None:
            self._withhold(
                "ip_prefix",
                "shared_egress",
                "strangers share it, and nothing else may leave beside it",
                len(shared),
            )
            return []
        return [self._disclosed((value, beside)) for value in shared]

    def _disclosed(self, values: tuple[_Value, ...]) -> DisclosedObservable:
        policy, unit = self.policy, self.policy.times_s
        told = "times" in policy.fields
        firsts, lasts = [one.first for one in values if one.first], [one.last for one in values if one.last]
        first = floor_time(max(firsts), unit) if firsts and told else self.rules.at
        last = max(ceil_time(min(lasts), unit), first) if lasts and told else self.rules.at
        days = min(policy.valid_days[one.kind] for one in values)
        return DisclosedObservable(
            values=tuple((one.kind, one.value) for one in values),
            accounts=bucket(min(one.members for one in values), policy.counts),
            outsiders=bucket(min(one.outsiders for one in values), policy.counts),
            valid_from=first,
            valid_until=ceil_time(last + timedelta(days=days, seconds=-1), unit),
            seen=(first, last) if told and firsts and lasts else None,
        )

    def _withhold(self, what: str, rule: str, why: str, count: int = 1) -> None:
        if count > 0:
            self.withheld.append(
                Withheld(campaign=self.draft.campaign_id, what=str(what), rule=rule, why=why, count=count)
            )
