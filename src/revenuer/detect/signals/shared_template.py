"""One template or instruction runs through the requests of all its accounts, and through hardly any others.

Found by counting accounts per hashed span and per MinHash band (detect/families.py), discounted for what is common.
Alone it says nothing: a wrapper's users share one too. Counter-move: paraphrase, which families of skeletons and the
content and partition signals must then carry. Source: Anthropic September 2026 (one fixed instruction in every request).
"""

from revenuer.detect.fingerprints import BAND, SPAN
from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure the mean share of an account's prompts that carry the commonest fingerprint of the group's families."""
    both, support = context.overlap.of(group.accounts)
    best, reach = 0.0, 0
    for number, family in enumerate(context.families):
        if not family.kinds & {SPAN, BAND}:
            continue
        mean = float(support[number]) / group.size
        inside = float(both[number]) / len(family.accounts)
        if mean * inside > best:
            best, reach = mean * inside, family.reach
    if best == 0.0:
        return Measurement(
            value=0.0, summary="no span of eight words that its accounts share and others do not"
        )
    return Measurement(
        value=best,
        summary=f"a span that {best:.0%} of its prompts share and that {reach} accounts in all ever sent",
    )


SIGNAL = Signal(
    name="shared_template",
    family="template",
    look_alike="a SaaS wrapper, a public coding agent, a viral prompt template",
    measure=measure,
    needs=frozenset({"prompt"}),
)
