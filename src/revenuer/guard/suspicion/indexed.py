"""What the campaign index says of an account: it belongs to a campaign that a scan found, sends its spans, holds its values.

An index is made with hindsight over the whole log, so its campaigns count as contained. Its counts were taken there; who is a stranger
here is taken to be like the strangers there.
"""

from collections.abc import Iterator

from revenuer.detect.campaign_index import CampaignIndex, KeyKind, fingerprint_key, index_key
from revenuer.detect.string_hash import hash_string
from revenuer.guard.event import Event
from revenuer.guard.ledger import canonical_address
from revenuer.guard.suspicion.books import Books
from revenuer.guard.suspicion.suspect import Suspect

WORTH_KEEPING = 1.0
"""log10 from which a match makes an account a suspect: what ten times as many members as strangers have."""
NAMED = 3.0
"""log10 that being named a member by a scan counts: in 30 scans of the range one to fifteen in a thousand of those named were honest."""
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
    """Take `index` for the one in force; its campaigns become contained operators, those of an earlier one stay with their suspects."""
    books.index = index
    if index is None:
        return
    for campaign in index.campaigns:
        operator = books.operators.get(campaign.campaign_id) or books.known_operator(
            campaign.campaign_id, now
        )
        operator.sources["scan"] = campaign.log10_e
        operator.reasons["scan"] = f"found by a scan among {campaign.members} accounts"
        operator.contained = operator.contained or now


def look_up_spans(
    books: Books, account_id: str, suspect: Suspect | None, spans: list[int], now: int
) -> Suspect | None:
    """Take in the indexed spans that a prompt contains."""
    index = books.index
    if index is None:
        return suspect
    for span in spans:
        suspect = _matched(books, index, int(fingerprint_key(span)), account_id, suspect, now)
    return suspect


def look_up_identity(books: Books, event: Event, suspect: Suspect | None, now: int) -> Suspect | None:
    """Take in what the index knows of the account's name and of the identity values that came with the request."""
    index = books.index
    if index is None:
        return suspect
    for kind, value in _values(event):
        key = int(index_key(int(kind), hash_string(value, books.ledger.key)))
        suspect = _matched(books, index, key, event.account_id, suspect, now)
    return suspect


def _values(event: Event) -> Iterator[tuple[KeyKind, str]]:
    yield KeyKind.MEMBER, event.account_id
    if event.client_ip:
        yield KeyKind.IP, canonical_address(event.client_ip)
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
    books: Books, index: CampaignIndex, key: int, account_id: str, suspect: Suspect | None, now: int
) -> Suspect | None:
    for row in index.rows(key):
        kind = KeyKind(int(index.entries["kind"][row]))
        weight = NAMED if kind is KeyKind.MEMBER else index.log10_weight(row)
        if weight < WORTH_KEEPING and suspect is None:
            continue
        suspect = suspect or books.suspect(account_id, now)
        known = suspect.indexed.setdefault(index.campaign(row).campaign_id, {})
        story = STORIES[kind]
        if weight > known.get(story, 0.0):
            known[story] = weight
            books.changed.add(("suspect", account_id))
    return suspect
