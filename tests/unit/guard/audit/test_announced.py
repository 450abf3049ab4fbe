"""The same policy has the same digest, in whatever process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from revenuer.guard import Policy
from revenuer.guard.audit import policy_fact
from revenuer.guard.audit.announced import read_announcement

PROGRAM = """
from revenuer.guard import Policy
from revenuer.guard.audit import policy_fact
from revenuer.guard.audit.announced import read_announcement
from revenuer.guard.policy import Ceiling, Entry, Roll
from revenuer.records import Action
kinds = frozenset(f"plan-{number}" for number in range(9))
roll = Roll(accounts={f"a{number}": Entry(owner="o", why="w", expires=1) for number in range(9)})
policy = Policy(ceilings=(Ceiling(name="x", at_most=Action.OBSERVE, plans=kinds),), allowed=roll)
print(read_announcement(policy_fact(policy).value).digest)
"""


def test_a_digest_does_not_depend_on_the_order_of_a_set() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in (1, 2)
    }
    assert len(said) == 1


@pytest.mark.parametrize("policy", [Policy(), Policy(shadow=False)])
def test_an_announcement_is_read_as_it_was_made(policy: Policy) -> None:
    fact = policy_fact(policy, "olga")
    announced = read_announcement(fact.value or b"")
    assert (fact.kind, announced.actor, announced.about) == (
        "policy",
        "olga",
        f"policy {policy.version} in force",
    )
    assert str(Path.home()) not in announced.text
