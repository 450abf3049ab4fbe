"""What a real service leaves of a restricted account's requests: log-probabilities within a budget, and seeds, over a restart too."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from builders.guide_service import REVENUER, THIS_REVENUER, account_of, accuse, enforcing
from builders.programs import free_port, started

LESS = """action = "restrict"
limits = { logprobs = true, top_logprobs = 5, logprob_step = 0.5, logprob_budget = 100, max_tokens = 64, shared_seed = "prompt" }"""
THIEF = account_of("sk-thief")


@contextlib.contextmanager
def service(folder: Path) -> Iterator[str]:
    """Run the service in `folder`, with its policy, its journal and its secret; gives its address."""
    port = free_port()
    named = {"--port": port, "--policy": "policy.toml", "--journal": "guard.sqlite", "--seed-key": "seed.key", "--trusted-proxy": "127.0.0.1"}  # fmt: skip
    options = [str(part) for pair in named.items() for part in pair]
    address = f"http://127.0.0.1:{port}"
    command = [*REVENUER, "guard", "serve", *options]
    with started(command, f"{address}/readyz", folder / "guard.log", THIS_REVENUER, cwd=folder):
        yield address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy.toml").write_text(enforcing(LESS))
    (tmp_path / "seed.key").write_bytes(b"a secret for tests of seeds")
    return tmp_path


def limits(guard: str, prompt: str = "the same words", **more: Any) -> dict[str, Any]:
    asked = {"account_id": THIEF, "prompt": prompt, "logprobs": True, "max_tokens": 40, **more}
    decision = httpx.post(f"{guard}/v1/decide", json=asked).raise_for_status().json()
    assert decision["action"] == "restrict"
    found: dict[str, Any] = decision["limits"]
    return found


def test_budget_and_seeds_outlive_a_restart(folder: Path) -> None:
    with service(folder) as guard:
        accuse(guard, "sk-thief")
        first = limits(guard)
        assert (first["logprobs"], first["top_logprobs"], first["logprob_step"]) == (True, 5, 0.5)
        assert first["seed"] == limits(guard, "The SAME words!", logprobs=False)["seed"]
        assert first["seed"] != limits(guard, "other words", logprobs=False)["seed"]
        assert limits(guard)["logprobs"]
        assert not limits(guard)["logprobs"]
        assert limits(guard, max_tokens=20)["logprobs"]
    with service(folder) as guard:
        again = limits(guard, max_tokens=1)
        assert not again["logprobs"]
        assert again["seed"] == first["seed"]


def test_gateways_are_told_in_a_header(folder: Path) -> None:
    with service(folder) as guard:
        accuse(guard, "sk-thief")
        asked = {"model": "m", "messages": [{"role": "user", "content": "the same words"}], "logprobs": True, "max_tokens": 40}  # fmt: skip
        key = {"authorization": "Bearer sk-thief"}
        seed = limits(guard, logprobs=False)["seed"]
        shown = httpx.post(f"{guard}/envoy/v1/chat/completions", json=asked, headers=key)
        assert shown.headers["x-revenuer-limits"] == (
            f"logprobs=?1, n=1, max_tokens=64, reasoning=summary, top_logprobs=5, logprob_step=0.5, logit_bias=alone, seed={seed}"
        )
        hidden = httpx.get(f"{guard}/nginx/auth", headers=key)
        assert hidden.headers["x-revenuer-limits"].startswith(
            "logprobs=?0, n=1, max_tokens=64, reasoning=summary, seed="
        )
