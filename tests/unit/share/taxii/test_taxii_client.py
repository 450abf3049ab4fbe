"""The client at peers' servers with the bugs that real ones have: nothing lost, nothing twice, or a fault that says so."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.peer_server import COLLECTION, PeerServer, Quirks
from builders.taxii import indicator, make_house
from revenuer.records import UsageError
from revenuer.share.books import open_books
from revenuer.share.house import House, open_house
from revenuer.share.taxii.checkpoint import CHECKPOINT_TABLES, START, keep_checkpoint, read_checkpoint
from revenuer.share.taxii.client import PartnerClient, open_client
from revenuer.share.taxii.link import Access, Link, LinkLimits, Pace, PeerFault
from revenuer.share.taxii.pull import PullLimits, pull
from revenuer.share.taxii.push import PushLimits, push

DAY = 1_780_000_000_000_000
SECOND = 1_000_000


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def pace(self) -> Pace:
        return Pace(
            jitter=lambda: 0.5, sleep=self.slept.append, monotonic=lambda: sum(self.slept), now=lambda: 0.0
        )


def house_of(folder: Path, url: str, *, collection: str = "c", token: str | None = None) -> House:
    make_house(folder)
    lines = f'\n[partners.peer]\nname = "peer"\ntaxii = "{url}/taxii2/"\ncollection = "{collection}"\n'
    if token is not None:
        (folder / "peer.token").write_text(token + "\n")
        lines += 'token_file = "peer.token"\n'
    with open(folder / "house.toml", "a") as file:
        file.write(lines)
    return open_house(folder)


def client_of(server: PeerServer, clock: Clock | None = None, **limits: Any) -> PartnerClient:
    from revenuer.share.taxii.client import find_collection

    link = Link(server.url, Access(), (clock or Clock()).pace(), LinkLimits(**limits))
    return PartnerClient(link, find_collection(link, f"{server.url}/taxii2/", "c"))


def pulled(
    server: PeerServer, checkpoint: Any = START, limits: PullLimits | None = None
) -> tuple[list[str], Any]:
    client = client_of(server)
    names: list[str] = []
    for page in pull(client, checkpoint, limits or PullLimits(page=20)):
        names += [f"{one['id']} {one['modified']}" for one in page.objects]
        checkpoint = page.checkpoint
    client.close()
    return names, checkpoint


def stored(dates: list[int], start: int = 0) -> list[tuple[int, dict[str, Any]]]:
    return [(at, indicator(start + n)) for n, at in enumerate(dates)]


def names_of(server: PeerServer) -> list[str]:
    return sorted(f"{one['id']} {one['modified']}" for _, one in server.stored)


QUIRKS = st.builds(
    Quirks,
    next=st.sampled_from(["ok", "ignored", "absent"]),
    more=st.sampled_from(["ok", "false", "true"]),
    dates=st.sampled_from(["ok", "absent", "seconds"]),
    cap=st.sampled_from([10, 20, 1000]),
    inclusive=st.booleans(),
    empty=st.sampled_from([200, 404]),
    content_type=st.sampled_from(["application/json", "text/html", "application/taxii+json;version=2.1"]),
    knows_version=st.booleans(),
    manifest=st.booleans(),
)
GAPS = st.lists(st.sampled_from([0, 0, 0, 1, 1000, SECOND, 100 * SECOND]), min_size=0, max_size=60)


@given(QUIRKS, GAPS, GAPS)
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_the_bugs_all_comes_once_or_a_fault_says_so(
    quirks: Quirks, gaps: list[int], later: list[int]
) -> None:
    dates = [DAY + sum(gaps[: n + 1]) for n in range(len(gaps))]
    with PeerServer(stored(dates), quirks) as server:
        try:
            names, checkpoint = pulled(server)
        except PeerFault:
            blind = quirks.dates == "absent" and not quirks.manifest
            crowd = min(10, quirks.cap) if quirks.more == "true" else quirks.cap
            crowded = any(sum(abs(at - one) <= SECOND for at in dates) >= crowd for one in dates)
            assert quirks.next != "ok" or quirks.more != "ok"
            assert blind or crowded
            return
        if (
            quirks.dates == "absent"
            and not quirks.manifest
            and (quirks.more == "false" or quirks.next != "ok")
        ):
            return
        assert sorted(names) == names_of(server)
        end = dates[-1] if dates else DAY
        server.stored += stored([end + sum(later[: n + 1]) for n in range(len(later))], start=1000)
        try:
            more, _ = pulled(server, checkpoint)
        except PeerFault:
            return
        assert set(names + more) == set(names_of(server))
        assert len(names) + len(more) == len(set(names + more))


@pytest.mark.parametrize("next", ["ok", "ignored", "absent"])
def test_many_objects_of_one_date(next: str) -> None:
    """Larger pages help where the server gives them; where it does not, and `next` leads nowhere, it is a fault."""
    with PeerServer(stored([DAY] * 90 + [DAY + 5 * SECOND]), Quirks(next=next, cap=1000)) as server:
        assert sorted(pulled(server)[0]) == names_of(server)
    with PeerServer(stored([DAY] * 90 + [DAY + 5 * SECOND]), Quirks(next=next, cap=10)) as server:
        if next == "ok":
            assert sorted(pulled(server)[0]) == names_of(server)
        else:
            with pytest.raises(PeerFault, match="under one date"):
                pulled(server)


def test_what_comes_while_pages_are_read_is_not_lost() -> None:
    with PeerServer(stored([DAY + n for n in range(50)]), Quirks(cap=10)) as server:
        added = iter(range(100, 110))

        def grow() -> None:
            number = next(added, None)
            if number is not None:
                server.stored.append((DAY + number, indicator(number)))

        server.before = grow
        assert sorted(pulled(server)[0]) == names_of(server)


def test_a_new_version_and_changed_content_are_new() -> None:
    changed = [indicator(1), indicator(1, modified="2026-02-01T00:00:00.000Z"), indicator(1, name="changed")]
    with PeerServer([(DAY + n, one) for n, one in enumerate(changed)]) as server:
        assert len(pulled(server)[0]) == 3


def test_an_object_that_appears_behind_our_back_is_found() -> None:
    with PeerServer(stored([DAY, DAY + 50 * SECOND])) as server:
        names, checkpoint = pulled(server)
        server.stored.insert(1, (DAY + 20 * SECOND, indicator(7)))
        again, _ = pulled(server, checkpoint)
        assert len(names) == 2
        assert [name.split()[0] for name in again] == [indicator(7)["id"]]


def test_a_pull_that_is_cut_off_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    with (
        PeerServer(stored([DAY + n * SECOND for n in range(200)])) as server,
        open_books(tmp_path / "books", CHECKPOINT_TABLES) as books,
    ):
        client = client_of(server)
        first: list[str] = []
        for page in pull(client, read_checkpoint(books, "peer", COLLECTION), PullLimits(page=20)):
            with books:
                first += [str(one["id"]) for one in page.objects]
                keep_checkpoint(books, "peer", COLLECTION, page.checkpoint)
            if len(first) >= 100:
                break
        client.close()
        rest, _ = pulled(server, read_checkpoint(books, "peer", COLLECTION))
        assert len(first) == 100
        assert len(rest) == 100
        oldest = [query for path, query, _ in server.asked if path.endswith("/objects/")]
        assert "added_after" not in oldest[0]
        assert oldest[5]["added_after"] > "2026"


def test_a_server_that_never_ends_is_left() -> None:
    with PeerServer(stored([DAY]), Quirks(more="true")) as server:
        fresh = iter(range(1, 10_000))
        server.before = lambda: server.stored.append((DAY + (n := next(fresh)), indicator(n)))
        names, _ = pulled(server, limits=PullLimits(page=20, objects=50))
        assert 50 <= len(names) < 80


# The way there


def test_retries_honour_retry_after_and_back_off() -> None:
    clock = Clock()
    with PeerServer(stored([DAY])) as server:
        client = client_of(server, clock)
        server.quirks.fail = [
            (429, {"Retry-After": "7"}),
            (503, {}),
            (502, {"Retry-After": "Thu, 01 Jan 1970 00:00:09 GMT"}),
        ]
        assert client.objects({}).status == 200
        assert clock.slept == [7.5, 1.0, 9.5]
        client.close()


def test_a_server_that_wants_too_much_patience_or_keeps_failing_is_given_up() -> None:
    clock = Clock()
    with PeerServer(stored([DAY])) as server:
        client = client_of(server, clock, attempts=3)
        server.quirks.fail = [(429, {"Retry-After": "86400"})]
        with pytest.raises(PeerFault, match="86400"):
            client.objects({})
        server.quirks.fail = [(500, {})] * 3
        with pytest.raises(PeerFault, match="3 times"):
            client.objects({})
        client.close()
    client = client_of_dead(server.url)
    with pytest.raises(PeerFault, match="2 times"):
        client.get(f"{server.url}/taxii2/")


def client_of_dead(url: str) -> Link:
    return Link(url, Access(), Clock().pace(), LinkLimits(attempts=2))


def test_an_answer_that_is_too_large_is_not_read() -> None:
    with PeerServer([(DAY, indicator(1, name="x" * 5000))]) as server:
        client = client_of(server, reply_bytes=4096)
        with pytest.raises(PeerFault, match="more than 4096 bytes"):
            client.objects({})
        client.close()


def test_redirects_to_the_same_place_are_followed_and_to_others_refused() -> None:
    with PeerServer(stored([DAY])) as server, PeerServer(stored([DAY])) as other:
        link = Link(server.url, Access(credential="secret"), Clock().pace())
        server.quirks.fail = [(307, {"Location": "/api/"})]
        assert link.get(f"{server.url}/taxii2/").json()["title"] == "R"
        server.quirks.fail = [(302, {"Location": f"{other.url}/api/"})]
        with pytest.raises(PeerFault, match="another place"):
            link.get(f"{server.url}/taxii2/")
        server.quirks.fail = [(302, {"Location": "/taxii2/"})] * 9
        with pytest.raises(PeerFault, match="circle"):
            link.get(f"{server.url}/taxii2/")
        assert other.asked == []
        link.close()


def test_an_api_root_elsewhere_is_refused() -> None:
    with PeerServer([]) as server:
        server.api_roots = ["https://elsewhere.example/api/"]
        with pytest.raises(PeerFault, match=r"elsewhere\.example"):
            client_of(server)


@pytest.mark.parametrize("url", ["http://taxii.example", "ftp://taxii.example", "taxii.example", ""])
def test_a_credential_never_crosses_a_network_in_the_clear(url: str) -> None:
    with pytest.raises(PeerFault, match="https"):
        Link(url, Access(credential="secret"), Clock().pace())


@pytest.mark.parametrize(
    ("token", "sent"), [("user:pass word", "Basic dXNlcjpwYXNzIHdvcmQ="), ("rvt_a_b", "Bearer rvt_a_b")]
)
def test_the_token_file_is_a_pair_or_a_token(tmp_path: Path, token: str, sent: str) -> None:
    with PeerServer([]) as server:
        open_client(house_of(tmp_path / "h", server.url, token=token), "peer").close()
        assert {authorization for _, _, authorization in server.asked} == {sent}
    assert token not in repr(Access(credential=token))


def test_a_collection_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with PeerServer([]) as server:
        with pytest.raises(PeerFault, match="it shows c"):
            open_client(house_of(tmp_path / "h", server.url, collection="nix"), "peer")
        with pytest.raises(UsageError, match="taxii"):
            open_client(make_house(tmp_path / "i"), "lab-b")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_credential_is_told(tmp_path: Path, status: int) -> None:
    with PeerServer([], Quirks(fail=[(status, {})])) as server, pytest.raises(PeerFault, match="credential"):
        open_client(house_of(tmp_path / "h", server.url, token="x"), "peer")


# Pushing


def bodies(count: int) -> list[bytes]:
    import rfc8785

    return [rfc8785.dumps(indicator(n)) for n in range(count)]  # type: ignore[arg-type]


def test_a_push_polls_its_status_and_tells_failures() -> None:
    clock = Clock()
    bad = str(indicator(3)["id"])
    with PeerServer([], Quirks(delay_status=2, refuse=bad)) as server:
        (told,) = push(client_of(server, clock), bodies(5), clock.pace())
        assert (told.total, told.successes, told.failures, told.pendings) == (5, 4, ((bad, "unwanted"),), ())
        assert len(clock.slept) == 3
        assert len(server.stored) == 4


def test_a_push_again_changes_nothing_and_a_lost_answer_does_not_matter() -> None:
    clock = Clock()
    with PeerServer([]) as server:
        client = client_of(server, clock)
        push(client, bodies(5), clock.pace())
        server.quirks.fail = [(502, {})]
        (told,) = push(client, bodies(5), clock.pace())
        assert told.successes == 5
        assert len(server.stored) == 5


def test_a_push_is_cut_to_what_the_server_takes() -> None:
    with PeerServer([], Quirks(most_posted=3)) as server:
        told = push(client_of(server), bodies(10), Clock().pace(), PushLimits(objects=8))
        assert sum(one.successes for one in told) == 10
        assert len(server.stored) == 10
    with PeerServer([], Quirks(most_posted=0)) as server, pytest.raises(PeerFault, match="413"):
        push(client_of(server), bodies(1), Clock().pace())


def test_a_status_that_stays_pending_is_left_in_the_end() -> None:
    clock = Clock()
    with PeerServer([], Quirks(delay_status=1000)) as server:
        (told,) = push(client_of(server, clock), bodies(1), clock.pace(), PushLimits(settle_s=5))
        assert 5 <= len(clock.slept) <= 7
        assert told.total == 1
