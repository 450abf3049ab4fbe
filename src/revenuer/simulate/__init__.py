"""The range: traffic with known truth, honest look-alikes beside every published shape of campaign."""

from revenuer.simulate.campaigns import CAMPAIGNS
from revenuer.simulate.produce import REQUEST_TRUTH_SCHEMA, TRUTH_SCHEMA, Summary, simulate
from revenuer.simulate.scenario import HONEST, SCENARIOS, Scenario, scenario_named
from revenuer.simulate.separation import Separation, trivial_auc
from revenuer.simulate.traffic import RANGE_SCHEMA

__all__ = [
    "CAMPAIGNS",
    "HONEST",
    "RANGE_SCHEMA",
    "REQUEST_TRUTH_SCHEMA",
    "SCENARIOS",
    "Scenario",
    "Separation",
    "Summary",
    "TRUTH_SCHEMA",
    "scenario_named",
    "simulate",
    "trivial_auc",
]
