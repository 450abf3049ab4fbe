"""The TAXII 2.1 interoperability checklist (OASIS interop test document, table 51): every row has a test of ours behind it, or a reason why not.

The rows are those of `standards/stix_interop/testcases.tar.gz`, which is other people's and not part of the project: where it is absent this is skipped.
"""

import os
import tarfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builders.taxii import TAXII, InProcess, indicator, make_house
from revenuer.share.taxii.gate import TLS_PEER, TlsPeer

DATA = Path(os.environ.get("REVENUER_SHARED_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
ARCHIVE = DATA / "standards" / "stix_interop" / "testcases.tar.gz"
BOTH = "/api/collections/both/"
CERTIFICATE = "ab" * 32
DAYS = [f"2026-01-0{n}T00:00:00.000Z" for n in (1, 2, 3)]


def rows() -> list[dict[str, str]]:
    if not ARCHIVE.exists():
        pytest.skip(f"{ARCHIVE.name} is not there; say where the shared data lies with REVENUER_SHARED_DATA")
    with tarfile.open(ARCHIVE) as archive:
        manifest = archive.extractfile("taxii-interop/manifest.toml")
        assert manifest is not None
        found: list[dict[str, str]] = tomllib.loads(manifest.read().decode())["requirement"]
    return found


@pytest.fixture
def taxii(tmp_path: Path) -> Iterator[InProcess]:
    more = f'[partners.lab-b]\ncertificates = ["{CERTIFICATE}"]\n'
    server = InProcess(make_house(tmp_path / "house", more=more))
    server.post([indicator(n) for n in range(5)])
    for day in DAYS[1:]:
        server.post([indicator(1, modified=day)])
    yield server
    server.close()


def ids(taxii: InProcess, query: str = "") -> list[str]:
    return [str(one["id"]) for one in taxii.get(query).json().get("objects", [])]


def name(number: int) -> str:
    return str(indicator(number)["id"])


def status(taxii: InProcess, method: str, path: str, **more: object) -> int:
    return taxii.ask(method, path, **more).status  # type: ignore[arg-type]


CASES: dict[str, Callable[[InProcess], object]] = {
    "3.1.1": lambda t: status(t, "GET", "/taxii2/", partner=None) == 401,
    "3.1.2": lambda t: status(t, "GET", "/taxii2/", headers={"authorization": "Basic bGFiLWI6eA=="}) == 401,
    "3.1.3": lambda t: status(t, "GET", "/taxii2/", partner=None, scope={TLS_PEER: TlsPeer(CERTIFICATE, None)}) == 200,
    "3.1.4": lambda t: status(t, "GET", "/taxii2/") == 200,
    "3.2.1": lambda t: t.ask("GET", "/taxii2/").json().keys() >= {"title", "api_roots"},
    "3.3.1": lambda t: t.ask("GET", "/api/").json().keys() >= {"title", "versions", "max_content_length"},
    "3.3.2": lambda t: status(t, "GET", "/wrong-root/") == 404,
    "3.4.1": lambda t: len(t.ask("GET", "/api/collections/").json()["collections"]) == 3,
    "3.5.1.1": lambda t: rights(t, "both", "lab-d") == (False, True),
    "3.5.1.2": lambda t: rights(t, "both", "lab-b") == (True, True),
    "3.5.1.3": lambda t: rights(t, "both", "lab-c") == (True, False),
    "3.5.1.4": lambda t: rights(t, "listed", "lab-b") == (False, False),
    "3.5.2.1": lambda t: status(t, "GET", f"{BOTH}objects/", partner="lab-d") == 403,
    "3.5.2.2": lambda t: t.post([indicator(9)], partner="lab-c").status == 403,
    "3.5.2.3": lambda t: {status(t, "DELETE", f"{BOTH}objects/{name(1)}/", partner=p) for p in ("lab-c", "lab-d")} == {403},
    "3.5.2.4": lambda t: status(t, "DELETE", f"/api/collections/listed/objects/{name(1)}/") == 404,
    "3.5.3": lambda t: status(t, "GET", "/api/collections/00000000-0000-0000-0000-000000000000/") == 404,
    "3.6.1": lambda t: set(t.get(what="manifest").json()["objects"][0]) == {"id", "date_added", "version", "media_type"},
    "3.7.1": lambda t: ids(t) == [name(n) for n in (0, 2, 3, 4, 1)],
    "3.7.2": lambda t: t.get(collection="fixed").body == b"{}",
    "3.8.1": lambda t: t.get(what=f"objects/{name(2)}").json()["objects"] == [indicator(2)],
    "3.8.2": lambda t: t.get(what=f"objects/{name(99)}").status == 404,
    "3.9.1": lambda t: t.get(what=f"objects/{name(1)}/versions").json()["versions"] == DAYS,
    "3.10.1": lambda t: t.post([indicator(7)]).status == 202,
    "3.11.1": lambda t: status(t, "GET", f"/api/status/{t.post([indicator(7)]).json()['id']}/") == 200,
    "3.11.2": lambda t: t.post([indicator(1, name="x"), indicator(7)]).json().keys()
    == {
        "id", "status", "request_timestamp", "total_count", "success_count", "successes", "failure_count", "failures", "pending_count",
    },
    "3.12.1": lambda t: (status(t, "DELETE", f"{BOTH}objects/{name(2)}/"), name(2) in ids(t)) == (200, False),
    "3.13.1.1": lambda t: ids(t, f"added_after={t.get('limit=4').headers['x-taxii-date-added-last']}") == [name(1)],
    "3.13.1.2": lambda t: len(ids(t, "limit=2")) == 2,
    "3.13.1.3": lambda t: ids(t, f"match[id]={name(3)}") == [name(3)],
    "3.13.1.4": lambda t: (len(ids(t, "match[type]=indicator")), ids(t, "match[type]=tool")) == (5, []),
    "3.13.1.5": lambda t: len(ids(t, "match[version]=all")) == 7,
    "3.13.1.6": lambda t: (len(ids(t, "match[spec_version]=2.1")), ids(t, "match[spec_version]=2.0")) == (5, []),
    "3.13.1.7": lambda t: ids(t, f"match[id]={name(3)},{name(0)}") == [name(0), name(3)],
    "3.13.1.8": lambda t: ids(t, f"match[id]={name(3)}&match[type]=tool") == [],
    "3.13.1.9": lambda t: ids(t, f"match[id]={name(3)},{name(0)}&match[type]=tool,indicator") == [name(0), name(3)],
    "3.13.1.10": lambda t: t.get("limit=1&limit=2").status == 400,
    "3.14.1": lambda t: ids(t, "limit=3&next=" + t.get("limit=3").json()["next"]) == [name(4), name(1)],
    "3.15.1": lambda t: t.ask("POST", f"{BOTH}objects/", body={"objects": [indicator(8)], "x_custom": 1}).status == 202,
}  # fmt: skip


def rights(taxii: InProcess, collection: str, partner: str) -> tuple[bool, bool]:
    found = taxii.ask("GET", f"/api/collections/{collection}/", partner=partner).json()
    return found["can_read"], found["can_write"]


@pytest.mark.shared
def test_every_mandatory_row_has_a_case() -> None:
    listed = {row["section"]: row["verification"] for row in rows()}
    assert {section for section, kind in listed.items() if kind == "Mandatory"} == set(CASES)
    # The optional tiers are filters on properties and relationships; docs/sharing/taxii.md says that there are none.
    assert {section for section, kind in listed.items() if kind != "Mandatory"} == {
        f"3.13.2.{n}" for n in range(1, 6)
    }


@pytest.mark.parametrize("section", CASES)
def test_the_row_holds(taxii: InProcess, section: str) -> None:
    assert CASES[section](taxii)


@pytest.mark.parametrize("field", ["name", "confidence", "relationships-all", "valid_until-lte"])
def test_an_optional_filter_that_there_is_not_is_refused_not_ignored(taxii: InProcess, field: str) -> None:
    reply = taxii.get(f"match[{field}]=x")
    assert (reply.status, reply.headers["content-type"]) == (400, TAXII)
