"""`revenuer share claims HOUSE --out FILE`: what partners claim now, for `scan --claims` and the guard."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.cli.claims_file import read_claims, read_observables
from revenuer.records import UsageError
from revenuer.report.new_file import write_new_file
from revenuer.share.books import open_books
from revenuer.share.house import House, open_house
from revenuer.share.policy import load_share_policy
from revenuer.share.received import RECEIVED_TABLES, Use, claims_of, note_use
from revenuer.share.stix import SpanKey, read_span_key

PATH = click.Path(path_type=Path)


@click.command(name="claims")
@click.argument("folder", metavar="HOUSE", type=PATH)
@click.option(
    "--inventory",
    type=PATH,
    help="Our own values (from `revenuer share inventory`): claims that fit none are left out, hashes are resolved.",
)
@click.option(
    "--matches", multiple=True, type=PATH, help="A table of `revenuer share match`; repeat for several."
)
@click.option("--out", required=True, type=PATH, help="File to write; must not exist.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def command(folder: Path, inventory: Path | None, matches: tuple[Path, ...], out: Path, as_json: bool) -> int:
    """Write what partners claim and has not run out, weighed by our experience with each of them.

    A claim raises a prior and proves nothing: give the table to `revenuer scan --claims` or `revenuer guard index build --claims`. Exit code 1: there are claims.
    """
    house = open_house(folder)
    now = datetime.now(UTC)
    if out.exists():
        raise UsageError(f"{out} exists and is left as it is; name another file with --out")
    own = None if inventory is None else read_observables(inventory)
    tables = [read_claims(path) for path in matches]
    with open_books(house.books, RECEIVED_TABLES) as books:
        claims = claims_of(books, house, now, inventory=own, matches=tables, span_keys=_span_keys(house))
        if own is not None or tables:
            with books:
                note_use(books, [_use(row) for row in claims.to_pylist()], "matched", now)
    sink = pa.BufferOutputStream()
    pq.write_table(claims, sink)
    write_new_file(out, sink.getvalue().to_pybytes())
    counts = {
        partner: dict(
            sorted(Counter(row["kind"] for row in claims.to_pylist() if row["partner"] == partner).items())
        )
        for partner in sorted(set(claims["partner"].to_pylist()))
    }
    if as_json:
        click.echo(json.dumps({"out": str(out), "claims": counts}, indent=2))
    else:
        for partner, kinds in counts.items():
            click.echo(f"{partner}: " + ", ".join(f"{n} {kind}" for kind, n in kinds.items()))
        click.echo(
            f"wrote {claims.num_rows} claims to {out}"
            if claims.num_rows
            else f"no claims that fit; wrote an empty table to {out}"
        )
    return int(claims.num_rows > 0)


def _use(row: dict[str, Any]) -> Use:
    return Use(partner=row["partner"], claim_id=row["claim_id"], campaign=row["campaign"])


def _span_keys(house: House) -> dict[str, SpanKey]:
    """Return the keys agreed on with partners, as far as the policy names any."""
    if not house.policy.exists():
        return {}
    policies = load_share_policy(house).partners
    return {
        name: read_span_key(policy.span_key)
        for name, policy in policies.items()
        if policy.span_key is not None
    }
