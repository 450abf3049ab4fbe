"""What the server refuses, in TAXII's own words."""

import uuid
from collections.abc import Mapping

import msgspec

MEDIA_TYPE = "application/taxii+json;version=2.1"
STIX_MEDIA_TYPE = "application/stix+json;version=2.1"
Headers = tuple[tuple[bytes, bytes], ...]


class TaxiiFault(Exception):
    """A request that is answered with a TAXII error message (TAXII 2.1, section 3.6.1). `details`: place -> what is wrong there."""

    def __init__(
        self,
        status: int,
        title: str,
        description: str,
        *,
        details: Mapping[str, str] | None = None,
        headers: Headers = (),
    ) -> None:
        super().__init__(description)
        self.status, self.title, self.description = status, title, description
        self.details, self.headers = details, headers
        self.error_id = str(uuid.uuid4())

    def body(self) -> bytes:
        """Return the error message. Its `error_id` is in the server's log too, for a partner who asks."""
        message: dict[str, object] = {
            "title": self.title,
            "description": self.description,
            "error_id": self.error_id,
            "http_status": str(self.status),
        }
        if self.details:
            message["details"] = dict(self.details)
        return msgspec.json.encode(message)


def bad_request(description: str) -> TaxiiFault:
    """Return the refusal of a request that says something wrong."""
    return TaxiiFault(400, "Bad request", description)


def not_found(what: str) -> TaxiiFault:
    """Return the refusal of a resource that there is not, or that this partner may not know of: the two must look alike."""
    return TaxiiFault(404, "Not found", f"there is no {what} here, or none that this credential may know of")
