"""The range: traffic with known truth, honest look-alikes beside every published shape of campaign."""

from revenuer.simulate.arena import Arena, Ballots, draw_arena
from revenuer.simulate.campaigns import CAMPAIGNS
from revenuer.simulate.honest_voters import Crowd, honest_votes
from revenuer.simulate.produce import REQUEST_TRUTH_SCHEMA, TRUTH_SCHEMA, Summary, simulate
from revenuer.simulate.scenario import HONEST, SCENARIOS, Scenario, scenario_named
from revenuer.simulate.separation import Separation, trivial_auc
from revenuer.simulate.traffic import RANGE_SCHEMA
from revenuer.simulate.vote_attacks import ATTACKS, Attack, rigged_votes

__all__ = [
    "ATTACKS",
    "Arena",
    "Attack",
    "Ballots",
    "CAMPAIGNS",
    "Crowd",
    "HONEST",
    "RANGE_SCHEMA",
    "REQUEST_TRUTH_SCHEMA",
    "SCENARIOS",
    "Scenario",
    "Separation",
    "Summary",
    "TRUTH_SCHEMA",
    "draw_arena",
    "honest_votes",
    "rigged_votes",
    "scenario_named",
    "simulate",
    "trivial_auc",
]
