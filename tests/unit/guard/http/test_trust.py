"""Who is believed: keys, certificates, proxies. A spoofed header lets nobody in and frames nobody."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.guard_service import InProcess
from revenuer.guard.http.keys import MAX_KEY, KeyRing, Role, parse_keys
from revenuer.records import InputError

ASK = "decide-key-of-a-gateway"
ADMINISTER = "admin-key-of-kim"


def ring() -> KeyRing:
    lines = [
        f"{role} {hashlib.sha256(key.encode()).hexdigest()} {name}"
        for role, key, name in (("decide", ASK, "gateway"), ("admin", ADMINISTER, "kim"))
    ]
    return parse_keys("# role sha256 name\n\n" + "\n".join(lines), "keys")


ADMIN_ROUTES = [
    ("GET", "/v1/measures"),
    ("POST", "/v1/appeals"),
    ("GET", "/v1/policy"),
    ("PUT", "/v1/policy"),
    ("POST", "/v1/index"),
]
ASKING_ROUTES = [
    ("POST", "/v1/decide"),
    ("POST", "/v1/outcomes"),
    ("POST", "/beta/litellm_basic_guardrail_api"),
]


def test_a_key_has_its_role() -> None:
    keys = ring()
    asking, administering = keys.holder(ASK.encode()), keys.holder(ADMINISTER.encode())
    assert asking is not None
    assert administering is not None
    assert (asking.role, asking.name, administering.role) == (Role.DECIDE, "gateway", Role.ADMIN)


@given(st.binary(max_size=2 * MAX_KEY))
def test_no_other_key_is_one(presented: bytes) -> None:
    assert ring().holder(presented) is None


def test_a_long_key_is_not_its_beginning() -> None:
    key = b"k" * MAX_KEY
    keys = parse_keys(f"admin {hashlib.sha256(key).hexdigest()} kim", "keys")
    assert keys.holder(key) is not None
    assert keys.holder(key + b"k") is None


@pytest.mark.parametrize("line", ["", "root abc kim", "admin sk-plain kim", f"admin {'0' * 64}"])
def test_a_bad_file_of_keys_is_told_without_repeating_it(line: str) -> None:
    with pytest.raises(InputError) as told:
        parse_keys("\n" + line, "keys")
    assert "sk-plain" not in str(told.value)


@pytest.mark.parametrize(("method", "path"), [*ADMIN_ROUTES, *ASKING_ROUTES])
@pytest.mark.parametrize(
    "sent",
    [[], [("authorization", "Bearer wrong")], [("x-api-key", "")], [("authorization", "Basic " + ASK)]],
)
def test_no_key_and_a_wrong_key_are_told_alike(method: str, path: str, sent: list[tuple[str, str]]) -> None:
    reply = InProcess(keys=ring()).ask(method, path, b"", sent)
    nothing = InProcess(keys=ring()).ask(method, path)
    assert (reply.status, reply.body) == (401, nothing.body)
    assert reply.headers["www-authenticate"] == 'Bearer realm="revenuer guard"'


@pytest.mark.parametrize(("method", "path"), ADMIN_ROUTES)
def test_who_may_ask_may_not_administer(method: str, path: str) -> None:
    reply = InProcess(keys=ring()).ask(method, path, b"", [("authorization", f"Bearer {ASK}")])
    assert reply.status == 403
    assert "www-authenticate" in reply.headers


@pytest.mark.parametrize("header", [("authorization", f"Bearer {ADMINISTER}"), ("x-api-key", ADMINISTER)])
def test_who_administers_may_ask(header: tuple[str, str]) -> None:
    service = InProcess(keys=ring())
    assert service.ask("GET", "/v1/policy", b"", [header]).status == 200
    assert service.ask("POST", "/v1/decide", {"account_id": "a"}, [header]).status == 200


@pytest.mark.parametrize(("method", "path"), ADMIN_ROUTES)
def test_without_keys_nobody_administers(method: str, path: str) -> None:
    assert InProcess(proxies=["192.0.2.200"]).ask(method, path).status == 401


@pytest.mark.parametrize(("subject", "status"), [("ops", 200), ("other", 401), ("", 401)])
def test_a_certificate_administers_by_its_subject(subject: str, status: int) -> None:
    assert InProcess().ask("GET", "/v1/policy", **{"revenuer.subject": subject}).status == status


@pytest.mark.parametrize(
    ("local", "proxies", "status"), [(True, (), 200), (False, (), 401), (False, ("192.0.2.0/24",), 200)]
)
def test_without_keys_local_callers_and_proxies_may_ask(
    local: bool, proxies: tuple[str, ...], status: int
) -> None:
    service = InProcess(local=local, proxies=proxies)
    assert service.ask("POST", "/v1/decide", {"account_id": "a"}).status == status


IP = st.ip_addresses(v=4).map(str)
FORGED = st.lists(
    st.tuples(
        st.sampled_from(
            ["x-forwarded-for", "x-account-id", "x-real-ip", "x-request-id", "forwarded", "x-original-uri"]
        ),
        IP | st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=20),
    ),
    max_size=6,
)


@settings(deadline=None, max_examples=60)
@given(FORGED, st.sampled_from(["/envoy/v1/chat/completions", "/nginx/auth"]))
def test_what_a_stranger_writes_into_headers_changes_nothing(
    forged: list[tuple[str, str]], path: str
) -> None:
    """The same request with and without forged headers is the same event, but for its made-up id."""
    service = InProcess(proxies=["10.0.0.0/8"], account_header="x-account-id")
    seen: list[tuple[str, str | None]] = []
    decide = service.guard.decide
    service.guard.decide = lambda event: (seen.append((event.account_id, event.client_ip)), decide(event))[1]  # type: ignore[method-assign, func-returns-value]
    key = ("authorization", "Bearer sk-mine")
    service.ask("POST", path, b"", [*forged, key])
    assert seen == [(hashlib.sha256(b"sk-mine").hexdigest(), "192.0.2.200")]


@settings(deadline=None, max_examples=60)
@given(st.lists(IP, max_size=4), IP)
def test_behind_a_proxy_the_client_is_whom_the_proxy_saw(invented: list[str], real: str) -> None:
    service = InProcess(proxies=["192.0.2.200/32"], account_header="x-account-id")
    seen: list[tuple[str, str | None]] = []
    decide = service.guard.decide
    service.guard.decide = lambda event: (seen.append((event.account_id, event.client_ip)), decide(event))[1]  # type: ignore[method-assign, func-returns-value]
    headers = [("x-forwarded-for", ", ".join([*invented, real])), ("x-account-id", "named")]
    service.ask("GET", "/nginx/auth", b"", headers)
    believed = invented[-1] if real == "192.0.2.200" and invented else real
    assert seen == [("named", believed)]
