"""The scan's answer on the terminal: campaigns first, then what was set aside and what could not be judged."""

from pathlib import Path

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from revenuer.records import Campaign, ScanResult
from revenuer.report.scan_page import prevalence_line, verdict_line
from revenuer.report.visible import plain
from revenuer.report.wording import count, day, log10_e, minute, plural, short_count

SHOWN_CAMPAIGNS = 30
SHOWN_NOT_EVALUATED = 12
WIDE = 110
"""From this width the reason stands in its own column; below it, on its own line."""


def print_scan(result: ScanResult, console: Console, report_path: Path | None = None) -> None:
    """Print the answer: verdict, prevalence, campaigns, sanctioned, input, not evaluated, where the report is.

    Ids and texts come from strangers: control and invisible characters are shown as code points, markup is not read.
    """
    _line(console, verdict_line(result), "bold")
    _line(console, prevalence_line(result))
    if result.campaigns:
        console.print()
        _print_campaigns(result.campaigns, console)
    console.print()
    for group in result.sanctioned:
        _line(
            console,
            f"sanctioned, not counted: {plain(group.campaign_id)}, {plural(len(group.accounts), 'account')}, "
            f"{plural(group.exchanges, 'exchange')}: {plain(group.headline)}",
        )
    if result.cleared:
        _line(
            console,
            f"considered and cleared: {plural(len(result.cleared), 'group')}, explained by a look-alike",
        )
    _print_input(result, console)
    _print_not_evaluated(result, console)
    if report_path is not None:
        _line(console, f"report: {report_path}", "bold")


def _print_campaigns(campaigns: tuple[Campaign, ...], console: Console) -> None:
    wide = console.width >= WIDE
    table = Table(
        box=box.SIMPLE_HEAD if console.is_terminal else box.ASCII2 if wide else box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        expand=False,
        safe_box=not console.is_terminal,
        header_style="bold",
    )
    table.add_column("campaign", max_width=26, overflow="fold")
    for name in ("accounts", "exchanges", "harvest"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("since", no_wrap=True)
    table.add_column("until", no_wrap=True)
    table.add_column("sure", no_wrap=True)
    table.add_column("log10 e", justify="right", no_wrap=True)
    if wide:
        table.add_column("why", ratio=1, min_width=30, overflow="fold")
        for campaign in campaigns[:SHOWN_CAMPAIGNS]:
            table.add_row(*_cells(campaign, width=26), Text(plain(campaign.headline)))
        console.print(table)
    else:
        _print_narrow(campaigns[:SHOWN_CAMPAIGNS], table, console)
    if len(campaigns) > SHOWN_CAMPAIGNS:
        _line(console, f"and {len(campaigns) - SHOWN_CAMPAIGNS} more in the report and in campaigns.json")


def _print_narrow(campaigns: tuple[Campaign, ...], table: Table, console: Console) -> None:
    for campaign in campaigns:
        table.add_row(*_cells(campaign, width=16))
    table.columns[0].max_width = 16
    console.print(table)
    console.print()
    for campaign in campaigns:
        text = Text.assemble((f"{plain(campaign.campaign_id)}: ", "bold"), plain(campaign.headline))
        console.print(Padding(text, 0), soft_wrap=False)


def _cells(campaign: Campaign, width: int) -> list[Text]:
    style = {"high": "bold red", "medium": "yellow", "low": "dim"}[campaign.confidence.value]
    return [
        Text(_shortened(plain(campaign.campaign_id), width), style="bold"),
        Text(count(len(campaign.accounts))),
        Text(short_count(campaign.exchanges)),
        Text(short_count(campaign.harvest_exchanges)),
        Text(day(campaign.first_seen)),
        Text(day(campaign.last_seen)),
        Text(campaign.confidence.value, style=style),
        Text(log10_e(campaign.log10_e)),
    ]


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 6]}…{text[-5:]}"


def _print_input(result: ScanResult, console: Console) -> None:
    found = result.input
    span = f", {minute(found.first)} to {minute(found.last)} UTC" if found.first and found.last else ""
    _line(
        console,
        f"read: {plural(found.exchanges, 'exchange')} by {plural(found.accounts, 'account')}{span}; "
        f"{plural(found.quarantined, 'bad row')} quarantined, {plural(found.duplicates, 'duplicate')} dropped",
    )


def _print_not_evaluated(result: ScanResult, console: Console) -> None:
    if not result.not_evaluated:
        return
    _line(console, f"not evaluated, so neither for nor against anyone ({len(result.not_evaluated)}):")
    for item in result.not_evaluated[:SHOWN_NOT_EVALUATED]:
        text = Text(f"{plain(item.signal).replace('_', ' ')}: {plain(item.reason)}")
        console.print(Padding(text, (0, 0, 0, 2)))
    if len(result.not_evaluated) > SHOWN_NOT_EVALUATED:
        _line(console, f"  and {len(result.not_evaluated) - SHOWN_NOT_EVALUATED} more in the report")


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=not console.is_terminal)
