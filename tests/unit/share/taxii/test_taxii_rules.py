"""Each rule of the server, and a request that breaks it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders.taxii import TAXII, InProcess, address, basic, indicator, make_house
from revenuer.share.taxii.credentials import CREDENTIALS_FILE, revoke_credential
from revenuer.share.taxii.gate import TLS_PEER, TlsPeer

CERTIFICATE = "ab" * 32


@pytest.fixture
def taxii(tmp_path: Path) -> Iterator[InProcess]:
    server = InProcess(make_house(tmp_path / "house"))
    yield server
    server.close()


def small(tmp_path: Path, limits: str, more: str = "") -> InProcess:
    return InProcess(make_house(tmp_path / "house", limits=limits, more=more))


def is_error(reply: Any, status: int) -> bool:
    """Whether a reply is a TAXII error message with that status."""
    body = reply.json()
    return (
        reply.status == status
        and reply.headers["content-type"] == TAXII
        and body["http_status"] == str(status)
        and bool(body["title"])
        and bool(body["error_id"])
    )


def ids(reply: Any) -> list[str]:
    return [one["id"] for one in reply.json().get("objects", [])]


# Who asks


@pytest.mark.parametrize(
    "authorization",
    [None, "Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Bearer nonsense", "Digest x", "Bearer rvt_x_y", ""],
)
def test_without_a_credential_in_force_all_is_401(taxii: InProcess, authorization: str | None) -> None:
    for path in ("/taxii2/", "/api/", "/no/such/thing", "/api/collections/both/objects/"):
        reply = taxii.ask("GET", path, headers={"authorization": authorization})
        assert is_error(reply, 401)
        assert "www-authenticate" in reply.headers


def test_a_token_of_another_partner_under_my_name_is_401(taxii: InProcess) -> None:
    reply = taxii.ask("GET", "/taxii2/", headers={"authorization": basic("lab-b", taxii.tokens["lab-c"])})
    assert is_error(reply, 401)


@pytest.mark.parametrize("scheme", ["Bearer", "Token", "bearer"])
def test_a_token_alone_will_do(taxii: InProcess, scheme: str) -> None:
    reply = taxii.ask("GET", "/taxii2/", headers={"authorization": f"{scheme} {taxii.tokens['lab-b']}"})
    assert reply.status == 200


def test_a_revoked_token_is_401(taxii: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("revenuer.share.taxii.watched.LOOK_S", 0.0)
    assert taxii.ask("GET", "/taxii2/").status == 200
    name = taxii.tokens["lab-b"].split("_")[1]
    revoke_credential(taxii.house.folder / CREDENTIALS_FILE, name, 1)
    assert is_error(taxii.ask("GET", "/taxii2/"), 401)
    assert taxii.ask("GET", "/taxii2/", partner="lab-c").status == 200


def test_a_certificate_stands_for_its_partner_and_for_no_other(tmp_path: Path) -> None:
    more = f'[partners.lab-c]\ncertificates = ["{CERTIFICATE}"]\nneeds_certificate = true\n[partners.lab-d]\ncertificate_names = ["lab-d.example"]\n'
    taxii = small(tmp_path, "requests_per_min = 100000", more)
    peer = {TLS_PEER: TlsPeer(CERTIFICATE, "anything")}
    named = {TLS_PEER: TlsPeer("cd" * 32, "lab-d.example")}
    unknown = {TLS_PEER: TlsPeer("cd" * 32, "lab-x.example")}
    assert taxii.ask("GET", "/taxii2/", partner=None, scope=peer).status == 200
    assert taxii.ask("GET", "/taxii2/", partner=None, scope=named).status == 200
    assert is_error(taxii.ask("GET", "/taxii2/", partner=None, scope=unknown), 401)
    assert taxii.ask("GET", "/taxii2/", partner="lab-c", scope=peer).status == 200
    assert is_error(taxii.ask("GET", "/taxii2/", partner="lab-b", scope=peer), 401)
    assert is_error(taxii.ask("GET", "/taxii2/", partner="lab-c"), 401), (
        "a token alone is not enough for lab-c"
    )
    taxii.close()


# What there is


def test_discovery_tells_only_of_roots_with_something_in_them(taxii: InProcess) -> None:
    assert taxii.ask("GET", "/taxii2/").json()["api_roots"] == ["https://lab-a.example/api/"]
    assert taxii.ask("GET", "/taxii2/", partner="lab-c").json()["api_roots"] == [
        "https://lab-a.example/api/",
        "https://lab-a.example/other/",
    ]
    assert is_error(taxii.ask("GET", "/other/"), 404)


def test_an_api_root_tells_its_versions_and_length(taxii: InProcess) -> None:
    body = taxii.ask("GET", "/api/").json()
    assert body["versions"] == [TAXII]
    assert body["max_content_length"] == 10_000_000


def test_collections_show_rights(taxii: InProcess) -> None:
    seen = {one["alias"]: one for one in taxii.ask("GET", "/api/collections/").json()["collections"]}
    assert seen.keys() == {"both", "fixed", "listed"}
    assert (seen["both"]["can_read"], seen["both"]["can_write"]) == (True, True)
    assert (seen["listed"]["can_read"], seen["listed"]["can_write"]) == (False, False)
    one = taxii.ask("GET", f"/api/collections/{taxii.collection['both']}/", partner="lab-d").json()
    assert (one["can_read"], one["can_write"], one["media_types"]) == (
        False,
        True,
        ["application/stix+json;version=2.1"],
    )


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nix/",
        "/api/collections/elsewhere/",
        "/other/collections/elsewhere/objects/",
        "/api/status/00000000-0000-0000-0000-000000000000/",
        "/api/collections/both/nix/",
        "/api/collections/both/objects/not-an-id/",
        "/api/collections/both/objects/indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f/",
        "/api/collections/both/objects/indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f/versions/",
        "/api/collections//objects/",
        "/api/collections/both/objects/x/versions/y/",
    ],
)
def test_what_is_not_there_or_not_to_be_known_is_404(taxii: InProcess, path: str) -> None:
    assert is_error(taxii.ask("GET", path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/taxii2/", "GET, HEAD"),
        ("PUT", "/api/collections/both/objects/", "GET, HEAD, POST"),
        ("DELETE", "/api/collections/both/objects/", "GET, HEAD, POST"),
        ("PATCH", "/api/", "GET, HEAD"),
    ],
)
def test_other_methods_are_405_with_allow(taxii: InProcess, method: str, path: str, allow: str) -> None:
    reply = taxii.ask(method, path, headers={"content-type": TAXII})
    assert is_error(reply, 405)
    assert reply.headers["allow"] == allow


def test_a_slash_at_the_end_is_optional(taxii: InProcess) -> None:
    assert (
        taxii.ask("GET", "/api/collections/both").json() == taxii.ask("GET", "/api/collections/both/").json()
    )


# Rights


def test_reading_needs_the_right_to_read(taxii: InProcess) -> None:
    assert taxii.post([indicator(1)], partner="lab-d").status == 202
    for what in (
        "objects",
        "manifest",
        f"objects/{indicator(1)['id']}",
        f"objects/{indicator(1)['id']}/versions",
    ):
        assert is_error(taxii.get(what=what, partner="lab-d"), 403)
        assert taxii.get(what=what, partner="lab-c").status == 200


def test_writing_needs_the_right_to_write(taxii: InProcess) -> None:
    assert is_error(taxii.post([indicator(1)], partner="lab-c"), 403)
    assert is_error(taxii.post([indicator(1)], collection="listed"), 403)


def test_deletion_needs_both_rights_and_a_collection_that_allows_it(taxii: InProcess) -> None:
    name = indicator(1)["id"]
    for collection in ("both", "fixed"):
        taxii.post([indicator(1)], collection=collection)
    for partner in ("lab-c", "lab-d"):
        assert is_error(taxii.ask("DELETE", f"/api/collections/both/objects/{name}/", partner=partner), 403)
    assert is_error(taxii.ask("DELETE", f"/api/collections/fixed/objects/{name}/"), 403)
    assert is_error(taxii.ask("DELETE", f"/api/collections/listed/objects/{name}/"), 404)
    assert taxii.ask("DELETE", f"/api/collections/both/objects/{name}/").status == 200
    assert is_error(taxii.ask("DELETE", f"/api/collections/both/objects/{name}/"), 404)
    assert taxii.get().body == b"{}"


def test_a_status_is_its_posters_alone(taxii: InProcess) -> None:
    name = taxii.post([indicator(1)]).json()["id"]
    assert taxii.ask("GET", f"/api/status/{name}/").json()["id"] == name
    assert is_error(taxii.ask("GET", f"/api/status/{name}/", partner="lab-c"), 404)


# Content negotiation


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "*/*",
        "application/*",
        "application/taxii+json",
        "application/taxii+json; version=2.1",
        'application/taxii+json; version="2.1"',
        "text/html, application/taxii+json;version=2.1;q=0.1",
        "APPLICATION/TAXII+JSON;VERSION=2.1",
        "application/taxii+json;version=2.0, */*;q=0.1",
    ],
)
def test_accept_that_admits_taxii_is_answered_in_it(taxii: InProcess, accept: str | None) -> None:
    reply = taxii.ask("GET", "/taxii2/", headers={"accept": accept})
    assert reply.status == 200
    assert reply.headers["content-type"] == TAXII


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "text/html",
        "application/json",
        "application/taxii+json;version=2.0",
        "application/vnd.oasis.taxii+json;version=2.0",
        "*/*;q=0",
        "application/taxii+json;version=2.1;q=0, */*",
        "application/taxii+json;q=x",
        "nonsense",
    ],
)
def test_accept_that_does_not_is_406(taxii: InProcess, accept: str) -> None:
    assert is_error(taxii.ask("GET", "/taxii2/", headers={"accept": accept}), 406)


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "application/json",
        "application/taxii+json;version=2.0",
        "application/stix+json;version=2.1",
        "x",
    ],
)
def test_a_post_of_another_type_is_415(taxii: InProcess, kind: str | None) -> None:
    reply = taxii.ask(
        "POST",
        "/api/collections/both/objects/",
        body={"objects": [indicator(1)]},
        headers={"content-type": kind},
    )
    assert is_error(reply, 415)


def test_two_accept_headers_are_one_list(taxii: InProcess) -> None:
    reply = taxii.ask("GET", "/taxii2/", headers={"accept": "text/html"}, more_headers=[("accept", "*/*")])
    assert reply.status == 200


# Filters


@pytest.mark.parametrize(
    "query",
    [
        "limit=1&limit=1",
        "added_after=2026-01-01T00:00:00Z&added_after=2026-01-01T00:00:00Z",
        "match[type]=indicator&match%5Btype%5D=indicator",
        "match[id]=a&match[id]=b",
        "added_after=yesterday",
        "added_after=2026-01-01",
        "added_after=2026-13-01T00:00:00Z",
        "added_after=2026-01-01T00:00:00",
        "added_after=2026-01-01T00:00:00%2B00:00",
        "added_after=",
        "added_after=1767225600",
        "limit=0",
        "limit=-1",
        "limit=ten",
        "limit=",
        "limit=1.5",
        "match[version]=newest",
        "match[version]=",
        "match[type]=",
        "match[type]=,indicator",
        "match[name]=x",
        "match[]=x",
        "match=x",
        "next=",
        "next=AAAA",
        "next=%ff",
        "next=" + "A" * 64,
        "match[type]=%00",
        "match[type]=%ff%fe",
        "&".join(f"a{n}=1" for n in range(40)),
    ],
)
def test_a_filter_that_says_something_wrong_is_400(taxii: InProcess, query: str) -> None:
    assert is_error(taxii.get(query), 400)


def test_filters_that_a_resource_does_not_have_are_400(taxii: InProcess) -> None:
    taxii.post([indicator(1)])
    assert is_error(taxii.get("match[type]=indicator", what=f"objects/{indicator(1)['id']}"), 400)
    assert is_error(taxii.get("match[version]=all", what=f"objects/{indicator(1)['id']}/versions"), 400)


def test_parameters_of_nobody_are_ignored(taxii: InProcess) -> None:
    assert taxii.get("utm_source=x").status == 200


def test_filters_admit_what_they_say(taxii: InProcess) -> None:
    taxii.post([indicator(1), indicator(2), address(1)])
    assert ids(taxii.get("match[type]=ipv4-addr")) == [address(1)["id"]]
    assert ids(taxii.get("match[type]=ipv4-addr,indicator")) == [
        indicator(1)["id"],
        indicator(2)["id"],
        address(1)["id"],
    ]
    assert ids(taxii.get(f"match[id]={indicator(2)['id']},{address(1)['id']}")) == [
        indicator(2)["id"],
        address(1)["id"],
    ]
    assert ids(taxii.get(f"match[id]={indicator(2)['id']}&match[type]=ipv4-addr")) == []
    assert ids(taxii.get("match[spec_version]=2.0")) == []
    assert len(ids(taxii.get("match[spec_version]=2.0,2.1"))) == 3


def test_versions_by_word_and_by_time(taxii: InProcess) -> None:
    days = [f"2026-01-0{n}T00:00:00.000Z" for n in (2, 1, 3)]
    for day in days:
        taxii.post([indicator(1, modified=day)])
    name = indicator(1)["id"]

    def found(query: str, what: str = "objects") -> list[str]:
        return [one["modified"] for one in taxii.get(query, what=what).json().get("objects", [])]

    assert found("") == [days[2]]
    assert found("match[version]=last") == [days[2]]
    assert found("match[version]=first") == [days[1]]
    assert found("match[version]=all") == days
    assert found("match[version]=first,last") == [days[1], days[2]]
    assert found("match[version]=2026-01-02T00:00:00Z") == [days[0]]
    assert found("match[version]=2026-01-02T00:00:00.0000001Z") == []
    assert found("match[version]=all", f"objects/{name}") == days
    assert found("", f"objects/{name}") == [days[2]]
    assert taxii.get(what=f"objects/{name}/versions").json()["versions"] == days
    told = taxii.get("match[version]=all", what="manifest").json()["objects"]
    assert [one["version"] for one in told] == days
    assert taxii.ask("DELETE", f"/api/collections/both/objects/{name}/?match[version]=last").status == 200
    assert found("") == [days[0]]


# Dates and pages


def test_date_added_is_strictly_increasing_and_in_headers(taxii: InProcess) -> None:
    taxii.post([indicator(n) for n in range(5)])
    reply = taxii.get(what="manifest")
    dates = [one["date_added"] for one in reply.json()["objects"]]
    assert dates == sorted(set(dates))
    assert all(len(date) == 27 for date in dates)
    assert reply.headers["x-taxii-date-added-first"] == dates[0]
    assert reply.headers["x-taxii-date-added-last"] == dates[-1]
    later = taxii.get(f"added_after={dates[2]}", what="manifest").json()["objects"]
    assert [one["date_added"] for one in later] == dates[3:]


def test_nothing_is_an_empty_envelope_without_dates(taxii: InProcess) -> None:
    reply = taxii.get("added_after=2100-01-01T00:00:00Z")
    assert (reply.status, reply.body) == (200, b"{}")
    assert "x-taxii-date-added-first" not in reply.headers


def test_pages_show_one_moment_while_writers_write(taxii: InProcess) -> None:
    taxii.post([indicator(n) for n in range(5)])
    page = taxii.get("limit=2").json()
    seen = [one["id"] for one in page["objects"]]
    taxii.post([indicator(9), indicator(3, modified="2026-02-01T00:00:00.000Z")])
    while page["more"]:
        page = taxii.get(f"limit=2&next={page['next']}").json()
        seen += [one["id"] for one in page["objects"]]
    assert seen == [indicator(n)["id"] for n in range(5)]
    assert "next" not in page


def test_a_token_goes_with_its_filters_partner_collection_and_resource(taxii: InProcess) -> None:
    taxii.post([indicator(n) for n in range(5)])
    taxii.post([indicator(n) for n in range(5)], collection="fixed")
    token = taxii.get("limit=2&match[type]=indicator").json()["next"]
    assert len(ids(taxii.get(f"next={token}&match[type]=indicator"))) == 3
    assert len(ids(taxii.get(f"next={token}"))) == 3, "it carries its filter"
    assert len(ids(taxii.get(f"next={token}&limit=1"))) == 1, "the size of a page is no filter"
    assert is_error(taxii.get(f"next={token}&match[type]=tool"), 400)
    assert is_error(taxii.get(f"next={token}&added_after=2020-01-01T00:00:00Z"), 400)
    assert is_error(taxii.get(f"next={token}", collection="fixed"), 400)
    assert is_error(taxii.get(f"next={token}", what="manifest"), 400)
    assert is_error(taxii.get(f"next={token}", partner="lab-c"), 400)
    assert is_error(taxii.get(f"next={token[:-2]}AA"), 400)


def test_a_page_is_no_larger_than_the_server_wants(tmp_path: Path) -> None:
    taxii = small(tmp_path, "page = 2\nmost_page = 3\npage_bytes = 1024")
    taxii.post([indicator(n, name="x" * 300) for n in range(5)])
    assert len(ids(taxii.get())) == 1, "1,024 bytes hold one"
    assert taxii.get("limit=1000").json()["more"] is True
    taxii.close()


def test_the_default_and_the_most_of_a_page(tmp_path: Path) -> None:
    taxii = small(tmp_path, "page = 2\nmost_page = 3")
    taxii.post([indicator(n) for n in range(5)])
    assert len(ids(taxii.get())) == 2
    assert len(ids(taxii.get("limit=99999999999999999999"))) == 3
    taxii.close()


# Posts


def test_a_post_again_changes_nothing(taxii: InProcess) -> None:
    first = taxii.post([indicator(1), address(1)]).json()
    before = taxii.get("match[version]=all", what="manifest").body
    again = taxii.post([indicator(1), address(1)]).json()
    assert (again["success_count"], again["failure_count"]) == (2, 0)
    assert again["id"] != first["id"]
    assert taxii.get("match[version]=all", what="manifest").body == before


def test_changed_content_under_the_same_version_is_refused_alone(taxii: InProcess) -> None:
    taxii.post([indicator(1), address(1)])
    reply = taxii.post([indicator(1, name="changed"), indicator(2), address(1, defanged=True)])
    told = reply.json()
    assert (reply.status, told["total_count"], told["success_count"], told["failure_count"]) == (202, 3, 1, 2)
    assert [one["id"] for one in told["failures"]] == [indicator(1)["id"], address(1)["id"]]
    assert all(one["message"] and one["version"] for one in told["failures"])
    assert "name" not in taxii.get(f"match[id]={indicator(1)['id']}").json()["objects"][0]


def test_the_order_of_members_is_no_change(taxii: InProcess) -> None:
    taxii.post([indicator(1)])
    turned = dict(reversed(list(indicator(1).items())))
    assert taxii.post([turned]).json()["failure_count"] == 0


def test_objects_come_back_as_they_went(taxii: InProcess) -> None:
    odd = indicator(
        1, name='é \u2028 " \\ \U0001f600', x_number=1.5, x_big=2**53 - 1, x_deep={"a": [{"b": None}]}
    )
    taxii.post([odd])
    assert taxii.get().json()["objects"] == [odd]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"spec_version": "2.0"}, "spec_version"),
        ({"spec_version": None}, "spec_version"),
        ({"type": "malware"}, "type"),
        ({"modified": "yesterday"}, "modified"),
        ({"modified": 5}, "modified"),
        ({"modified": "2025-01-01T00:00:00.000Z"}, "before created"),
        ({"modified": "2026-01-01T00:00:00.0000001Z"}, "finer"),
        ({"x": 2**60}, "canonical"),
        ({"x": "\ud800"}, "canonical"),
    ],
)
def test_an_object_that_cannot_be_taken_fails_alone(
    taxii: InProcess, change: dict[str, Any], why: str
) -> None:
    wrong = {name: value for name, value in (indicator(1) | change).items() if value is not None}
    told = taxii.post([wrong, indicator(2)]).json()
    assert (told["success_count"], told["failure_count"]) == (1, 1)
    assert why in told["failures"][0]["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"NaN", 400),
        (b'{"objects": [{"x": 1e999}]}', 400),
        (b'{"objects": [], "objects": []}', 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"objects": []}', 422),
        (b'{"objects": {}}', 422),
        (b'{"objects": [1]}', 422),
        (b'{"objects": [{"id": "x"}]}', 422),
        (b'{"objects": [{"id": 5}]}', 422),
        (b"[" * 100_000, 422),
        (b'{"objects":' + b"[" * 100_000, 422),
        (b'{"x": ' + b"9" * 5000 + b"}", 400),
    ],
)
def test_a_body_that_is_no_envelope_is_refused_whole(taxii: InProcess, body: bytes, status: int) -> None:
    assert is_error(taxii.ask("POST", "/api/collections/both/objects/", body=body), status)
    assert taxii.get().body == b"{}"


def test_an_element_without_an_id_is_named_and_nothing_is_taken(taxii: InProcess) -> None:
    reply = taxii.post([indicator(1), {"type": "indicator"}, 7])
    assert is_error(reply, 422)
    assert reply.json()["details"].keys() == {"objects[1]", "objects[2]"}
    assert taxii.get().body == b"{}"


# Limits


def test_too_long_too_many_too_deep(tmp_path: Path) -> None:
    taxii = small(
        tmp_path,
        "max_content_length = 4096\nobjects_per_post = 3\ndepth = 4\nobject_bytes = 1000\nheaders = 8",
    )
    assert is_error(taxii.post([indicator(n) for n in range(4)]), 413)
    assert is_error(taxii.post([indicator(1, x="y" * 5000)]), 413)
    assert is_error(
        taxii.ask(
            "POST", "/api/collections/both/objects/", body=b"x" * 5000, headers={"content-length": None}
        ),
        413,
    ), "without a length too"
    assert "bytes" in taxii.post([indicator(1, x="y" * 2000)]).json()["failures"][0]["message"]
    assert (
        "nested"
        in taxii.post([indicator(1, x={"a": {"b": {"c": {"d": 1}}}})]).json()["failures"][0]["message"]
    )
    assert taxii.post([indicator(1, x={"a": {"b": 1}})]).json()["failure_count"] == 0
    assert is_error(taxii.ask("GET", "/taxii2/", more_headers=[("x", "y")] * 9), 431)
    taxii.close()


def test_too_often_is_429_with_retry_after(tmp_path: Path) -> None:
    taxii = small(tmp_path, "requests_per_min = 60\nburst = 3")
    replies = [taxii.ask("GET", "/taxii2/") for _ in range(5)]
    assert [reply.status for reply in replies] == [200, 200, 200, 429, 429]
    assert is_error(replies[-1], 429)
    assert 1 <= int(replies[-1].headers["retry-after"]) <= 3
    assert taxii.ask("GET", "/taxii2/", partner="lab-c").status == 200, "each partner has its own"
    taxii.close()


def test_a_store_that_fails_is_503_and_nothing_leaves_unrecorded(
    taxii: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    from revenuer.share.taxii.stored import StoreFault

    taxii.post([indicator(1)])

    def fails(*_: object) -> None:
        raise StoreFault("disk full")

    monkeypatch.setattr(taxii.server.store, "record", fails)
    reply = taxii.get()
    assert is_error(reply, 503)
    assert b"indicator" not in reply.body
    assert "retry-after" in reply.headers


def test_a_fault_of_ours_is_a_500_that_tells_nothing(
    taxii: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(taxii.server.store, "page", breaks)
    reply = taxii.get()
    assert is_error(reply, 500)
    assert b"secret" not in reply.body


# What was served


def test_every_response_with_versions_is_recorded_and_nothing_else(taxii: InProcess) -> None:
    from revenuer.share.taxii.reconstruct import reconstruct

    taxii.post([indicator(n) for n in range(3)])
    taxii.get()
    taxii.get("limit=2", partner="lab-c", what="manifest")
    taxii.get(what=f"objects/{indicator(1)['id']}")
    taxii.get("added_after=2100-01-01T00:00:00Z")
    taxii.get(partner="lab-d")
    taxii.ask("GET", "/api/collections/")
    taxii.ask("DELETE", f"/api/collections/both/objects/{indicator(1)['id']}/")
    recorded = [one for _, one in taxii.server.store.served(0, 100)]
    assert [(one.partner, one.resource, one.count) for one in recorded] == [
        ("lab-b", "objects", 3),
        ("lab-c", "manifest", 2),
        ("lab-b", "object", 1),
    ]
    told = [reconstruct(taxii.server.store, one) for one in recorded]
    assert all(one.exact for one in told), "though one version was deleted since"
    assert [row.id for row in told[1].versions] == [indicator(0)["id"], indicator(1)["id"]]
    assert recorded[0].credential == taxii.tokens["lab-b"].split("_")[1]
