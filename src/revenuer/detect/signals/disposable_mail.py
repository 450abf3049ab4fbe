"""Accounts sign up with throw-away mail domains.

The list is the package `disposable-email-domains`. Source: THREATS.md, disposable e-mail. Counter-move: own domains,
or mailboxes at large providers.
"""

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from disposable_email_domains import blocklist

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure log10 of the share of throw-away domains in the group over the share at large."""
    domains = context.population.registry["email_domain"]
    known = np.asarray(pc.is_valid(domains))
    if int(known[group.accounts].sum()) < 4:
        return None
    thrown = np.asarray(pc.fill_null(pc.is_in(pc.utf8_lower(domains), _listed()), False))
    here = float(thrown[group.accounts][known[group.accounts]].mean())
    there = float(thrown[known].mean())
    value = float(np.log10((here + 0.02) / (there + 0.02)))
    return Measurement(
        value=value,
        summary=f"{here:.0%} of its accounts use a throw-away mail domain (at large: {there:.1%})",
    )


@cache
def _listed() -> pa.StringArray:
    """Return the list's domains; sorted once a process, since every group asks."""
    return pa.array(sorted(blocklist), pa.string())


SIGNAL = Signal(
    name="disposable_mail",
    family="registration",
    look_alike="people who guard their privacy",
    measure=measure,
    needs=frozenset({"accounts.email_domain"}),
)
