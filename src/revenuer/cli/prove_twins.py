"""`revenuer prove twins ...`: unreleased twins of answers, sealed while serving, and what a suspect makes of them."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS = {
    "audit": "test a suspect on a log: does it know what was released better than the twins?",
    "check": "verify a commitment log, print its head, check openings against it",
    "draw": "draw answers and their twins from our own model, seal them, print what to release",
    "open": "open sealed records: print them, or write what a suspect is to be asked",
    "seal": "seal answers that a gateway drew itself, and learn which of them to release",
    "start": "make a new commitment log",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="prove_twins_", name="twins")
def command() -> None:
    """Draw unreleased twins of what is served to suspected traffic, and ask later which of them a suspect has read.

    FOLDER is a log's folder: commitments.jsonl is public, contents.jsonl and seed.hex are not. Publish the head (`check`) before a suspect is asked.
    """
