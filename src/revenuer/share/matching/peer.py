"""The partner's matching service over HTTP, as the client sees it: bounded, and every answer but the wanted one is an error."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import httpx

from revenuer.records import InputError
from revenuer.share.durable_file import sync_folder
from revenuer.share.matching.fault import BudgetSpent, MatchFault, StaleSet
from revenuer.share.matching.messages import MOST_BODY
from revenuer.share.matching.statement import MOST_BYTES

TIMEOUT_S = 30.0
MOST_ERROR = 4096


class MatchPeer(Protocol):
    """How a client reaches a server. Each raises MatchFault (or its StaleSet, BudgetSpent) for anything but a whole answer."""

    def statement(self) -> bytes:
        """Return the signed statement about the set."""

    def table(self, revision: int, size: int, into: Path) -> None:
        """Write the set file of `size` bytes."""

    def budget(self) -> bytes:
        """Return how the day stands."""

    def evaluate(self, question: bytes) -> bytes:
        """Return the reply to a question."""


class HttpPeer:
    """A service at `url` (as house.toml has it, without /v1)."""

    def __init__(self, url: str, client: httpx.Client) -> None:
        self._url, self._client = url.rstrip("/"), client

    def statement(self) -> bytes:
        return self._get("/v1/set", MOST_BYTES)

    def budget(self) -> bytes:
        return self._get("/v1/budget", MOST_ERROR)

    def evaluate(self, question: bytes) -> bytes:
        headers = {"content-type": "application/json"}
        with self._answer("POST", "/v1/evaluate", content=question, headers=headers) as response:
            return _read(response, MOST_BODY)

    def table(self, revision: int, size: int, into: Path) -> None:
        partial = into.with_name(f".{into.name}.partial")
        got = 0
        try:
            with self._answer("GET", f"/v1/set/{revision}") as response, open(partial, "wb") as stream:
                for chunk in response.iter_bytes():
                    got += len(chunk)
                    if got > size:
                        break
                    stream.write(chunk)
            if got != size:
                raise MatchFault(
                    f"the set came with {got} bytes or more, its statement says {size}; conclude nothing from it, download it again"
                )
            partial.replace(into)
            sync_folder(into.parent)
        except OSError as error:
            raise InputError(f"cannot write {into}: {error.strerror}; free some space") from error
        finally:
            partial.unlink(missing_ok=True)

    def _get(self, path: str, most: int) -> bytes:
        with self._answer("GET", path) as response:
            return _read(response, most)

    @contextmanager
    def _answer(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Iterator[httpx.Response]:
        try:
            with self._client.stream(method, self._url + path, content=content, headers=headers) as response:
                if response.status_code != 200:
                    raise _refusal(response)
                yield response
        except httpx.HTTPError as error:
            raise MatchFault(
                f"the partner's matching service did not answer ({type(error).__name__}: {error}); try again later"
            ) from error


def open_client(
    token: str | None, ca_file: Path | None = None, certificate: Path | None = None, key: Path | None = None
) -> httpx.Client:
    """Return an HTTP client that follows no redirect, and shows its token and certificate to nobody but the partner."""
    context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    if certificate is not None:
        context.load_cert_chain(str(certificate), None if key is None else str(key))
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return httpx.Client(headers=headers, verify=context, timeout=TIMEOUT_S, follow_redirects=False)


def _read(response: httpx.Response, most: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > most:
            raise MatchFault(f"the answer is longer than {most} bytes; conclude nothing from it")
    return bytes(body)


def _refusal(response: httpx.Response) -> MatchFault:
    """Return the error that a refusal is, with what the partner says of it."""
    try:
        words = _read(response, MOST_ERROR).decode("utf-8", "replace")
    except MatchFault:
        words = ""
    said = "".join(char if char.isprintable() else " " for char in words)[:300]
    kinds = {409: StaleSet, 429: BudgetSpent}
    kind = kinds.get(response.status_code, MatchFault)
    return kind(
        f"the partner's matching service refused with {response.status_code}: {said or 'no reason given'}"
    )
