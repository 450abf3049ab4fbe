"""`revenuer share answer HOUSE --partner P`: tell a partner what their claims were worth here."""

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from revenuer.cli.leaving import Leaving, leave
from revenuer.cli.partner_server import send
from revenuer.cli.share_push import tell_sent
from revenuer.share.books import open_books
from revenuer.share.house import open_house
from revenuer.share.policy import load_share_policy, policy_of
from revenuer.share.received import RECEIVED_TABLES, answer_to, answered


@click.command(name="answer")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option("--partner", required=True, help="As house.toml calls them.")
@click.option(
    "--collection", metavar="NAME", help="Id or alias at the partner's. Default: as house.toml says."
)
@click.option("--preview", is_flag=True, help="Print the objects and send nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts and refusals as JSON.")
def command(folder: Path, partner: str, collection: str | None, preview: bool, as_json: bool) -> int:
    """Send what we owe a partner: sightings of campaigns whose claims helped here, opinions on claims that we dispute, and notes that we dropped what they revoked.

    Fixed words and bucketed counts only; no sighting that fewer claims stand behind than the policy's min_members. Nothing is said twice.
    """
    house = open_house(folder)
    now = datetime.now(UTC)
    policy = load_share_policy(house)
    rules = policy_of(policy, partner)
    with open_books(house.books, RECEIVED_TABLES) as books:
        answer = answer_to(books, house, partner, policy, now)
    if preview:
        click.echo(json.dumps(list(answer.objects), indent=2))
        return 0
    if not answer.objects:
        click.echo(
            json.dumps({"partner": partner, "taken": 0}) if as_json else f"nothing new to say to {partner}"
        )
        return 0
    leaving = Leaving(
        partner=partner,
        objects=answer.objects,
        channel="push",
        purpose="answer to their claims",
        policy_sha256=policy.sha256,
        now=now,
    )
    attestation, sent = leave(house, leaving, rules, partial(send, house, partner, collection))
    if not sent.refused:
        with open_books(house.books, RECEIVED_TABLES) as books, books:
            answered(books, partner, answer, now)
    return tell_sent(sent, {"partner": partner, "release": attestation["sequence"]}, as_json)
