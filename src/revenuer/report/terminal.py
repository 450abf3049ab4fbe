"""The scan's answer on the terminal: campaigns first, then what was set aside and what could not be judged."""

from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from revenuer.records import Campaign, ScanResult
from revenuer.report.scan_page import prevalence_line, verdict_line
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
    shown = campaigns[:SHOWN_CAMPAIGNS]
    table = _empty_table(console, wide=wide)
    for campaign in shown:
        table.add_row(*(_encodable(cell, console) for cell in _cells(campaign, wide=wide)))
    console.print(table)
    if not wide:
        console.print()
        for campaign in shown:
            _line(console, f"{plain(campaign.campaign_id)}: {plain(one_line(campaign.headline))}")
    if len(campaigns) > len(shown):
        _line(console, f"and {len(campaigns) - len(shown)} more in the report and in campaigns.json")


def _empty_table(console: Console, *, wide: bool) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD if console.is_terminal else box.ASCII2,
        show_edge=False,
        pad_edge=False,
        header_style="bold",
        safe_box=not console.is_terminal,
    )
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
    shortened = _shortened(plain(campaign.campaign_id), ID_WIDTH if wide else ID_WIDTH_NARROW)
    cells = [
        Text(shortened, style="bold"),
        Text(count(len(campaign.accounts))),
        Text(short_count(campaign.exchanges)),
        Text(short_count(campaign.harvest_exchanges)),
        Text(day(campaign.first_seen)),
        *([Text(day(campaign.last_seen))] if wide else []),
        Text(campaign.confidence.value, style=style),
        Text(log10_e(campaign.log10_e)),
    ]
    return [*cells, Text(plain(one_line(campaign.headline)))] if wide else cells


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
        _line(console, f"  {plain(item.signal).replace('_', ' ')}: {plain(item.reason)}")
    if len(result.not_evaluated) > SHOWN_NOT_EVALUATED:
        _line(console, f"  and {len(result.not_evaluated) - SHOWN_NOT_EVALUATED} more in the report")


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(_encodable(Text(text, style=style), console), soft_wrap=not console.is_terminal)


def _encodable(text: Text, console: Console) -> Text:
    """Return the text as the stream can hold it: a terminal in Latin-1 gets ? for the rest, not an error."""
    held = text.plain.replace("−", "-") if not console.encoding.lower().startswith("utf") else text.plain
    return Text(held.encode(console.encoding, "replace").decode(console.encoding), style=text.style)
