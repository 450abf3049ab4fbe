"""Honest jobs: batches dealt out over the keys of one company, CI and cron."""

from dataclasses import replace

import numpy as np

from revenuer.simulate import exercises, grammar, rhythm
from revenuer.simulate.conversation import one_shots
from revenuer.simulate.honest_parts import counts_of, runs, scripted, window
from revenuer.simulate.members import (
    SCRIPTS,
    Members,
    choose,
    company,
)
from revenuer.simulate.ragged import Ints, owners
from revenuer.simulate.setting import Cohort, Setting
from revenuer.simulate.traffic import Traffic

_JOBS = (
    "Classify this customer message into one of our 77 intents and return only the label: {t}",
    "Extract product, date and amount as JSON from: {t}",
    "Translate to German, keep placeholders: {t}",
    "Summarise for a ticket title (max 8 words): {t}",
    "Is the following spam? yes/no: {t}",
    "Write alt text and a product blurb for: {t}",
    "Redact personal data in this text and return it unchanged otherwise: {t}",
    "Tag the topic and urgency (low, mid, high): {t}",
)


def batch_companies(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """Companies that split a batch job over their own keys: siblings that cover one pool without repeats.

    Half of the companies log no organisation with their exchanges; the account table still has it.
    """
    size = 8
    group = np.arange(n) // size
    groups = int(group.max()) + 1
    members = scripted(setting, rng, n, "batch_company")
    members = replace(
        members,
        **company(rng, members, group, logged=0.5),
        user_agent=choose(rng, SCRIPTS, groups)[group],
    )
    return Cohort(
        members=members,
        traffic=_partition(
            setting,
            rng,
            members,
            group,
            counts_of(setting, rng, groups, 440, 0.6, 1800)[group],
            ("bank", "exam", "people", "tasks"),
        ),
    )


def _partition(
    setting: Setting,
    rng: np.random.Generator,
    members: Members,
    group: Ints,
    counts: Ints,
    sources: tuple[str, ...],
) -> Traffic:
    """One job per group, its pool dealt out among the group's accounts."""
    who = owners(counts)
    begin, end = window(setting, rng, members)
    first = np.unique(group, return_index=True)[1]
    begin, end = begin[first][group], end[first][group]
    time_s = runs(rng, counts, begin, end)
    prompt: list[str | None] = [None] * len(who)
    for number in range(int(group.max()) + 1):
        rows = np.flatnonzero(group[who] == number)
        job = _JOBS[int(rng.integers(0, len(_JOBS)))]
        source = sources[number % len(sources)]
        if source == "people":
            texts = setting.library.openings(
                rng, np.zeros(len(rows), dtype=np.int64), rng.integers(0, 1 << 30, len(rows))
            )
        else:
            texts = setting.library.distinct(rng, source, len(rows))
        for row, text in zip(rows.tolist(), texts, strict=True):
            prompt[row] = job.replace("{t}", text)
    return one_shots(who, time_s, [text or "" for text in prompt], output_median=70.0)


def cron(setting: Setting, rng: np.random.Generator, n: int) -> Cohort:
    """CI and cron: a fixed job at full hours, day and night, the payload changes."""
    members = replace(scripted(setting, rng, n, "ci_cron"), temperature=np.zeros(n))
    counts = counts_of(setting, rng, n, 330, 0.8, 2500)
    who = owners(counts)
    time_s = rhythm.full_hours(rng, counts, rng.choice([1, 1, 2, 6, 24], n), setting.horizon_s, jitter_s=35.0)
    jobs = np.array(
        grammar.pick(
            rng,
            (
                "Write release notes for this diff summary: {t}",
                "Explain the failing check: {t}",
                "Daily digest, three bullets: {t}",
                "Label the alert by severity: {t}",
                "Review this change: {t}",
            ),
            n,
        ),
        dtype=object,
    )[who]
    payload = [
        a if u else b
        for a, b, u in zip(
            exercises.tool_results(rng, len(who)),
            exercises.code_requests(rng, len(who)),
            (rng.random(len(who)) < 0.4).tolist(),
            strict=True,
        )
    ]
    prompt = [job.replace("{t}", text) for job, text in zip(jobs.tolist(), payload, strict=True)]
    return Cohort(members=members, traffic=one_shots(who, time_s, prompt, output_median=150.0))
