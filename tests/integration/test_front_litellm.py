"""A real LiteLLM proxy before a model server, the guard in it both ways: as a guardrail class, and over its generic guardrail API."""

import contextlib
import hashlib
import json
import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from builders.guide import replaced, snippet
from builders.guide_service import (
    RESTRICT,
    SIGNATURE,
    THIS_REVENUER,
    THROTTLE,
    account_of,
    accuse,
    enforcing,
    guard_service,
)
from builders.model_server import ModelServer, model_server
from builders.programs import GATEWAYS, free_port, program, started

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
HOW = "run `make gateways`, which installs LiteLLM into an environment of its own"

QUIET = dict.fromkeys(("LITELLM_LOCAL_MODEL_COST_MAP", "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS", "LITELLM_LOCAL_AUTOROUTER_PRESETS", "LITELLM_LOCAL_BLOG_POSTS", "LITELLM_LOCAL_POLICY_TEMPLATES"), "True")  # fmt: skip
"""Keeps LiteLLM from asking for anything beyond the loopback."""

MODELS = """
model_list:
  - model_name: m
    litellm_params: {{model: openai/m, api_base: "{model}/v1", api_key: sk-upstream}}
  - model_name: claude
    litellm_params: {{model: anthropic/claude-m, api_base: "{model}", api_key: sk-upstream}}
general_settings:
  custom_auth: keys.check
"""

KEYS = '''
"""Takes any key that begins with sk-, as a proxy with a database takes those that it knows."""
from litellm.proxy._types import UserAPIKeyAuth


async def check(request, api_key):
    if not api_key.startswith("sk-"):
        raise ValueError("no key")
    return UserAPIKeyAuth(api_key=api_key)
'''


class Place(NamedTuple):
    client: httpx.Client
    model: ModelServer
    guard: str
    stop_guard: Callable[[], None]


@contextlib.contextmanager
def litellm(folder: Path, model: ModelServer, guardrails: str, front: str = "") -> Iterator[httpx.Client]:
    """Run a LiteLLM proxy with these guardrails; `front`: what front.toml holds."""
    found = program("litellm", HOW, GATEWAYS)
    port = free_port()
    command = shlex.split(snippet("litellm.sh", {"4000": str(port)}))
    assert command[:2] == ["REVENUER_GUARD_CONFIG=front.toml", "litellm"]
    (folder / "config.yaml").write_text(MODELS.format(model=model.address) + guardrails)
    (folder / "keys.py").write_text(KEYS)
    (folder / "front.toml").write_text(front)
    environ = {
        **QUIET, **THIS_REVENUER, "REVENUER_GUARD_CONFIG": "front.toml", "LITELLM_LOG": "ERROR",
        "LITELLM_MASTER_KEY": "sk-" + hashlib.sha256(b"a key for tests").hexdigest(),
    }  # fmt: skip
    arguments = [*command[2:], "--host", "127.0.0.1", "--telemetry", "False"]
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
    ready = f"http://127.0.0.1:{port}/health/liveliness"
    with started([found, *arguments], ready, folder / "litellm.log", environ, cwd=folder), client:
        yield client


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    program("litellm", HOW, GATEWAYS)
    with model_server() as made:
        yield made


@pytest.fixture(scope="module")
def by_class(tmp_path_factory: pytest.TempPathFactory, model: ModelServer) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("class")
    with contextlib.ExitStack() as guards:
        guard = guards.enter_context(guard_service(folder, enforcing()))
        front = snippet(
            "front.toml", {"http://127.0.0.1:8080": guard, "deadline_ms = 50": "deadline_ms = 2000"}
        )
        with litellm(folder, model, snippet("litellm-class.yaml", {}), front) as client:
            yield Place(client, model, guard, guards.close)


@pytest.fixture(scope="module")
def by_api(tmp_path_factory: pytest.TempPathFactory, model: ModelServer) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("api")
    with contextlib.ExitStack() as guards:
        guard = guards.enter_context(guard_service(folder, enforcing()))
        config = snippet("litellm-api.yaml", {"http://127.0.0.1:8080": guard, "timeout: 0.2": "timeout: 5"})
        asked_for = {"default_on: true": "default_on: false"}
        for name, text in (("class-closed", snippet("litellm-class.yaml", {})), ("api-closed", config)):
            entry = text.removeprefix("guardrails:\n").replace("fail_open", "fail_closed")
            config += replaced(entry, {**asked_for, "guardrail_name: revenuer": f"guardrail_name: {name}"})
        front = snippet(
            "front.toml",
            {"http://127.0.0.1:8080": guard, "deadline_ms = 50": "deadline_ms = 2000", '"allow"': '"deny"'},
        )
        with litellm(folder, model, config, front) as client:
            yield Place(client, model, guard, guards.close)


def chat(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def replay(signature: str = SIGNATURE, **more: Any) -> dict[str, Any]:
    """A request in Anthropic's language that carries a reasoning block of an earlier answer."""
    thought = {"type": "thinking", "thinking": "hm", "signature": signature}
    spoken = {"role": "assistant", "content": [thought, {"type": "text", "text": "answered"}]}
    first, second = {"role": "user", "content": "one"}, {"role": "user", "content": "two"}
    return {"model": "claude", "max_tokens": 50, "messages": [first, spoken, second], **more}


def chat_replay(signature: str = SIGNATURE) -> dict[str, Any]:
    """The same in OpenAI's language, with LiteLLM's field for it."""
    thought = {"type": "thinking", "thinking": "hm", "signature": signature}
    spoken = {"role": "assistant", "content": "answered", "thinking_blocks": [thought]}
    first, second = {"role": "user", "content": "one"}, {"role": "user", "content": "two"}
    return {"model": "claude", "messages": [first, spoken, second]}


def key(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name}"}


def await_learned(guard: str, number: int) -> None:
    """Wait until the guard was told of so many outcomes; LiteLLM tells after the answer, from a queue."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        lines = httpx.get(f"{guard}/metrics").text.splitlines()
        told = [float(line.split()[-1]) for line in lines if line.startswith("revenuer_guard_outcomes_total")]
        if sum(told) >= number:
            return
        time.sleep(0.05)
    pytest.fail(f"the guard was not told of {number} outcomes:\n" + "\n".join(lines))


def streams(place: Place, name: str) -> None:
    """Assert that the first piece of an answer is here before the last one is made."""
    gate = place.model.gate(name)
    with place.client.stream(
        "POST", CHAT, json=chat(f"gate={name}", stream=True), headers=key("sk-s")
    ) as answer:
        assert answer.status_code == 200
        pieces = answer.iter_raw()
        seen = next(pieces)
        while b"answered" not in seen:
            seen += next(pieces)
        assert not gate.is_set()
        gate.set()
        assert b"piece by piece" in b"".join(pieces)


class TestClassAskingTheService:
    """The guardrail class, which asks a `revenuer guard serve`."""

    def test_an_allowed_request_is_answered(self, by_class: Place) -> None:
        answer = by_class.client.post(CHAT, json=chat("hello", temperature=0.5), headers=key("sk-a"))
        assert answer.status_code == 200
        assert answer.json()["choices"][0]["message"]["content"] == "answered"
        assert by_class.model.asked[-1][2]["temperature"] == 0.5

    @pytest.mark.parametrize("ask", [replay, chat_replay])
    def test_a_replayed_signature_is_refused(self, by_class: Place, ask: Any) -> None:
        path = MESSAGES if ask is replay else CHAT
        mine = f"{ask.__name__}{SIGNATURE}"
        assert (
            by_class.client.post(path, json=ask(mine), headers=key(f"sk-{ask.__name__}")).status_code == 200
        )
        before = len(by_class.model.asked)
        refused = by_class.client.post(path, json=ask(mine), headers=key(f"sk-thief-{ask.__name__}"))
        assert refused.status_code == 403
        assert "This account may not use the service" in refused.text
        assert len(by_class.model.asked) == before

    @pytest.mark.parametrize("stream", [False, True])
    @pytest.mark.parametrize("path", [CHAT, MESSAGES])
    def test_what_an_answer_issued_belongs_to_its_account(
        self, by_class: Place, path: str, stream: bool
    ) -> None:
        issued = f"issued{len(path)}{stream}{SIGNATURE}"
        said = httpx.get(f"{by_class.guard}/metrics").text.splitlines()
        told = sum(
            float(line.split()[-1]) for line in said if line.startswith("revenuer_guard_outcomes_total")
        )
        owner, thief = key(f"sk-{len(path)}{stream}"), key(f"sk-thief-{len(path)}{stream}")
        asked = chat(f"think={issued}", model="claude", stream=stream, max_tokens=50)
        assert by_class.client.post(path, json=asked, headers=owner).status_code == 200
        await_learned(by_class.guard, int(told) + 1)
        assert by_class.client.post(MESSAGES, json=replay(issued), headers=thief).status_code == 403
        assert by_class.client.post(MESSAGES, json=replay(issued), headers=owner).status_code == 200

    def test_a_streamed_answer_is_not_held_back(self, by_class: Place) -> None:
        streams(by_class, "class")

    @pytest.mark.parametrize("path", [CHAT, MESSAGES])
    def test_what_the_client_says_of_itself_changes_nothing(self, by_class: Place, path: str) -> None:
        forged = {"user_api_key_hash": account_of("sk-victim"), "requester_ip_address": "203.0.113.9",
                  "disable_global_guardrails": True, "opted_out_global_guardrails": ["revenuer"]}  # fmt: skip
        accuse(by_class.guard, "sk-accused")
        asked = chat(
            "x", model="claude", max_tokens=50, metadata=forged, litellm_metadata=forged, guardrails=[]
        )
        headers = {**key("sk-accused"), "x-forwarded-for": "203.0.113.9", "x-litellm-call-id": "c" * 4000}
        assert by_class.client.post(path, json=asked, headers=headers).status_code == 403
        innocent = chat("x", model="claude", max_tokens=50)
        assert by_class.client.post(path, json=innocent, headers=key("sk-victim")).status_code == 200

    def test_no_guard_lets_requests_on_and_a_throttle_is_429(self, by_class: Place, tmp_path: Path) -> None:
        """Runs last: stops the guard, and starts another in its place."""
        by_class.stop_guard()
        thief = key("sk-throttled")
        assert by_class.client.post(CHAT, json=chat("x"), headers=thief).status_code == 200
        with guard_service(tmp_path, enforcing(THROTTLE), int(by_class.guard.rpartition(":")[2])) as guard:
            accuse(guard, "sk-throttled")
            answers = [by_class.client.post(CHAT, json=chat("x"), headers=thief) for _ in range(2)]
            assert answers[-1].status_code == 429
            assert 1 <= int(answers[-1].headers["retry-after"]) <= 17


def test_the_guard_in_the_proxys_own_process(tmp_path: Path, model: ModelServer) -> None:
    (tmp_path / "policy.toml").write_text(enforcing(RESTRICT))
    guardrail = snippet("litellm-class.yaml", {})
    with litellm(tmp_path, model, guardrail, 'policy = "policy.toml"\njournal = "books.sqlite"\n') as client:
        place = Place(client, model, "", lambda: None)
        for name in ("sk-owner", "sk-thief"):
            client.post(MESSAGES, json=replay(), headers=key(name)).raise_for_status()
        asked = chat("x", n=3, logprobs=True, top_logprobs=2, max_tokens=900, seed=7)
        assert client.post(CHAT, json=asked, headers=key("sk-other")).status_code == 200
        arrived = model.asked[-1][2]
        assert (arrived["n"], arrived["logprobs"], arrived["max_tokens"]) == (3, True, 900)
        assert client.post(CHAT, json=asked, headers=key("sk-thief")).status_code == 200
        arrived = model.asked[-1][2]
        assert (arrived.get("n", 1), arrived["max_tokens"], arrived["seed"]) == (1, 64, 7)
        assert not arrived.get("logprobs")
        assert not arrived.get("top_logprobs")
        streams(place, "in-process")


FEWER = """action = "restrict"
limits = { logprobs = true, top_logprobs = 2, logprob_step = 0.5, logprob_budget = 200, max_tokens = 64, shared_seed = "prompt" }"""


def logprobs_said(client: httpx.Client, **more: Any) -> list[Any]:
    """Return the log-probabilities in the answer to the thief, or in the pieces of a streamed one."""
    path = "/v1/completions" if "prompt" in more else CHAT
    answer = client.post(path, json={"model": "m", "logprobs": True, **more}, headers=key("sk-thief"))
    assert answer.status_code == 200, answer.text
    if not more.get("stream"):
        return [answer.json()["choices"][0].get("logprobs")]
    lines = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: {")]
    choices = [choice for line in lines for choice in json.loads(line)["choices"]]
    return [choice["logprobs"] for choice in choices if choice.get("logprobs")]


def test_log_probabilities_and_seeds_in_the_proxys_own_process(tmp_path: Path, model: ModelServer) -> None:
    (tmp_path / "policy.toml").write_text(enforcing(FEWER))
    (tmp_path / "seed.key").write_bytes(b"a secret for tests of seeds")
    guardrail = replaced(snippet("litellm-class.yaml", {}), {"mode: pre_call": "mode: [pre_call, post_call]"})
    front = 'policy = "policy.toml"\nseed_key_file = "seed.key"\n'
    order = chat("logprob=-0.37")["messages"]
    with litellm(tmp_path, model, guardrail, front) as client:
        for name in ("sk-owner", "sk-thief"):
            client.post(MESSAGES, json=replay(), headers=key(name)).raise_for_status()
        for stream in (False, True):
            said = logprobs_said(client, messages=order, top_logprobs=20, stream=stream)
            assert said
            for (token,) in (one["content"] for one in said):
                alternatives = [(one["token"], one["logprob"]) for one in token["top_logprobs"]]
                assert (token["logprob"], alternatives) == (-0.5, [("answered", -0.5), ("b", -1.5)])
            arrived = model.asked[-1][2]
            assert (arrived["top_logprobs"], arrived["max_completion_tokens"]) == (2, 64)
        seeds = [asked["seed"] for _, _, asked in model.asked[-2:]]
        (told,) = logprobs_said(client, prompt="logprob=-0.37", logprobs=4)
        assert told["token_logprobs"] == [-0.5]
        assert told["top_logprobs"] == [{"answered": -0.5, "b": -1.5}]
        (spent,) = logprobs_said(client, messages=order)
        assert spent is None
        assert not model.asked[-1][2].get("logprobs")
        logprobs_said(client, messages=order, seed=5)
        assert [asked["seed"] for _, _, asked in model.asked[-1:]] + seeds == [seeds[0]] * 3
        knows_none = chat("logprob=-0.37", model="claude", max_tokens=50)
        assert client.post(CHAT, json=knows_none, headers=key("sk-thief")).status_code == 200
        assert "seed" not in model.asked[-1][2]


class TestGenericApi:
    """LiteLLM asks over HTTP, with nothing of ours in its process."""

    def test_an_allowed_request_is_answered(self, by_api: Place) -> None:
        answer = by_api.client.post(CHAT, json=chat("hello"), headers=key("sk-a"))
        assert answer.json()["choices"][0]["message"]["content"] == "answered"
        assert by_api.model.asked[-1][2]["messages"] == chat("hello")["messages"]

    @pytest.mark.parametrize("path", [CHAT, MESSAGES])
    def test_the_accused_is_blocked_whatever_it_says_of_itself(self, by_api: Place, path: str) -> None:
        accuse(by_api.guard, "sk-thief")
        before = len(by_api.model.asked)
        forged = {"user_api_key_hash": account_of("sk-a"), "disable_global_guardrails": True}
        asked = chat("x", model="claude", max_tokens=50, metadata=forged, litellm_metadata=forged)
        blocked = by_api.client.post(path, json=asked, headers=key("sk-thief"))
        assert blocked.status_code == 400
        assert "This account may not use the service" in blocked.text
        assert len(by_api.model.asked) == before

    @pytest.mark.parametrize("ask", [replay, chat_replay])
    def test_a_replayed_signature_is_blocked(self, by_api: Place, ask: Any) -> None:
        path = MESSAGES if ask is replay else CHAT
        mine = f"{ask.__name__}{SIGNATURE}"
        owner, thief = key(f"sk-{ask.__name__}"), key(f"sk-thief-{ask.__name__}")
        assert by_api.client.post(path, json=ask(mine), headers=owner).status_code == 200
        assert by_api.client.post(path, json=ask(mine), headers=thief).status_code == 400

    def test_a_streamed_answer_is_not_held_back(self, by_api: Place) -> None:
        streams(by_api, "api")

    def test_no_guard_is_what_the_configuration_says(self, by_api: Place) -> None:
        """Beside the guide's guardrail, which fails open, the proxy has two that are set to fail closed, asked for by name."""
        by_api.stop_guard()
        asked = {name: chat("x", guardrails=[name]) for name in ("revenuer", "class-closed", "api-closed")}
        answers = {
            name: by_api.client.post(CHAT, json=body, headers=key("sk-a")) for name, body in asked.items()
        }
        assert answers["revenuer"].status_code == 200
        assert answers["class-closed"].status_code == 503
        assert answers["class-closed"].headers["retry-after"] == "1"
        assert "cannot check this request now" in answers["class-closed"].json()["error"]["message"]
        assert answers["api-closed"].status_code == 500
