"""From what counts of partners' objects to claims: values in the clear, each with who says it, how sure they are, and what they are worth to us."""

import ipaddress
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from revenuer.records import CLAIM_SCHEMA, ObservableKind
from revenuer.share.expiry import valid_until
from revenuer.share.house import House
from revenuer.share.received.experience import WRONG, experience, source_weight
from revenuer.share.received.inbox import ACCEPTED, rows_in, version_of
from revenuer.share.signing import read_time
from revenuer.share.stix import (
    AboutCampaign,
    SpanKey,
    extension_of,
    match_family,
    observables_of,
    tlp_of,
)

DEFAULT_CONFIDENCE = 50
ADDRESSES = (ObservableKind.IP, ObservableKind.IP_PREFIX, ObservableKind.SIGNUP_IP)

Row = dict[str, Any]


def claims_of(
    books: sqlite3.Connection,
    house: House,
    now: datetime,
    *,
    inventory: pa.Table | None = None,
    matches: Sequence[pa.Table] = (),
    span_keys: Mapping[str, SpanKey] | None = None,
) -> pa.Table:
    """Return, as CLAIM_SCHEMA, what partners claim now.

    `inventory` (OBSERVABLE_SCHEMA): our own values; with it only what fits one of them is claimed, networks are resolved to our addresses in them,
    and keyed hashes of prompt families to our spans. `matches`: tables of `revenuer share match`. `span_keys`: by partner. Left out: what was
    revoked, replaced or ran out, and what we disputed.
    """
    held = None if inventory is None else _held(inventory)
    rows: list[Row] = []
    for partner in sorted(house.partners):
        weight = source_weight(experience(books, partner))
        wrong = _disputed(books, partner)
        key = (span_keys or {}).get(partner)
        found = [*_sent(books, partner, now, held, key), *_matched(matches, partner, now)]
        rows += [
            {**row, "partner": partner, "source_weight": weight}
            for row in found
            if row["claim_id"] not in wrong
        ]
    return pa.Table.from_pylist(rows, CLAIM_SCHEMA)


def _disputed(books: sqlite3.Connection, partner: str) -> set[str]:
    rows = books.execute("SELECT claim_id FROM claim_use WHERE partner = ? AND outcome = ?", (partner, WRONG))
    return {row[0] for row in rows}


def _held(inventory: pa.Table) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {kind.value: set() for kind in ObservableKind}
    for kind, value in zip(inventory["kind"].to_pylist(), inventory["value"].to_pylist(), strict=True):
        found[kind].add(value)
    return found


def _matched(matches: Sequence[pa.Table], partner: str, now: datetime) -> Iterator[Row]:
    for table in matches:
        for row in table.to_pylist():
            if row["partner"] == partner and (row["valid_until"] is None or row["valid_until"] > now):
                yield row


def _sent(
    books: sqlite3.Connection,
    partner: str,
    now: datetime,
    held: Mapping[str, set[str]] | None,
    key: SpanKey | None,
) -> Iterator[Row]:
    current = _current(books, partner)
    campaign_of = _campaigns(current)
    for one in current:
        if one["type"] == "indicator":
            yield from _of_indicator(one, campaign_of.get(one["id"], str(one["id"])), now, held)
        elif one["type"] == "campaign" and held is not None and key is not None:
            yield from _of_families(one, now, held, key)


def _campaigns(current: Sequence[Row]) -> dict[str, str]:
    """Return the campaign that each indicator is of: directly, or by the infrastructure that it indicates and the campaign uses."""
    links = [one for one in current if one["type"] == "relationship"]
    ends = [
        (str(one.get("relationship_type")), str(one["source_ref"]), str(one["target_ref"])) for one in links
    ]
    uses = {
        target: source for how, source, target in ends if how == "uses" and source.startswith("campaign--")
    }
    found: dict[str, str] = {}
    for how, source, target in ends:
        if how == "indicates":
            campaign = uses.get(target, target)
            if campaign.startswith("campaign--") or source not in found:
                found[source] = campaign
    return found


def _current(books: sqlite3.Connection, partner: str) -> list[Row]:
    """Return the latest versions that count, without revoked ones."""
    latest: dict[str, Row] = {}
    for one in rows_in(books, partner, ACCEPTED):
        before = latest.get(one["id"])
        if before is None or version_of(one) >= version_of(before):
            latest[one["id"]] = one
    return [one for one in latest.values() if one.get("revoked") is not True]


def _of_indicator(
    one: Row, campaign: str, now: datetime, held: Mapping[str, set[str]] | None
) -> Iterator[Row]:
    end = read_time(one["valid_until"]) if "valid_until" in one else None
    if end is not None and end <= now:
        return
    for kind, value in observables_of(one):
        for own_kind, own in _resolved(kind, value, held):
            yield {
                **_said(one, campaign, "indicator"),
                "kind": own_kind,
                "value": own,
                "first_seen": read_time(one["valid_from"]),
                "valid_until": end,
            }


def _resolved(
    kind: ObservableKind, value: str, held: Mapping[str, set[str]] | None
) -> Iterator[tuple[str, str]]:
    """Yield what of ours a claimed value is: itself, or our addresses in a claimed network."""
    if held is None:
        yield kind.value, value
        return
    if value in held[kind.value]:
        yield kind.value, value
    if kind is not ObservableKind.IP_PREFIX:
        return
    network = ipaddress.ip_network(value, strict=False)
    for own_kind in ADDRESSES:
        for own in sorted(held[own_kind.value] - {value}):
            if _inside(own, network):
                yield own_kind.value, own


def _inside(own: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        found = ipaddress.ip_network(own, strict=False)
    except ValueError:
        return False
    return found.version == network.version and network.supernet_of(found)  # type: ignore[arg-type]


def _of_families(one: Row, now: datetime, held: Mapping[str, set[str]], key: SpanKey) -> Iterator[Row]:
    about = extension_of(one)
    if not isinstance(about, AboutCampaign):
        return
    last = read_time(one["last_seen"]) if "last_seen" in one else read_time(one["modified"])
    for family in about.families:
        if family.key_id != key.key_id:
            continue
        match = match_family(family, sorted(held[family.kind]), key)
        end = valid_until(family.kind, last)
        for span in match.spans if end > now else ():
            yield {
                **_said(one, one["id"], "hash"),
                "kind": family.kind,
                "value": span,
                "first_seen": read_time(one["first_seen"]) if "first_seen" in one else None,
                "valid_until": end,
            }


def _said(one: Row, campaign: str, how: str) -> Row:
    tlp = tlp_of(one.get("object_marking_refs", ()))
    return {
        "claim_id": one["id"],
        "campaign": campaign,
        "how": how,
        "confidence": int(one.get("confidence", DEFAULT_CONFIDENCE)),
        "marking": "unmarked" if tlp is None else f"TLP:{tlp.value.upper()}",
    }
