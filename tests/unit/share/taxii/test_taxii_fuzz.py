"""Whatever is asked: never a 500, always a TAXII body."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.taxii import TAXII, InProcess, address, indicator, make_house

IDS = [str(indicator(n)["id"]) for n in range(4)] + [str(address(1)["id"])]
SEGMENTS = st.sampled_from(
    [
        "taxii2",
        "api",
        "other",
        "collections",
        "status",
        "both",
        "fixed",
        "listed",
        "objects",
        "manifest",
        "versions",
        "",
        "..",
        *IDS,
    ]
) | st.text(max_size=8)
PATHS = st.lists(SEGMENTS, max_size=7).map(
    lambda parts: "/" + "/".join(parts).replace("?", "")
) | st.sampled_from(
    [
        f"/api/collections/both/{what}/"
        for what in ("objects", "manifest", f"objects/{IDS[0]}", f"objects/{IDS[0]}/versions")
    ]
)
VALUES = st.text(max_size=20) | st.sampled_from(
    [
        "all",
        "first",
        "last",
        "2.1",
        "indicator",
        "10",
        "2026-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "0001-01-01T00:00:00Z",
        *IDS,
    ]
)
NAMES = st.sampled_from(
    [
        "added_after",
        "limit",
        "next",
        "match[id]",
        "match[type]",
        "match[version]",
        "match[spec_version]",
        "match[x]",
        "x",
    ]
)
QUERIES = st.lists(st.tuples(NAMES, VALUES).map("=".join), max_size=4).map("&".join) | st.text(max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)
CHANGES = st.dictionaries(
    st.sampled_from(["type", "id", "created", "modified", "spec_version", "x", "\x00", "pattern"]),
    JSON,
    max_size=3,
)
OBJECTS = st.builds(lambda n, change: indicator(n) | change, st.integers(0, 3), CHANGES) | JSON
BODIES = (
    st.binary(max_size=60)
    | JSON.map(lambda one: json.dumps(one).encode())
    | st.lists(OBJECTS, max_size=4).map(lambda some: json.dumps({"objects": some}).encode())
)
HEADERS = st.dictionaries(
    st.sampled_from(["accept", "content-type", "authorization", "content-length", "host", "x"]),
    st.none() | st.text(st.characters(max_codepoint=255), max_size=30) | st.sampled_from([TAXII, "*/*"]),
    max_size=2,
)


@pytest.fixture(scope="module")
def taxii(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    server = InProcess(make_house(tmp_path_factory.mktemp("fuzz") / "house"))
    server.post([indicator(n) for n in range(3)] + [address(1)])
    yield server
    server.close()


@given(
    method=st.sampled_from(["GET", "GET", "POST", "POST", "DELETE", "HEAD", "PUT", "OPTIONS", "X"]),
    path=PATHS,
    query=QUERIES,
    headers=HEADERS,
    body=BODIES,
    partner=st.sampled_from(["lab-b", "lab-c", "lab-d", None]),
)
@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_makes_a_500(
    taxii: InProcess,
    method: str,
    path: str,
    query: str,
    headers: dict[str, str | None],
    body: bytes,
    partner: str | None,
) -> None:
    reply = taxii.ask(
        method,
        path,
        body=body,
        partner=partner,
        headers=headers,
        scope={"query_string": query.encode("utf-8", "surrogatepass"), "path": path},
    )
    assert reply.status in {200, 202, 400, 401, 403, 404, 405, 406, 413, 415, 422}
    assert reply.headers["content-type"] == TAXII
    told = reply.json()
    if reply.status >= 400:
        assert told["http_status"] == str(reply.status)
        assert told["title"]


@given(body=BODIES)
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_body_makes_a_500_and_what_is_taken_comes_back(taxii: InProcess, body: bytes) -> None:
    reply = taxii.ask("POST", "/api/collections/both/objects/", body=body)
    assert reply.status in {202, 400, 422}
    if reply.status == 202:
        told = reply.json()
        assert told["total_count"] == told["success_count"] + told["failure_count"]
        for one in told.get("successes", []):
            assert taxii.get(what=f"objects/{one['id']}").status == 200
