"""The [[rule]] tables and [budget] of a policy file."""

from revenuer.guard.policy.limits_section import read_limits
from revenuer.guard.policy.policy import BUDGET, DENY_LIST, Budget, Rule
from revenuer.guard.policy.section import Section
from revenuer.records import ACTIONS, RESTRICTIVE, VERIFICATIONS, Action, Limits

MAX_LOG10_E = 300.0
FELT_FROM = 3.0
"""Below this a measure that a customer feels gets a warning: it wrongly meets more than 1 honest account in 1,000."""
_ACTIONS = tuple(str(action) for action in ACTIONS)
_MAX_REQUESTS = 10**12


def read_rules(document: Section) -> tuple[Rule, ...] | None:
    """Return the rules of the file, None if it has none of its own."""
    sections = document.tables("rule")
    if sections is None:
        return None
    if not sections:
        document.fault(
            "rule", "is empty; a policy without rules does nothing: leave it out for the default's"
        )
    rules = [_rule(section) for section in sections]
    names: dict[str, int] = {}
    for number, (section, rule) in enumerate(zip(sections, rules, strict=True), start=1):
        if rule.name in (*_ACTIONS, BUDGET, DENY_LIST) and rule.name != rule.action:
            section.fault(
                "name", f"got {rule.name!r}, which means something else in `enforce`; choose another name"
            )
        elif rule.name and rule.name in names:
            section.fault(
                "name", f"rule#{names[rule.name]} is called {rule.name!r} already; give this one another name"
            )
        names.setdefault(rule.name, number)
    return tuple(rules)


def _rule(section: Section) -> Rule:
    action = Action(section.word("action", _ACTIONS, required=True) or Action.OBSERVE)
    name = section.word("name") or str(action)
    when = section.table("when")
    log10_e = when.number("log10_e", 0.0, MAX_LOG10_E)
    harvested_over = when.whole("harvested_over", 0, _MAX_REQUESTS)
    plans = when.words("plan")
    verifications = when.words("verification", VERIFICATIONS)
    when.finish()
    if action is Action.ALLOW:
        section.fault("action", "a rule that allows changes nothing; use [[allow]] or [[exempt]]", "warning")
    elif action in RESTRICTIVE and "log10_e" not in when:
        when.fault("log10_e", f"is missing; {action} needs evidence: write when = {{ log10_e = 3.0 }}")
    _warn_if_weak(when, "log10_e", action, log10_e)
    hold_s, retry_after_s, limits = _terms(section, action)
    section.finish()
    return Rule(
        name=name,
        action=action,
        log10_e=log10_e or 0.0,
        harvested_over=-1 if harvested_over is None else harvested_over,
        plans=plans,
        verifications=verifications,
        hold_s=hold_s,
        retry_after_s=retry_after_s,
        limits=limits,
    )


def _warn_if_weak(section: Section, key: str, action: Action, log10_e: float | None) -> None:
    if action in RESTRICTIVE and log10_e is not None and log10_e < FELT_FROM:
        share = f"1 honest account in {10**log10_e:,.0f}" if log10_e > 0 else "every account"
        section.fault(
            key, f"{action} at {log10_e:g} may wrongly meet up to {share}; 3 is one in 1,000", "warning"
        )


def _terms(
    section: Section, action: Action, *, hold_required: bool = True
) -> tuple[int, int | None, Limits | None]:
    """Read how long a measure stands, and what goes with its action alone."""
    restrictive = action in RESTRICTIVE
    hold_s = section.duration("hold", required=restrictive and hold_required)
    if "hold" in section and not restrictive:
        section.fault("hold", f"goes with measures that a customer feels, not with {action}; leave it out")
    retry_after_s = section.duration("retry_after", required=action is Action.THROTTLE)
    if "retry_after" in section and action is not Action.THROTTLE:
        section.fault("retry_after", f"goes with throttle, not with {action}; leave it out")
    elif hold_s and retry_after_s and retry_after_s >= hold_s:
        section.fault(
            "retry_after", "must be shorter than hold, or a client that waits as told is never served"
        )
    limits = read_limits(section.table("limits"))
    if "limits" in section and action is not Action.RESTRICT:
        section.fault("limits", f"go with restrict, not with {action}; leave them out")
    return hold_s or 0, retry_after_s, limits if action is Action.RESTRICT else None


def read_budget(document: Section) -> Budget:
    """Return the harvest budget; keys left out are the default's."""
    default, section = Budget(), document.table("budget")
    unlimited = section.is_word("answered", "unlimited")
    answered = None if unlimited else section.whole("answered", 0, _MAX_REQUESTS, or_word="unlimited")
    felt = [str(action) for action in ACTIONS if action in RESTRICTIVE]
    action = Action(section.word("then", felt) or default.then.action)
    log10_e = section.number("log10_e", 0.0, MAX_LOG10_E)
    _warn_if_weak(section, "log10_e", action, log10_e)
    hold_s, retry_after_s, limits = _terms(section, action, hold_required=False)
    section.finish()
    then = Rule(
        name=BUDGET,
        action=action,
        log10_e=default.then.log10_e if log10_e is None else log10_e,
        hold_s=hold_s or default.then.hold_s,
        retry_after_s=retry_after_s,
        limits=limits,
    )
    return Budget(answered=answered if unlimited or "answered" in section else default.answered, then=then)
