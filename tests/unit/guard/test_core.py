"""The core from outside: what holds of `decide` whatever comes."""

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from builders.guarded import HOUR, NOON, SECOND
from builders.live import ASKS, RESTRICTED_AT, Live, check_books, members_of
from builders.signal_cases import INSTRUCTION
from revenuer.guard.core import decide, learn, lift
from revenuer.guard.event import Aftermath, Event, Registered
from revenuer.guard.ledger import Ledger
from revenuer.guard.policy import Policy
from revenuer.guard.state import GuardState
from revenuer.guard.suspicion.books import Books
from revenuer.records import Action, Decision

NAMES = st.sampled_from([*"abcdefghijkl", "", "\ud800", "ü"])
VALUES = st.none() | st.sampled_from(["x", "y", "", "\udfff"])
ACCOUNTS = st.none() | st.builds(
    Registered,
    organization_id=VALUES,
    created_at=st.none() | st.integers(0, 2 * NOON),
    email_domain=VALUES,
    payment_fingerprint=VALUES,
    signup_ip=st.none() | st.sampled_from(["192.0.2.1", "::1", "no address", ""]),
    declared_use=st.none() | st.sampled_from(["evaluation", ""]),
    verification=st.none() | st.sampled_from(["kyc", "card", "none"]),
)
PROMPTS = st.one_of(
    st.none(),
    st.builds(str.format, st.sampled_from(sorted(ASKS.values())), st.sampled_from(["cats", "old boats"])),
    st.just(INSTRUCTION),
    st.text(max_size=50),
)
EVENTS = st.builds(
    Event,
    request_id=st.just("r"),
    account_id=NAMES,
    model=st.just("m"),
    timestamp=st.integers(NOON - 100 * HOUR, NOON + 100 * HOUR),
    organization_id=VALUES,
    client_ip=st.none() | st.sampled_from([f"192.0.2.{i}" for i in range(9)]),
    user_agent=VALUES,
    tls_fingerprint=VALUES,
    prompt=PROMPTS,
    turn=st.integers(0, 2),
    tool_count=st.none() | st.integers(0, 1),
    reasoning_signature=st.none() | st.sampled_from(["s1", "s2", "s3", ""]),
    account=ACCOUNTS,
)
ISSUES = st.builds(
    Aftermath,
    request_id=st.just("r"),
    account_id=NAMES,
    timestamp=st.just(NOON),
    issued_signatures=st.lists(st.sampled_from(["s1", "s2", "s3", "s4"]), max_size=2),
)
STREAMS = st.lists(EVENTS | ISSUES, max_size=60)
LIVE = Policy(shadow=False)


def run(
    stream: list[Event | Aftermath], max_accounts: int, check: bool = False
) -> tuple[GuardState, list[Decision]]:
    state, decisions = GuardState(LIVE, Ledger(max_accounts=max_accounts)), []
    for one in stream:
        if isinstance(one, Event):
            state, decision = decide(one, state)
            decisions.append(decision)
        else:
            state = learn(one, state)
        if check:
            check_books(state)
    return state, decisions


@given(STREAMS, st.sampled_from([2, 8, 64]))
@settings(
    max_examples=60,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
def test_the_same_events_give_the_same_decisions_and_the_books_agree(
    stream: list[Event | Aftermath], max_accounts: int
) -> None:
    """Over any mixture of clocks, names, identities, texts and signatures, in a ledger that is far too small."""
    before = [msgspec.structs.asdict(one) for one in stream]
    state, decisions = run(stream, max_accounts, check=True)
    assert [msgspec.structs.asdict(one) for one in stream] == before
    assert run(stream, max_accounts)[1] == decisions
    assert len(state.ledger) <= max_accounts


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        " ",
        "\0" * 9,
        "\ud800",
        "a\udfffb " * 200,
        "\U0001f642" * 500,
        "word " * 100_000,
        "x" * 1_000_000,
        "7 " * 5000,
    ],
    ids=["empty", "blank", "nul", "surrogate", "surrogates", "emoji", "words", "one word", "numbers"],
)
def test_any_text_is_taken(prompt: str) -> None:
    live = Live()
    for name in ("a", "b"):
        for _ in range(4):
            assert live.send(name, prompt).log10_e == 0
    assert live.state.ledger.accounts["prompts"][live.state.ledger.rows["a"]] == (4 if prompt else 0)


def replayer(live: Live) -> Decision:
    """Let an account replay a signature, and return what is decided on it."""
    live.receives(live.person("owner"), "signature")
    return live.send(live.person("thief"), "hello", signature="signature")


def test_a_measure_that_ran_out_does_not_come_back_with_the_clock() -> None:
    """The evidence of then is gone (another ledger), so that only the measure could restrict."""
    live = Live()
    live.state.policy = LIVE
    assert replayer(live).action is Action.DENY
    standing = live.state.standing["thief"]
    after = GuardState(LIVE)
    after.put_standing(standing)
    event = Event(request_id="r", account_id="thief", model="m", timestamp=standing.until - SECOND)
    assert decide(event, after)[1].action is Action.DENY
    decide(msgspec.structs.replace(event, account_id="other", timestamp=standing.until + 600 * SECOND), after)
    assert decide(event, after)[1].action is Action.ALLOW


def test_an_appeal_still_holds_when_its_operator_is_merged_into_another() -> None:
    live = Live()
    live.state.policy = LIVE
    assert replayer(live).action is Action.DENY
    live.state = lift("thief", "owner@example.com", "a shared machine", live.now, live.state)
    assert live.send("thief", "hello").action is Action.OBSERVE
    books = live.state.books
    bigger = books.new_operator(live.now, ["by hand"])
    for i in range(5):
        live.send(live.person(f"m-{i}"), "hello")
        books.join(bigger, books.suspect(f"m-{i}", live.now))
    cleared = books.operators[live.state.standing["thief"].operator]
    books.merge(bigger, cleared)
    decision = live.send("thief", "hello")
    assert decision.campaign_id == bigger.name
    assert decision.action is Action.OBSERVE


@pytest.mark.parametrize("organization", [None, "org"])
def test_who_declares_and_was_verified_belongs_to_no_operator(organization: str | None) -> None:
    """Sending the instruction, asking for reasoning, behind the operator's proxy, replaying: shown perhaps, never counted."""
    live = Live(seed=3)
    live.crowd(3000)
    live.person(
        "lab", address="203.0.113.1", organization=organization, declared_use="evaluation", verification="kyc"
    )
    for _ in range(5):
        live.send("lab", f"{INSTRUCTION}. {live.talk()}")
    live.pool("op", 24, INSTRUCTION)
    live.receives("op-1", "signature")
    live.ask("lab", "cot", 6)
    for _ in range(5):
        live.send("lab", f"{INSTRUCTION}. {live.talk()}", signature="signature")
    assert live.contained()
    assert members_of(live, ["lab"]) == []
    assert live.worst["lab"] < RESTRICTED_AT
    check_books(live.state)


def test_who_declares_later_leaves_its_operator() -> None:
    live = Live(seed=3)
    live.crowd(3000)
    names = live.pool("op", 24, INSTRUCTION)
    assert members_of(live, names) == names
    live.person("op-3", address="203.0.113.3", declared_use="evaluation", verification="kyc")
    live.send("op-3", f"{INSTRUCTION}. {live.talk()}")
    assert "op-3" not in members_of(live, names)
    check_books(live.state)
    live.person("op-3", address="203.0.113.3")
    live.send("op-3", f"{INSTRUCTION}. {live.talk()}")
    assert "op-3" in members_of(live, names)


def test_siblings_replay_what_one_of_them_received() -> None:
    live = Live()
    for name in ("a", "b"):
        live.send(live.person(name, organization="org"), "hello")
    live.receives("a", "signature")
    assert live.send("b", "hello", signature="signature").log10_e == 0


def test_a_ledger_that_an_attacker_fills_with_suspects_goes_on_deciding() -> None:
    """Every account is elevated, so that all are suspects; the honest and the guilty are still told apart."""
    live = Live(max_accounts=32)
    assert replayer(live).log10_e >= RESTRICTED_AT
    for i in range(100):
        live.ask(live.person(f"flood-{i}"), "cot", 4)
        check_books(live.state)
    books: Books = live.state.books
    assert len(books.suspects) <= 20
    assert len(live.state.ledger) == 32
    assert live.send(live.person("honest"), "hello").log10_e == 0
    assert live.send("thief", "hello").log10_e >= RESTRICTED_AT
    assert live.send("thief", "hello").log10_e >= RESTRICTED_AT
    assert live.suspect("thief").operator is not None
