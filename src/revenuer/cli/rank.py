"""`revenuer rank ...`: leaderboards, and how far they can be trusted."""

import importlib

import click

COMMANDS = {
    "certify": "how few votes or accounts would change the top",
    "fit": "ratings with intervals and rank sets",
    "plan": "which pairs to ask next",
}


class RankGroup(click.Group):
    """Imports `revenuer.cli.rank_<name>` (attribute `command`) only for the command that was typed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"revenuer.cli.rank_{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


@click.group(cls=RankGroup, name="rank")
def command() -> None:
    """Rank models from votes, and say how far the ranking can be trusted.

    VOTES is a table (Parquet, CSV, JSON lines) with model_a, model_b and winner (model_a, model_b, tie or both_bad), the Arena's
    public JSON, or counts by pair as JSON.
    """
