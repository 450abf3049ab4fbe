"""How much of the traffic is harvest, with bounds."""

import numpy as np

from revenuer.detect.judge import Judgement
from revenuer.detect.population import Population
from revenuer.detect.select import FALSE_CAMPAIGN_SHARE
from revenuer.records import Campaign, Prevalence
from revenuer.stats import wilson

MISSED_SHARE = 0.25
"""Share of a campaign's accounts that settling may miss: the most seen on the range's campaigns that were found."""


def estimate_prevalence(
    campaigns: list[Campaign], watched: list[Judgement], population: Population
) -> Prevalence:
    """Return harvest over all exchanges.

    `low` counts what carries the group's mark in campaigns, less the expected share of false ones, and half of what is
    estimated without a mark; `high` counts every request of campaigns and of groups on watch, and the accounts that
    settling may miss. Both are widened by the sampling interval (Wilson, 0.95). Campaigns that nothing points to are not
    in it: no log can bound those.
    """
    total = int(population.requests.sum())
    harvest = sum(c.harvest_exchanges for c in campaigns)
    marked = sum(c.harvest_exchanges for c in campaigns if c.harvest_exchanges < c.exchanges)
    least = (marked + (harvest - marked) * 0.5) * (1 - FALSE_CAMPAIGN_SHARE)
    most = sum(c.exchanges for c in campaigns) / (1 - MISSED_SHARE)
    most += sum(float(population.requests[j.group.accounts].sum()) for j in watched)
    low = wilson(int(least), total).low
    high = wilson(int(min(np.ceil(most), total)), total).high
    return Prevalence(share=harvest / total, low=low, high=high)
