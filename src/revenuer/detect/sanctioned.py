"""Licensed distillation: shown with its volume, never counted as a finding."""

import numpy as np
import pyarrow as pa

from revenuer.detect.assemble import Extras, assemble, campaign_id
from revenuer.detect.candidates import Candidates
from revenuer.detect.group import Group
from revenuer.detect.group_facts import read_group_facts
from revenuer.detect.harvest import HarvestShare
from revenuer.detect.judge import Judgement
from revenuer.detect.look_alikes import licensed
from revenuer.engine import Engine
from revenuer.records import Campaign, Lineage

LICENSED = HarvestShare(share=1.0, low=0.0, high=1.0, p_value=None)
"""All of a licensee's traffic may be distillation; nothing of it is measured."""


def sanctioned_campaigns(engine: Engine, candidates: Candidates) -> tuple[Campaign, ...]:
    """Return one record for each licensee (an organisation, or an account without one), largest first."""
    population = candidates.context.population
    accounts = np.flatnonzero(licensed(population))
    if not len(accounts):
        return ()
    organization = population.organization[accounts]
    holder = np.where(organization >= 0, organization, -2 - accounts)
    groups = [accounts[holder == value] for value in np.unique(holder)]
    groups.sort(key=lambda g: -int(population.requests[g].sum()))
    facts = read_group_facts(engine, groups, population.origin)
    records = []
    for rank, (codes, fact) in enumerate(zip(groups, facts, strict=True), start=1):
        group = Group(accounts=codes, odds=np.zeros(len(codes)), facts=fact, family=None)
        judgement = Judgement(group=group, evidence=(), log10_e=0.0, sufficient=False)
        name = campaign_id(population.ids.take(pa.array(codes)).to_pylist()).replace("C-", "S-")
        extras = Extras(models=(), lineage=Lineage(), examples=(), harvest=LICENSED)
        records.append(assemble(judgement, candidates, rank=rank, identifier=name, extras=extras))
    return tuple(records)
