"""Outside each account's own topics, which account sent a request tells nothing about it: one pool behind several covers.

As interchangeable_content, on the requests that stand alone in their region (detect/regions.py), so that personal covers of
30-70 % do not hide the pool. Source: THREATS.md, hydra clusters mixed with unrelated requests.
Counter-move: a cover as broad as the pool.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal
from revenuer.detect.signals.personal_variance import relative_variance


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure -log10 of the variance between the group's accounts over that at large, of requests that stand alone."""
    found = relative_variance(context.scattered_reference, group.accounts, context)
    if found is None:
        return None
    relative, least, here = found
    return Measurement(
        value=float(-np.log10(relative)),
        at_best=float(-np.log10(least)),
        summary=f"outside their own topics its {here.accounts} measurable accounts differ {relative:.1%} as much as at large",
    )


SIGNAL = Signal(
    name="interchangeable_remainder",
    family="content",
    look_alike="people with a taste for everything; users of one product",
    measure=measure,
    needs=frozenset({"prompt"}),
)
