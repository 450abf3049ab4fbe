"""One collection at a peer's server: found by discovery, read in pages, written to."""

import secrets
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from revenuer.records import InputError, UsageError
from revenuer.share.house import House, Partner
from revenuer.share.taxii.link import Access, Link, LinkLimits, Pace, PeerFault, Reply

_ROOT_LENGTH = 10_000_000
"""Bytes of a post where a peer's API root names no max_content_length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A collection at a peer's. `url` ends with a slash."""

    url: str
    root: str
    id: str
    title: str
    can_read: bool
    can_write: bool
    max_content_length: int


class PartnerClient:
    """Reads and writes one collection of a partner."""

    def __init__(self, link: Link, found: Found) -> None:
        self.link, self.found = link, found

    @property
    def objects_url(self) -> str:
        return f"{self.found.url}objects/"

    def objects(self, parameters: Mapping[str, str]) -> Reply:
        return self.link.get(self.objects_url, parameters)

    def manifest(self, parameters: Mapping[str, str]) -> Reply:
        return self.link.get(f"{self.found.url}manifest/", parameters)

    def post(self, body: bytes) -> Reply:
        return self.link.post(self.objects_url, body)

    def status(self, status_id: str) -> Reply:
        return self.link.get(f"{self.found.root}status/{status_id}/")

    def close(self) -> None:
        self.link.close()


def open_client(
    house: House,
    name: str,
    *,
    collection: str | None = None,
    pace: Pace | None = None,
    limits: LinkLimits | None = None,
) -> PartnerClient:
    """Return a client for the collection that house.toml names for the partner, or for `collection` (id or alias).

    Raises UsageError for a partner without a server, PeerFault where the peer's server gives no such collection.
    """
    partner = house.partner(name)
    wanted = collection or partner.collection
    if partner.taxii is None or wanted is None:
        raise UsageError(
            f"partner {name!r} has no `taxii` (discovery URL) or no `collection` in house.toml; add both"
        )
    link = Link(partner.taxii, _access(house, partner), pace or Pace(jitter=system_jitter), limits)
    try:
        return PartnerClient(link, find_collection(link, partner.taxii, wanted))
    except BaseException:
        link.close()
        raise


def find_collection(link: Link, discovery: str, wanted: str) -> Found:
    """Return the collection of that id, alias or title, under any API root that discovery names. Raises PeerFault."""
    seen: list[str] = []
    for root in _roots(link, discovery):
        found = _document(link.get(f"{root}collections/"))
        listed = found.get("collections")
        for one in listed if isinstance(listed, list) else []:
            if not isinstance(one, dict) or not isinstance(one.get("id"), str):
                continue
            seen.append(str(one.get("alias") or one["id"]))
            if wanted in (one["id"], one.get("alias"), one.get("title")):
                return _found(link, root, one)
    raise PeerFault(
        f"the peer's server shows us no collection {wanted!r}; it shows {', '.join(seen[:20]) or 'none'}; mend `collection` in house.toml, or ask them for the right to it"
    )


def _roots(link: Link, discovery: str) -> Sequence[str]:
    document = _document(link.get(_slashed(discovery)))
    named = document.get("api_roots")
    if isinstance(named, list):
        return [_slashed(link.same_place(_slashed(discovery), str(one))) for one in named]
    if "versions" in document:
        return [_slashed(discovery)]
    raise PeerFault(f"{discovery} names no API root; `taxii` in house.toml must be the discovery URL")


def _found(link: Link, root: str, one: Mapping[str, Any]) -> Found:
    length = _document(link.get(root)).get("max_content_length")
    return Found(
        url=link.same_place(root, f"{root}collections/{one['id']}/"),
        root=root,
        id=str(one["id"]),
        title=str(one.get("title", "")),
        can_read=one.get("can_read") is not False,
        can_write=one.get("can_write") is not False,
        max_content_length=length if isinstance(length, int) and length > 0 else _ROOT_LENGTH,
    )


def _document(reply: Reply) -> Mapping[str, Any]:
    if reply.status in (401, 403):
        raise PeerFault(
            f"{reply.url} answered {reply.status}: our credential is not taken; ask the partner for a new one",
            reply.status,
        )
    document = reply.json() if reply.status == 200 else None
    if not isinstance(document, dict):
        raise PeerFault(
            f"{reply.url} answered {reply.status}, expected 200 with a TAXII resource", reply.status
        )
    return document


def _access(house: House, partner: Partner) -> Access:
    credential = None
    if partner.token_file is not None:
        path = house.file_of(partner.token_file)
        try:
            credential = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"cannot read the token of partner {partner.name} in {path}; put what they gave us there"
            ) from error
        if not credential or not credential.isprintable():
            raise InputError(f"{path} holds no token: one line, `user:password` or a token alone")
    return Access(credential=credential, tls=_tls(house, partner))


def _tls(house: House, partner: Partner) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(
            cafile=None if partner.ca_file is None else str(house.file_of(partner.ca_file))
        )
        if partner.client_certificate is not None:
            key = None if partner.client_key is None else str(house.file_of(partner.client_key))
            context.load_cert_chain(str(house.file_of(partner.client_certificate)), key)
    except (OSError, ssl.SSLError) as error:
        raise InputError(
            f"a certificate or key of partner {partner.name} cannot be read: {error}; mend the paths in house.toml"
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _slashed(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"


def system_jitter() -> float:
    """Return a number from [0, 1) of the system's generator."""
    return secrets.randbelow(1 << 20) / (1 << 20)
