"""`revenuer share serve|publish|pull|push|served|credential`, two houses, real servers."""

import json
import socket
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from builders.taxii import address, indicator, make_house, serving, tokens
from revenuer.cli.main import cli
from revenuer.records import InputError, UsageError
from revenuer.share.house import House, open_house


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["share", *map(str, arguments)], standalone_mode=False)


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Stands in for the room that takes in what partners say."""
    came: list[Any] = []
    module = types.ModuleType("revenuer.share.received")

    def take_in(books: Any, house: House, partner: str, objects: Any, now: int) -> None:
        came.extend(objects)

    module.take_in = take_in  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "revenuer.share.received", module)
    return came


def bundle(folder: Path, objects: list[dict[str, Any]], name: str = "bundle.json") -> Path:
    path = folder / name
    path.write_text(
        json.dumps(
            {"type": "bundle", "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "objects": objects}
        )
    )
    return path


def house_b(folder: Path, url: str, token: str) -> House:
    folder.mkdir()
    (folder / "a.token").write_text(f"lab-b:{token}")
    (folder / "house.toml").write_text(
        'schema_version = 1\nname = "lab-b"\nnamespace = "1d2d5b5e-6f5d-4f0f-9a3b-5b1f6c1f0a11"\n'
        f'[partners.lab-a]\nname = "lab-a"\ntaxii = "{url}/taxii2/"\ncollection = "both"\ntoken_file = "a.token"\n'
    )
    return open_house(folder)


def test_what_one_house_publishes_another_pulls_once(tmp_path: Path, received: list[Any]) -> None:
    a = make_house(tmp_path / "a", limits="page = 7\nmost_page = 9\nrequests_per_min = 100000")
    token = tokens(a)["lab-b"]
    objects = [indicator(n) for n in range(30)] + [address(1)]
    told = run("publish", a.folder, bundle(tmp_path, objects), "--collection", "both")
    assert told.return_value == 0
    assert "31 put into both, 0 were there, 0 refused" in told.output
    assert (
        "0 put into both, 31 were there"
        in run("publish", a.folder, bundle(tmp_path, objects), "--collection", "both").output
    )
    with serving(a, "--workers", "2", log=tmp_path / "log") as (_, url):
        b = house_b(tmp_path / "b", url, token)
        first = run("pull", b.folder, "lab-a", "--json")
        assert json.loads(first.output)["objects"] == 31
        assert [one["id"] for one in received] == [one["id"] for one in objects]
        assert json.loads(run("pull", b.folder, "lab-a", "--json").output)["objects"] == 0
        run(
            "publish",
            a.folder,
            bundle(tmp_path, [indicator(3, modified="2026-03-01T00:00:00.000Z")]),
            "--collection",
            "both",
        )
        assert json.loads(run("pull", b.folder, "lab-a", "--json").output)["objects"] == 1
        again = run("pull", b.folder, "lab-a", "--from-start")
        assert "32 new object versions" in again.output
    lines = [json.loads(line) for line in run("served", a.folder, "--versions", "--json").output.splitlines()]
    assert all(one["exact"] and one["partner"] == "lab-b" for one in lines)
    assert {version[0] for one in lines for version in one["versions"]} == {one["id"] for one in objects}
    assert "lab-b" in run("served", a.folder, "--partner", "lab-b").output
    assert run("served", a.folder, "--partner", "lab-c").output == ""


def test_a_push_arrives_and_refusals_are_told(tmp_path: Path) -> None:
    a = make_house(tmp_path / "a")
    token = tokens(a)["lab-b"]
    with serving(a, log=tmp_path / "log") as (_, url):
        b = house_b(tmp_path / "b", url, token)
        first = run("push", b.folder, "lab-a", bundle(tmp_path, [indicator(n) for n in range(5)]), "--json")
        assert json.loads(first.output) == {
            "partner": "lab-a",
            "sent": 5,
            "taken": 5,
            "pending": 0,
            "failures": [],
        }
        changed = bundle(tmp_path, [indicator(1, name="changed"), indicator(2)])
        second = run("push", b.folder, "lab-a", changed, "--json")
        assert second.return_value == 2
        assert [one["id"] for one in json.loads(second.output)["failures"]] == [indicator(1)["id"]]
        assert "1 of 2 taken by lab-a, 1 refused" in run("push", b.folder, "lab-a", changed).output


def test_what_stops_a_publication(tmp_path: Path) -> None:
    a = make_house(tmp_path / "a")
    good = bundle(tmp_path, [indicator(1)])
    with pytest.raises(UsageError, match="no collection"):
        raise run("publish", a.folder, good, "--collection", "nix").exception or AssertionError
    (tmp_path / "bad").write_text('{"objects": [{"id": 1}]}')
    with pytest.raises(InputError, match=r"objects\[0\]"):
        raise run("publish", a.folder, tmp_path / "bad", "--collection", "both").exception or AssertionError
    wrong = run(
        "publish",
        a.folder,
        bundle(tmp_path, [indicator(1), indicator(2) | {"spec_version": "2.0"}]),
        "--collection",
        "both",
    )
    assert wrong.return_value == 2
    assert "1 put into both, 0 were there, 1 refused" in wrong.output


def test_credentials_by_command(tmp_path: Path) -> None:
    a = make_house(tmp_path / "a")
    made = json.loads(run("credential", "add", a.folder, "lab-b", "--json").output)
    assert made["token"].startswith("rvt_")
    assert made["id"] in run("credential", "list", a.folder).output
    assert made["token"] not in run("credential", "list", a.folder, "--json").output
    assert (
        json.loads(run("credential", "revoke", a.folder, made["id"], "--json").output)["state"] == "revoked"
    )
    assert "revoked" in run("credential", "list", a.folder).output
    assert isinstance(run("credential", "add", a.folder, "nobody").exception, UsageError)


def test_a_server_without_tls_must_be_asked_for(tmp_path: Path) -> None:
    a = make_house(tmp_path / "a")
    assert isinstance(run("serve", a.folder).exception, UsageError)


def test_an_address_in_use_is_told(tmp_path: Path) -> None:
    a = make_house(tmp_path / "a")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = run("serve", a.folder, "--plain-http", "--port", str(port)).exception
    assert isinstance(told, UsageError)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nbad header\r\n\r\n", b"400"),
        (b"GET /taxii2/ HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", b"431"),
        (b"GET /taxii2/ HTTP/1.1\r\nHost: x\r\nX: ", b"408"),
        (b"POST /api/collections/both/objects/ HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc", b"40"),
    ],
)
def test_what_is_no_whole_request_is_refused_in_taxii_words(
    tmp_path: Path, sent: bytes, status: bytes
) -> None:
    with serving(make_house(tmp_path / "a"), "--request-timeout", "1", log=tmp_path / "log") as (_, url):
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
            wire.sendall(sent)
            answer = b""
            while b'"http_status"' not in answer:
                piece = wire.recv(65_536)
                if not piece:
                    break
                answer += piece
        assert answer.startswith(b"HTTP/1.1 " + status)
        assert b"application/taxii+json;version=2.1" in answer


def test_no_secret_is_in_the_log(tmp_path: Path) -> None:
    import httpx

    a = make_house(tmp_path / "a")
    token = tokens(a)["lab-b"]
    with serving(a, log=tmp_path / "log") as (_, url):
        httpx.get(f"{url}/nix/{token}/?x={token}", auth=("lab-b", token))
        httpx.get(f"{url}/taxii2/", auth=("lab-x", token))
    log = (tmp_path / "log").read_text()
    assert "refused with 404" in log
    assert token not in log
    assert "error_id" in log
