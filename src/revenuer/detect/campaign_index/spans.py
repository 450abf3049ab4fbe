"""Which spans mark a campaign: sent by many of its accounts and by hardly anybody else.

A span is kept when members outnumber strangers RATIO to one among those who ever sent it, counting one stranger more than was seen:
whoever sends it next is a member with those odds by the log's own count, however many strangers never heard of the subject. (That a
span is rare in the whole log says little: a handful of honest accounts that do the same kind of work share phrases that nobody
else uses.) The rule implies at least RATIO members. Of these the MOST with the best weight are kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from revenuer.detect.campaign_index.content import ENTRY
from revenuer.detect.campaign_index.keys import SPAN_KINDS, KeyKind, index_keys
from revenuer.detect.families import FILTER_BITS, possible
from revenuer.detect.fingerprints import KIND_BITS
from revenuer.engine import Engine

MOST = 64
RATIO = 4
MIN_SHARE = 0.05
"""A span that fewer of the members send is a part of one prompt that some of them had in common, not of what the pool asks."""
MIN_LOG10_WEIGHT = 1.0
"""A span that is not ten times as common among members as among strangers is not worth looking up: the campaign is half of the log."""
PART_PROMPTS = 2_000_000
"""Prompts of members whose fingerprints are held at a time: some .6 GB. A larger campaign is held whole."""
SAMPLE_ROWS = 65_536

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_HIGH = np.uint64(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """`ids` of all members, campaign by campaign; `starts` (campaigns + 1) delimits each one's; `prompts` of each member."""

    ids: pa.Array
    starts: np.ndarray
    prompts: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        return np.diff(self.starts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """Parallel arrays: `members` of a campaign (its place) sent `fingerprint`, in a mean share `support` of their prompts."""

    campaign: np.ndarray
    fingerprint: np.ndarray
    members: np.ndarray
    support: np.ndarray


def find_spans(engine: Engine, members: Members, strangers: pa.Array) -> np.ndarray:
    """Return the entries (ENTRY) of the spans that mark the campaigns of `members`; `strangers` are the ids of everybody else.

    Needs the table `sketch`. Spans of prompts and of system prompts; MinHash bands only for a campaign that has neither.
    """
    sent = _sent_by_members(engine, members)
    least = np.maximum(RATIO, np.ceil(np.round(MIN_SHARE * members.sizes, 6)))[sent.campaign]
    sent = _at(sent, sent.members >= least)
    wanted, place = np.unique(sent.fingerprint, return_inverse=True)
    if not len(wanted):
        return np.zeros(0, ENTRY)
    most = np.zeros(len(wanted), np.int64)
    np.maximum.at(most, place, sent.members // RATIO)
    outsiders = _rare_outside(engine, wanted, most, strangers)[place]
    share = sent.members / members.sizes[sent.campaign]
    weight = np.log10(share * (len(strangers) + 1) / (outsiders + 1))
    marks = (sent.members >= RATIO * (outsiders + 1)) & (weight >= MIN_LOG10_WEIGHT)
    chosen = [
        _best(sent, weight, np.flatnonzero(marks & (sent.campaign == c))) for c in range(len(members.sizes))
    ]
    rows = np.concatenate(chosen)
    return _entries(_at(sent, rows), outsiders[rows])


def _best(sent: _Sent, weight: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return up to MOST of one campaign's `rows`, the weightiest, bands only where there is nothing else."""
    kind = _kinds(sent.fingerprint[rows])
    plain = rows[kind != KeyKind.BAND]
    rows = plain if len(plain) else rows
    order = np.lexsort((sent.fingerprint[rows], -sent.support[rows], -weight[rows]))
    return rows[order[:MOST]]


def _entries(sent: _Sent, outsiders: np.ndarray) -> np.ndarray:
    entries = np.zeros(len(sent.campaign), ENTRY)
    entries["kind"] = _kinds(sent.fingerprint)
    entries["key"] = index_keys(entries["kind"], sent.fingerprint.view(np.uint64))
    entries["campaign"] = sent.campaign
    entries["members"] = sent.members
    entries["outsiders"] = outsiders
    entries["support"] = sent.support
    return entries


def _kinds(fingerprint: np.ndarray) -> np.ndarray:
    codes = np.array([kind.value for kind in SPAN_KINDS])
    found: np.ndarray = codes[fingerprint & ((1 << KIND_BITS) - 1)]
    return found


def _at(sent: _Sent, rows: np.ndarray) -> _Sent:
    return _Sent(
        campaign=sent.campaign[rows],
        fingerprint=sent.fingerprint[rows],
        members=sent.members[rows],
        support=sent.support[rows],
    )


def _sent_by_members(engine: Engine, members: Members) -> _Sent:
    """Return what at least RATIO members of a campaign sent."""
    empty = np.zeros(0, np.int64)
    found = [_Sent(campaign=empty, fingerprint=empty, members=empty, support=np.zeros(0))]
    for low, high in _parts(members):
        first = members.starts[low]
        laid_out, begins = _laid_out(engine, members.ids[first : members.starts[high]])
        for campaign in range(low, high):
            own = begins[members.starts[campaign] - first : members.starts[campaign + 1] - first + 1]
            prompts = members.prompts[members.starts[campaign] : members.starts[campaign + 1]]
            values, senders, support = shared_spans(laid_out, own, np.maximum(prompts, 1), RATIO)
            part = np.full(len(values), campaign)
            found.append(_Sent(campaign=part, fingerprint=values, members=senders, support=support))
    columns = ([getattr(part, name) for part in found] for name in _Sent.__slots__)
    return _Sent(**dict(zip(_Sent.__slots__, map(np.concatenate, columns), strict=True)))


def _parts(members: Members) -> Iterator[tuple[int, int]]:
    """Cut the campaigns into ranges [low, high) of about PART_PROMPTS each."""
    ends = np.concatenate([[0], np.cumsum(members.prompts)])[members.starts[1:]]
    part = np.maximum(ends - 1, 0) // PART_PROMPTS
    bounds = np.flatnonzero(np.diff(part, prepend=-1, append=part[-1] + 1))
    yield from zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)


def _laid_out(engine: Engine, ids: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return (fingerprints of the accounts `ids` int64, account by account; where each one's begin, len + 1)."""

    def coded(batch: pa.RecordBatch) -> pa.RecordBatch:
        own = pc.index_in(batch.column(0), value_set=ids)
        return pa.RecordBatch.from_arrays([own, batch.column(1)], names=["own", "fingerprints"])

    engine.register("indexed_member", pa.table({"account_id": ids}))
    rows = list(
        engine.stream(
            "SELECT account_id, fingerprints FROM sketch WHERE account_id IN (SELECT account_id FROM indexed_member)",
            coded,
        )
    )
    lists = [(np.asarray(b.column(0)), b.column(1)) for b in rows]
    lengths = np.zeros(len(ids), np.int64)
    for own, column in lists:
        np.add.at(lengths, own, np.diff(np.asarray(column.offsets)))
    begins = np.concatenate([[0], np.cumsum(lengths)])
    laid_out, place = np.empty(begins[-1], np.int64), begins[:-1].copy()
    for own, column in lists:
        _lay_out(own, np.asarray(column.values), np.asarray(column.offsets).astype(np.int64), place, laid_out)
    return laid_out, begins


@njit(cache=True, nogil=True)
def _lay_out(
    own: np.ndarray, values: np.ndarray, offsets: np.ndarray, place: np.ndarray, laid_out: np.ndarray
) -> None:
    for row in range(len(own)):
        for i in range(offsets[row], offsets[row + 1]):
            laid_out[place[own[row]]] = values[i]
            place[own[row]] += 1


@njit(cache=True, nogil=True)
def shared_spans(
    values: np.ndarray, begins: np.ndarray, prompts: np.ndarray, least: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (value, accounts that have it, mean share of those accounts' prompts) of values that `least` accounts have or more.

    Account i has values[begins[i]:begins[i + 1]] from `prompts`[i] prompts. A first pass counts accounts by a hash of the value,
    never too low, so that the table of the second holds few values that only one account has.
    """
    shift = np.uint64(64 - FILTER_BITS)
    last, rough = np.full(1 << FILTER_BITS, -1, np.int32), np.zeros(1 << FILTER_BITS, np.int32)
    for account in range(len(prompts)):
        for value in values[begins[account] : begins[account + 1]]:
            at = np.uint64(value) * _SPREAD >> shift
            if last[at] != account:
                last[at] = account
                rough[at] += 1
    slots = 1 << 12
    keys, latest = np.empty(slots, np.int64), np.full(slots, -1, np.int32)
    count, share = np.zeros(slots, np.int64), np.zeros(slots, np.float64)
    used = 0
    for account in range(len(prompts)):
        for value in values[begins[account] : begins[account + 1]]:
            if rough[np.uint64(value) * _SPREAD >> shift] < least:
                continue
            at = _slot(keys, latest, value)
            if latest[at] < 0:
                keys[at] = value
                used += 1
            if latest[at] != account:
                latest[at] = account
                count[at] += 1
            share[at] += 1.0 / prompts[account]
            if 2 * used > len(keys):
                keys, latest, count, share = _grown(keys, latest, count, share)
    kept = count >= least
    return keys[kept], count[kept], np.minimum(share[kept] / count[kept], 1.0)


@njit(cache=True)
def _slot(keys: np.ndarray, latest: np.ndarray, value: int) -> np.int64:
    """Return where `value` is, or belongs; `latest` is -1 where a slot is free."""
    mask = len(keys) - 1
    at = np.int64(np.uint64(value) * _SPREAD >> _HIGH) & mask
    while latest[at] >= 0 and keys[at] != value:
        at = (at + 1) & mask
    return at


@njit(cache=True)
def _grown(
    keys: np.ndarray, latest: np.ndarray, count: np.ndarray, share: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the same table with twice the slots."""
    slots = 2 * len(keys)
    new_keys, new_latest = np.empty(slots, np.int64), np.full(slots, -1, np.int32)
    new_count, new_share = np.zeros(slots, np.int64), np.zeros(slots, np.float64)
    for old in range(len(keys)):
        if latest[old] >= 0:
            at = _slot(new_keys, new_latest, keys[old])
            new_keys[at], new_latest[at] = keys[old], latest[old]
            new_count[at], new_share[at] = count[old], share[old]
    return new_keys, new_latest, new_count, new_share


def _rare_outside(engine: Engine, wanted: np.ndarray, most: np.ndarray, strangers: pa.Array) -> np.ndarray:
    """Return how many of `strangers` ever sent each fingerprint of `wanted` (sorted), or some number over `most` where more did.

    A look at the log's first rows tells phrases of the language, which are most of all matches, before all rows are read.
    """
    outsiders = _sent_by_strangers(engine, f"LIMIT {SAMPLE_ROWS}", wanted, most, strangers)
    rare = outsiders <= most
    outsiders[rare] = _sent_by_strangers(engine, "", wanted[rare], most[rare], strangers)
    return outsiders


def _sent_by_strangers(
    engine: Engine, limit: str, wanted: np.ndarray, most: np.ndarray, strangers: pa.Array
) -> np.ndarray:
    """Count as `_rare_outside` does, in as many rows as `limit` allows."""
    filter_ = possible(wanted)

    def matched(batch: pa.RecordBatch) -> pa.RecordBatch:
        own = pc.fill_null(pc.index_in(batch.column(0), value_set=strangers), -1)
        lists = batch.column(1)
        pairs = _matches(
            np.asarray(own),
            np.asarray(lists.values),
            np.asarray(lists.offsets).astype(np.int64),
            wanted,
            filter_,
        )
        return pa.RecordBatch.from_arrays([pa.array(pairs)], names=["pair"])

    found = np.zeros(len(wanted), np.int64)
    known, used = np.full(1 << 16, -1, np.int64), 0
    for batch in engine.stream(f"SELECT account_id, fingerprints FROM sketch {limit}", matched):
        pairs = np.asarray(batch.column(0))
        pairs = pairs[found[pairs >> _ACCOUNT_BITS] <= most[pairs >> _ACCOUNT_BITS]]
        if 2 * (used + len(pairs)) > len(known):
            larger = np.full(1 << (2 * (used + len(pairs)) - 1).bit_length(), -1, np.int64)
            _count_new(known[known >= 0], larger, np.zeros(len(wanted), np.int64))
            known = larger
        used += int(_count_new(pairs, known, found))
    return found


@njit(cache=True, nogil=True)
def _count_new(pairs: np.ndarray, known: np.ndarray, found: np.ndarray) -> int:
    """Add to `found` the pairs that are not in the set `known` (-1 = free slot), add them to it and return how many they are."""
    mask = len(known) - 1
    fresh = 0
    for pair in pairs:
        at = np.int64(np.uint64(pair) * _SPREAD >> _HIGH) & mask
        while known[at] >= 0 and known[at] != pair:
            at = (at + 1) & mask
        if known[at] < 0:
            known[at] = pair
            found[pair >> _ACCOUNT_BITS] += 1
            fresh += 1
    return fresh


_ACCOUNT_BITS = 36
"""A pair of a wanted fingerprint and an account in one int64: the account's place has this many low bits."""


@njit(cache=True, nogil=True)
def _matches(
    own: np.ndarray, values: np.ndarray, offsets: np.ndarray, wanted: np.ndarray, filter_: np.ndarray
) -> np.ndarray:
    """Return (place in `wanted`) << _ACCOUNT_BITS | account for every wanted value of the rows whose account is known (`own` >= 0)."""
    shift = np.uint64(64 - FILTER_BITS)
    pairs = np.empty(offsets[-1] - offsets[0], np.int64)
    found = 0
    for row in range(len(own)):
        if own[row] < 0:
            continue
        for i in range(offsets[row], offsets[row + 1]):
            bit = np.uint64(values[i]) >> shift
            if not (filter_[bit >> np.uint64(3)] >> (bit & np.uint64(7))) & np.uint64(1):
                continue
            place = np.searchsorted(wanted, values[i])
            if place < len(wanted) and wanted[place] == values[i]:
                pairs[found] = (place << _ACCOUNT_BITS) | own[row]
                found += 1
    return pairs[:found].copy()
