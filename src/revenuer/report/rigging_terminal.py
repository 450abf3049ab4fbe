"""The search for rigging on the terminal."""

from rich.console import Console
from rich.text import Text

from revenuer.rank.rigging import Comparison, RiggingFindings
from revenuer.records import Outcome
from revenuer.report import rigging_wording as words
from revenuer.report.terminal_lines import bare_table, encodable, print_line
from revenuer.report.visible import plain
from revenuer.report.wording import count, plural

SHOWN_SUSPECTS = 15
SHOWN_VOTES = 5


def print_rigging(findings: RiggingFindings, comparison: Comparison, console: Console) -> None:
    """Print who is suspected and why, what else was found, and the boards with and without."""
    print_line(console, plain(words.verdict_line(findings)), "bold")
    print_line(console, plain(words.lead_line(findings)))
    _print_suspects(findings, console)
    for group in findings.groups[:SHOWN_VOTES]:
        print_line(console, plain(f"group ({group.kind.replace('_', ' ')}): {group.words}"))
    for burst in findings.bursts[:SHOWN_VOTES]:
        when = f"{words.moment(burst.start_us)} to {words.moment(burst.end_us)} UTC"
        print_line(
            console,
            plain(
                f"burst: {burst.model} won {burst.share:.0%} of {plural(burst.votes, 'vote')} from {when}, expected {burst.expected:.0%}"
            ),
        )
    for pair in findings.pairs[:SHOWN_VOTES]:
        print_line(
            console,
            plain(
                f"pair: {pair.model} won {pair.share:.0%} of {plural(pair.votes, 'vote')} against {pair.other}, expected {pair.expected:.0%}"
            ),
        )
    print_line(console, plain(f"the board as voted: {words.certificate_words(comparison.given)}"))
    if comparison.cleaned is not None:
        _print_moved(findings, comparison, console)
    missing = [c for c in findings.checks if c.outcome is Outcome.NOT_EVALUATED]
    for check in missing:
        print_line(console, plain(f"not evaluated: {words.test_name(check.test)}: {check.reason}"))


def _print_suspects(findings: RiggingFindings, console: Console) -> None:
    if not findings.suspects:
        return
    table = bare_table(console)
    table.add_column("account", overflow="fold")
    table.add_column("votes", justify="right")
    table.add_column("log10 e", justify="right")
    table.add_column("why", ratio=1, overflow="fold")
    for suspect in findings.suspects[:SHOWN_SUSPECTS]:
        why = "; ".join(reason.words for reason in suspect.reasons[:2])
        cells = (plain(suspect.account), count(suspect.votes), f"{suspect.log10_e:+.1f}", plain(why))
        table.add_row(*(encodable(Text(cell), console) for cell in cells))
    console.print(table)
    if len(findings.suspects) > SHOWN_SUSPECTS:
        print_line(console, f"and {count(len(findings.suspects) - SHOWN_SUSPECTS)} more in rigging.json")


def _print_moved(findings: RiggingFindings, comparison: Comparison, console: Console) -> None:
    if comparison.cleaned is None:
        return
    print_line(
        console,
        plain(
            f"without {plural(findings.votes_of_suspects, 'vote')} of suspects: {words.certificate_words(comparison.cleaned)}"
        ),
    )
    rows = [row for row in words.moved(comparison) if row.rating_after is not None]
    most = sorted(rows, key=lambda row: -abs((row.rating_after or 0.0) - row.rating))[:SHOWN_VOTES]
    for row in most:
        change = (row.rating_after or 0.0) - row.rating
        print_line(
            console, plain(f"  {row.model}: place {row.place} to {row.place_after}, {change:+.1f} Elo")
        )
