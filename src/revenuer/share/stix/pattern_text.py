"""STIX patterns over observables. A network is written `ipv4-addr:value = '198.51.100.0/24'`, which more peers understand than ISSUBSET."""

import ipaddress
from collections.abc import Sequence

from revenuer.records.observable import ObservableKind
from revenuer.share.stix.extension import EXTENSION_ID

USER_AGENT_PATH = "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"
TLS_PATH = f"network-traffic:extensions.'{EXTENSION_ID}'.tls_fingerprint"
MAIL_DOMAIN_PATH = "domain-name:value"
_ADDRESSES = (ObservableKind.IP, ObservableKind.IP_PREFIX)
_PATHS = {
    ObservableKind.EMAIL_DOMAIN: MAIL_DOMAIN_PATH,
    ObservableKind.USER_AGENT: USER_AGENT_PATH,
    ObservableKind.TLS_FINGERPRINT: TLS_PATH,
}


TOGETHER_S = 86_400
"""Within which time several observables count as seen together. Without such a bound MISP takes a pattern of several apart into values that each
count alone (docs/sharing/stix.md)."""


def pattern(observables: Sequence[tuple[ObservableKind, str]]) -> str:
    """Return the pattern that asks for every one of `observables`, each observed on its own. Raises ValueError for a kind that has no pattern."""
    parts = [f"[{_path(kind, value)} = '{_escaped(value)}']" for kind, value in observables]
    return parts[0] if len(parts) == 1 else f"({' AND '.join(parts)}) WITHIN {TOGETHER_S} SECONDS"


def _path(kind: ObservableKind, value: str) -> str:
    if kind in _ADDRESSES:
        return f"ipv{ipaddress.ip_network(value).version}-addr:value"
    if kind not in _PATHS:
        raise ValueError(f"no pattern speaks of a {kind}")
    return _PATHS[kind]


def _escaped(value: str) -> str:
    """Return a value as a STIX string holds it (STIX 2.1, section 9.3)."""
    return value.replace("\\", "\\\\").replace("'", "\\'")
