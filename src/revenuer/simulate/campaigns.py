"""The campaigns: every published shape, at published per-account rates scaled to the size of the log.

Rates and shapes: vendors' reports of February, June and September 2026 and GTIG of February 2026, disputed by the accused.
"""

from collections.abc import Mapping

from revenuer.simulate.campaign_relays import agent_sessions, signature_replay
from revenuer.simulate.campaign_spread import cot_coercion, hydra, paraphrase, pivot, same_prompts, slow_drip
from revenuer.simulate.campaign_stages import bypass, fixed_instruction, judging
from revenuer.simulate.setting import Build

CAMPAIGNS: Mapping[str, Build] = {
    build.__name__: build
    for build in (
        fixed_instruction,
        hydra,
        signature_replay,
        judging,
        agent_sessions,
        bypass,
        cot_coercion,
        pivot,
        slow_drip,
        same_prompts,
        paraphrase,
    )
}
"""Every campaign that the range can play, by name."""
