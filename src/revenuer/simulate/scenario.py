"""The scenarios: which cohorts a log is made of, and how large they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from revenuer.records import UsageError
from revenuer.simulate import honest_evaluators as evaluators
from revenuer.simulate import honest_jobs as jobs
from revenuer.simulate import honest_people as people
from revenuer.simulate import honest_services as services
from revenuer.simulate.setting import Build

HONEST: Mapping[str, Build] = {
    "ordinary": people.ordinary,
    "coding_agent": people.coding_agents,
    "saas_wrapper": services.saas_wrapper,
    "viral_template": people.viral_templates,
    "llm_judge": evaluators.judges,
    "benchmark_harness": evaluators.harnesses,
    "explainability": people.explainability,
    "classroom": people.classroom,
    "office_nat": people.office_nat,
    "vpn": people.vpn_neighbours,
    "batch_company": jobs.batch_companies,
    "ci_cron": jobs.cron,
    "router": services.routers,
    "aggregator": services.aggregators,
    "release_day": people.release_day,
    "red_team": evaluators.red_team,
    "migration": services.migrations,
    "under_licensed": services.under_licensed,
    "licensed_distiller": evaluators.licensed_distillers,
}
"""Every archetype that is not a campaign; `licensed_distiller` has the role `sanctioned`."""

_CITY_HONEST: Mapping[str, int] = {
    "ordinary": 5250,
    "coding_agent": 1150,
    "saas_wrapper": 360,
    "viral_template": 300,
    "llm_judge": 44,
    "benchmark_harness": 32,
    "explainability": 150,
    "classroom": 210,
    "office_nat": 300,
    "vpn": 250,
    "batch_company": 72,
    "ci_cron": 64,
    "router": 48,
    "aggregator": 12,
    "release_day": 60,
    "red_team": 8,
    "migration": 22,
    "under_licensed": 30,
    "licensed_distiller": 24,
}
_CITY_CAMPAIGNS: Mapping[str, int] = {
    "fixed_instruction": 170,
    "hydra": 160,
    "signature_replay": 70,
    "judging": 40,
    "agent_sessions": 60,
    "bypass": 50,
    "cot_coercion": 80,
    "slow_drip": 130,
    "same_prompts": 90,
}
_GROUPS: Mapping[str, int] = {
    "classroom": 35,
    "office_nat": 25,
    "batch_company": 8,
    "router": 6,
    "red_team": 4,
    "licensed_distiller": 8,
    "saas_wrapper": 12,
}
"""Archetypes that come in groups, and the size of one."""

_FEWEST_CAMPAIGN_ACCOUNTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Account numbers by archetype and campaign. `needle` campaigns are thinned to that share of the honest traffic."""

    about: str
    honest: Mapping[str, int]
    campaigns: Mapping[str, int]
    days: int = 14
    rate: float = 1.0
    identity: float = 1.0
    paraphrased: bool = False
    needle_share: float | None = None

    def accounts(self, scale: float) -> tuple[dict[str, int], dict[str, int]]:
        """Account numbers at a scale: at least one group of each archetype and eight accounts of each campaign."""
        honest = {name: max(_GROUPS.get(name, 2), round(n * scale)) for name, n in self.honest.items()}
        campaigns = {
            name: max(_FEWEST_CAMPAIGN_ACCOUNTS, round(n * scale)) for name, n in self.campaigns.items()
        }
        return honest, campaigns


_DEMO_HONEST = {name: max(1, round(n * 0.06)) for name, n in _CITY_HONEST.items()}

SCENARIOS: Mapping[str, Scenario] = {
    "demo": Scenario(
        about="seconds: 600 accounts, three campaigns",
        honest=_DEMO_HONEST,
        campaigns={"fixed_instruction": 30, "hydra": 26, "signature_replay": 18},
        rate=0.5,
    ),
    "city": Scenario(
        about="14 days, over 9,000 accounts, nine campaigns", honest=_CITY_HONEST, campaigns=_CITY_CAMPAIGNS
    ),
    "benign": Scenario(about="the city without campaigns", honest=_CITY_HONEST, campaigns={}),
    "no-identity": Scenario(
        about="the city; no campaign shares any identity attribute",
        honest=_CITY_HONEST,
        campaigns=_CITY_CAMPAIGNS,
        identity=0.0,
    ),
    "paraphrase": Scenario(
        about="the city; campaigns word every instruction anew",
        honest=_CITY_HONEST,
        campaigns={**_CITY_CAMPAIGNS, "paraphrase": 80},
        paraphrased=True,
    ),
    "needle": Scenario(
        about="the city with one campaign of 0.06 % of the traffic",
        honest=_CITY_HONEST,
        campaigns={"fixed_instruction": 30},
        needle_share=0.0006,
    ),
    "everything": Scenario(
        about="the city with all eleven campaigns",
        honest=_CITY_HONEST,
        campaigns={**_CITY_CAMPAIGNS, "pivot": 70, "paraphrase": 80},
    ),
}


def scenario_named(name: str) -> Scenario:
    """The scenario of that name. Raises UsageError with the list of names."""
    if name not in SCENARIOS:
        raise UsageError(f"Unknown scenario {name!r}; choose one of {', '.join(SCENARIOS)}.")
    return SCENARIOS[name]
