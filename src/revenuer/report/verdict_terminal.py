"""A verdict on a suspect, on the terminal."""

from rich.console import Console
from rich.text import Text

from revenuer.records import Outcome
from revenuer.records.suspect_verdict import SuspectVerdict
from revenuer.report import verdict_wording as words
from revenuer.report.terminal_lines import bare_table, encodable, print_line
from revenuer.report.visible import plain


def print_verdict(verdict: SuspectVerdict, console: Console) -> None:
    """Print the outcome first, then what it rests on and what else would explain it."""
    print_line(console, plain(f"{verdict.suspect}, {verdict.test}: {words.verdict_line(verdict)}"), "bold")
    print_line(console, plain(verdict.summary, prose=True))
    if verdict.reason:
        print_line(console, plain(f"why: {verdict.reason}", prose=True))
    table = bare_table(console)
    table.add_column("")
    table.add_column("", ratio=1, overflow="fold")
    for name, text in _rows(verdict):
        table.add_row(*(encodable(Text(cell), console) for cell in (name, plain(text, prose=True))))
    table.show_header = False
    console.print(table)
    for title, lines in (
        ("assumes", verdict.assumptions),
        ("what else would explain it", verdict.explanations),
    ):
        if lines:
            print_line(console, f"{title}:")
        for line in lines:
            print_line(console, plain(f"  - {line}", prose=True))


def _rows(verdict: SuspectVerdict) -> list[tuple[str, str]]:
    rows = [("null hypothesis", verdict.h0)]
    if verdict.outcome is not Outcome.NOT_EVALUATED:
        p = words.p_text(verdict.p, verdict.log10_p)
        rows += [
            ("p", f"{p} (log10 {verdict.log10_p:.2f}), alpha {verdict.alpha:g}"),
            ("floor of p", words.floor_text(verdict)),
        ]
    if verdict.effect is not None:
        rows.append(("effect", words.effect_text(verdict.effect)))
    rows += [("counted", words.n_text(verdict.n)), ("plan", words.registration_text(verdict.registration))]
    return rows
