"""What a change of policy would have done, on the terminal."""

from rich.console import Console
from rich.text import Text

from revenuer.guard.policy import Policy
from revenuer.guard.replay import Comparison, SegmentRow
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
    """Print the segments in which anybody is touched, and name the others: that nobody is, is an answer too."""
    touched = [row for row in found.segments if row.restricted_before or row.restricted_after or row.requests]
    print_line(console, f"by {kind}:")
    for row in touched:
        print_line(
            console,
            f"  {plain(row.segment)}: {plural(row.accounts, 'account')}, restricted {count(row.restricted_before)} -> "
            f"{count(row.restricted_after)} ({_changes(row)}); {plural(row.requests, 'request')} met otherwise",
        )
    untouched = [
        f"{plain(row.segment)} ({count(row.accounts)})" for row in found.segments if row not in touched
    ]
    if untouched:
        print_line(console, f"nobody restricted under either policy: {'; '.join(untouched)}")


def _changes(row: SegmentRow) -> str:
    parts = (
        (row.newly_restricted, "newly restricted"),
        (row.newly_denied, "newly denied"),
        (row.no_longer_restricted, "no longer restricted"),
        (row.no_longer_denied, "no longer denied"),
    )
    return ", ".join(f"{count(number)} {words}" for number, words in parts if number) or "the same accounts"
