"""Certificates and plans on the terminal."""

from rich.console import Console
from rich.text import Text

from revenuer.rank.certificate import Answer, Certificate
from revenuer.rank.plan import Plan
from revenuer.report.terminal_lines import bare_table, encodable, print_line
from revenuer.report.visible import plain
from revenuer.report.wording import count, plural

VERBS = {"drop": "dropped", "flip": "turned over", "add": "added"}
VOTER_VERBS = {"drop": "removed", "add": "arriving"}
CAUSES = {
    "near_tie": "a near tie: the two are as well measured as their neighbours",
    "under_sampled": "under-sampled: their difference is measured much worse than those of neighbours",
}
SHOWN_PAIRS = 15


def print_certificate(certificate: Certificate, console: Console) -> None:
    """Print what it takes to change who is in the top, and their order."""
    of_set, of_order = certificate.answers
    top = f"the top {certificate.k}" if certificate.k > 1 else "the leader"
    print_line(console, plain(f"To change {top}: {_range(of_set, certificate)}"), "bold")
    _print_answer(of_set, certificate, console)
    if certificate.k > 1:
        print_line(console, "")
        print_line(console, plain(f"To change their order: {_range(of_order, certificate)}"), "bold")
        _print_answer(of_order, certificate, console)
    if certificate.outside:
        shown = ", ".join(certificate.outside[:3]) + (", ..." if len(certificate.outside) > 3 else "")
        print_line(
            console,
            plain(
                f"not considered: {plural(len(certificate.outside), 'model')} without a comparable rating ({shown}); few votes may give one"
            ),
        )
    if certificate.no_lower_bound:
        print_line(console, f"no lower bound: {certificate.no_lower_bound}")


def _range(answer: Answer, certificate: Certificate) -> str:
    unit = "account" if certificate.unit == "voter" else "vote"
    low, high = answer.lower_bound, answer.upper_bound
    if low is None:
        return (
            "nothing was found that does"
            if high is None
            else f"{plural(high, unit)} found; fewer may do, too"
        )
    if answer.exact:
        return f"exactly {plural(low, unit)}, and no fewer"
    return (
        f"at least {plural(low, unit)}; nothing was found that does"
        if high is None
        else f"{count(low)} to {plural(high, unit)}"
    )


def _print_answer(answer: Answer, certificate: Certificate, console: Console) -> None:
    above, below = answer.pair
    print_line(
        console,
        plain(
            f"  {below} would pass {above}, {answer.gap:.1f} ±{answer.half_width:.1f} Elo ahead: {CAUSES[answer.cause]}"
        ),
    )
    table = bare_table(console)
    table.add_column("accounts" if certificate.unit == "voter" else "votes")
    table.add_column("at least", justify="right")
    table.add_column("found", justify="right")
    table.add_column("who passes whom", ratio=1, overflow="fold")
    verbs = VOTER_VERBS if certificate.unit == "voter" else VERBS
    for bound in answer.by_action:
        cells = (
            verbs[bound.action],
            "no proof" if bound.lower_bound is None else count(bound.lower_bound),
            "none" if bound.upper_bound is None else count(bound.upper_bound),
            plain(f"{bound.pair[1]} > {bound.pair[0]}"),
        )
        table.add_row(*(encodable(Text(cell), console) for cell in cells))
    console.print(table)


def print_plan(plan: Plan, console: Console) -> None:
    """Print which pairs to ask for, and what is expected of it."""
    above, below = plan.pair
    print_line(
        console,
        plain(
            f"{plural(plan.budget, 'vote')} on {plural(len(plan.pairs), 'pair')} for the top {plan.k}: least settled is {above} over {below}, "
            f"{plan.gap:.1f} Elo"
        ),
        "bold",
    )
    table = bare_table(console)
    for heading in ("ask for", "votes so far"):
        table.add_column(heading, justify="right")
    table.add_column("pair", ratio=1, overflow="fold")
    for pair in plan.pairs[:SHOWN_PAIRS]:
        cells = (count(pair.votes), count(pair.votes_so_far), plain(f"{pair.model_a} : {pair.model_b}"))
        table.add_row(*(encodable(Text(cell), console) for cell in cells))
    console.print(table)
    if len(plan.pairs) > SHOWN_PAIRS:
        print_line(console, f"and {plural(len(plan.pairs) - SHOWN_PAIRS, 'more pair')}: see --json")
    before, after = plan.settled
    print_line(
        console,
        f"chance that a board puts this pair the right way round: {before:.1%} now, {after:.1%} with these votes",
    )
    print_line(
        console,
        f"certificate, expected: {count(plan.certificate[0])} actions now, {count(plan.certificate[1])} with these votes",
    )
    if plan.target is not None:
        until = (
            "no number of votes in sight"
            if plan.votes_until is None
            else f"about {plural(plan.votes_until, 'vote')}"
        )
        print_line(console, f"to exceed {plural(plan.target, 'action')}: {until}")
    print_line(
        console,
        "All at the fitted strengths; leaders of a noisy board are often closer together than they look.",
    )
