"""`revenuer share serve|pull|served|credential`, and what publish and push stand on: two houses, real servers."""

import json
import socket
import sqlite3
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from builders.taxii import address, indicator, make_house, serving, tokens
from revenuer.cli.main import cli
from revenuer.cli.own_collection import put
from revenuer.cli.partner_server import send
from revenuer.records import UsageError
from revenuer.share.house import House, open_house


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["share", *map(str, arguments)], standalone_mode=False)


def house_b(folder: Path, url: str, token: str) -> House:
    folder.mkdir()
    (folder / "a.token").write_text(f"lab-b:{token}")
    (folder / "house.toml").write_text(
        'schema_version = 1\nname = "lab-b"\nnamespace = "1d2d5b5e-6f5d-4f0f-9a3b-5b1f6c1f0a11"\n'
        f'[partners.lab-a]\nname = "lab-a"\ntaxii = "{url}/taxii2/"\ncollection = "both"\ntoken_file = "a.token"\n'
    )
    return open_house(folder)


def counted(told: Result) -> int:
    """Return how many objects a pull says were new. Its exit code is about attestations, of which these objects have none."""
    return int(json.loads(told.output)["objects"])


def test_what_one_house_publishes_another_pulls_once(tmp_path: Path) -> None:
    a = make_house(tmp_path / "a", limits="page = 7\nmost_page = 9\nrequests_per_min = 100000")
    token = tokens(a)["lab-b"]
    objects = [indicator(n) for n in range(30)] + [address(1)]
    assert put(a, "both", objects) == 31
    assert put(a, "both", objects) == 0
    with serving(a, "--workers", "2", log=tmp_path / "log") as (_, url):
        b = house_b(tmp_path / "b", url, token)
        assert counted(run("pull", b.folder, "lab-a", "--json")) == 31
        assert counted(run("pull", b.folder, "lab-a", "--json")) == 0
        put(a, "both", [indicator(3, modified="2026-03-01T00:00:00.000Z")])
        assert counted(run("pull", b.folder, "lab-a", "--json")) == 1
        assert "32 new object versions" in run("pull", b.folder, "lab-a", "--from-start").output
    lines = [json.loads(line) for line in run("served", a.folder, "--versions", "--json").output.splitlines()]
    assert all(one["exact"] and one["partner"] == "lab-b" for one in lines)
    assert {version[0] for one in lines for version in one["versions"]} == {one["id"] for one in objects}
    assert "lab-b" in run("served", a.folder, "--partner", "lab-b").output
    assert run("served", a.folder, "--partner", "lab-c").output == ""


def test_what_was_served_does_not_agree_with_a_store_that_was_changed(tmp_path: Path) -> None:
    a = make_house(tmp_path / "a")
    token = tokens(a)["lab-b"]
    put(a, "both", [indicator(n) for n in range(3)])
    with serving(a, log=tmp_path / "log") as (_, url):
        httpx.get(f"{url}/api/collections/both/objects/", auth=("lab-b", token))
    assert run("served", a.folder, "--versions").return_value == 0
    with sqlite3.connect(a.folder / "taxii.sqlite") as store:
        store.execute("DELETE FROM object WHERE id = ?", (indicator(1)["id"],))
    told = run("served", a.folder, "--versions")
    assert told.return_value == 1
    assert "changed by other means" in told.output


def test_a_push_arrives_and_refusals_are_told(tmp_path: Path) -> None:
    a = make_house(tmp_path / "a")
    token = tokens(a)["lab-b"]
    with serving(a, log=tmp_path / "log") as (_, url):
        b = house_b(tmp_path / "b", url, token)
        first = send(b, "lab-a", None, [indicator(n) for n in range(5)])
        assert (first.taken, first.pending, first.refused) == (5, 0, ())
        second = send(b, "lab-a", None, [indicator(1, name="changed"), indicator(2)])
        assert second.taken == 1
        assert [name for name, _ in second.refused] == [indicator(1)["id"]]


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
    a = make_house(tmp_path / "a")
    token = tokens(a)["lab-b"]
    with serving(a, log=tmp_path / "log") as (_, url):
        httpx.get(f"{url}/nix/{token}/?x={token}", auth=("lab-b", token))
        httpx.get(f"{url}/taxii2/", auth=("lab-x", token))
    log = (tmp_path / "log").read_text()
    assert "refused with 404" in log
    assert token not in log
    assert "error_id" in log
