"""The key that an endpoint wants: from an environment variable or a file, never from the command line, never into a log."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from revenuer.records import InputError, UsageError

HIDDEN = "[API key]"
SHORTEST_HIDDEN = 4
"""A shorter key is no secret, and hiding it would tear up texts."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A secret. Its text shows in no representation."""

    secret: str = field(repr=False, default="")

    def headers(self) -> dict[str, str]:
        """Return what is sent with each request."""
        return {"authorization": f"Bearer {self.secret}"} if self.secret else {}

    def hide(self, text: str) -> str:
        """Return `text` without the secret: some servers quote it in their errors."""
        return text.replace(self.secret, HIDDEN) if len(self.secret) >= SHORTEST_HIDDEN else text


def read_api_key(variable: str | None, file: Path | None, environ: Mapping[str, str] = os.environ) -> ApiKey:
    """Return the key of an environment variable or a file; without either, none. Raises UsageError and InputError."""
    if variable is not None and file is not None:
        raise UsageError("got --api-key-env and --api-key-file, expected one of them")
    if variable is not None:
        if not environ.get(variable, "").strip():
            raise UsageError(
                f"the environment has no {variable}; set it to the key: --api-key-env takes the variable's name, not the key"
            )
        return _checked(environ[variable].strip(), variable)
    if file is None:
        return ApiKey()
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read the key file {file} ({error}); expected one line with the key"
        ) from error
    return _checked(text, str(file))


def _checked(secret: str, source: str) -> ApiKey:
    if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise InputError(
            f"{source} holds no key that a header can carry; expected one word of printable ASCII"
        )
    return ApiKey(secret)
