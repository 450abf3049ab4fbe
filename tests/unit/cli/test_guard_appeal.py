"""`revenuer guard appeal`: what it lifts, what it refuses, and what it sends to whom."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from builders.journals import HOUR, audit_events, audit_lines, decision, fact, measure, replay_event, rows
from revenuer.cli.guard_appeal import command
from revenuer.guard import Guard, GuardState, Policy
from revenuer.guard.audit import verify
from revenuer.guard.journal import JournalReader, JournalSettings, SqliteJournal
from revenuer.guard.journal.intake import wall_clock
from revenuer.records import Action, InputError, ResourceError, RevenuerError, UsageError

GRANTED = ("--owner", "olga", "--why", "a school behind one address")


def appeal(*words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words], standalone_mode=False)


def error(found: Result) -> str:
    assert isinstance(found.exception, RevenuerError)
    return str(found.exception)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The journal of a guard that found out `thief`, and of a measure that ran out."""
    path = tmp_path / "guard.db"
    journal = SqliteJournal(path, JournalSettings(keep_days=3650))
    guard = Guard(GuardState(Policy(shadow=False)), journal)
    now = wall_clock()
    for number, account in enumerate(("owner", "thief")):
        guard.decide(replay_event(number, account, now + number))
    guard.flush()
    journal.store([fact(measure("past", since=now - 2 * HOUR, until=now - HOUR))])
    journal.record(decision(at=now - 24 * 400 * HOUR))
    journal.close()
    return path


def test_a_measure_is_lifted_and_everybody_can_see_by_whom(path: Path) -> None:
    assert "thief: deny for another" in appeal("--journal", path, "--list").stdout
    done = appeal("thief", "--journal", path, *GRANTED)
    assert (done.return_value, done.stdout) == (
        0,
        "lifted: the measure against thief, by olga: a school behind one address\n",
    )
    assert appeal("--journal", path, "--list").stdout == ""
    assert audit_events(path)[-1] == ("lifted", "thief", "olga")
    with JournalReader(path) as reader:
        assert verify(reader.audit_lines(), measures=reader.measures()).whole
    assert rows(path, "SELECT count(*) FROM decision WHERE request_id = 'r0'") == [(1,)], (
        "an appeal prunes nothing that the guard's own settings may keep"
    )


def test_the_next_guard_remembers(path: Path) -> None:
    appeal("thief", "--journal", path, *GRANTED)
    state = GuardState(Policy(shadow=False))
    with JournalReader(path) as reader:
        state.restore(reader.facts())
    assert state.standing["thief"].lifted_by == "olga"
    assert state.standing["thief"].spent()
    after = Guard(state).decide(replay_event(9, "thief", wall_clock()))
    assert after.action is not Action.DENY, "the evidence that was spent does not count again"


def test_the_result_as_json(path: Path) -> None:
    (listed,) = map(json.loads, appeal("--journal", path, "--list", "--json").stdout.splitlines())
    assert (listed["account_id"], listed["action"]) == ("thief", "deny")
    done = appeal("thief", "--journal", path, *GRANTED, "--json")
    assert json.loads(done.stdout)["lifted_by"] == "olga"


@pytest.mark.parametrize("account", ["nobody", "past", "owner"])
def test_nothing_that_stands_is_a_usage_error(path: Path, account: str) -> None:
    before = audit_lines(path)
    found = appeal(account, "--journal", path, *GRANTED)
    assert isinstance(found.exception, UsageError)
    assert f"nothing stands against '{account}'" in error(found)
    assert [line for line in audit_lines(path) if '"event":"lifted"' in line] == []
    assert audit_lines(path)[: len(before)] == before


def test_a_second_appeal_finds_nothing(path: Path) -> None:
    appeal("thief", "--journal", path, *GRANTED)
    assert "nothing stands" in error(appeal("thief", "--journal", path, *GRANTED))


def test_a_running_guard_s_journal_is_refused_with_its_process(path: Path) -> None:
    journal = SqliteJournal(path)
    assert "is in use by process" in error(appeal("thief", "--journal", path, *GRANTED))
    assert "thief" in appeal("--journal", path, "--list").stdout, "to look is free"
    journal.close()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["thief"], "name one of --journal"),
        (["thief", "--journal", "guard.db", "--server", "http://localhost"], "name one of --journal"),
        (["--journal", "guard.db", *GRANTED], "name the account"),
        (["thief", "--journal", "guard.db", "--owner", "olga"], "--why is missing"),
        (["thief", "--journal", "guard.db", "--why", "x"], "--owner is missing"),
        (["thief", "--journal", "guard.db", "--owner", " ", "--why", "x"], "--owner is missing"),
        (["thief", "--journal", "guard.db", "--owner", "o", "--why", "x" * 2001], "--why has 2001"),
        (["thief", "--journal", "none.db", *GRANTED], "there is no journal at none.db"),
        (["--list", "--journal", "none.db"], "there is no journal at none.db"),
        (["--list", "--server", "http://localhost"], "--list reads a journal"),
        (["thief", "--server", "http://localhost", *GRANTED], "--server needs --key-file"),
        (["thief", "--server", "http://localhost", "--key-file", "none", *GRANTED], "cannot read the key"),
        (["thief", "--server", "http://localhost", "--key-file", "empty", *GRANTED], "holds no key"),
        (["thief", "--server", "http://localhost", "--key-file", "two", *GRANTED], "holds no key"),
        (["thief", "--server", "ftp://localhost", "--key-file", "key", *GRANTED], "for --server; expected"),
        (["thief", "--server", "http://guard.internal", "--key-file", "key", *GRANTED], "use https"),
        (["thief", "--server", "http://127.0.0.1:1", "--key-file", "key", *GRANTED], "cannot be asked"),
        (
            ["thief", "--server", "http://127.0.0.1:x", "--key-file", "key", *GRANTED],
            "for --server; expected",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
) -> None:
    monkeypatch.chdir(path.parent)
    Path("key").write_text("sk-admin\n")
    Path("empty").write_text("\n")
    Path("two").write_text("one two\n")
    assert says in error(appeal(*words))
    assert not Path("none.db").exists()


class Server(HTTPServer):
    """Answers every request in the same way, and keeps what it was sent."""

    answer: tuple[int, dict[str, str], bytes] = (200, {}, b'{"status":"lifted"}')

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.seen: list[tuple[str, str | None, Any]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, self.headers["Authorization"], json.loads(body)))
        status, headers, content = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    key = tmp_path / "key"
    key.write_text("sk-admin\n")
    return key


def test_a_running_guard_is_asked_as_agreed(
    server: Server, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    found = appeal("thief", "--server", f"{server.address}/", "--key-file", key, *GRANTED)
    assert found.return_value == 0, found.exception
    assert server.seen == [
        (
            "/v1/appeals",
            "Bearer sk-admin",
            {"account_id": "thief", "owner": "olga", "why": "a school behind one address"},
        )
    ]


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (
            (404, {}, b'{"error":"nothing stands against this account"}'),
            UsageError,
            "nothing stands against 'thief'",
        ),
        ((404, {}, b"not here"), UsageError, "no guard answers at"),
        ((401, {}, b""), UsageError, "does not take the key (status 401)"),
        ((403, {}, b""), UsageError, "does not take the key (status 403)"),
        ((422, {}, b"why is too long"), UsageError, "refused the appeal (status 422): why is too long"),
        ((503, {}, b"\xff"), ResourceError, "failed (status 503)"),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), UsageError, "no guard answers at"),
    ],
)
def test_a_refusal_is_said_in_a_sentence(
    server: Server,
    key: Path,
    answer: tuple[int, dict[str, str], bytes],
    kind: type[RevenuerError],
    says: str,
) -> None:
    server.answer = answer
    found = appeal("thief", "--server", server.address, "--key-file", key, *GRANTED)
    assert isinstance(found.exception, kind)
    assert says in error(found)
    assert "sk-admin" not in error(found)
    assert len(server.seen) == 1


def test_a_key_file_that_is_no_text_is_named(server: Server, key: Path) -> None:
    key.write_bytes(b"\xff\xfe")
    found = appeal("thief", "--server", server.address, "--key-file", key, *GRANTED)
    assert isinstance(found.exception, InputError)
    assert server.seen == []
