"""A suspect behind an OpenAI-compatible endpoint: paced, resumable, its cost shown first, every exchange logged."""

from revenuer.prove.suspects.endpoint.api_key import ApiKey, read_api_key
from revenuer.prove.suspects.endpoint.cost import Consent, Estimate, Prices
from revenuer.prove.suspects.endpoint.endpoint import Endpoint
from revenuer.prove.suspects.endpoint.errors import EndpointError
from revenuer.prove.suspects.endpoint.exchange_log import ExchangeLog
from revenuer.prove.suspects.endpoint.settings import EndpointSettings, checked_url

__all__ = [
    "ApiKey",
    "Consent",
    "Endpoint",
    "EndpointError",
    "EndpointSettings",
    "Estimate",
    "ExchangeLog",
    "Prices",
    "checked_url",
    "read_api_key",
]
