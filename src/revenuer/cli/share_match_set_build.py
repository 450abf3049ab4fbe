"""`revenuer share match-set build HOUSE SCAN --partner P`: build what a partner may match against."""

import json
import sys
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import click
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.records import OBSERVABLES_FILE, InputError, ObservableKind
from revenuer.share.house import House, open_house
from revenuer.share.matching import OfferRule, offered, publish_set
from revenuer.share.matching.offer import MIN_MEMBERS, MOST_OUTSIDER_SHARE
from revenuer.share.policy import PartnerPolicy, load_share_policy, policy_of

CAMPAIGNS_FILE = "campaigns.json"
CONFIDENCE = {"high": 85, "medium": 50, "low": 15}
"""Numbers for words: STIX 2.1, appendix A, None-Low-Med-High."""

MARKINGS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
ADDRESSES = (ObservableKind.IP, ObservableKind.IP_PREFIX, ObservableKind.SIGNUP_IP)
DEFAULT_BUDGET = 10_000


class _Campaign(msgspec.Struct, frozen=True, kw_only=True):
    campaign_id: str
    confidence: str
    accounts: list[str]


class _Campaigns(msgspec.Struct, frozen=True, kw_only=True):
    campaigns: list[_Campaign]


@click.command(name="build")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.argument("scan", type=click.Path(path_type=Path))
@click.option("--partner", required=True, help="As house.toml calls them.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([kind.value for kind in ObservableKind]),
    help="Offer this kind of value; repeat for several. [default: all]",
)
@click.option(
    "--families/--no-families", default=True, show_default=True, help="Let prompt families match by likeness."
)
@click.option(
    "--min-members",
    default=MIN_MEMBERS,
    show_default=True,
    type=click.IntRange(1),
    help="Accounts of the campaign that must hold a value.",
)
@click.option(
    "--most-outsiders",
    default=MOST_OUTSIDER_SHARE,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Share of a value's holders that may be in no campaign.",
)
@click.option(
    "--budget",
    default=DEFAULT_BUDGET,
    show_default=True,
    type=click.IntRange(0),
    help="Values that the partner may ask about in a day.",
)
@click.option(
    "--marking",
    type=click.Choice(MARKINGS),
    help="What all that a match reveals is under. [default: as the policy marks what the partner gets]",
)
@click.option(
    "--rotate-key",
    is_flag=True,
    help="Make a new key: what the partner was answered so far is worthless then.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    folder: Path,
    scan: Path,
    partner: str,
    kinds: tuple[str, ...],
    families: bool,
    min_members: int,
    most_outsiders: float,
    budget: int,
    marking: str | None,
    rotate_key: bool,
    as_json: bool,
) -> int:
    """Build the set of values that campaigns of SCAN (a result folder of `revenuer scan`) have, for one partner to match against.

    Of campaigns that the policy tells the partner of; never addresses that strangers share.

    Only values that were not in the last set are evaluated. A build that was interrupted goes on where it was.
    """
    house = open_house(folder)
    house.partner(partner)
    rule = OfferRule(
        kinds=frozenset(kinds) or OfferRule().kinds,
        min_members=min_members,
        most_outsider_share=most_outsiders,
        bands=families,
    )
    shared = load_share_policy(house)
    policy = policy_of(shared, partner)
    marking = marking or f"TLP:{policy.tlp.value.upper()}"
    offering = offered(_observables(scan), _campaigns(house, scan, partner, policy), rule)
    items = [
        one
        for one in offering
        if one.kind not in ADDRESSES or not shared.shared_ranges.touches(ip_network(one.value, strict=False))
    ]
    built, statement = publish_set(
        house,
        partner,
        items,
        budget_per_day=budget,
        marking=marking,
        now=datetime.now(UTC),
        rotate_key=rotate_key,
        tell=_progress,
    )
    result = {
        "schema_version": 1,
        "partner": partner,
        "revision": built.revision,
        "key_id": statement.key_id,
        "items": built.items,
        "rows": built.rows,
        "bytes": statement.size,
        "evaluated": built.evaluated,
        "removed": built.removed,
        "left_out": built.left_out,
        "budget_per_day": budget,
        "marking": marking,
    }
    if as_json:
        click.echo(json.dumps(result, indent=2))
        return 0
    click.echo(
        f"set {built.revision} for {partner}: {built.items} items, shown as {built.rows} rows ({statement.size} bytes);"
        f" {built.evaluated} evaluated anew, {built.removed} removed; {budget} values a day, {marking}"
    )
    if built.left_out:
        click.echo(f"left out: {built.left_out} campaigns of values that have too many of them")
    return 0


def _observables(scan: Path) -> pa.Table:
    path = scan / OBSERVABLES_FILE
    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(
            f"cannot read {path} ({type(error).__name__}); name a result folder that `revenuer scan` wrote"
        ) from error


def _campaigns(house: House, scan: Path, partner: str, policy: PartnerPolicy) -> dict[str, tuple[str, int]]:
    """Return the campaigns that the policy lets the partner know of, under the ids that they have for the partner."""
    path = scan / CAMPAIGNS_FILE
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Campaigns)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read {path} ({type(error).__name__}); name a result folder that `revenuer scan` wrote"
        ) from error
    return {
        one.campaign_id: (
            house.stix_id("campaign", partner, one.campaign_id),
            CONFIDENCE.get(one.confidence, CONFIDENCE["low"]),
        )
        for one in found.campaigns
        if one.confidence in policy.confidence and len(one.accounts) >= policy.min_accounts
    }


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} of {of:,} new items evaluated", err=True, nl=done == of)
