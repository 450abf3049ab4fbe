"""`revenuer rank ...`: leaderboards, and how far they can be trusted."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS = {
    "certify": "how few votes or accounts would change the top",
    "fit": "ratings with intervals and rank sets",
    "plan": "which pairs to ask next",
    "rigging": "accounts and votes that honest voting does not explain",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="rank_", name="rank")
def command() -> None:
    """Rank models from votes, and say how far the ranking can be trusted.

    VOTES is a table (Parquet, CSV, JSON lines) with model_a, model_b and winner (model_a, model_b, tie or both_bad), the Arena's
    public JSON, or counts by pair as JSON.
    """
