"""What is sent where, how fast, and how patiently."""

import ipaddress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from revenuer.prove.suspects.prompt_form import PLAIN, PromptForm
from revenuer.prove.suspects.sampling import Sampling
from revenuer.records import UsageError

Api = Literal["auto", "chat", "completions"]
Scoring = Literal["auto", "prompt_logprobs", "echo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """An OpenAI-compatible endpoint. `base_url` up to and with `/v1`. `form`: what stands around a prompt on the completions interface, which
    knows no turns; scoring uses that one. `requests_per_min`, `tokens_per_min`: None = as fast as it answers. `attempts` of one request,
    the first included; `first_delay_s`: the pause before the second, doubled each time.
    """

    base_url: str
    model: str
    api: Api = "auto"
    scoring: Scoring = "auto"
    form: PromptForm = PLAIN
    sampling: Sampling = field(default_factory=Sampling)
    requests_per_min: float | None = None
    tokens_per_min: float | None = None
    concurrency: int = 4
    timeout_s: float = 120.0
    attempts: int = 6
    first_delay_s: float = 1.0
    longest_delay_s: float = 60.0


def checked_url(url: str, *, has_key: bool) -> str:
    """Return the address without a slash at its end. Raises UsageError for one that is none, that carries a password, or that would send the
    key in the clear over a network."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise UsageError(f"got the endpoint {url!r}, expected an address such as https://host/v1")
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            "the endpoint's address holds a user or password; give the key by --api-key-env or --api-key-file"
        )
    if has_key and parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise UsageError(
            f"a key would go to {parts.hostname} unencrypted; use https, or a tunnel to a port of this machine"
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
