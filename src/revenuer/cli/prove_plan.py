"""`revenuer prove plan --suspect NAME --test KIND:n=N,... --out plan.json`: fix everything before the suspect is asked."""

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from revenuer.cli.plan_text import print_designs, print_plan
from revenuer.prove.pack import input_file
from revenuer.prove.plan import AskedTest, PlannedInput, Price, make_plan, plan_bytes
from revenuer.records import UsageError
from revenuer.report.new_file import write_new_file


@click.command(name="plan")
@click.option(
    "--out", type=click.Path(path_type=Path), help="The plan's file; an existing one is left alone."
)
@click.option("--suspect", metavar="NAME", help="Name of the suspect, as the tests will be told it.")
@click.option(
    "--test",
    "tests",
    multiple=True,
    metavar="KIND:n=N,effect=E,...",
    help="A test of the family, with its size, the smallest effect of interest and its parameters. May be repeated.",
)
@click.option(
    "--alpha",
    default=0.01,
    show_default=True,
    type=click.FloatRange(0.0, 0.5, min_open=True),
    help="Chance of any false rejection in the whole family.",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="[KIND=]FILE",
    help="A file that the tests, or those of one kind, are going to read: prompts, keys, canaries. May be repeated.",
)
@click.option(
    "--commitment-root", default="", metavar="HEX", help="Root of the log of twins that will be opened."
)
@click.option("--price-in", type=click.FloatRange(min=0.0), help="Price of a million input tokens.")
@click.option("--price-out", type=click.FloatRange(min=0.0), help="Price of a million output tokens.")
@click.option("--currency", default="USD", show_default=True, help="Of the prices.")
@click.option(
    "--designs", is_flag=True, help="Print the kinds of tests, with their parameters, and nothing else."
)
@click.option("--json", "as_json", is_flag=True, help="Print the plan's file instead of the table.")
def command(
    out: Path | None,
    suspect: str | None,
    tests: tuple[str, ...],
    alpha: float,
    inputs: tuple[str, ...],
    commitment_root: str,
    price_in: float | None,
    price_out: float | None,
    currency: str,
    designs: bool,
    as_json: bool,
) -> int:
    """Write a pre-registration file: hypotheses, tests, n, alpha, power, cost and the hashes of what will be read.

    A test whose smallest possible p lies above its alpha is refused. Deposit the SHA-256 that is printed with somebody else: a plan proves
    nothing about when it was made.
    """
    if designs:
        print_designs(Console())
        return 0
    if out is None or not suspect:
        raise UsageError(
            "got no --out or no --suspect; expected both, such as --suspect acme-7b --out plan.json"
        )
    plan = make_plan(
        suspect=suspect,
        alpha=alpha,
        asked=_asked(tests, inputs),
        price=_price(price_in, price_out, currency),
        commitment_root=commitment_root,
        made_at=datetime.now(UTC),
    )
    content = plan_bytes(plan)
    write_new_file(out, content)
    if as_json:
        click.echo(content.decode(), nl=False)
    else:
        print_plan(plan, Console())
        click.echo(f"plan: {out} (SHA-256 {hashlib.sha256(content).hexdigest()})")
    return 0


def _asked(tests: tuple[str, ...], inputs: tuple[str, ...]) -> list[AskedTest]:
    kinds = [_kind(text) for text in tests]
    files = [_input(text, {kind for kind, _ in kinds}) for text in inputs]
    return [
        AskedTest(
            test=kind, values=values, inputs=tuple(file for owner, file in files if owner in ("", kind))
        )
        for kind, values in kinds
    ]


def _kind(text: str) -> tuple[str, dict[str, str]]:
    """Return a test's name and values from KIND:a=1,b=2."""
    kind, _, rest = text.partition(":")
    values: dict[str, str] = {}
    for word in filter(None, rest.split(",")):
        name, equals, value = (part.strip() for part in word.partition("="))
        if not equals or name in values:
            raise UsageError(f"got --test {text!r}, expected KIND:name=value,name=value with each name once")
        values[name] = value
    return kind.strip(), values


def _input(text: str, kinds: set[str]) -> tuple[str, PlannedInput]:
    """Return the kind that reads a file, empty for all, and the file's record."""
    kind, equals, rest = text.partition("=")
    owner, path = (kind, rest) if equals and kind in kinds else ("", text)
    return owner, PlannedInput(**asdict(input_file(Path(path))))


def _price(price_in: float | None, price_out: float | None, currency: str) -> Price | None:
    if price_in is None and price_out is None:
        return None
    if price_in is None or price_out is None:
        raise UsageError("got one of --price-in and --price-out; expected both or none")
    return Price(input_per_million=price_in, output_per_million=price_out, currency=currency)
