"""What giving less costs, on the terminal."""

from rich.console import Console
from rich.text import Text

from revenuer.records.degradation import DegradeResult
from revenuer.report import degrade_wording as words
from revenuer.report.terminal_lines import bare_table, encodable, print_line
from revenuer.report.visible import plain


def print_degrade(result: DegradeResult, console: Console) -> None:
    """Print a table a task, and what the figures cannot say."""
    print_line(console, words.title(result), "bold")
    for task in dict.fromkeys(cost.task for cost in result.costs):
        costs = [cost for cost in result.costs if cost.task == task]
        print_line(console, "")
        print_line(console, plain(f"{task}, at {costs[0].at:,} exchanges"), "bold")
        table = bare_table(console)
        table.add_column("policy, attacker, verdict", overflow="fold")
        for name in ("below undefended", "exchanges", "honest loss"):
            table.add_column(name, no_wrap=True)
        for cost in costs:
            cells = (
                f"{cost.policy}, {words.attack_text(cost)}: {words.verdict(cost)}",
                words.estimate_text(cost.lost),
                words.factor_text(cost),
                words.estimate_text(cost.honest_loss),
            )
            table.add_row(*(encodable(Text(plain(cell)), console) for cell in cells))
        console.print(table)
    print_line(console, "")
    for line in words.LIMITS:
        print_line(console, line)
