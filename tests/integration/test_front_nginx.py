"""NGINX with the guide's configuration before a model server: the guard's word holds, and answers stream."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from builders.guide import replaced, snippet
from builders.guide_service import THROTTLE, accuse, enforcing, guard_service, owner
from builders.model_server import ModelServer, model_server
from builders.programs import free_port, program, started

CHAT = "/v1/chat/completions"
HOW = "install the Debian package nginx (`make packages`)"

MAIN = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    {server}
}}
"""


@contextlib.contextmanager
def nginx(
    folder: Path, model: str, guard: str, instead: dict[str, str] | None = None
) -> Iterator[httpx.Client]:
    """Run NGINX on a free port; `instead`: what the guide tells to change."""
    found = program("nginx", HOW)
    port = free_port()
    addresses = {
        "127.0.0.1:8080": guard.removeprefix("http://"),
        "127.0.0.1:8000": model.removeprefix("http://"),
    }
    server = snippet("nginx.conf", {**addresses, "127.0.0.1:8081": f"127.0.0.1:{port}"})
    config = folder / "nginx.conf"
    config.write_text(MAIN.format(folder=folder, server=replaced(server, instead or {})))
    command = [found, "-p", str(folder), "-c", str(config)]
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=15)
    with started(command, f"http://127.0.0.1:{port}/none", folder / "nginx.log"), client:
        yield client


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    program("nginx", HOW)
    with model_server() as made:
        yield made


@pytest.fixture(scope="module")
def denying(
    tmp_path_factory: pytest.TempPathFactory, model: ModelServer
) -> Iterator[tuple[httpx.Client, str]]:
    folder = tmp_path_factory.mktemp("nginx")
    with guard_service(folder, enforcing()) as guard, nginx(folder, model.address, guard) as client:
        accuse(guard, "sk-thief")
        yield client, guard


def chat(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def key(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name}"}


def test_the_accused_is_refused_and_nobody_else(
    denying: tuple[httpx.Client, str], model: ModelServer
) -> None:
    client, _ = denying
    before = len(model.asked)
    refused = client.post(CHAT, json=chat("x"), headers=key("sk-thief"))
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "access_denied"
    assert len(model.asked) == before
    for name in (owner("sk-thief"), "sk-other"):
        answer = client.post(CHAT, json=chat("hello", temperature=0.5), headers=key(name))
        assert answer.json()["choices"][0]["message"]["content"] == "answered"
    assert model.asked[-1][2] == chat("hello", temperature=0.5)


def test_headers_that_anybody_may_write_change_nothing(
    denying: tuple[httpx.Client, str], model: ModelServer
) -> None:
    client, _ = denying
    forged = {
        "x-forwarded-for": "203.0.113.9, 127.0.0.1", "x-account-id": "somebody", "x-revenuer-status": "200",
        "x-revenuer-action": "allow", "x-original-uri": "/healthz", "x-request-id": "mine",
    }  # fmt: skip
    assert client.post(CHAT, json=chat("x"), headers={**key("sk-thief"), **forged}).status_code == 403
    assert client.post(CHAT, json=chat("x"), headers={**key("sk-other"), **forged}).status_code == 200
    assert model.asked[-1][1]["x-forwarded-for"] == "127.0.0.1"
    assert client.post("/_revenuer", headers=key("sk-other")).status_code == 404


def test_a_streamed_answer_is_not_held_back(denying: tuple[httpx.Client, str], model: ModelServer) -> None:
    client, _ = denying
    gate = model.gate("nginx")
    with client.stream("POST", CHAT, json=chat("gate=nginx", stream=True), headers=key("sk-other")) as answer:
        pieces = answer.iter_raw()
        assert b"answered" in next(pieces)
        assert not gate.is_set()
        gate.set()
        assert b"piece by piece" in b"".join(pieces)


def test_a_throttle_becomes_429_with_the_time_to_wait(tmp_path: Path, model: ModelServer) -> None:
    with (
        guard_service(tmp_path, enforcing(THROTTLE)) as guard,
        nginx(tmp_path, model.address, guard) as client,
    ):
        accuse(guard, "sk-thief")
        answers = [client.post(CHAT, json=chat("x"), headers=key("sk-thief")) for _ in range(2)]
        assert answers[-1].status_code == 429
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 17
        assert answers[-1].json()["error"]["code"] == "rate_limit_exceeded"


def test_in_shadow_mode_nobody_is_refused(tmp_path: Path, model: ModelServer) -> None:
    with guard_service(tmp_path) as guard, nginx(tmp_path, model.address, guard) as client:
        accuse(guard, "sk-thief")
        assert client.post(CHAT, json=chat("x"), headers=key("sk-thief")).status_code == 200


@pytest.mark.parametrize(("instead", "status"), [({}, 200), ({"return 204": "return 403"}, 503)])
def test_no_guard_is_what_the_configuration_says(
    tmp_path: Path, model: ModelServer, instead: dict[str, str], status: int
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    with nginx(tmp_path, model.address, nobody, instead) as client:
        answer = client.post(CHAT, json=chat("x"), headers=key("sk-a"))
        assert answer.status_code == status
        if status == 200:
            assert answer.json()["choices"][0]["message"]["content"] == "answered"
