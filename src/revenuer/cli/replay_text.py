"""The replay's answer on the terminal: each campaign with what it had answered before it was contained."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from revenuer.guard.replay import Containment, Findings, ServedRow
from revenuer.records import Campaign
from revenuer.report.terminal_lines import bare_table, encodable, print_line, shortened
from revenuer.report.visible import plain
from revenuer.report.wording import count, log10_e, minute, one_line, percent, plural, short_count

SHOWN = 30
ID_WIDTH, ID_WIDTH_NARROW = 20, 14
WIDE = 110
"""From this width the minute and the evidence stand in the table too."""


def print_replay(
    found: Findings,
    truth: tuple[ServedRow, ...],
    version: str,
    shadow: bool,
    restricted: int,
    console: Console,
    out: Path,
) -> None:
    """Print the answer: verdict, campaigns, truth where there is one, input, where the files are."""
    result = found.result
    mode = "would have restricted" if shadow else "restricted"
    print_line(
        console,
        f"{plural(len(result.campaigns), 'campaign')}; the guard {mode} {plural(restricted, 'account')} of {count(result.input.accounts)}",
        "bold",
    )
    print_line(console, f"policy {version}, {'shadow mode' if shadow else 'as if live'}")
    if found.containment:
        console.print()
        _print_campaigns(result.campaigns, found.containment, console)
    if truth:
        console.print()
        _print_truth(truth, console)
    console.print()
    for group in result.sanctioned:
        print_line(
            console,
            f"sanctioned, not counted: {plain(group.campaign_id)}, {plural(len(group.accounts), 'account')}, "
            f"{plural(group.exchanges, 'exchange')}",
        )
    span = (
        f", {minute(result.input.first)} to {minute(result.input.last)} UTC"
        if result.input.first and result.input.last
        else ""
    )
    print_line(
        console,
        f"read: {plural(result.input.exchanges, 'exchange')} by {plural(result.input.accounts, 'account')}{span}; "
        f"{plural(result.input.quarantined, 'bad row')} quarantined, {plural(result.input.duplicates, 'duplicate')} dropped",
    )
    print_line(console, f"decisions: {out / 'decisions.parquet'}", "bold")


def _print_campaigns(
    campaigns: tuple[Campaign, ...], counts: tuple[Containment, ...], console: Console
) -> None:
    wide = console.width >= WIDE
    table = bare_table(console)
    table.add_column("campaign", no_wrap=True)
    for name in ("accounts", "requests", "before", "after", "unanswered"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("contained", no_wrap=True)
    if wide:
        table.add_column("log10 e", justify="right", no_wrap=True)
    for campaign, one in list(zip(campaigns, counts, strict=True))[:SHOWN]:
        when = minute(one.contained_at) if one.contained_at else "-"
        cells = [
            Text(shortened(plain(campaign.campaign_id), ID_WIDTH if wide else ID_WIDTH_NARROW), style="bold"),
            Text(count(one.accounts)),
            *(Text(short_count(n)) for n in (one.requests, one.answered_before, one.answered_after)),
            Text(short_count(one.unanswered)),
            Text(when if wide else when[:10]),
            *([Text(log10_e(campaign.log10_e))] if wide else []),
        ]
        table.add_row(*(encodable(cell, console) for cell in cells))
    console.print(table)
    print_line(console, "before, after: requests answered before and after the account's first measure")
    console.print()
    for campaign in campaigns[:SHOWN]:
        print_line(console, f"{plain(campaign.campaign_id)}: {plain(one_line(campaign.headline))}")
    if len(campaigns) > SHOWN:
        print_line(console, f"and {len(campaigns) - SHOWN} more in campaigns.json")


def _print_truth(truth: tuple[ServedRow, ...], console: Console) -> None:
    """Print the campaigns with what was served of their harvest, and everybody else with what they met."""
    print_line(console, "compared with the truth beside the log:", "bold")
    guilty = [row for row in truth if row.role == "campaign"]
    others = [row for row in truth if row.role != "campaign"]
    table = _truth_table(console, "campaign", ("accounts", "restricted", "denied", "harvest", "served"))
    for row in guilty:
        share = percent(row.harvest_served / row.harvest) if row.harvest else "-"
        figures = (row.accounts, row.restricted, row.denied, row.harvest)
        table.add_row(plain(row.archetype), *map(count, figures), share)
    if guilty:
        console.print(table)
        console.print()
    table = _truth_table(console, "everybody else", ("accounts", "restricted", "denied", "unanswered"))
    for row in others:
        figures = (row.accounts, row.restricted, row.denied, row.unanswered)
        table.add_row(plain(row.archetype), *map(count, figures))
    console.print(table)
    accounts, wrongly = sum(row.accounts for row in others), sum(row.restricted for row in others)
    if accounts:
        print_line(
            console,
            f"restricted although no campaign: {count(wrongly)} of {count(accounts)} ({1000 * wrongly / accounts:.2f} in 1,000)",
        )


def _truth_table(console: Console, first: str, names: tuple[str, ...]) -> Table:
    table = bare_table(console)
    table.add_column(first, no_wrap=True)
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    return table
