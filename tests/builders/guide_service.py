"""The guard's HTTP service as docs/guard.md starts it, and the means to have an account found out."""

import contextlib
import hashlib
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx

import revenuer
from builders.guide import snippet
from builders.programs import free_port, started

SIGNATURE = "EqQBCgIYAhIkN2" + "s7Zb9" * 12
"""A reasoning signature, long enough to count."""

REVENUER = [sys.executable, "-c", "from revenuer.cli.main import main; main()"]
THIS_REVENUER = {"PYTHONPATH": str(Path(revenuer.__file__).parents[1])}
"""Has a program started elsewhere import the package that is under test."""


def account_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@contextlib.contextmanager
def guard_service(folder: Path, policy: str | None = None, port: int | None = None) -> Iterator[str]:
    """Run the service with a policy (None = the default, shadow mode); gives its address."""
    at = port or free_port()
    if policy is None:
        command = shlex.split(snippet("serve.sh", {"8080": str(at)}))
    else:
        (folder / "policy.toml").write_text(policy)
        command = shlex.split(snippet("serve-policy.sh", {"8080": str(at)}))
    assert command[0] == "revenuer"
    address = f"http://127.0.0.1:{at}"
    log = folder / "guard.log"
    with started([*REVENUER, *command[1:]], f"{address}/readyz", log, THIS_REVENUER, cwd=folder):
        yield address


def owner(key: str) -> str:
    """Return the key of the honest account that a replay by `key` takes its block from; one of its own for every thief."""
    return f"{key}-owner"


def accuse(guard: str, key: str) -> None:
    """Have the account of `key` replay what the account of `owner(key)` received: evidence enough for any measure."""
    for account in (account_of(owner(key)), account_of(key)):
        event = {"account_id": account, "reasoning_signature": account_of(SIGNATURE + key)[:32]}
        httpx.post(f"{guard}/v1/decide", json=event).raise_for_status()


def enforcing(rule: str = "") -> str:
    """Return the guide's policy outside shadow mode; `rule`: lines of the one rule that takes the place of the default ones."""
    table = f'\n[[rule]]\nname = "tried"\nwhen = {{ log10_e = 3.0 }}\nhold = "24h"\n{rule}\n' if rule else ""
    return snippet("policy.toml", {}) + table


THROTTLE = 'action = "throttle"\nretry_after = "17s"'
RESTRICT = 'action = "restrict"\nlimits = { logprobs = false, n = 1, max_tokens = 64, reasoning = "summary" }'
