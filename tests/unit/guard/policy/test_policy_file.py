"""The policy file: every fault at once, each with its place; and the default that ships."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revenuer.guard.policy import Policy, PolicyError, default_text, load_policy, read_policy
from revenuer.records import Action, InputError, Limits

GOLDEN = Path(__file__).parents[3] / "golden" / "guard"
IN_2026 = 1_780_000_000_000_000


def limits(text: str) -> str:
    """Return a policy with one rule that restricts to these limits."""
    return f'[[rule]]\naction = "restrict"\nwhen.log10_e = 3\nhold = "1h"\nlimits = {{ {text} }}'


def messages(text: str) -> list[str]:
    return [str(fault) for fault in read_policy(text, "p.toml", now=IN_2026).faults]


def test_every_fault_is_told_with_its_place() -> None:
    content = (GOLDEN / "faulty_policy.toml").read_bytes()
    reading = read_policy(content, "faulty_policy.toml", now=IN_2026)
    assert reading.policy is None
    told = "".join(f"{fault}\n" for fault in reading.faults)
    assert told == (GOLDEN / "faulty_policy.txt").read_text()


def test_the_file_that_ships_is_the_default() -> None:
    reading = read_policy(default_text(), "default.toml", now=IN_2026)
    assert reading.faults == ()
    assert reading.policy == Policy() == load_policy(None)
    assert Policy().shadow


def test_the_examples_in_the_default_can_be_uncommented() -> None:
    head, _, lists = default_text().partition("# An account's own entry goes before its organization's.\n")
    text = head + "".join(line.removeprefix("# ") for line in lists.splitlines(keepends=True)).lstrip("#\n")
    reading = read_policy(text, "default.toml", now=IN_2026)
    assert reading.faults == ()
    assert reading.policy is not None
    assert list(reading.policy.denied.accounts) == ["acct-0815"]
    assert reading.policy.allowed.organizations["org-4711"].expires == 1_806_451_200_000_000


def test_nothing_that_a_customer_feels_stands_below_three_by_default() -> None:
    felt = [one for one in Policy().rules if one.action not in (Action.ALLOW, Action.OBSERVE)]
    assert min(one.log10_e for one in (*felt, Policy().budget.then)) >= 3.0
    assert min(one.log10_e for one in felt if one.action is Action.DENY) == 4.0


def test_an_empty_file_is_the_default_and_sections_change_it_key_by_key() -> None:
    assert read_policy("", "p.toml").policy == Policy()
    reading = read_policy(
        '[caps]\nmax_denied_per_hour = 0\n[budget]\nanswered = "unlimited"\n[mode]\nshadow = false\nenforce = []\n',
        "p.toml",
    )
    assert reading.faults == ()
    policy = reading.policy
    assert policy is not None
    assert (policy.caps.max_denied_per_hour, policy.caps.max_restricted_per_hour) == (0, 500)
    assert (policy.budget.answered, policy.budget.then) == (None, Policy().budget.then)
    assert (policy.shadow, policy.rules) == (False, Policy().rules)


def test_limits_that_leave_log_probabilities_cut_them() -> None:
    text = limits(
        'logprobs = true, top_logprobs = 5, logprob_step = 0.5, logprob_budget = 5000, logprob_window = "12h", max_tokens = 99, '
        'n = 2, reasoning = "full", logit_bias = "none", shared_seed = "operator", seed_epoch = "7d"'
    )
    reading = read_policy(text, "p.toml")
    assert reading.faults == ()
    assert reading.policy is not None
    assert reading.policy.rules[0].limits == Limits(
        logprobs=True, top_logprobs=5, logprob_step=0.5, logprob_budget=5000, logprob_window_s=43_200, max_tokens=99,
        max_n=2, reasoning="full", logit_bias="none", shared_seed="operator", seed_epoch_s=604_800,
    )  # fmt: skip


VALUES = [
    "true",
    "false",
    "0",
    "-1",
    "5",
    "0.5",
    "nan",
    "1e400",
    '"1h"',
    '"40d"',
    '"alone"',
    '"prompt"',
    "[]",
    "{}",
]
KEYS = ["logprobs", "n", "max_tokens", "reasoning", "top_logprobs", "logprob_step", "logprob_budget", "logprob_window",
        "logit_bias", "shared_seed", "seed_epoch", "seed", "logprob_steps"]  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES)))
def test_any_limits_are_a_policy_that_can_be_kept_or_faults_in_their_line(given_: dict[str, str]) -> None:
    reading = read_policy(limits(", ".join(f"{key} = {value}" for key, value in given_.items())), "p.toml")
    errors = [fault for fault in reading.faults if fault.severity == "error"]
    assert (reading.policy is None) == bool(errors)
    assert all(fault.line == 5 for fault in errors)
    if reading.policy is not None:
        kept = reading.policy.rules[0].limits
        assert kept is not None
        assert kept.logprob_budget is None or (kept.logprobs and kept.max_tokens is not None)
        assert kept.logprob_step is None or 0.001 <= kept.logprob_step <= 100
        assert kept.seed is None


def test_rules_of_ones_own_replace_the_default_and_are_sorted_by_severity() -> None:
    text = (
        '[[rule]]\naction = "observe"\n[[rule]]\naction = "throttle"\nwhen = {log10_e = 5, plan = ["free"], harvested_over = 9}\n'
        'hold = "1d12h"\nretry_after = "90s"\n'
    )
    policy = read_policy(text, "p.toml").policy
    assert policy is not None
    assert [one.action for one in policy.rules] == [Action.THROTTLE, Action.OBSERVE]
    assert policy.rules[0].hold_s == 36 * 3600
    assert policy.rules[0].plans == {"free"}
    assert policy.ceilings == Policy().ceilings


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = [\n\n", "p.toml:1:1: not TOML: Invalid value (the file ends too soon)"),
        ("[mode]\nshadow = = 1\n", "p.toml:2:10: not TOML: Invalid value"),
        ("mode = 3", "p.toml:1:1: mode: got 3, expected a table: [mode] or mode = { ... }"),
        ("rule = 3", "p.toml:1:1: rule: got 3, expected tables, each headed [[rule]]"),
        (
            "rule = []",
            "p.toml:1:1: rule: is empty; a policy without rules does nothing: leave it out for the default's",
        ),
        (
            "[caps]\nmax_denied_per_hour = true",
            "p.toml:2:1: caps.max_denied_per_hour: got true, expected a whole number from 0 to 1000000000",
        ),
        ("[appeal]\nmargin = nan", "p.toml:2:1: appeal.margin: got nan, expected a number from 0 to 100"),
        (
            '[budget]\nanswered = "many"',
            "p.toml:2:1: budget.answered: got 'many', expected a whole number from 0 to 1000000000000, or \"unlimited\"",
        ),
        (
            '[[rule]]\naction = "throttle"\nwhen.log10_e = 3\nhold = "1m"\nretry_after = "60s"',
            "p.toml:5:1: rule#1.retry_after: must be shorter than hold, or a client that waits as told is never served",
        ),
        ('[budget]\nthen = "throttle"', "p.toml:1:1: budget.retry_after: is missing"),
        (
            limits("logprobs = true, top_logprobs = -1"),
            "p.toml:5:29: rule#1.limits.top_logprobs: got -1, expected a whole number from 0 to 1000",
        ),
        (
            limits("top_logprobs = 5"),
            "p.toml:5:12: rule#1.limits.top_logprobs: cuts log-probabilities, of which none are left: write logprobs = true, or leave it out",
        ),
        (
            limits("logprobs = true, logprob_step = 0"),
            "p.toml:5:29: rule#1.limits.logprob_step: got 0, expected a number from 0.001 to 100",
        ),
        (
            limits("logprobs = true, logprob_budget = 500"),
            "p.toml:5:29: rule#1.limits.logprob_budget: needs max_tokens: a request that names no length could not be charged for",
        ),
        (
            limits('logprobs = true, logprob_window = "1h"'),
            "p.toml:5:29: rule#1.limits.logprob_window: goes with logprob_budget; leave it out",
        ),
        (
            limits('logprobs = true, logprob_budget = 5, max_tokens = 9, logprob_window = "31d"'),
            "p.toml:5:65: rule#1.limits.logprob_window: is longer than 30d, after which what an account was given is forgotten",
        ),
        (
            limits('logit_bias = "never"'),
            "p.toml:5:12: rule#1.limits.logit_bias: got 'never', expected one of full, alone, none",
        ),
        (
            limits('shared_seed = "prompts"'),
            "p.toml:5:12: rule#1.limits.shared_seed: got 'prompts', expected one of off, prompt, operator; did you mean prompt?",
        ),
        (
            limits('seed_epoch = "1d"'),
            'p.toml:5:12: rule#1.limits.seed_epoch: goes with shared_seed = "prompt" or "operator"; leave it out',
        ),
        (
            '[[ceiling]]\nat_most = "observe"',
            "p.toml:1:1: ceiling#1: names neither verification nor plan, so it would hold for everybody; name whom it is for",
        ),
        (
            '[mode]\nshadow = false\nenforce = ["deny"]',
            "p.toml:3:1: warning: mode.enforce: has no effect with shadow = false: everything acts",
        ),
        (
            '[[rule]]\nname = "deny"\naction = "observe"',
            "p.toml:2:1: rule#1.name: got 'deny', which means something else in `enforce`; choose another name",
        ),
        (
            '[[deny]]\nowner = "o"\nwhy = "w"\nexpires = 2027-01-01',
            "p.toml:1:1: deny#1: names both account and organization, or neither; expected one of them",
        ),
    ],
)
def test_faults_say_what_was_got_and_what_to_write(text: str, told: str) -> None:
    assert messages(text) == [told]


def test_bytes_that_are_not_utf8_are_located() -> None:
    reading = read_policy(b"[mode]\nshadow = true # \xff\n", "p.toml")
    assert [str(fault) for fault in reading.faults] == [
        "p.toml:2:1: byte 24 is not UTF-8; save the file as UTF-8"
    ]


def test_deep_nesting_is_a_fault_and_no_crash() -> None:
    assert read_policy("a = " + "[" * 100_000, "p.toml").policy is None


def test_a_broken_file_is_not_loaded(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text("[mode]\nshadw = true\n[caps]\nmax = 1\n")
    with pytest.raises(PolicyError, match="2 faults") as raised:
        load_policy(file)
    assert len(raised.value.faults) == 2
    with pytest.raises(InputError, match="cannot read the policy"):
        load_policy(tmp_path / "absent.toml")


@given(st.text())
def test_no_text_crashes_the_reader(text: str) -> None:
    reading = read_policy(text, "p.toml")
    assert reading.policy is not None or reading.faults


WORDS = st.sampled_from(
    [
        "mode",
        "rule",
        "when",
        "caps",
        "budget",
        "appeal",
        "exempt",
        "allow",
        "deny",
        "shadow",
        "enforce",
        "action",
        "log10_e",
        "hold",
        "limits",
        "answered",
        "then",
    ]
)


@st.composite
def policy_like(draw: st.DrawFn) -> str:
    lines = []
    for _ in range(draw(st.integers(0, 12))):
        value = draw(
            st.sampled_from(
                ['"deny"', "3", "-1", "true", '["a"]', "[]", "{}", "{ log10_e = 1 }", '"1h"', "1e400"]
            )
        )
        lines.append(
            draw(st.sampled_from(["[{0}]", "[[{0}]]", "{0} = {1}", "{0}.{2} = {1}"])).format(
                draw(WORDS), value, draw(WORDS)
            )
        )
    return "\n".join(lines)


@given(policy_like())
def test_no_policy_like_text_crashes_the_reader(text: str) -> None:
    reading = read_policy(text, "p.toml", now=IN_2026)
    assert reading.policy is not None or any(fault.severity == "error" for fault in reading.faults)
    assert all(1 <= fault.line <= text.count("\n") + 1 for fault in reading.faults)
