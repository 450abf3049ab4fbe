"""What the campaign index says of an account: it belongs to a campaign that a scan found, sends its spans, holds its values.

An index is made with hindsight over the whole log, so its campaigns count as contained. Its counts were taken there; who is a stranger
here is taken to be like the strangers there.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from revenuer.detect.addresses import address_and_network
from revenuer.detect.campaign_index import CampaignIndex, KeyKind, fingerprint_key, index_key
from revenuer.detect.string_hash import hash_string
from revenuer.guard.event import Event
from revenuer.guard.suspicion.books import Books
from revenuer.guard.suspicion.containment import contain
from revenuer.guard.suspicion.suspect import Suspect
from revenuer.guard.suspicion.weighing import CONTAIN_AT, Place, discount

WORTH_KEEPING = 1.0
"""log10 from which a match makes an account a suspect: what ten times as many members as strangers have."""
NAMED = 3.0
"""log10 that being named a member by a scan counts: in 30 scans of the range one to fifteen in a thousand of those named were honest."""
ONCE = 2.0
"""Most that a campaign's span counts until an account has the habit of it: an instruction may be quoted, planted or read aloud."""
MAX_WEIGHT = 100.0
STORIES = {
    KeyKind.MEMBER: "named",
    KeyKind.SPAN: "words", KeyKind.BAND: "words", KeyKind.SYSTEM: "words",
    KeyKind.PAYMENT_FINGERPRINT: "payment fingerprint",
    KeyKind.SIGNUP_IP: "address", KeyKind.IP: "address", KeyKind.IP_PREFIX: "address",
    KeyKind.TLS_FINGERPRINT: "client", KeyKind.USER_AGENT: "client",
    KeyKind.EMAIL_DOMAIN: "mail domain",
}  # fmt: skip
"""Kinds that tell one story: of each story the best match counts."""


def use_index(books: Books, index: CampaignIndex | None, now: int) -> None:
    """Take `index` for the one in force. What an earlier one said of suspects stays with them.

    Each index is one more look at the log, so the evidence of its campaigns is discounted as that of operators is. A live operator of
    which most accounts are a campaign's is that campaign.
    """
    books.index = index
    if index is None:
        return
    books.indexes_seen += 1
    if any(campaign.claimed_by for campaign in index.campaigns):
        books.operator_queue.split()
        books.pool_queue.split()
    for campaign in index.campaigns:
        if campaign.claimed_by:
            continue
        operator = books.operator(campaign.campaign_id) or books.known_operator(campaign.campaign_id, now)
        log10_e = campaign.log10_e - discount(Place(ordinal=books.indexes_seen), books.contained)
        if log10_e > operator.sources.get("scan", 0.0):
            operator.sources["scan"] = log10_e
            operator.reasons["scan"] = f"a scan found it among {campaign.members} accounts"
            books.changed.add(("operator", operator.name))
        if operator.log10_e >= CONTAIN_AT and not operator.contained:
            operator.contained = now
            books.contained += 1
    _recognise(books, index, now)


def _recognise(books: Books, index: CampaignIndex, now: int) -> None:
    """Merge live operators into the campaigns that hold most of their accounts, and note who of the suspects is named."""
    for suspect in list(books.suspects.values()):
        key = _key_of(books, KeyKind.MEMBER, suspect.account_id)
        _matched(books, index, key, suspect.account_id, suspect, now)
    current = {campaign.campaign_id for campaign in index.campaigns}
    for operator in list(books.operators.values()):
        named = Counter(
            name
            for member in sorted(operator.members)
            for name, stories in books.suspects[member].indexed.items()
            if "named" in stories and name in current and books.operator(name) is not operator
        )
        name, most = named.most_common(1)[0] if named else ("", 0)
        campaign = books.operator(name) if name else None
        if campaign is not None and campaign is not operator and most >= max(3, 0.5 * len(operator.members)):
            contain(books, books.merge(campaign, operator), now)


def look_up_spans(
    books: Books, account_id: str, suspect: Suspect | None, spans: list[int], now: int
) -> Suspect | None:
    """Take in the indexed spans that a prompt contains."""
    index = books.index
    if index is None:
        return suspect
    row = books.ledger.row_of(account_id, now)
    for span in spans:
        most = MAX_WEIGHT if books.ledger.repeats(row, span) else ONCE
        suspect = _matched(
            books, index, int(fingerprint_key(np.uint64(span))), account_id, suspect, now, most
        )
    return suspect


def look_up_identity(books: Books, event: Event, suspect: Suspect | None, now: int) -> Suspect | None:
    """Take in what the index knows of the account's name and of the identity values that came with the request."""
    index = books.index
    if index is None:
        return suspect
    for kind, value in _values(event):
        key = _key_of(books, kind, value)
        suspect = _matched(books, index, key, event.account_id, suspect, now)
    return suspect


def _key_of(books: Books, kind: KeyKind, value: str) -> int:
    return int(index_key(int(kind), np.uint64(hash_string(value, books.ledger.key))))


def _values(event: Event) -> Iterator[tuple[KeyKind, str]]:
    yield KeyKind.MEMBER, event.account_id
    if event.client_ip:
        address, network = address_and_network(event.client_ip)
        yield KeyKind.IP, address
        yield KeyKind.IP_PREFIX, network
    if event.user_agent:
        yield KeyKind.USER_AGENT, event.user_agent
    if event.tls_fingerprint:
        yield KeyKind.TLS_FINGERPRINT, event.tls_fingerprint
    facts = event.account
    if facts is not None:
        if facts.payment_fingerprint:
            yield KeyKind.PAYMENT_FINGERPRINT, facts.payment_fingerprint
        if facts.signup_ip:
            yield KeyKind.SIGNUP_IP, facts.signup_ip
        if facts.email_domain:
            yield KeyKind.EMAIL_DOMAIN, facts.email_domain


def _matched(
    books: Books,
    index: CampaignIndex,
    key: int,
    account_id: str,
    suspect: Suspect | None,
    now: int,
    most: float = MAX_WEIGHT,
) -> Suspect | None:
    for row in index.rows(key):
        campaign = index.campaign(row)
        if campaign.claimed_by:
            books.claim(account_id, campaign.campaign_id)
            continue
        kind = KeyKind(int(index.entries["kind"][row]))
        weight = NAMED if kind is KeyKind.MEMBER else min(index.log10_weight(row), most)
        if weight < WORTH_KEEPING and suspect is None:
            continue
        suspect = suspect or books.suspect(account_id, now)
        known = suspect.indexed.setdefault(campaign.campaign_id, {})
        story = STORIES[kind]
        if weight > known.get(story, 0.0):
            known[story] = weight
            books.changed.add(("suspect", account_id))
    return suspect
