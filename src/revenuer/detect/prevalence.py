"""How much of the traffic is harvest, with bounds."""

import numpy as np

from revenuer.detect.harvest import HarvestShare
from revenuer.detect.judge import Judgement
from revenuer.detect.population import Population
from revenuer.detect.select import FALSE_CAMPAIGN_SHARE
from revenuer.records import Campaign, Prevalence
from revenuer.stats import wilson

MISSED_SHARE = 0.25
"""Share of a campaign's accounts that settling may miss: the most seen on the range's campaigns that were found."""


def estimate_prevalence(
    campaigns: list[Campaign], harvest: list[HarvestShare], watched: list[Judgement], population: Population
) -> Prevalence:
    """Return harvest over all exchanges, with bounds.

    `low` counts what is surely harvest in the campaigns, less the expected share of false ones; `high` counts what may be,
    with the accounts that settling may miss, and every request of groups on watch. Both are widened by the sampling
    interval (Wilson, 0.95). Campaigns that nothing points to are not in it: no log can bound those.
    """
    total = int(population.requests.sum())
    counted = [(c.exchanges, h) for c, h in zip(campaigns, harvest, strict=True)]
    share = sum(n * h.share for n, h in counted) / total
    least = sum(n * h.low for n, h in counted) * (1 - FALSE_CAMPAIGN_SHARE)
    most = sum(n * h.high for n, h in counted) / (1 - MISSED_SHARE)
    most += sum(float(population.requests[j.group.accounts].sum()) for j in watched)
    low = wilson(int(least), total).low
    high = wilson(int(min(np.ceil(most), total)), total).high
    return Prevalence(share=share, low=min(low, share), high=max(high, share))
