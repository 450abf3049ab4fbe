"""The [marking] table of a policy file."""

import re
from typing import Literal, cast

from revenuer.guard.policy.marking import Marking
from revenuer.guard.policy.rules_section import MAX_LOG10_E
from revenuer.guard.policy.section import Section
from revenuer.records import ACTIONS, UNANSWERED, Action

_SCHEME = re.compile(r"[a-z][a-z_]{0,30}(:[a-z_]{1,30}=[0-9.]{1,12}(,[a-z_]{1,30}=[0-9.]{1,12})*)?")
_DAY_S = 86_400
WEAK = 1.0
"""Below this marks would go into much honest traffic."""


def read_marking(document: Section) -> Marking:
    """Return what answers carry a mark; keys left out are the default's, and without `enabled = true` none do."""
    default, section = Marking(), document.table("marking")
    enabled = section.flag("enabled")
    log10_e = section.number("log10_e", 0.0, MAX_LOG10_E)
    at_least = section.word("at_least", [str(action) for action in ACTIONS if action is not Action.ALLOW])
    scheme = section.word("scheme")
    label = section.word("label", ("campaign", "account"))
    epoch_s = section.duration("epoch")
    section.finish()
    if at_least in UNANSWERED - {Action.THROTTLE}:
        section.fault("at_least", f"got {at_least}, after which nothing is answered that could carry a mark")
    if scheme is not None and not _SCHEME.fullmatch(scheme):
        section.fault("scheme", f"got {scheme!r}, expected a name with options such as green:width=1,delta=2")
    if epoch_s is not None and epoch_s % _DAY_S:
        section.fault("epoch", 'expected whole days, such as "30d": a key is named by the day it begins')
    if enabled and log10_e is not None and log10_e < WEAK:
        section.fault(
            "log10_e", f"at {log10_e:g} much honest traffic is marked; 2 is one account in 100", "warning"
        )
    return Marking(
        enabled=default.enabled if enabled is None else enabled,
        log10_e=default.log10_e if log10_e is None else log10_e,
        at_least=Action(at_least or default.at_least),
        scheme=scheme or default.scheme,
        label=cast(Literal["campaign", "account"], label or default.label),
        epoch_days=default.epoch_days if epoch_s is None else max(1, epoch_s // _DAY_S),
    )
