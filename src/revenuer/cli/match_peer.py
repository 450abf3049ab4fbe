"""A partner's matching service as house.toml has it."""

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from revenuer.records import InputError, UsageError
from revenuer.share.house import House, Partner
from revenuer.share.matching import HttpPeer, open_client
from revenuer.share.signing import KeyRing, read_jwk_file


@contextmanager
def open_peer(house: House, partner: Partner) -> Iterator[HttpPeer]:
    """Give the partner's service. Raises UsageError where house.toml lacks its address, or has one without TLS that is not this machine's."""
    if partner.match is None:
        raise UsageError(
            f'house.toml has no matching service of {partner.name}; add match = "https://..." to [partners.{partner.name}]'
        )
    _check_tls(partner.match)
    paths = (partner.ca_file, partner.client_certificate, partner.client_key)
    try:
        token = None if partner.token_file is None else house.file_of(partner.token_file).read_text().strip()
        client = open_client(token, *(None if path is None else house.file_of(path) for path in paths))
    except (OSError, ssl.SSLError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read the credentials for {partner.name} ({type(error).__name__}); check token_file, ca_file,"
            " client_certificate and client_key in house.toml"
        ) from error
    with client:
        yield HttpPeer(partner.match, client)


def pinned_keys(house: House, partner: Partner) -> KeyRing:
    """Return the partner's signing keys as pinned. Raises UsageError where house.toml names none: without them nothing can be believed."""
    if partner.keys is None:
        raise UsageError(
            f'house.toml has no keys of {partner.name}; put the JWK set that they gave you into a file and add keys = "FILE" to [partners.{partner.name}]'
        )
    return read_jwk_file(house.file_of(partner.keys))


def _check_tls(url: str) -> None:
    parts = urlsplit(url)
    try:
        local = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        local = parts.hostname == "localhost"
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise UsageError(
            "the partner's matching service has no TLS: our token would go in the clear; give an https:// address"
        )
