"""`revenuer guard audit JOURNAL`: show the log of measures, and say whether anybody changed it."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from revenuer.guard.audit import Head, Verification, verify
from revenuer.guard.audit.entry import ENTRY_FIELDS
from revenuer.guard.journal import JournalReader
from revenuer.records import InputError, UsageError
from revenuer.report.visible import plain

_SQLITE = b"SQLite format 3\x00"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@click.command(name="audit")
@click.argument("journal", type=click.Path(path_type=Path))
@click.option("--verify", "verifying", is_flag=True, help="Check the chain instead of showing it.")
@click.option(
    "--head", "heading", is_flag=True, help="Print the chain's head, to keep where the guard cannot write."
)
@click.option(
    "--expect-head",
    metavar="SEQ:SHA256",
    help="A head kept from earlier: the chain must still hold it (implies --verify).",
)
@click.option("--account", metavar="ID", help="Show this account's entries only.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the entries as they are kept, or the result of a check."
)
def command(
    journal: Path, verifying: bool, heading: bool, expect_head: str | None, account: str | None, as_json: bool
) -> int:
    """Show who imposed, extended, changed or lifted which measure, and every change of policy and index.

    JOURNAL is a guard's journal (the guard may be running), or a file that --json wrote. Exit code 1: the log was tampered with.
    """
    verifying = verifying or expect_head is not None
    if heading + verifying + (account is not None) > 1:
        raise UsageError(
            "got more than one of --head, --verify (or --expect-head) and --account; ask one at a time"
        )
    if verifying or heading:
        found = _verified(journal, None if expect_head is None else _head(expect_head))
        if heading and found.whole:
            click.echo(_shown_head(found.head))
        else:
            _report(found, as_json)
        return int(not found.whole)
    for line in _lines(journal):
        entry = _entry(line, journal)
        if account is None or entry["account"] == account:
            click.echo(line if as_json else plain(_sentence(entry)))
    return 0


def _verified(journal: Path, expected: Head | None) -> Verification:
    if not _is_database(journal):
        return verify(_lines(journal), expected)
    with JournalReader(journal) as reader:
        return verify(reader.audit_lines(), expected, reader.measures())


def _report(found: Verification, as_json: bool) -> None:
    if as_json:
        result = {
            "whole": found.whole,
            "entries": found.entries,
            "head": _shown_head(found.head),
            "faults": found.faults,
            "fault_count": found.fault_count,
        }
        click.echo(json.dumps(result))
        return
    for words in found.faults:
        click.echo(plain(words))
    if found.fault_count > len(found.faults):
        click.echo(f"and {found.fault_count - len(found.faults)} more faults")
    if found.whole:
        click.echo(f"the log is whole: {found.entries} entries, head {_shown_head(found.head)}")
    else:
        click.echo("the log was tampered with, or its disk is failing; compare it with a copy kept elsewhere")


def _lines(journal: Path) -> Iterator[str]:
    """Yield the log's lines, from a journal or from an exported file."""
    if _is_database(journal):
        with JournalReader(journal) as reader:
            yield from reader.audit_lines()
        return
    try:
        with open(journal, encoding="utf-8", newline="\n") as stream:
            yield from (line.removesuffix("\n") for line in stream)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{journal} is neither a guard's journal nor an exported audit log (it is not UTF-8: {error.reason})"
        ) from error


def _is_database(journal: Path) -> bool:
    try:
        with open(journal, "rb") as stream:
            return stream.read(len(_SQLITE)) == _SQLITE
    except OSError as error:
        raise InputError(
            f"cannot read {journal} ({error.strerror}); name a guard's journal or an exported audit log"
        ) from error


def _entry(line: str, journal: Path) -> dict[str, Any]:
    try:
        entry = json.loads(line)["entry"]
        if entry.keys() == ENTRY_FIELDS:
            return dict(entry)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise InputError(
        f"{journal} holds a line that is no entry of an audit log; see what is wrong with --verify"
    )


def _sentence(entry: dict[str, Any]) -> str:
    """Return one line about an entry."""
    start = f"{entry['seq']:>6}  {_moment(entry['time'])}  {entry['event']:<9}"
    by = f"by {entry['actor']}"
    if entry["account"] is None:
        digest = f" ({entry['digest']})" if entry["digest"] else ""
        return f"{start}  {by}: {entry['reason']}{digest}"
    measure = f"{entry['action']} until {_moment(entry['until'])}" if entry["action"] else "unreadable"
    measure += " in shadow mode" if entry["shadow"] else ""
    evidence = f"operator {entry['operator']}, log10 e {entry['log10_e']}"
    return f"{start}  {entry['account']}: {measure}, {by}: {entry['reason']} ({evidence})"


def _moment(microseconds: object) -> str:
    """Return a time as text; what no calendar holds as the number that it is."""
    try:
        return f"{_EPOCH + timedelta(microseconds=int(str(microseconds))):%Y-%m-%d %H:%M:%S}Z"
    except (ValueError, OverflowError):
        return str(microseconds)


def _shown_head(head: Head) -> str:
    return f"{head.seq}:{head.sha256}"


def _head(text: str) -> Head:
    match = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip())
    if match is None:
        raise UsageError(
            f"got {text!r} for --expect-head; expected what --head prints, a number, a colon and 64 hex digits"
        )
    return Head(int(match[1]), match[2])
