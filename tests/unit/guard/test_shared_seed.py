"""Seeds that an operator's accounts share: equal where they must be, different everywhere else, and of no use without the secret."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.guarded import HOUR, NOON, event
from revenuer.guard import Guard, GuardState
from revenuer.guard.event import Event
from revenuer.guard.policy import Policy, Rule
from revenuer.guard.shared_seed import SEEDS, SharedSeeds, prompt_key, read_secret, shared_seed
from revenuer.records import Action, Decision, InputError, Limits

SECRET = b"a secret for tests of seeds"


def restrict(
    account: str = "a", operator: str | None = "op", at: int = NOON, by: str = "prompt", epoch_s: int = 3600
) -> Decision:
    limits = Limits(shared_seed=by, seed_epoch_s=epoch_s)
    return Decision(
        request_id="r", timestamp=at, account_id=account, action=Action.RESTRICT, would=Action.RESTRICT,
        reason="", campaign_id=operator, limits=limits,
    )  # fmt: skip


def asked(prompt: str | None) -> Event:
    return msgspec.structs.replace(event(), prompt=prompt)


def seed(decision: Decision, prompt: str | None, secret: bytes = SECRET) -> int:
    limits = SharedSeeds(secret).seeded(decision, asked(prompt)).limits
    assert limits is not None
    assert limits.seed is not None
    return limits.seed


def test_accounts_of_one_operator_that_ask_alike_share_a_seed() -> None:
    first = seed(restrict("a"), "Summarise: the fox,  and the 3 hens.")
    assert first == seed(restrict("b"), "summarise the FOX and the 3 hens")
    assert 0 <= first < SEEDS


@pytest.mark.parametrize(
    "other",
    [
        (restrict(operator="other"), "the same words", SECRET),
        (restrict(at=NOON + HOUR), "the same words", SECRET),
        (restrict(), "other words", SECRET),
        (restrict(), "the same words 4", SECRET),
        (restrict(), "the same words", b"another secret of tests"),
        (restrict(by="operator"), "the same words", SECRET),
        (restrict(epoch_s=1800), "the same words", SECRET),
    ],
)
def test_seeds_differ_across_operators_epochs_prompts_and_secrets(other: tuple[Decision, str, bytes]) -> None:
    assert seed(restrict(), "the same words") != seed(*other)


def test_one_seed_for_all_prompts_of_an_operator() -> None:
    one = seed(restrict("a", by="operator"), "this")
    assert one == seed(restrict("b", by="operator"), "something else, 7f3a")
    assert one != seed(restrict("b", "other", by="operator"), "this")


def test_an_account_without_an_operator_is_one_of_its_own() -> None:
    assert seed(restrict("a", None), "x") != seed(restrict("b", None), "x")
    assert seed(restrict("a", None), "x") != seed(restrict("a", "a"), "x")


def test_the_seed_holds_for_the_whole_epoch() -> None:
    late = NOON + HOUR - 1
    assert seed(restrict(at=late), None) == seed(restrict(), None) == seed(restrict(), "")


def test_without_a_secret_each_guard_has_its_own() -> None:
    one, two = SharedSeeds(), SharedSeeds()
    assert one.seeded(restrict(), asked("x")) == one.seeded(restrict(), asked("x"))
    assert one.seeded(restrict(), asked("x")) != two.seeded(restrict(), asked("x"))


def test_limits_that_ask_for_none_are_left_as_they_are() -> None:
    decision = msgspec.structs.replace(restrict(), limits=Limits())
    assert SharedSeeds(SECRET).seeded(decision, asked("x")) is decision
    bare = msgspec.structs.replace(restrict(), limits=None)
    assert SharedSeeds(SECRET).seeded(bare, asked("x")) is bare


def test_half_a_surrogate_pair_is_a_prompt_too() -> None:
    assert isinstance(seed(restrict("a", "op\ud800"), "half \ud800"), int)


def test_seeds_are_spread_evenly() -> None:
    seeds = [shared_seed(SECRET, "op", f"prompt {number}", 0) for number in range(4000)]
    assert len(set(seeds)) > 3990
    assert abs(sum(one < SEEDS // 2 for one in seeds) - 2000) < 160


@given(st.text(max_size=30), st.text(max_size=30))
def test_what_the_guard_reads_alike_is_alike(one: str, two: str) -> None:
    assert prompt_key(f"  {one}!") == prompt_key(f"{one} ")
    if prompt_key(one) == prompt_key(two):
        assert shared_seed(SECRET, "op", one, 1) == shared_seed(SECRET, "op", two, 1)


def test_a_secret_is_read_from_a_file_and_must_be_long_enough(tmp_path: Path) -> None:
    named = tmp_path / "seed.key"
    with pytest.raises(InputError, match="openssl rand"):
        read_secret(named)
    named.write_bytes(b"short\n")
    with pytest.raises(InputError, match="holds 5 bytes, it needs 16"):
        read_secret(named)
    named.write_bytes(SECRET + b"\n")
    assert read_secret(named) == SECRET


def test_the_guard_puts_the_seed_into_its_decision_and_its_books() -> None:
    limits = Limits(shared_seed="prompt")
    rules = (Rule(name="less", action=Action.RESTRICT, log10_e=3.0, hold_s=3600, limits=limits),)
    kept: list[Decision] = []

    class Journal:
        def record(self, decision: Decision) -> None:
            kept.append(decision)

        def store(self, saved: object) -> None:
            pass

    def replaying(account: str, seconds: int) -> Event:
        """A request that carries the reasoning block that account `a` received first."""
        asked = event(account, NOON + seconds)
        return msgspec.structs.replace(asked, reasoning_signature="0" * 32, prompt="the same words")

    guard = Guard(GuardState(Policy(shadow=False, rules=rules)), Journal(), SharedSeeds(SECRET))
    assert guard.decide(replaying("a", 0)).limits is None
    for thief in ("b", "b"):
        decision = guard.decide(replaying(thief, len(kept)))
        assert decision.action is Action.RESTRICT
        assert decision.limits is not None
        assert decision.limits.seed == seed(decision, "the same words")
        assert kept[-1] is decision
