"""The scan's answer on the terminal: campaigns first, then what was set aside and what could not be judged."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from revenuer.records import Campaign, ScanResult
from revenuer.report.scan_page import prevalence_line, verdict_line
from revenuer.report.terminal_lines import bare_table, encodable, print_line, shortened
from revenuer.report.visible import plain
from revenuer.report.wording import count, day, log10_e, minute, one_line, plural, short_count

SHOWN_CAMPAIGNS = 30
SHOWN_NOT_EVALUATED = 12
WIDE = 110
"""From this width the reason and the end stand in the table; below it, the reason has its own line."""
ID_WIDTH, ID_WIDTH_NARROW = 20, 14


def print_scan(result: ScanResult, console: Console, report_path: Path | None = None) -> None:
    """Print the answer: verdict, prevalence, campaigns, sanctioned, input, not evaluated, where the report is.

    Ids and texts come from strangers: control and invisible characters are shown as code points, markup is not read.
    """
    print_line(console, verdict_line(result), "bold")
    print_line(console, prevalence_line(result))
    if result.campaigns:
        console.print()
        _print_campaigns(result.campaigns, console)
    console.print()
    for group in result.sanctioned:
        print_line(
            console,
            f"sanctioned, not counted: {plain(group.campaign_id)}, {plural(len(group.accounts), 'account')}, "
            f"{plural(group.exchanges, 'exchange')}: {plain(group.headline)}",
        )
    if result.cleared:
        print_line(
            console,
            f"considered and cleared: {plural(len(result.cleared), 'group')}, explained by a look-alike",
        )
    _print_input(result, console)
    _print_not_evaluated(result, console)
    if report_path is not None:
        print_line(console, f"report: {report_path}", "bold")


def _print_campaigns(campaigns: tuple[Campaign, ...], console: Console) -> None:
    wide = console.width >= WIDE
    shown = campaigns[:SHOWN_CAMPAIGNS]
    table = _empty_table(console, wide=wide)
    for campaign in shown:
        table.add_row(*(encodable(cell, console) for cell in _cells(campaign, wide=wide)))
    console.print(table)
    if not wide:
        console.print()
        for campaign in shown:
            print_line(console, f"{plain(campaign.campaign_id)}: {plain(one_line(campaign.headline))}")
    if len(campaigns) > len(shown):
        print_line(console, f"and {len(campaigns) - len(shown)} more in the report and in campaigns.json")


def _empty_table(console: Console, *, wide: bool) -> Table:
    table = bare_table(console)
    table.add_column("campaign", min_width=ID_WIDTH if wide else ID_WIDTH_NARROW, no_wrap=True)
    for name in ("accounts", "exchanges", "harvest"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("since", "until", "sure") if wide else ("since", "sure"):
        table.add_column(name, no_wrap=True)
    table.add_column("log10 e", justify="right", no_wrap=True)
    if wide:
        table.add_column("why", ratio=1, min_width=20, overflow="fold")
    return table


def _cells(campaign: Campaign, *, wide: bool) -> list[Text]:
    style = {"high": "bold red", "medium": "yellow", "low": "dim"}[campaign.confidence.value]
    name = shortened(plain(campaign.campaign_id), ID_WIDTH if wide else ID_WIDTH_NARROW)
    cells = [
        Text(name, style="bold"),
        Text(count(len(campaign.accounts))),
        Text(short_count(campaign.exchanges)),
        Text(short_count(campaign.harvest_exchanges)),
        Text(day(campaign.first_seen)),
        *([Text(day(campaign.last_seen))] if wide else []),
        Text(campaign.confidence.value, style=style),
        Text(log10_e(campaign.log10_e)),
    ]
    return [*cells, Text(plain(one_line(campaign.headline)))] if wide else cells


def _print_input(result: ScanResult, console: Console) -> None:
    found = result.input
    span = f", {minute(found.first)} to {minute(found.last)} UTC" if found.first and found.last else ""
    print_line(
        console,
        f"read: {plural(found.exchanges, 'exchange')} by {plural(found.accounts, 'account')}{span}; "
        f"{plural(found.quarantined, 'bad row')} quarantined, {plural(found.duplicates, 'duplicate')} dropped",
    )


def _print_not_evaluated(result: ScanResult, console: Console) -> None:
    if not result.not_evaluated:
        return
    print_line(console, f"not evaluated, so neither for nor against anyone ({len(result.not_evaluated)}):")
    for item in result.not_evaluated[:SHOWN_NOT_EVALUATED]:
        print_line(console, f"  {plain(item.signal).replace('_', ' ')}: {plain(item.reason)}")
    if len(result.not_evaluated) > SHOWN_NOT_EVALUATED:
        print_line(console, f"  and {len(result.not_evaluated) - SHOWN_NOT_EVALUATED} more in the report")
