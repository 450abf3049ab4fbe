"""Which account sent a request tells nothing about what it asks: workers that draw from one pool.

People have topics of their own; the users of one product or one template differ in everything but the template. Siblings
that share out one pool do not differ. Counter-move: give each account a cover of its own (then the ratio rises with its share).
Source: THREATS.md, work partition; statistic: stats/interchangeability.py.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal
from revenuer.detect.signals.personal_variance import relative_variance


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure -log10 of the variance of content between the group's accounts over that at large."""
    found = relative_variance(context.content_reference, group.accounts, context)
    if found is None:
        return None
    relative, least, here = found
    return Measurement(
        value=float(-np.log10(relative)),
        at_best=float(-np.log10(least)),
        summary=f"topics differ between its {here.accounts} measurable accounts {relative:.1%} as much as between "
        "accounts at large",
    )


SIGNAL = Signal(
    name="interchangeable_content",
    family="content",
    look_alike="users of one SaaS wrapper, public agent or viral template (they differ in the rest of the request)",
    measure=measure,
    needs=frozenset({"prompt"}),
)
