"""`revenuer share match HOUSE --partner P --inventory FILE --out FILE`: which of our values are in a partner's campaigns?"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from revenuer.cli.inventory_values import Inventory, Value, read_inventory
from revenuer.cli.match_claims import claims_bytes, claims_of
from revenuer.cli.match_peer import open_peer, pinned_keys
from revenuer.records import ObservableKind, UsageError
from revenuer.report.new_file import write_new_file
from revenuer.report.visible import plain
from revenuer.share.books import open_books
from revenuer.share.house import open_house
from revenuer.share.matching import (
    BAND,
    CLIENT_TABLES,
    FamilyMatch,
    Match,
    MatchClient,
    OpenedSet,
    family_matches,
    set_folder,
)
from revenuer.share.signing import RELEASE_TABLES, partner_keys

AGREED_SHARE = 0.5


@click.command(name="match")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option("--partner", required=True, help="As house.toml calls them.")
@click.option(
    "--inventory",
    "source",
    required=True,
    type=click.Path(path_type=Path),
    help="Our values: observables.parquet of a scan, or an inventory.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The table of claims to make.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([kind.value for kind in ObservableKind]),
    help="Ask about this kind of value; repeat for several. [default: all]",
)
@click.option(
    "--families/--no-families", default=True, show_default=True, help="Ask about likeness of prompt families."
)
@click.option(
    "--most",
    type=click.IntRange(1),
    help="Ask about so many new values at most, the most telling first; run again for the others.",
)
@click.option(
    "--agreed-share",
    default=AGREED_SHARE,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Share of what is left of the day's budget that may go without --yes.",
)
@click.option("--yes", is_flag=True, help="Spend more than that.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    folder: Path,
    partner: str,
    source: Path,
    out: Path,
    kinds: tuple[str, ...],
    families: bool,
    most: int | None,
    agreed_share: float,
    yes: bool,
    as_json: bool,
) -> int:
    """Ask a partner, blindly, which of our values their campaigns have, and write what they say as claims.

    The partner learns how many values we ask about and when; we learn, of our own values, which are in which of their campaigns. What was asked
    once is not asked, nor paid for, again until they change their key. Exit code 1: something matched.
    """
    house = open_house(folder)
    peer_of = house.partner(partner)
    inventory = read_inventory(source, kinds, families)
    if out.exists():
        raise UsageError(f"{out} exists and is left as it is; name another file with --out")
    with (
        open_books(house.books, (*CLIENT_TABLES, *RELEASE_TABLES)) as books,
        open_peer(house, peer_of) as peer,
    ):
        client = MatchClient(
            partner=partner,
            peer=peer,
            keys=partner_keys(books, partner, pinned_keys(house, peer_of)),
            folder=set_folder(house, partner) / "theirs",
            books=books,
            clock=lambda: datetime.now(UTC),
        )
        opened = client.open_set()
        asked, unasked = _chosen(opened, inventory, most)
        _agree(opened, len(opened.unasked(asked)), agreed_share, yes)
        spent = len(opened.unasked(asked))
        matches = opened.match(asked)
        found = family_matches(inventory.bands, matches) if opened.cuts_families_as_we_do() else []
        left = opened.budget().left
    statement = opened.statement
    claims = claims_of(house, partner, statement.marking, statement.made_at, inventory, matches, found)
    write_new_file(out, claims_bytes(claims))
    result = {
        **_summary(opened, matches, found),
        "asked": len(asked),
        "spent": spent,
        "not_asked": unasked,
        "budget_left": left,
        "claims": claims.num_rows,
        "out": str(out),
    }
    if as_json:
        click.echo(json.dumps(result, indent=2))
    else:
        _print(result, partner)
    return int(claims.num_rows > 0)


def _chosen(opened: OpenedSet, inventory: Inventory, most: int | None) -> tuple[list[Value], int]:
    """Return what to ask about, and how many values are left for another day: those are unknown, not without match."""
    values = inventory.asked if opened.cuts_families_as_we_do() else inventory.values
    if most is None:
        return values, 0
    later = set(opened.unasked(values)[most:])
    return [value for value in values if value not in later], len(later)


def _agree(opened: OpenedSet, needed: int, agreed_share: float, yes: bool) -> None:
    """Raise UsageError, with nothing asked, where the question costs more than the day has left, or than may go without a word."""
    if not needed:
        return
    budget = opened.budget()
    click.echo(
        f"to ask: {needed:,} new values; {budget.left:,} of {budget.budget:,} are left on {budget.day}",
        err=True,
    )
    if needed > budget.left:
        raise UsageError(
            f"nothing was asked: {needed:,} values are more than the {budget.left:,} left; ask for part with --most or --kind"
        )
    if needed > agreed_share * budget.left and not yes:
        raise UsageError(
            f"nothing was asked: it takes more than {agreed_share:.0%} of what is left; add --yes, or ask less with --most"
        )


def _summary(opened: OpenedSet, matches: list[Match], families: list[FamilyMatch]) -> dict[str, Any]:
    statement = opened.statement
    return {
        "schema_version": 1,
        "partner": opened.client.partner,
        "set": {
            "revision": statement.revision,
            "rows": statement.rows,
            "made_at": statement.made_at.isoformat(),
        },
        "downloaded_bytes": opened.downloaded,
        "families_comparable": opened.cuts_families_as_we_do(),
        "matches": [asdict(match) for match in matches if match.kind != BAND],
        "families": [asdict(family) for family in families],
    }


def _print(result: dict[str, Any], partner: str) -> None:
    click.echo(
        f"asked {partner} about {result['asked']:,} values ({result['spent']:,} of them new) against {result['set']['rows']:,} rows"
        f" of {result['set']['made_at']}: {len(result['matches'])} match"
    )
    for match in result["matches"]:
        click.echo(
            plain(
                f"  {match['kind']} {match['value']}: {match['campaign']}, confidence {match['confidence']}"
            )
        )
    for family in result["families"]:
        like = family["likeness"]
        click.echo(
            plain(
                f"  the prompts of {family['family']} are like those of {family['campaign']}: Jaccard {like['jaccard']:.2f}"
                f" ({like['low']:.2f} to {like['high']:.2f}), confidence {family['confidence']}"
            )
        )
    if not result["families_comparable"]:
        click.echo(
            "prompt families were not compared: the partner cuts them in another way; upgrade whichever is older"
        )
    if result["not_asked"]:
        click.echo(
            f"{result['not_asked']:,} values were not asked about: of these nothing is known; run again"
        )
    click.echo(
        f"{result['budget_left']:,} values are left today; wrote {result['claims']} claims to {result['out']}"
    )
