"""What holds of the policy whatever comes: generated policies, accounts, measures and sequences of requests."""

from collections import Counter
from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from builders.guarded import HOUR, NOON, SECOND, event, evidence
from revenuer.guard.event import Registered
from revenuer.guard.policy import Budget, Caps, Ceiling, Entry, Policy, Roll, Rule, rule
from revenuer.guard.standing import HOUR_US, Meter, Standing, lifted
from revenuer.records import ACTIONS, RESTRICTIVE, VERIFICATIONS, Action

NO_CAPS = Caps(max_restricted_per_hour=10**9, max_denied_per_hour=10**9)
OPERATORS = st.sampled_from(["op", "other"])
WEIGHTS = st.integers(-20, 120).map(lambda tenth: tenth / 10)
PLANS = ("free", "pro")


def some(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str] | None]:
    return st.none() | st.frozensets(st.sampled_from(values), min_size=1)


ACCOUNTS = st.builds(
    Registered,
    plan=st.sampled_from([*PLANS, None]),
    verification=st.sampled_from([*VERIFICATIONS, None]),
    declared_use=st.sampled_from(["evaluation", "licensed_distillation", "chat", None]),
)
RULES = st.builds(
    Rule,
    name=st.sampled_from(["one", "two", "three"]),
    action=st.sampled_from(ACTIONS),
    log10_e=WEIGHTS,
    harvested_over=st.integers(-1, 20),
    plans=some(PLANS),
    verifications=some(VERIFICATIONS),
    hold_s=st.integers(1, 10_000),
    retry_after_s=st.integers(1, 100),
)
CEILINGS = st.builds(
    Ceiling,
    name=st.just("some"),
    at_most=st.sampled_from(ACTIONS),
    unless_log10_e=st.none() | WEIGHTS,
    declared_uses=some(("evaluation", "licensed_distillation")),
    verifications=some(VERIFICATIONS),
    plans=some(PLANS),
)
POLICIES = st.builds(
    Policy,
    shadow=st.booleans(),
    enforce=st.frozensets(st.sampled_from(["one", "throttle", "deny", "budget"])),
    rules=st.lists(RULES, max_size=6).map(tuple) | st.just(Policy().rules),
    ceilings=st.lists(CEILINGS, max_size=3).map(tuple) | st.just(Policy().ceilings),
    budget=st.builds(
        Budget,
        answered=st.none() | st.integers(0, 20),
        then=st.builds(
            Rule,
            name=st.just("budget"),
            action=st.sampled_from(sorted(RESTRICTIVE)),
            log10_e=WEIGHTS,
            hold_s=st.integers(1, 10_000),
        ),
    ),
    caps=st.just(NO_CAPS),
    appeal_margin=st.integers(0, 30).map(lambda tenth: tenth / 10),
)


def measure(
    action: Action, since_s: int, hold_s: int, log10_e: float, operator: str, shadow: bool
) -> Standing:
    return Standing(
        account_id="a",
        action=action,
        operator=operator,
        since=NOON + since_s * SECOND,
        until=NOON + (since_s + hold_s) * SECOND,
        log10_e=log10_e,
        reason="something shared",
        rule="one",
        shadow=shadow,
    )


MEASURES = st.builds(
    measure,
    st.sampled_from(sorted(RESTRICTIVE)),
    st.integers(-5_000, 100),
    st.integers(1, 10_000),
    WEIGHTS,
    OPERATORS,
    st.booleans(),
)
BEFORE = st.none() | MEASURES | st.builds(lambda one: lifted(one, "owner", "why", NOON - SECOND), MEASURES)


def severity(action: Action) -> int:
    return ACTIONS.index(action)


@given(POLICIES, ACCOUNTS, BEFORE, OPERATORS, WEIGHTS, WEIGHTS, st.integers(0, 30))
def test_more_evidence_is_never_milder(
    policy: Policy,
    account: Registered,
    before: Standing | None,
    operator: str,
    one: float,
    two: float,
    harvested: int,
) -> None:
    weak, strong = (
        rule(event(), account, evidence(weight, operator, harvested), before, Meter(), policy)[0]
        for weight in sorted((one, two))
    )
    assert severity(strong.would) >= severity(weak.would)


@given(POLICIES, ACCOUNTS, BEFORE, WEIGHTS, st.integers(0, 30), st.integers(0, 30))
def test_more_harvest_is_never_milder(
    policy: Policy, account: Registered, before: Standing | None, weight: float, one: int, two: int
) -> None:
    less, more = (
        rule(event(), account, evidence(weight, harvested=harvested), before, Meter(), policy)[0]
        for harvested in sorted((one, two))
    )
    assert severity(more.would) >= severity(less.would)


@given(POLICIES, ACCOUNTS, BEFORE, WEIGHTS, st.integers(0, 30))
def test_shadow_never_acts_and_changes_nothing_else(
    policy: Policy, account: Registered, before: Standing | None, weight: float, harvested: int
) -> None:
    found = evidence(weight, harvested=harvested)
    shadow = replace(policy, shadow=True, enforce=frozenset())
    hidden, _ = rule(event(), account, found, before, Meter(), shadow)
    assert hidden.action not in RESTRICTIVE
    assert (hidden.retry_after_s, hidden.limits) == (None, None)
    if before is None or not before.shadow:
        live, _ = rule(event(), account, found, before, Meter(), replace(shadow, shadow=False))
        assert (hidden.would, hidden.reason) == (live.action, live.reason)


@given(POLICIES, ACCOUNTS, BEFORE, st.floats(0, 300), st.integers(0, 10**6), st.booleans())
def test_the_exempt_are_never_above_observe(
    policy: Policy, account: Registered, before: Standing | None, weight: float, harvested: int, listed: bool
) -> None:
    policy = replace(policy, shadow=False, ceilings=(*policy.ceilings, *Policy().ceilings))
    if listed:
        entry = Entry(owner="o", why="w", expires=NOON + 1)
        policy = replace(policy, allowed=Roll(accounts={"a": entry}))
    else:
        account = msgspec.structs.replace(account, verification="kyc", declared_use="evaluation")
    decision, after = rule(event(), account, evidence(weight, harvested=harvested), before, Meter(), policy)
    assert decision.would not in RESTRICTIVE
    assert after is before


@given(POLICIES, ACCOUNTS, MEASURES, st.integers(0, 10**12), WEIGHTS, OPERATORS)
def test_a_measure_that_has_run_out_has_no_effect(
    policy: Policy, account: Registered, standing: Standing, later: int, weight: float, operator: str
) -> None:
    at = event(at=standing.until + later)
    with_it, _ = rule(at, account, evidence(weight, operator), standing, Meter(), policy)
    without, _ = rule(at, account, evidence(weight, operator), None, Meter(), policy)
    assert with_it == without


@given(POLICIES, ACCOUNTS, BEFORE, WEIGHTS, OPERATORS, st.integers(-(10**15), 10**15))
def test_only_differences_of_the_events_times_matter(
    policy: Policy,
    account: Registered,
    before: Standing | None,
    weight: float,
    operator: str,
    shift: int,
) -> None:
    shift *= HOUR_US // 10**9
    moved = before and msgspec.structs.replace(before, since=before.since + shift, until=before.until + shift)
    here, after = rule(event(), account, evidence(weight, operator), before, Meter(), policy)
    there, later = rule(
        event(at=NOON + shift), account, evidence(weight, operator), moved, Meter(hour=-(10**9)), policy
    )
    assert (here.action, here.would, here.reason) == (there.action, there.would, there.reason)
    assert (here.retry_after_s, here.limits) == (there.retry_after_s, there.limits)
    if after is not None and later is not None:
        assert (later.since, later.until) == (after.since + shift, after.until + shift)


REQUESTS = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"), st.integers(-3 * 3_600, 3 * 3_600), st.sampled_from([0.0, 3.0, 3.5, 4.0])
    ),
    max_size=60,
)


@given(REQUESTS, st.integers(0, 3), st.integers(0, 3), st.sampled_from(["none", "card"]))
def test_the_caps_hold_for_every_sequence_and_every_clock(
    requests: list[tuple[str, int, float]], restricted: int, denied: int, verification: str
) -> None:
    policy = Policy(shadow=False, caps=Caps(max_restricted_per_hour=restricted, max_denied_per_hour=denied))
    meter, books = Meter(), dict[str, Standing | None]()
    newly, newly_denied, latest = Counter[int](), Counter[int](), 0
    for account, second, weight in requests:
        at = event(account, NOON + second * SECOND)
        latest = max(latest, at.timestamp // HOUR)
        before = books.get(account)
        stood = before is not None and before.in_force(at.timestamp)
        decision, after = rule(
            at, Registered(verification=verification), evidence(weight), before, meter, policy
        )
        books[account] = after
        newly[latest] += decision.action in RESTRICTIVE and not stood
        was_denied = stood and before is not None and before.action is Action.DENY
        newly_denied[latest] += decision.action is Action.DENY and not was_denied
    assert max(newly.values(), default=0) <= restricted
    assert max(newly_denied.values(), default=0) <= denied


@given(REQUESTS)
def test_the_same_requests_give_the_same_decisions(requests: list[tuple[str, int, float]]) -> None:
    def run() -> list[object]:
        meter, books, told = Meter(), dict[str, Standing | None](), list[object]()
        for account, second, weight in requests:
            at = event(account, NOON + second * SECOND)
            decision, books[account] = rule(
                at, None, evidence(weight), books.get(account), meter, Policy(shadow=False)
            )
            told.append(decision)
        return told

    assert run() == run()
