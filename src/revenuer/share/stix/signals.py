"""The signals that a scan may name, and nothing else: a name that is not on this list does not leave."""

from collections.abc import Mapping
from types import MappingProxyType

SIGNALS: Mapping[str, str] = MappingProxyType(
    {
        "bypass_search": "variants of bypasses with many refusals, then the winners at scale",
        "common_window": "accounts that are active in the same window",
        "cot_elicitation": "prompts that coax out reasoning",
        "disposable_mail": "sign-up with throw-away mail",
        "even_rates": "accounts with evenly balanced load",
        "failover": "siblings that start within the hour after one was turned away",
        "harvest_volume": "volume that fits collecting",
        "impersonal_template": "one template, filled with nobody's own matters",
        "intent_rate": "a high rate of prompts of one intent",
        "interchangeable_content": "accounts whose contents could be swapped unnoticed",
        "interchangeable_remainder": "contents that could be swapped, beside the shared template",
        "interchangeable_rhythm": "accounts whose hours could be swapped unnoticed",
        "judging": "grading, judging and cleaning at volume",
        "lockstep": "accounts that start and stop together",
        "model_pivot": "a move to a new model within hours",
        "no_ramp_up": "full speed from the first day",
        "personal_variance": "accounts that differ less than people do",
        "plan_mismatch": "use that does not fit the plan",
        "relayed_sessions": "sessions of third parties relayed",
        "round_the_clock": "no human rhythm",
        "same_task": "the same prompts over accounts",
        "shared_address": "addresses in common",
        "shared_client": "a rare client in common",
        "shared_identity": "several attributes of identity in common",
        "shared_payment": "means of payment in common",
        "shared_template": "one template over many accounts",
        "signature_replay": "reasoning signatures replayed by accounts that never received them",
        "signup_burst": "sign-ups in a burst",
        "synthetic_pipeline": "prompts as pipelines for synthetic data write them",
        "uniform_shape": "requests of one shape",
        "uniform_tooling": "one set of client settings",
        "work_partition": "one body of work, divided without overlap",
    }
)
"""Name -> what it measures, in a few words."""
