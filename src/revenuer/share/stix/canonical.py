"""The one spelling of an object: RFC 8785 canonical JSON, which is what is hashed, signed, compared, stored and sent."""

import hashlib
from collections.abc import Mapping, Sequence

from revenuer.records import MissingDependencyError


def canonical(value: Mapping[str, object] | Sequence[object]) -> bytes:
    """Return the canonical bytes of JSON. Raises ValueError for what JSON cannot hold."""
    try:
        import rfc8785
    except ImportError as error:
        raise MissingDependencyError(
            "sharing needs rfc8785; install it with: pip install 'revenuer[share]'"
        ) from error
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except rfc8785.CanonicalizationError as error:
        raise ValueError(f"no canonical JSON: {error}") from error


def digest(value: Mapping[str, object] | Sequence[object]) -> str:
    """Return the SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()
