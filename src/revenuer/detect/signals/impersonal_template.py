"""One template over many accounts, and nothing personal in what goes into it.

A wrapper's or a viral template's users share the template and differ in the rest; workers share both. The product of the two
measurements says more than either: high only where the mark is in most requests *and* the accounts are interchangeable.
Source: Anthropic September 2026 (one fixed instruction in every request). Counter-move: paraphrase the instruction, or
give every account topics of its own.
"""

from revenuer.detect.group import Context, Group
from revenuer.detect.signals import interchangeable_content, shared_template
from revenuer.detect.signals.base import Measurement, Signal


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure the template's share of the prompts times -log10 of the relative variance of content."""
    return combine(shared_template.measure(group, context), interchangeable_content.measure(group, context))


def combine(template: Measurement | None, content: Measurement | None) -> Measurement | None:
    """Multiply the two measurements; None where either is missing."""
    if template is None or content is None:
        return None
    value = template.value * max(content.value, 0.0)
    return Measurement(
        value=value,
        summary=f"a template in {template.value:.0%} of its prompts, filled in as by one hand: {content.summary}",
    )


SIGNAL = Signal(
    name="impersonal_template",
    family="template",
    look_alike="users of one SaaS wrapper or viral template (their fillings are their own)",
    measure=measure,
    parts=(shared_template.SIGNAL, interchangeable_content.SIGNAL),
    combine=combine,
    needs=frozenset({"prompt"}),
)
