"""`revenuer guard appeal ACCOUNT`: lift a measure, with reason and owner."""

import json
from pathlib import Path

import click
import msgspec

from revenuer.cli.appeal_request import appeal_to_server, read_key
from revenuer.guard import GuardState, Policy, lift
from revenuer.guard.journal import JournalReader, JournalSettings, SqliteJournal
from revenuer.guard.journal.intake import wall_clock
from revenuer.guard.standing import Standing
from revenuer.records import InputError, UsageError
from revenuer.report.visible import plain

KEEP_DAYS, KEEP_BYTES = 365_000, 1 << 60
"""An appeal must not prune what the guard's own settings would keep."""

LONGEST_WHY = 2_000
"""Characters: it is kept for ever, in every copy of the log."""


@click.command(name="appeal")
@click.argument("account", required=False)
@click.option("--journal", type=click.Path(path_type=Path), help="Journal of a guard that does not run.")
@click.option("--server", metavar="URL", help="Address of a guard that runs.")
@click.option(
    "--key-file", type=click.Path(path_type=Path), help="With --server: file with the administrative key."
)
@click.option("--owner", metavar="NAME", help="Who answers for lifting it.")
@click.option("--why", metavar="TEXT", help="Why it is lifted.")
@click.option(
    "--list", "listing", is_flag=True, help="With --journal: list the measures that stand, and lift none."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    account: str | None,
    journal: Path | None,
    server: str | None,
    key_file: Path | None,
    owner: str | None,
    why: str | None,
    listing: bool,
    as_json: bool,
) -> int:
    """Lift the measure that stands against ACCOUNT.

    The audit log says by whom and why, and the evidence up to now no longer counts against the account. A guard that runs is asked
    through --server; --journal works on the file of one that does not.
    """
    if (journal is None) == (server is None):
        raise UsageError(
            "name one of --journal (of a guard that does not run) and --server (of one that does)"
        )
    if listing:
        return _list(journal, account, as_json)
    if account is None:
        raise UsageError("name the account whose measure is to be lifted, or use --list to see them")
    owner, why = _stated(owner, "--owner"), _stated(why, "--why")
    if journal is not None:
        _lift_in(journal, account, owner, why)
    else:
        appeal_to_server(server or "", read_key(key_file), account, owner, why)
    if as_json:
        click.echo(json.dumps({"account_id": account, "lifted_by": owner, "lifted_why": why}))
    else:
        click.echo(plain(f"lifted: the measure against {account}, by {owner}: {why}"))
    return 0


def _list(journal: Path | None, account: str | None, as_json: bool) -> int:
    if journal is None:
        raise UsageError("--list reads a journal: name it with --journal (the guard may be running)")
    now = wall_clock()
    with JournalReader(journal) as reader:
        for standing in reader.measures():
            if standing.in_force(now) and account in (None, standing.account_id):
                click.echo(_as_json(standing) if as_json else plain(_sentence(standing, now)))
    return 0


def _lift_in(journal: Path, account: str, owner: str, why: str) -> None:
    """Lift the measure in the journal of a guard that does not run."""
    if not journal.is_file():
        raise InputError(f"there is no journal at {journal}; name the file that the guard was started with")
    books = SqliteJournal(journal, JournalSettings(keep_days=KEEP_DAYS, max_bytes=KEEP_BYTES))
    try:
        state = GuardState(Policy())
        try:
            state.restore(books.load())
        except msgspec.MsgspecError as error:
            raise InputError(
                f"the journal {journal} holds a fact that this version cannot read ({error}); upgrade, or restore a backup"
            ) from error
        now = wall_clock()
        standing = state.standing.get(account)
        if standing is None or not standing.in_force(now):
            raise UsageError(f"nothing stands against {account!r}; see what does with --list")
        books.store(lift(account, owner, why, now, state).take_saved())
        books.sync()
    finally:
        books.close()


def _sentence(standing: Standing, now: int) -> str:
    hours = (standing.until - now) / 3_600_000_000
    shadow = ", in shadow mode" if standing.shadow else ""
    return (
        f"{standing.account_id}: {standing.action} for another {hours:,.1f} hours{shadow}: {standing.reason}"
        f" (operator {standing.operator}, log10 e {standing.log10_e:.1f})"
    )


def _as_json(standing: Standing) -> str:
    names = ("account_id", "action", "operator", "since", "until", "log10_e", "reason", "rule", "shadow")
    return json.dumps({name: getattr(standing, name) for name in names})


def _stated(text: str | None, option: str) -> str:
    if text is None or not text.strip():
        raise UsageError(
            f"{option} is missing: an appeal is granted by somebody, for a reason, and the audit log keeps both"
        )
    if len(text) > LONGEST_WHY:
        raise UsageError(f"{option} has {len(text)} characters; at most {LONGEST_WHY} are kept")
    return text.strip()
