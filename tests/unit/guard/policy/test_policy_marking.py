"""Whose answers the policy has marked, under which name, and whose never."""

import pytest

from builders.guarded import HOUR, NOON, event, evidence, who
from revenuer.guard.policy import Entry, Policy, Roll, read_policy, rule
from revenuer.guard.policy.marking import Marking, marked
from revenuer.guard.standing import Meter, Standing, lifted
from revenuer.records import Action, Decision

DAY_US = 24 * HOUR
ON = Marking(enabled=True)
LIVE = Policy(shadow=False, marking=ON)


def decided(
    log10_e: float, policy: Policy = LIVE, verification: str | None = "card", standing: Standing | None = None
) -> Decision:
    return rule(event(), who(verification), evidence(log10_e), standing, Meter(), policy)[0]


def test_the_default_marks_nobody() -> None:
    assert not Policy().marking.enabled
    assert decided(3.9, Policy(shadow=False)).mark is None


@pytest.mark.parametrize(
    ("log10_e", "action", "is_marked"),
    [
        (1.5, Action.OBSERVE, False),
        (2.0, Action.OBSERVE, True),
        (3.5, Action.RESTRICT, True),
        (4.0, Action.DENY, False),
    ],
)
def test_answers_from_the_evidence_on_are_marked(log10_e: float, action: Action, is_marked: bool) -> None:
    decision = decided(log10_e)
    assert decision.action is action
    assert (decision.mark is not None) == is_marked


def test_the_mark_names_campaign_scheme_and_epoch() -> None:
    decision = decided(3.0, Policy(shadow=True, enforce=frozenset({"marking"}), marking=ON))
    assert decision.campaign_id is not None
    label, scheme, epoch = str(decision.mark).split(";")
    assert label == f"campaign:{decision.campaign_id}"
    assert scheme == "scheme=green"
    assert epoch.startswith("epoch=")


def test_in_shadow_mode_nothing_is_marked() -> None:
    assert decided(3.5, Policy(marking=ON)).mark is None


def test_an_action_can_be_asked_for() -> None:
    restricted_only = Policy(shadow=False, marking=Marking(enabled=True, at_least=Action.RESTRICT))
    assert decided(2.5, restricted_only).mark is None
    assert decided(3.5, restricted_only).mark is not None


def test_a_measure_in_force_is_marked_without_new_evidence() -> None:
    _, standing = rule(event(), who("card"), evidence(3.5), None, Meter(), LIVE)
    decision, _ = rule(event(at=NOON + 1), who("card"), evidence(0.0, None), standing, Meter(), LIVE)
    assert decision.action is Action.RESTRICT
    assert standing is not None
    assert str(decision.mark).startswith(f"campaign:{standing.operator};")


def test_the_spared_are_not_marked() -> None:
    entry = Entry(owner="o", why="contract", expires=NOON + HOUR)
    allowed = Policy(shadow=False, marking=ON, allowed=Roll(accounts={event().account_id: entry}))
    assert decided(5.0, allowed).mark is None
    _, standing = rule(event(), who("card"), evidence(3.5), None, Meter(), LIVE)
    assert standing is not None
    cleared = lifted(standing, "olga", "a mistake", NOON + 1)
    decision, _ = rule(event(at=NOON + 2), who("card"), evidence(3.5), cleared, Meter(), LIVE)
    assert decision.mark is None


def with_account(name: str, timestamp: int = NOON) -> Decision:
    return Decision(
        request_id="r", timestamp=timestamp, account_id=name, action=Action.OBSERVE, would=Action.OBSERVE,
        reason="", campaign_id="c", log10_e=3.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("account", "label"),
    [
        ("acct_42", "account:acct_42"),
        ("a;scheme=none", "account:a%3Bscheme%3Dnone"),
        ("ä b\r\n", "account:%C3%A4%20b%0D%0A"),
    ],
)
def test_no_name_can_say_more_than_a_name(account: str, label: str) -> None:
    decision = marked(with_account(account), None, False, Marking(enabled=True, label="account"))
    assert str(decision.mark).split(";")[0] == label


def test_a_name_beyond_all_bounds_is_its_hash() -> None:
    decision = marked(with_account("x" * 300), None, False, Marking(enabled=True, label="account"))
    assert str(decision.mark).startswith("account:sha256-")
    assert len(str(decision.mark)) < 160


def test_epochs_follow_each_other_without_gap() -> None:
    marking = Marking(enabled=True, epoch_days=30)
    marks = [
        marked(with_account("a", day * DAY_US), None, False, marking).mark for day in range(20_000, 20_090)
    ]
    assert len(set(marks)) in (3, 4)
    assert marks == sorted(marks, key=lambda mark: str(mark)[-10:])
    assert str(marked(with_account("a", 31 * DAY_US), None, False, marking).mark).endswith("epoch=1970-01-31")


def test_a_file_says_what_is_marked() -> None:
    text = '[mode]\nshadow = false\n[marking]\nenabled = true\nlog10_e = 3\nat_least = "throttle"\nscheme = "gumbel:width=2"\n'
    text += 'label = "account"\nepoch = "7d"\n'
    reading = read_policy(text, "p.toml")
    assert reading.policy is not None
    assert reading.policy.marking == Marking(
        enabled=True,
        log10_e=3.0,
        at_least=Action.THROTTLE,
        scheme="gumbel:width=2",
        label="account",
        epoch_days=7,
    )
    assert reading.policy.version != Policy(shadow=False).version


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('at_least = "deny"', "nothing is answered"),
        ('epoch = "36h"', "whole days"),
        ('scheme = "green;epoch=x"', "expected a name"),
        ('label = "person"', "expected one of campaign, account"),
        ("strength = 2", "unknown key"),
    ],
)
def test_what_makes_no_sense_is_told(line: str, words: str) -> None:
    reading = read_policy(f"[marking]\nenabled = true\n{line}\n", "p.toml")
    assert reading.policy is None
    assert words in reading.faults[0].message


def test_marking_on_weak_evidence_gets_a_warning() -> None:
    reading = read_policy("[marking]\nenabled = true\nlog10_e = 0.5\n", "p.toml")
    assert reading.policy is not None
    assert "honest" in reading.faults[0].message
