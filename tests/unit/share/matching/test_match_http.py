"""The matching service and its client over HTTP: who may ask, what is bounded, and every refusal an error that cannot be taken for an answer."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from starlette.testclient import TestClient

from builders.match_houses import NOON, make_house, offer
from revenuer.records import MissingDependencyError
from revenuer.share.house import House
from revenuer.share.matching import BudgetSpent, HttpPeer, MatchFault, StaleSet, match_app, open_server
from revenuer.share.matching.messages import MOST_BODY
from revenuer.share.matching.voprf import blind

TOKENS = {b"Bearer for-b": "b", b"Bearer for-nobody": "nobody"}


def authenticate(scope: Any) -> str | None:
    return TOKENS.get(dict(scope["headers"]).get(b"authorization", b""))


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = make_house(tmp_path / "a", "Lab A", "b")
    offer(house)
    return house


@pytest.fixture
def service(house: House) -> Iterator[TestClient]:
    app = match_app(authenticate, lambda partner: open_server(house, partner), lambda: NOON)
    with TestClient(app, headers={"authorization": "Bearer for-b"}, raise_server_exceptions=False) as client:
        yield client


def question(house: House, elements: int = 1, **members: object) -> bytes:
    statement = open_server(house, "b").statement
    blinded = b"".join(blind(str(i).encode()).element for i in range(elements))
    return msgspec.json.encode(
        {"key_id": statement.key_id, "revision": statement.revision, "blinded": blinded, **members}
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/set"), ("GET", "/v1/set/1"), ("GET", "/v1/budget"), ("POST", "/v1/evaluate")],
)
def test_nobody_unknown_gets_anything(service: TestClient, method: str, path: str) -> None:
    for token in ("", "Bearer wrong", "Basic for-b"):
        answer = service.request(method, path, headers={"authorization": token})
        assert (answer.status_code, list(answer.json())) == (401, ["error"])
        assert answer.headers["www-authenticate"] == "Bearer"
    answer = service.request(method, path, headers={"authorization": "Bearer for-nobody"})
    assert (answer.status_code, list(answer.json())) == (404, ["error"])


def test_a_whole_exchange(service: TestClient, house: House) -> None:
    assert service.get("/v1/set").content == open_server(house, "b").raw_statement
    assert service.get("/v1/set/1").content == open_server(house, "b").table.read_bytes()
    answer = service.post("/v1/evaluate", content=question(house, 3))
    assert answer.status_code == 200
    assert answer.json()["left"] == 97
    assert service.get("/v1/budget").json() == {"day": "2026-05-01", "budget": 100, "spent": 3, "left": 97}


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (lambda house: b"", 400),
        (lambda house: b"[" * MOST_BODY, 400),
        (lambda house: b"x" * (MOST_BODY + 1), 413),
        (lambda house: question(house, 1025)[:MOST_BODY], 400),
        (lambda house: question(house, 0), 400),
        (lambda house: question(house, revision=2), 409),
        (lambda house: question(house, key_id="x"), 409),
        (lambda house: question(house, 101), 429),
        (lambda house: question(house, blinded=bytes(32)), 400),
    ],
)
def test_refusals(service: TestClient, house: House, content: Callable[[House], bytes], status: int) -> None:
    answer = service.post("/v1/evaluate", content=content(house))
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert service.get("/v1/budget").json()["left"] == 100


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/set/2", 409),
        ("GET", "/v1/evaluate", 405),
        ("GET", "/", 404),
        ("GET", "/v1/set/../../x", 404),
    ],
)
def test_other_places(service: TestClient, method: str, path: str, status: int) -> None:
    answer = service.request(method, path)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


def test_what_fails_inside_is_not_told(service: TestClient, house: House) -> None:
    (house.keys / "match-b.json").write_text("spoilt")
    answer = service.get("/v1/set")
    assert answer.status_code == 500
    assert str(house.keys) not in answer.text


def peer(handler: Callable[[httpx.Request], httpx.Response]) -> HttpPeer:
    return HttpPeer("https://a.example/match/", httpx.Client(transport=httpx.MockTransport(handler)))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (204, MatchFault),
        (206, MatchFault),
        (302, MatchFault),
        (401, MatchFault),
        (409, StaleSet),
        (429, BudgetSpent),
        (500, MatchFault),
    ],
)
def test_anything_but_200_is_an_error(status: int, kind: type[MatchFault]) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(status, text="why\u202e not", headers={"location": "https://b.example/"})

    with pytest.raises(kind, match="why  not" if status != 204 else None):
        peer(answer).evaluate(b"{}")
    assert seen == ["https://a.example/match/v1/evaluate"]


def test_answers_are_bounded(tmp_path: Path) -> None:
    def endless(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b"x" * 200_000)

    for call in (
        peer(endless).evaluate,
        lambda _: peer(endless).statement(),
        lambda _: peer(endless).budget(),
    ):
        with pytest.raises(MatchFault, match="longer than"):
            call(b"{}")
    for size in (100, 300_000):
        with pytest.raises(MatchFault, match="its statement says"):
            peer(endless).table(1, size, tmp_path / "set")
    assert list(tmp_path.iterdir()) == []


def test_a_connection_that_breaks_is_an_error() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")

    with pytest.raises(MatchFault, match="did not answer"):
        peer(broken).evaluate(b"{}")


def test_without_starlette_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    with pytest.raises(MissingDependencyError, match=r"revenuer\[share\]"):
        match_app(authenticate, lambda partner: open_server(None, partner))  # type: ignore[arg-type]
