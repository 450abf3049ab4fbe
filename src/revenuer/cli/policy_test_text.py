"""What a change of policy would have done, on the terminal."""

from rich.console import Console
from rich.text import Text

from revenuer.guard.policy import Policy
from revenuer.guard.replay import Comparison
from revenuer.report.terminal_lines import bare_table, encodable, print_line, shortened
from revenuer.report.visible import plain
from revenuer.report.wording import count, one_line, plural

ID_WIDTH = 24


def print_comparison(found: Comparison, old: Policy, new: Policy, kind: str, console: Console) -> None:
    """Print the change by segment, and the accounts that would meet another measure."""
    print_line(console, f"{plural(found.changed, 'account')} would meet another measure", "bold")
    print_line(console, f"policy {new.version} against {old.version}, both as if live")
    for policy, name in ((old, "the old"), (new, "the new")):
        if policy.shadow:
            acting = f" but for {', '.join(sorted(policy.enforce))}" if policy.enforce else ""
            print_line(console, f"{name} policy is in shadow mode{acting}: it would only have noted this")
    console.print()
    _print_segments(found, kind, console)
    if not found.changes:
        return
    console.print()
    table = bare_table(console)
    for name in ("account", "before", "after"):
        table.add_column(name, no_wrap=True)
    table.add_column("requests", justify="right", no_wrap=True)
    table.add_column("why", overflow="fold")
    for change in found.changes:
        cells = (
            shortened(plain(change.account_id), ID_WIDTH),
            str(change.before),
            str(change.after),
            count(change.requests),
            plain(one_line(change.reason)),
        )
        table.add_row(*(encodable(Text(cell), console) for cell in cells))
    console.print(table)
    if found.changed > len(found.changes):
        print_line(
            console,
            f"and {count(found.changed - len(found.changes))} more: --limit lists as many as you like",
        )


def _print_segments(found: Comparison, kind: str, console: Console) -> None:
    print_line(console, f"by {kind}:")
    table = bare_table(console)
    table.add_column("segment", overflow="fold")
    names = (
        "accounts",
        "restricted: old",
        "new",
        "newly restricted",
        "newly denied",
        "no longer",
        "requests",
    )
    for name in names:
        table.add_column(name, justify="right")
    for row in found.segments:
        figures = (
            row.accounts,
            row.restricted_before,
            row.restricted_after,
            row.newly_restricted,
            row.newly_denied,
            row.no_longer_restricted,
            row.requests,
        )
        table.add_row(encodable(Text(plain(row.segment)), console), *(count(figure) for figure in figures))
    console.print(table)
    print_line(
        console,
        "old, new: accounts restricted under each; +: newly, -: no longer; requests: met with another action",
    )
