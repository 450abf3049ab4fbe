"""The `revenuer` program: finds the command and turns errors into one sentence and an exit code."""

import os
import signal
import sys
from types import FrameType

import click

from revenuer import __version__
from revenuer.cli.lazy_group import LazyGroup
from revenuer.records import RevenuerError

COMMANDS = {
    "demo": "simulate a small city, scan it, and point to the report",
    "guard": "stop campaigns at the gateway while they run",
    "prove": "test whether a model was trained on ours",
    "rank": "rank models from votes, with certificates",
    "replay": "run the guard over a past log, on the log's own clock",
    "scan": "find the campaigns in request logs",
    "share": "exchange campaign indicators with peers, without leaking a customer",
    "simulate": "write traffic with known truth",
    "sketch": "write a text-free table that scans to the same campaigns",
}
"""Command name -> one line of help; the module is imported only when the command is used."""


@click.group(cls=LazyGroup, listed=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="revenuer")
def cli() -> None:
    """Find distillation campaigns in request logs, with evidence that can be defended.

    Exit codes: 0 nothing found, 1 findings, 2 usage or bad input, 3 internal error.
    """


def main() -> None:
    """Run the program and exit: 0 nothing found, 1 findings, 2 usage or bad input, 3 internal error."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        code = cli.main(standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        click.echo("revenuer: stopped; nothing half-written is left", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except RevenuerError as error:
        click.echo(f"revenuer: {error}", err=True)
        sys.exit(2)
    except Exception as error:
        if "REVENUER_TRACEBACK" in os.environ:
            raise
        click.echo(
            f"revenuer: internal error: {type(error).__name__}: {error}; "
            "set REVENUER_TRACEBACK=1 and run again for the traceback",
            err=True,
        )
        sys.exit(3)
    sys.exit(code if isinstance(code, int) else 0)


def _stop(_: int, __: FrameType | None) -> None:
    """Let a polite kill unwind as Ctrl-C does, so that scratch files go."""
    raise KeyboardInterrupt
