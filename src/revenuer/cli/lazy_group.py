"""A group of commands that imports a command's module only when it is typed: help and completion stay quick."""

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """Finds command `x` as the attribute `command` of the module `revenuer.cli.<prefix>x` (a dash in `x` is an underscore there). `listed`: names -> one line of help."""

    def __init__(self, *args: Any, listed: Mapping[str, str], prefix: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listed = listed
        self.prefix = prefix

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.listed:
            return None
        module = f"revenuer.cli.{self.prefix}{cmd_name.replace('-', '_')}"
        command: click.Command = importlib.import_module(module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.listed[name]) for name in self.list_commands(ctx)])
