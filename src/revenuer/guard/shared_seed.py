"""One sampling seed for what an operator's accounts ask alike, so that more accounts bring no other answers."""

import hashlib
import hmac
import secrets
from pathlib import Path

import msgspec
import numpy as np

from revenuer.detect.fingerprints import text_hash
from revenuer.detect.tokens import MAX_TOKENS, tokenize
from revenuer.guard.event import Event
from revenuer.records import Decision, InputError

LEAST_SECRET = 16
"""Bytes; whoever can guess the secret can tell which prompts will be sampled alike."""
SEEDS = 2**31
"""Engines take 32 bits with a sign, or more."""
_SECOND_US = 1_000_000


class SharedSeeds:
    """Makes seeds from `secret`; without one, from one of its own, which no other process and no later one has."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secrets.token_bytes(32) if secret is None else secret

    def seeded(self, decision: Decision, event: Event) -> Decision:
        """Return the decision with the seed that its limits ask for; the very one given where they ask for none.

        An account whose operator has no name is an operator of its own.
        """
        limits = decision.limits
        if limits is None or limits.shared_seed == "off":
            return decision
        seed = shared_seed(
            self._secret,
            decision.campaign_id or f"account {decision.account_id}",
            None if limits.shared_seed == "operator" else event.prompt or "",
            decision.timestamp // (limits.seed_epoch_s * _SECOND_US),
        )
        return msgspec.structs.replace(decision, limits=msgspec.structs.replace(limits, seed=seed))


def shared_seed(secret: bytes, operator: str, prompt: str | None, epoch: int) -> int:
    """Return the seed (0 to 2^31 - 1) for a prompt of an operator; `prompt` None: one for all its prompts.

    Prompts are alike if `prompt_key` says so. Nobody without the secret can tell which seed will follow.
    """
    key = b"" if prompt is None else prompt_key(prompt).to_bytes(8, "big")
    name = operator.encode("utf-8", "backslashreplace")
    told = b"".join(len(part).to_bytes(4, "big") + part for part in (b"seed", name, b"%d" % epoch, key))
    return int.from_bytes(hmac.digest(secret, told, hashlib.sha256)[:8], "big") % SEEDS


def prompt_key(prompt: str) -> int:
    """Return the hash of a prompt as the guard reads prompts: case, spacing and punctuation do not count, numbers do."""
    data = np.frombuffer(prompt.encode("utf-8", "surrogatepass"), np.uint8)
    hashes = np.zeros(MAX_TOKENS, np.uint64)
    places = np.zeros((2, MAX_TOKENS), np.int64)
    kinds = np.zeros(MAX_TOKENS, np.uint8)
    count = tokenize(data, 0, len(data), hashes, places[0], places[1], kinds)
    return int(text_hash(hashes, count))


def read_secret(path: Path) -> bytes:
    """Return the secret that a file holds. Raises InputError where it cannot be read or is too short."""
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise InputError(
            f"cannot read the seed key {path}: {error.strerror or error}; make one with: openssl rand -hex 32 > {path}"
        ) from error
    if len(secret) < LEAST_SECRET:
        raise InputError(
            f"the seed key {path} holds {len(secret)} bytes, it needs {LEAST_SECRET}; make one with: openssl rand -hex 32 > {path}"
        )
    return secret
