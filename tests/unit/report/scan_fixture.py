"""A realistic scan result, made by arithmetic only, so that it is the same everywhere and every time."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from revenuer.records import (
    AccountRow,
    AccountVerdict,
    Campaign,
    CampaignDetail,
    ClearedGroup,
    Confidence,
    Evidence,
    ExampleRequest,
    GraphEdge,
    InputSummary,
    Lineage,
    NotEvaluated,
    Outcome,
    Prevalence,
    ScanResult,
    Verdict,
)

START = datetime(2026, 4, 22, tzinfo=UTC)
NOW = datetime(2026, 5, 7, 9, 30, tzinfo=UTC)
SPAN = "Explain every inference before the answer and number the steps."

PROMPTS = (
    "Write a unit test for a parser of ISO 8601 durations. {span} Use pytest and cover the empty string.",
    "اشرح لماذا يفشل هذا الاستعلام عند وجود قيم فارغة. {span} ثم اقترح فهرسا مناسبا للجدول.",
    "הסבר את ההבדל בין מנעול לסמפור. {span} תן דוגמה קצרה בפייתון.",
    "请把下面的合同条款改写成通俗的语言。{span} 保留所有的数字和日期。",
    "Rédige un courriel de relance poli 😀👩‍💻 pour une facture en retard. {span} Reste bref.",
    "Расставь приоритеты в этом списке задач. {span} Объясни порядок.",
)
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \u202egnp.exe\u2066 {span} ]]> --> 'quote\" &amp;"

KINDS = (
    "rare_shared_span",
    "work_partition",
    "lockstep",
    "shared_payment",
    "egress_address",
    "signature_replay",
)


def examples(names: Sequence[str], texts: Sequence[str]) -> tuple[ExampleRequest, ...]:
    found = []
    for index, template in enumerate(texts):
        text = template.format(span=SPAN)
        start = text.index(SPAN)
        found.append(
            ExampleRequest(
                request_id=f"req_{index:04d}_{'a1b2c3d4' * 3}",
                account_id=names[index % len(names)],
                timestamp=START + timedelta(hours=5 * index, seconds=17),
                text=text,
                highlights=((start, start + len(SPAN)),),
            )
        )
    return tuple(found)


def evidence(strength: float) -> tuple[Evidence, ...]:
    requests = tuple(f"req_{index:04d}" for index in range(6))
    rows = (
        (
            "rare_shared_span",
            "content",
            Outcome.POSITIVE,
            strength,
            f'"{SPAN}" is in 61 % of the group\'s requests and in 3 of 402,113 others.',
            "A viral prompt template: would be seen in accounts with nothing else in common and with a personal remainder.",
            requests,
        ),
        (
            "work_partition",
            "partition",
            Outcome.POSITIVE,
            strength / 2,
            "Siblings repeat each other 4 times where independent draws from the pool would give 118.",
            "Batch jobs of one company split over its own keys.",
            requests[:2],
        ),
        (
            "lockstep",
            "time",
            Outcome.POSITIVE,
            0.8,
            "Rates rise and fall together beyond what the hour and the day explain (correlation 0.44).",
            "Busy APIs and cron at full hours.",
            (),
        ),
        (
            "shared_payment",
            "identity",
            Outcome.NEGATIVE,
            -1.4,
            "No card is shared; sharing would be expected of one buyer.",
            "Offices and company cards.",
            (),
        ),
        (
            "plan_to_usage",
            "identity",
            Outcome.INCONCLUSIVE,
            0.1,
            "Plans and usage fit as often as elsewhere.",
            "Under-licensed teams.",
            (),
        ),
        (
            "signature_replay",
            "deterministic",
            Outcome.NOT_EVALUATED,
            0.0,
            "The log has no reasoning_signature column.",
            "None known.",
            (),
        ),
    )
    return tuple(
        Evidence(signal=a, family=b, outcome=c, log10_bayes_factor=d, summary=e, look_alike=f, request_ids=g)
        for a, b, c, d, e, f, g in rows
    )


def detail(names: Sequence[str], texts: Sequence[str], *, bins: int, first: int, last: int) -> CampaignDetail:
    def load(index: int, phase: int) -> int:
        if not first <= index < last:
            return 0
        return max(0, round(6 + 5 * math.sin((index + phase) / 3.8) + (index * 7 + phase * 13) % 5 - 3))

    shown = list(names[:60])
    heat = tuple(
        tuple(load(index, row) if (index + row * 3) % 4 else 0 for index in range(bins))
        for row in range(len(shown))
    )
    scale = max(1, len(names) // max(1, len(shown)))
    rows = tuple(
        AccountRow(
            account_id=name,
            exchanges=350 + (index * 37) % 90,
            harvest_exchanges=210 + (index * 23) % 60,
            output_tokens=410_000 + index * 911,
            first_seen=START + timedelta(hours=first, minutes=index % 60),
            last_seen=START + timedelta(hours=last, minutes=index % 60),
            log10_e=round(9.5 - index * 0.003, 3),
        )
        for index, name in enumerate(names)
    )
    edges = tuple(
        GraphEdge(
            source=names[index],
            target=names[(index * 7 + step * step + 1) % len(names)],
            kind=KINDS[(index + step) % (5 if index % 9 else 6)],
            weight=1.0 + (index * 5 + step) % 7,
        )
        for index in range(len(names))
        for step in range(3)
        if (index * 7 + step * step + 1) % len(names) != index
    )
    return CampaignDetail(
        accounts=rows,
        bin_s=3600,
        bin_starts=tuple(START + timedelta(hours=index) for index in range(bins)),
        timeline=tuple(scale * sum(row[index] for row in heat) for index in range(bins)),
        deployment_timeline=tuple(
            round(2600 + 1400 * math.sin((index - 8) * math.pi / 12) + index % 7 * 40)
            for index in range(bins)
        ),
        heat_accounts=tuple(shown),
        heat=heat,
        edges=edges,
        examples=examples(names, texts),
        facts={
            "tooling": "python-requests 2.31, TLS fingerprint t13d1516h2 (rare: 0.4 % of accounts)",
            "working_rhythm": "around the clock, lull of 40 minutes at 03:00 UTC",
            "rate_ceiling": "12 requests a minute per account",
        },
    )


def campaign(
    rank: int,
    names: Sequence[str],
    *,
    campaign_id: str | None = None,
    headline: str | None = None,
    strength: float = 12.4,
    confidence: Confidence = Confidence.HIGH,
    lineage: Lineage | None = None,
    texts: Sequence[str] = PROMPTS,
    bins: int = 336,
    first: int = 0,
    last: int = 336,
) -> Campaign:
    made = detail(names, texts, bins=bins, first=first, last=last)
    return Campaign(
        campaign_id=campaign_id or f"cmp-{rank:03d}-7f3a9c",
        rank=rank,
        confidence=confidence,
        log10_e=strength,
        accounts=tuple(names),
        exchanges=sum(row.exchanges for row in made.accounts),
        harvest_exchanges=sum(row.harvest_exchanges for row in made.accounts),
        output_tokens=sum(row.output_tokens for row in made.accounts),
        first_seen=START + timedelta(hours=first, microseconds=250),
        last_seen=START + timedelta(hours=last),
        models=("frontier-large", "frontier-mini"),
        techniques=("AML.T0024.002", "AML.T0008.005", "AML.T9999"),
        headline=headline
        or f"{len(names)} accounts inject one fixed instruction into otherwise different requests and divide one pool of tasks",
        evidence=evidence(strength),
        lineage=lineage or Lineage(),
        recommended_action="Throttle all accounts of the group to their plan's median, require business verification, and keep the requests as evidence.",
        would_change_our_mind=(
            "A declared licence or one customer who owns all these accounts.",
            "The shared instruction turning up in a public tool's source.",
        ),
        detail=made,
    )


def names(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{(index * 2654435761) % 2**32:08x}" for index in range(count)]


def scan(*, hostile: bool = True) -> ScanResult:
    """Return four campaigns (one with hostile text and long ids), a sanctioned group, cleared groups."""
    long_names = [f"org:research-{'x' * 60}:user:{index:05d}" for index in range(8)]
    if hostile:
        long_names[0] = "\"><script>alert('id')</script>\u202eadmin"
        long_names[1] = "=cmd|' /C calc'!A0"
    campaigns = (
        campaign(1, names("acct_", 640), strength=41.2),
        campaign(
            2,
            names("u-", 55),
            strength=12.4,
            first=40,
            last=180,
            headline="55 accounts replay reasoning blocks that they never received",
        ),
        campaign(
            3,
            names("key_", 48),
            strength=6.1,
            first=182,
            last=336,
            confidence=Confidence.MEDIUM,
            lineage=Lineage(
                replaces=("cmp-002-7f3a9c",), shares_pool_with=("cmp-001-7f3a9c", "cmp-from-elsewhere")
            ),
            headline="48 accounts took over within minutes of the stop of cmp-002-7f3a9c",
        ),
        campaign(
            4,
            long_names,
            strength=2.2,
            confidence=Confidence.LOW,
            texts=(HOSTILE, *PROMPTS[1:3]) if hostile else PROMPTS,
            headline="8 accounts grade transcripts with one rubric <b>at volume</b>",
        ),
    )
    licensed = campaign(
        1,
        names("lic_", 14),
        campaign_id="sanctioned-001",
        strength=18.0,
        headline="14 accounts with a verified distillation licence",
    )
    cleared = (
        ClearedGroup(
            accounts=tuple(names("saas_", 310)),
            exchanges=48_211,
            look_alike="public coding agent",
            reason="One system prompt over 310 unrelated accounts, each with a personal remainder of its own.",
            log10_e=-3.2,
        ),
        ClearedGroup(
            accounts=tuple(names("uni_", 44)),
            exchanges=2_914,
            look_alike="campus behind one address",
            reason="One egress address; no shared text beyond chance.",
            log10_e=-1.1,
        ),
    )
    verdicts = (
        *(
            AccountVerdict(
                account_id=name,
                campaign_id=found.campaign_id,
                verdict=Verdict.CAMPAIGN,
                log10_e=found.log10_e,
            )
            for found in campaigns
            for name in found.accounts
        ),
        *(
            AccountVerdict(account_id=name, campaign_id=None, verdict=Verdict.SANCTIONED, log10_e=18.0)
            for name in licensed.accounts
        ),
        *(
            AccountVerdict(account_id=name, campaign_id=None, verdict=Verdict.CLEAR, log10_e=-1.0)
            for group in cleared
            for name in group.accounts
        ),
        AccountVerdict(account_id="w-1", campaign_id=None, verdict=Verdict.WATCH, log10_e=1.2),
        AccountVerdict(account_id="i-1", campaign_id=None, verdict=Verdict.INSUFFICIENT_DATA, log10_e=0.0),
    )
    return ScanResult(
        input=InputSummary(
            exchanges=1_018_332,
            accounts=9_214,
            first=START,
            last=START + timedelta(days=14),
            quarantined=17,
            duplicates=204,
            columns_missing=("reasoning_signature", "tls_fingerprint"),
            columns_ignored=("trace_id", "region"),
            sources=(
                "logs/2026-04.parquet: exchanges with our own column names, because all required columns are there",
                "logs/2026-05.jsonl.zst: LiteLLM standard_logging_object, because `call_type` and `startTime` are there",
            ),
        ),
        prevalence=Prevalence(share=0.2234, low=0.1911, high=0.2602),
        campaigns=campaigns,
        sanctioned=(licensed,),
        cleared=cleared,
        not_evaluated=(
            NotEvaluated(signal="signature_replay", reason="the log has no reasoning_signature column"),
            NotEvaluated(signal="signup_burst", reason="no account table was given (--accounts)"),
        ),
        verdicts=verdicts,
    )


def empty(*, exchanges: int = 0) -> ScanResult:
    """Return a scan without campaigns: of an empty log, or of a benign one."""
    some = exchanges > 0
    return ScanResult(
        input=InputSummary(
            exchanges=exchanges,
            accounts=exchanges // 100,
            first=START if some else None,
            last=NOW if some else None,
            quarantined=0,
            duplicates=0,
            columns_missing=(),
            columns_ignored=(),
            sources=(),
        ),
        prevalence=Prevalence(share=0.0, low=0.0, high=0.0021 if some else 1.0),
        campaigns=(),
        sanctioned=(),
        cleared=(),
        not_evaluated=(),
        verdicts=(),
    )


def huge(*, campaigns: int = 100, accounts: int = 5_000) -> ScanResult:
    """Return as many campaigns of as many accounts."""
    base = scan(hostile=False)
    made = tuple(
        campaign(rank, names(f"c{rank}_", accounts), strength=200.0 - rank)
        for rank in range(1, campaigns + 1)
    )
    return ScanResult(
        input=base.input,
        prevalence=base.prevalence,
        campaigns=made,
        sanctioned=base.sanctioned,
        cleared=base.cleared * 120,
        not_evaluated=base.not_evaluated,
        verdicts=(),
    )
