"""Accounts sign up with throw-away mail domains.

The list is the package `disposable-email-domains`. Source: THREATS.md, disposable e-mail. Counter-move: own domains,
or mailboxes at large providers.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from disposable_email_domains import blocklist

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure log10 of the share of throw-away domains in the group over the share at large."""
    known, thrown, there = context.at_large(_thrown_away)
    mine = group.accounts[known[group.accounts]]
    if len(mine) < 4:
        return None
    here = float(thrown[mine].mean())
    value = float(np.log10((here + 0.02) / (there + 0.02)))
    return Measurement(
        value=value,
        summary=f"{here:.0%} of its accounts use a throw-away mail domain (at large: {there:.1%})",
    )


def _thrown_away(context: Context) -> tuple[np.ndarray, np.ndarray, float]:
    """Return whether each account's domain is known (N,), whether it is on the list (N,), and the share of those that are."""
    code, domain = context.population.mail_domain
    listed = np.asarray(pc.is_in(pc.utf8_lower(domain), pa.array(sorted(blocklist), pa.string())))
    known = code >= 0
    thrown = known & np.append(listed, False)[code]
    return known, thrown, float(thrown[known].mean()) if known.any() else 0.0


SIGNAL = Signal(
    name="disposable_mail",
    family="registration",
    look_alike="people who guard their privacy",
    measure=measure,
    needs=frozenset({"accounts.email_domain"}),
)
