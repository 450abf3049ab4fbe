"""report.html of a scan: from a ScanResult to the body of the page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from revenuer.records import AccountRow, Campaign, Evidence, ExampleRequest, Outcome, ScanResult, Verdict
from revenuer.report import drawings, page, scan_figures, visible
from revenuer.report.scan_figures import Budget, Figure
from revenuer.report.wording import as_utc, iso, percent, plural

LEADING_CAMPAIGNS = 20
"""Campaigns drawn at full detail and on paper; later ones are drawn smaller and on screen only."""
OPEN_CAMPAIGNS = 5
ACCOUNT_BUDGET = 150_000
"""Account rows that one page carries for copying and CSV, over all campaigns."""
SHOWN_ACCOUNTS = 25
SHOWN_EXAMPLES = 6
EXAMPLE_CHARACTERS = 2_400
SHOWN_CLEARED = 100
SHOWN_SANCTIONED = 50

OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.POSITIVE: "for",
    Outcome.NEGATIVE: "against",
    Outcome.INCONCLUSIVE: "inconclusive",
    Outcome.NOT_EVALUATED: "not evaluated",
}
_ORDER = tuple(OUTCOME_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    request: ExampleRequest
    text: Markup | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignView:
    """One campaign as the template needs it. `data` are script blocks that the figures and buttons read."""

    campaign: Campaign
    key: str
    open: bool
    printed: bool
    data: Markup
    timeline: Figure | None
    heat: Figure | None
    graph: Figure | None
    examples: tuple[Example, ...]
    evidence: tuple[Evidence, ...]
    tally: tuple[tuple[Outcome, int], ...]
    rows: tuple[AccountRow, ...]
    carried: int
    replaces: tuple[tuple[str, str | None], ...]
    replaced_by: tuple[tuple[str, str | None], ...]
    shares_pool_with: tuple[tuple[str, str | None], ...]


def scan_page(result: ScanResult, now: datetime, *, account_budget: int = ACCOUNT_BUDGET) -> str:
    """Return report.html: self-contained, offline, with every piece of input text escaped."""
    environment = page.environment()
    template = environment.get_template("scan.html.j2")
    body = template.render(
        result=result,
        verdict=verdict_line(result),
        verdict_note=prevalence_line(result).replace(" %", "\u00a0%"),
        views=campaign_views(result, account_budget),
        sanctioned=result.sanctioned[:SHOWN_SANCTIONED],
        cleared=result.cleared[:SHOWN_CLEARED],
        tally=Counter(item.verdict for item in result.verdicts),
        verdicts=tuple(Verdict),
        words=OUTCOME_WORDS,
        outcome=Outcome,
        outcome_icon=drawings.outcome_icon,
        confidence_icon=drawings.confidence_icon,
        strength_bar=drawings.strength_bar,
        prevalence_drawing=drawings.prevalence_drawing(result.prevalence),
        ordered_evidence=ordered_evidence,
        leading=LEADING_CAMPAIGNS,
        sum_accounts=sum(len(campaign.accounts) for campaign in result.campaigns),
        sum_harvest=sum(campaign.harvest_exchanges for campaign in result.campaigns),
    )
    scripts = (page.CHARTS, page.GRAPHS, "assets/scan_figures.js") if result.campaigns else ()
    return page.render_page(
        title=f"Revenuer: {verdict_line(result)}", body=Markup(body), scripts=scripts, generated=iso(now)
    )


def verdict_line(result: ScanResult) -> str:
    """Return the scan's answer as a title."""
    if result.campaigns:
        return f"{plural(len(result.campaigns), 'campaign')} found"
    return "No campaign found" if result.input.exchanges else "Nothing to judge: no exchanges were read"


def prevalence_line(result: ScanResult) -> str:
    """Return how much of the traffic is harvest, with its interval, as a sentence."""
    prevalence = result.prevalence
    if not result.input.exchanges:
        return "The share of harvest cannot be stated."
    interval = f"95 % interval {percent(prevalence.low)} to {percent(prevalence.high)}"
    if not result.campaigns and prevalence.share <= 0:
        return f"Harvest that this scan would miss can be up to {percent(prevalence.high)} of the traffic ({interval})."
    return f"About {percent(prevalence.share)} of the traffic is harvest ({interval})."


def campaign_views(result: ScanResult, account_budget: int) -> tuple[CampaignView, ...]:
    """Return every campaign's view, in rank order, within the page's budgets."""
    keys = {campaign.campaign_id: f"c{position}" for position, campaign in enumerate(result.campaigns, 1)}
    cap = fair_cap([len(campaign.accounts) for campaign in result.campaigns], account_budget)
    successors: dict[str, list[str]] = {}
    for campaign in result.campaigns:
        for earlier in campaign.lineage.replaces:
            successors.setdefault(earlier, []).append(campaign.campaign_id)
    return tuple(
        _view(campaign, position, keys, cap, successors.get(campaign.campaign_id, ()))
        for position, campaign in enumerate(result.campaigns, 1)
    )


def fair_cap(sizes: Sequence[int], budget: int) -> int:
    """Return the largest cap so that lists cut to it fit the budget together; every list gets the same chance."""
    low, high = 0, max(sizes, default=0)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(size, middle) for size in sizes) <= budget:
            low = middle
        else:
            high = middle - 1
    return low


def ordered_evidence(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the evidence for, against, inconclusive and not evaluated, each by falling strength."""
    return tuple(
        sorted(
            evidence,
            key=lambda item: (_ORDER.index(item.outcome), -abs(item.log10_bayes_factor), item.signal),
        )
    )


def _view(
    campaign: Campaign, position: int, keys: Mapping[str, str], cap: int, successors: Sequence[str]
) -> CampaignView:
    leading = position <= LEADING_CAMPAIGNS
    detail, total = campaign.detail, len(campaign.accounts)
    budget: Budget = scan_figures.LEADING if leading else scan_figures.TRAILING
    figures = {
        "timeline": scan_figures.timeline(detail, budget),
        "heat": scan_figures.heat(detail, budget, total),
        "graph": scan_figures.graph(detail, budget, total),
    }
    rows = sorted(detail.accounts, key=lambda row: (-row.log10_e, -row.exchanges, row.account_id))
    carried = _carried(campaign, rows, cap)
    key = keys[campaign.campaign_id]
    blocks = [page.data_block(f"{key}-{name}", figure.data) for name, figure in figures.items() if figure]
    blocks.append(page.data_block(f"{key}-accounts", carried))
    return CampaignView(
        campaign=campaign,
        key=key,
        open=position <= OPEN_CAMPAIGNS,
        printed=leading,
        data=Markup("").join(blocks),
        timeline=figures["timeline"],
        heat=figures["heat"],
        graph=figures["graph"],
        examples=tuple(_example(request) for request in detail.examples[:SHOWN_EXAMPLES]),
        evidence=ordered_evidence(campaign.evidence),
        tally=tuple(
            (outcome, sum(1 for item in campaign.evidence if item.outcome is outcome)) for outcome in _ORDER
        ),
        rows=tuple(rows[: SHOWN_ACCOUNTS if leading else SHOWN_ACCOUNTS // 2]),
        carried=len(carried["rows"]),
        replaces=_linked(campaign.lineage.replaces, keys),
        replaced_by=_linked(successors, keys),
        shares_pool_with=_linked(campaign.lineage.shares_pool_with, keys),
    )


def _carried(campaign: Campaign, rows: Sequence[AccountRow], cap: int) -> dict[str, Any]:
    """Return the accounts that the copy and CSV buttons give, strongest first, then those without a row."""
    described = {row.account_id for row in rows}
    listed: list[list[Any]] = [
        [
            row.account_id,
            row.exchanges,
            row.harvest_exchanges,
            row.output_tokens,
            int(as_utc(row.first_seen).timestamp()),
            int(as_utc(row.last_seen).timestamp()),
            round(row.log10_e, 2),
        ]
        for row in rows[:cap]
    ]
    listed.extend([name] for name in campaign.accounts if name not in described)
    return {"file": f"{_file_stem(campaign.campaign_id)}-accounts.csv", "rows": listed[:cap]}


def _file_stem(campaign_id: str) -> str:
    return "".join(
        char if char.isascii() and (char.isalnum() or char in "-_") else "_" for char in campaign_id
    )[:64]


def _example(request: ExampleRequest) -> Example:
    if request.text is None:
        return Example(request=request, text=None)
    return Example(
        request=request, text=visible.highlighted(request.text, request.highlights, EXAMPLE_CHARACTERS)
    )


def _linked(names: Sequence[str], keys: Mapping[str, str]) -> tuple[tuple[str, str | None], ...]:
    return tuple((name, keys.get(name)) for name in names)
