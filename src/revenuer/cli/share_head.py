"""`revenuer share head HOUSE`: how far each chain of releases was seen, to compare with another reader of it."""

import json
from datetime import datetime
from pathlib import Path

import click
import msgspec

from revenuer.records import InputError
from revenuer.report.visible import plain
from revenuer.share.books import open_books
from revenuer.share.house import open_house
from revenuer.share.signing import RELEASE_TABLES, Head, KnownHead, differing, known_heads, stix_time


class _HeadLine(msgspec.Struct, frozen=True, kw_only=True):
    chain: str
    sequence: int
    sha256: str
    created: datetime


class _HeadsFile(msgspec.Struct, frozen=True, kw_only=True):
    heads: list[_HeadLine]


@click.command(name="head")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option("--partner", help="Of this partner's chain only.")
@click.option(
    "--compare",
    "other",
    type=click.Path(path_type=Path),
    help="What another reader of the same chain got from this command with --json.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print all releases seen, for another reader to compare."
)
def command(folder: Path, partner: str | None, other: Path | None, as_json: bool) -> int:
    """Print the last release of each chain, ours and our partners'. Exit code 1: another reader was shown another history.

    Two readers of one chain (a community's collection, or two sites of one partner) hold the same hash under the same number, or somebody shows two views.
    """
    with open_books(open_house(folder).books, RELEASE_TABLES) as books:
        known = [one for one in known_heads(books) if partner in (None, one.partner)]
    if other is not None:
        return _compare(known, _read(other), as_json)
    if as_json:
        click.echo(json.dumps({"schema_version": 1, "heads": [_json(one) for one in known]}, indent=2))
        return 0
    last = {(one.partner, one.head.chain): one for one in known}
    for one in last.values():
        whose = f"of {one.partner}" if one.partner else f"ours, to {one.audience}"
        head = one.head
        click.echo(
            plain(
                f"{whose}: release {head.sequence} of {stix_time(head.created)}, {head.sha256} ({head.chain})"
            )
        )
    if not last:
        click.echo("no release was made or seen yet")
    return 0


def _compare(known: list[KnownHead], theirs: list[Head], as_json: bool) -> int:
    pairs, compared = differing([one.head for one in known], theirs)
    if as_json:
        places = [
            {"chain": one.chain, "sequence": one.sequence, "ours": one.sha256, "theirs": two.sha256}
            for one, two in pairs
        ]
        click.echo(json.dumps({"schema_version": 1, "compared": compared, "differing": places}, indent=2))
        return int(bool(pairs))
    for one, two in pairs:
        click.echo(
            plain(
                f"release {one.sequence} of {one.chain}: we were shown {one.sha256}, they {two.sha256}: two views"
            )
        )
    if not compared:
        click.echo("no release of one chain and number was seen by both: nothing follows")
    elif not pairs:
        click.echo(f"{compared} releases were seen by both, and are the same")
    return int(bool(pairs))


def _json(one: KnownHead) -> dict[str, object]:
    return {
        "partner": one.partner,
        "audience": one.audience,
        "chain": one.head.chain,
        "sequence": one.head.sequence,
        "sha256": one.head.sha256,
        "created": stix_time(one.head.created),
    }


def _read(path: Path) -> list[Head]:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_HeadsFile)
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}; name what the other reader got with --json"
        ) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            f"{path} holds no heads: {error}; name what the other reader got with --json"
        ) from error
    return [
        Head(chain=one.chain, sequence=one.sequence, sha256=one.sha256, created=one.created)
        for one in found.heads
    ]
