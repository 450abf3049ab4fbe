"""Campaigns spread thin over many accounts: hydra, coercion, pivot, slow drip, same prompts, paraphrase."""

from dataclasses import replace

import numpy as np

from revenuer.simulate import campaign_text as text
from revenuer.simulate.campaign_identity import Disguise, operator_accounts
from revenuer.simulate.campaign_parts import counts_of, dressed, harvested, pivoting, whole_log
from revenuer.simulate.campaign_rhythm import balanced
from revenuer.simulate.ragged import owners
from revenuer.simulate.setting import Cohort, Setting


def hydra(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Load-balanced: about 25 a day each, 30-70 % cover, thousands of variants of one request; half moves to the new model."""
    members = operator_accounts(setting, rng, n, "hydra", Disguise(cards=0.5, egress=0.5, mail=0.3, web=0.55))
    begin, end = whole_log(setting, rng, members)
    counts = np.maximum(
        3,
        rng.poisson(
            np.maximum((end - begin) / 86400.0 * 22.0 * setting.rate * rng.lognormal(0, 0.45, n), 1.0)
        ),
    )
    who = owners(counts)
    time_s = balanced(
        rng, counts, begin, end, lockstep=0.25, human=rng.uniform(0.55, 0.9), horizon_s=setting.horizon_s
    )
    harvest = rng.random(len(who)) >= np.clip(rng.normal(rng.uniform(0.38, 0.62), 0.06, n), 0.3, 0.7)[who]
    items = harvested(setting, rng, len(who), {"tasks": 3, "math_train": 2, "people": 1, "tools": 1})
    ask = text.paraphrased(rng, len(who)) if setting.paraphrased else text.elicitation(rng, len(who))
    cohort = dressed(
        setting,
        rng,
        members,
        who,
        time_s,
        harvest,
        text.injected(rng, items, ask),
        chatty=0.6,
        output_median=420.0,
    )
    return pivoting(setting, rng, cohort, 0.5, 12.0)


def cot_coercion(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Coerces full reasoning traces through translation, fake debugging, inline tags and code."""
    members = operator_accounts(
        setting, rng, n, "cot_coercion", Disguise(cards=0.3, egress=0.4, mail=0.3, web=0.4)
    )
    begin, end = whole_log(setting, rng, members)
    counts = counts_of(setting, rng, n, 120, 0.5)
    who = owners(counts)
    time_s = balanced(
        rng, counts, begin, end, lockstep=0.2, human=rng.uniform(0.3, 0.8), horizon_s=setting.horizon_s
    )
    harvest = rng.random(len(who)) < rng.uniform(0.6, 0.8)
    items = harvested(setting, rng, len(who), {"math_train": 3, "tasks": 2, "people": 1})
    theirs = (
        text.injected(rng, items, text.paraphrased(rng, len(who)))
        if setting.paraphrased
        else text.coercion(rng, items)
    )
    return dressed(setting, rng, members, who, time_s, harvest, theirs, chatty=0.5, output_median=620.0)


def pivot(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """General harvesting that moves half of its traffic to a new model within 24 hours of the release."""
    members = operator_accounts(setting, rng, n, "pivot", Disguise(cards=0.5, egress=0.3, mail=0.3, web=0.4))
    begin, end = whole_log(setting, rng, members)
    counts = counts_of(setting, rng, n, 150, 0.5)
    who = owners(counts)
    time_s = balanced(
        rng, counts, begin, end, lockstep=0.35, human=rng.uniform(0.15, 0.7), horizon_s=setting.horizon_s
    )
    harvest = rng.random(len(who)) < 0.6
    items = harvested(setting, rng, len(who), {"tasks": 3, "tools": 2, "math_train": 1})
    ask = text.paraphrased(rng, len(who)) if setting.paraphrased else text.elicitation(rng, len(who))
    some = (rng.random(len(who)) < 0.5).tolist()
    theirs = [a if use else b for a, b, use in zip(text.injected(rng, items, ask), items, some, strict=True)]
    return pivoting(
        setting,
        rng,
        dressed(setting, rng, members, who, time_s, harvest, theirs, chatty=0.55, output_median=350.0),
        0.55,
        22.0,
    )


def slow_drip(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """No shared identity, a few requests a day at human hours; only the pool is shared, dealt out without a repeat."""
    members = operator_accounts(replace(setting, identity=0.0), rng, n, "slow_drip", Disguise(web=0.8))
    begin, end = whole_log(setting, rng, members)
    counts = counts_of(setting, rng, n, 75, 0.4)
    who = owners(counts)
    time_s = balanced(rng, counts, begin, end, lockstep=0.0, human=0.95, horizon_s=setting.horizon_s)
    harvest = rng.random(len(who)) < rng.uniform(0.45, 0.65)
    items = harvested(setting, rng, len(who), {"tasks": 4, "roles": 1, "math_train": 1})
    return dressed(setting, rng, members, who, time_s, harvest, items, chatty=0.5, output_median=300.0)


def same_prompts(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Harvests what honest evaluators and a bank also send: word problems and bank questions, dealt out over the accounts."""
    members = operator_accounts(
        setting, rng, n, "same_prompts", Disguise(cards=0.4, egress=0.3, mail=0.3, web=0.4)
    )
    begin, end = whole_log(setting, rng, members)
    counts = counts_of(setting, rng, n, 130, 0.5)
    who = owners(counts)
    time_s = balanced(
        rng, counts, begin, end, lockstep=0.3, human=rng.uniform(0.35, 0.85), horizon_s=setting.horizon_s
    )
    harvest = rng.random(len(who)) < rng.uniform(0.55, 0.8)
    items = harvested(setting, rng, len(who), {"math_train": 5, "bank": 3, "math_test": 0.5})
    ask = text.paraphrased(rng, len(who)) if setting.paraphrased else text.elicitation(rng, len(who))
    some = (rng.random(len(who)) < 0.45).tolist()
    theirs = [a if use else b for a, b, use in zip(text.injected(rng, items, ask), items, some, strict=True)]
    return dressed(setting, rng, members, who, time_s, harvest, theirs, chatty=0.5, output_median=330.0)


def paraphrase(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Every request has its instruction in new words; nothing verbatim is shared."""
    members = operator_accounts(
        setting, rng, n, "paraphrase", Disguise(cards=0.4, egress=0.4, mail=0.3, web=0.4)
    )
    begin, end = whole_log(setting, rng, members)
    counts = counts_of(setting, rng, n, 140, 0.5)
    who = owners(counts)
    time_s = balanced(
        rng, counts, begin, end, lockstep=0.3, human=rng.uniform(0.35, 0.85), horizon_s=setting.horizon_s
    )
    harvest = rng.random(len(who)) < rng.uniform(0.55, 0.8)
    items = harvested(setting, rng, len(who), {"tasks": 3, "people": 1, "math_train": 1})
    return dressed(
        setting,
        rng,
        members,
        who,
        time_s,
        harvest,
        text.injected(rng, items, text.paraphrased(rng, len(who))),
        chatty=0.5,
        output_median=420.0,
    )
