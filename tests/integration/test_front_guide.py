"""The rest of docs/guard.md: the guard as it starts it answers as it says, and vLLM's way of taking a middleware works with FastAPI."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from builders.guide import snippet
from builders.guide_service import THIS_REVENUER, accuse, enforcing, guard_service, owner
from builders.model_server import ModelServer, running
from builders.programs import GATEWAYS, free_port, program, started
from revenuer.guard.front.settings import FrontSettings
from revenuer.guard.middleware import RevenuerMiddleware

CHAT = "/v1/chat/completions"


def test_the_guides_first_question(tmp_path: Path) -> None:
    with guard_service(tmp_path) as guard:
        _, _, url, flag, body = shlex.split(snippet("ask.sh", {"http://127.0.0.1:8080": guard}))
        assert (url, flag) == (f"{guard}/v1/decide", "-d")
        answer = httpx.post(
            url, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        ).json()
        assert (answer["action"], answer["would"]) == ("allow", "allow")
        accuse(guard, "sk-thief")
        assert 'would="deny"' in httpx.get(f"{guard}/metrics").text


VLLM = """
import argparse, importlib, inspect, asyncio
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse

app = FastAPI()
opened = asyncio.Event()


@app.post("/v1/chat/completions")
async def chat(asked: dict):
    if not asked.get("stream"):
        return JSONResponse({"asked": asked})

    async def pieces():
        yield "data: first\\n\\n"
        await asyncio.wait_for(opened.wait(), 60)
        yield "data: last\\n\\n"

    return StreamingResponse(pieces(), media_type="text/event-stream")


@app.post("/open")
async def open_the_gate():
    opened.set()


parser = argparse.ArgumentParser()
parser.add_argument("verb"), parser.add_argument("model"), parser.add_argument("--port", type=int)
parser.add_argument("--middleware", action="append", default=[])
args = parser.parse_args()
for middleware in args.middleware:
    module_path, object_name = middleware.rsplit(".", 1)
    imported = getattr(importlib.import_module(module_path), object_name)
    assert inspect.isclass(imported)
    app.add_middleware(imported)
uvicorn.run(app, host="127.0.0.1", port=args.port, log_level="warning")
"""
"""What vLLM's server does with `--middleware`, and nothing else of vLLM."""


def python_of_the_gateways() -> str:
    program("litellm", "run `make gateways`, which installs FastAPI with it", GATEWAYS)
    return str(GATEWAYS / "python")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, str]]:
    python = python_of_the_gateways()
    folder = tmp_path_factory.mktemp("vllm")
    (folder / "vllm.py").write_text(VLLM)
    command = shlex.split(snippet("vllm.sh", {}))
    assert command[:2] == ["REVENUER_GUARD_CONFIG=front.toml", "vllm"]
    port = free_port()
    with guard_service(folder, enforcing()) as guard:
        front = snippet(
            "front.toml", {"http://127.0.0.1:8080": guard, "deadline_ms = 50": "deadline_ms = 2000"}
        )
        (folder / "front.toml").write_text(front)
        started_as = [python, "vllm.py", *command[2:], "--port", str(port)]
        environ = {**THIS_REVENUER, "REVENUER_GUARD_CONFIG": "front.toml"}
        address = f"http://127.0.0.1:{port}"
        client = httpx.Client(base_url=address, timeout=30)
        with started(started_as, f"{address}/openapi.json", folder / "server.log", environ, folder), client:
            yield client, guard


def key(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name}"}


def test_fastapi_behind_the_middleware_as_vllm_adds_it(server: tuple[httpx.Client, str]) -> None:
    client, guard = server
    accuse(guard, "sk-thief")
    asked = {"messages": [{"role": "user", "content": "x"}]}
    for name in (owner("sk-thief"), "sk-other"):
        assert client.post(CHAT, json=asked, headers=key(name)).json() == {"asked": asked}
    refused = client.post(CHAT, json=asked, headers=key("sk-thief"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "access_denied")


def test_a_streamed_answer_of_fastapi_is_not_held_back(server: tuple[httpx.Client, str]) -> None:
    client, _ = server
    with client.stream("POST", CHAT, json={"messages": [], "stream": True}, headers=key("sk-s")) as answer:
        pieces = answer.iter_raw()
        assert next(pieces) == b"data: first\n\n"
        client.post("/open")
        assert b"".join(pieces) == b"data: last\n\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_what_fastapi_can_read_the_guard_can_read(server: tuple[httpx.Client, str], encoding: str) -> None:
    """Python's JSON reader takes UTF-16 unasked: text that the guard could not see would otherwise get through."""
    client, _ = server
    thought = {"type": "thinking", "thinking": "", "signature": f"EqQB{encoding}" + "s7Zb9" * 12}
    spoken = {"role": "assistant", "content": "x", "thinking_blocks": [thought]}
    asked = {"messages": [{"role": "user", "content": "x"}, spoken, {"role": "user", "content": "y"}]}
    headers = {"content-type": "application/json"}
    first = client.post(CHAT, json=asked, headers=key(f"sk-{encoding}"))
    assert first.status_code == 200
    body = json.dumps(asked).encode(encoding)
    again = client.post(CHAT, content=body, headers={**headers, **key(f"sk-{encoding}-thief")})
    assert again.status_code == 403


def test_the_guides_own_server_starts(server: tuple[httpx.Client, str], tmp_path: Path) -> None:
    python = python_of_the_gateways()
    port = free_port()
    (tmp_path / "server.py").write_text(snippet("server.py", {}))
    nobody = {"http://127.0.0.1:8080": f"http://127.0.0.1:{free_port()}", '"allow"': '"deny"'}
    (tmp_path / "front.toml").write_text(snippet("front.toml", nobody))
    command = [python, "-m", "uvicorn", "server:app", "--port", str(port)]
    environ = {**THIS_REVENUER, "REVENUER_GUARD_CONFIG": "front.toml"}
    address = f"http://127.0.0.1:{port}"
    with started(command, f"{address}/openapi.json", tmp_path / "server.log", environ, tmp_path):
        assert httpx.post(address + CHAT, json={"messages": []}, timeout=30).status_code == 503
        assert httpx.post(f"{address}/elsewhere", json={}, timeout=30).status_code == 404


def test_a_guard_in_the_servers_own_process_keeps_its_measures_over_a_restart(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(enforcing())
    settings = FrontSettings(policy=str(tmp_path / "policy.toml"), journal=str(tmp_path / "books.sqlite"))
    thought = {"type": "thinking", "thinking": "", "signature": "EqQBCgIYAhIkN2" + "s7Zb9" * 12}
    spoken = {"role": "assistant", "content": "x", "thinking_blocks": [thought]}
    replay = {"messages": [{"role": "user", "content": "x"}, spoken, {"role": "user", "content": "y"}]}
    plain = {"messages": [{"role": "user", "content": "x"}]}
    with running(RevenuerMiddleware(ModelServer(), settings)) as address:
        assert httpx.post(address + CHAT, json=replay, headers=key("sk-a")).status_code == 200
        assert httpx.post(address + CHAT, json=replay, headers=key("sk-thief")).status_code == 403
    with running(RevenuerMiddleware(ModelServer(), settings)) as address:
        assert httpx.post(address + CHAT, json=plain, headers=key("sk-thief")).status_code == 403
        assert httpx.post(address + CHAT, json=plain, headers=key("sk-a")).status_code == 200
