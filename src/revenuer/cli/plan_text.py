"""A plan, and the kinds of tests that can be planned, on the terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from revenuer.prove.judge import POWERED
from revenuer.prove.plan import ALWAYS, DESIGNS, Parameter, Plan, PlannedTest, Price
from revenuer.report.terminal_lines import bare_table, encodable, print_line
from revenuer.report.visible import plain
from revenuer.report.wording import count, plural

POWER = ("test", "n", "effect", "floor of p", "alpha", "power")
COST = ("test", "requests", "tokens in", "tokens out", "cost")


def print_plan(plan: Plan, console: Console) -> None:
    """Print size, floor and power of each test, its cost, and the sum."""
    print_line(
        console,
        plain(
            f"plan for {plan.suspect}: {plural(len(plan.tests), 'test')}, alpha {plan.alpha:g} for all (Holm)"
        ),
        "bold",
    )
    _print_table(console, POWER, [_power_row(test) for test in plan.tests])
    _print_table(console, COST, [_cost_row(test, plan.price) for test in plan.tests])
    if plan.price is not None:
        total = sum(map(plan.price.of, plan.tests))
        print_line(console, plain(f"cost: {total:,.2f} {plan.price.currency}"))
    for test in plan.tests:
        print_line(console, f"{test.test}:")
        print_line(console, f"  H0: {test.h0}")
        print_line(console, f"  H1: {test.h1}")
        print_line(console, f"  power by {test.power_by}")
        if test.power < POWERED:
            print_line(
                console,
                f"  power below {POWERED:g}: where this test finds nothing, it will be inconclusive, never negative; plan a larger n",
            )


def _print_table(console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = bare_table(console)
    for name in columns:
        table.add_column(name, justify="left" if name == "test" else "right", overflow="fold")
    for row in rows:
        table.add_row(*(encodable(Text(cell), console) for cell in row))
    console.print(table)


def _power_row(test: PlannedTest) -> tuple[str, ...]:
    return (
        test.test,
        f"{count(test.n)} {test.unit.replace('_', ' ')}",
        f"{test.smallest_effect:g}",
        "none" if test.log10_floor is None else f"1e{test.log10_floor:.1f}",
        f"{test.alpha:.3g}",
        f"{test.power:.3f}",
    )


def _cost_row(test: PlannedTest, price: Price | None) -> tuple[str, ...]:
    cost = "" if price is None else f"{price.of(test):,.2f}"
    return (test.test, count(test.requests), count(test.input_tokens), count(test.output_tokens), cost)


def print_designs(console: Console) -> None:
    """Print each kind of test with what it counts, its hypotheses and its parameters."""
    for design in DESIGNS.values():
        print_line(console, design.test, "bold")
        print_line(console, f"  n: number of {design.unit.replace('_', ' ')} (required)")
        for name, parameter in {"effect": design.effect, **design.parameters}.items():
            print_line(console, f"  {_line(name, parameter)}")
        print_line(console, f"  H0: {design.h0}")
        print_line(console, f"  H1: {design.h1}")
    print_line(console, "every test", "bold")
    for name, parameter in ALWAYS.items():
        print_line(console, f"  {_line(name, parameter)}")


def _line(name: str, parameter: Parameter) -> str:
    choices = f"; one of {', '.join(parameter.choices)}" if parameter.choices else ""
    return f"{name}: {parameter.meaning}{choices} (default {parameter.default})"
