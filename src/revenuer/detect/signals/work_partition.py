"""Siblings cover one pool without repeating each other, or repeat each other like people who were given the same task.

The number of prompts that two accounts of the group both sent is compared with what independent draws would give; the
pool's collision rate is read off the pairs between the group and everyone else. Fewer: the pool was shared out. Many
more: a class, a benchmark, a viral prompt, whose members all send the same. Source: THREATS.md, work partition.
Counter-move: let siblings repeat each other at the public rate. Not seen where nobody else draws from the same pool.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal

MIN_EXPECTED = 3.0


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure log10 of expected over observed repeats between siblings (positive: shared out; negative: same task)."""
    facts = group.facts
    entries, outside = facts.get("entries", 0.0), facts.get("outside_entries", 0.0)
    if entries < 50 or outside < 50:
        return None
    pairs = entries * entries / 2 * (1 - 1 / group.size)
    expected = facts["cross_pairs"] / (entries * outside) * pairs
    observed = facts["inside_pairs"]
    repeat_share = facts["inside_repeats"] / entries
    if max(expected, observed) < MIN_EXPECTED:
        return None
    value = float(np.log10((expected + 1) / (observed + 1)))
    return Measurement(
        value=value,
        summary=f"{observed:.0f} prompts sent by two siblings, {expected:.0f} expected of independent draws; "
        f"{repeat_share:.0%} of its prompts repeat a sibling's",
    )


SIGNAL = Signal(
    name="work_partition",
    family="partition",
    look_alike="batch jobs of one company split over its own keys",
    measure=measure,
    needs=frozenset({"prompt"}),
)
