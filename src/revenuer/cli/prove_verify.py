"""`revenuer prove verify PACK`: is this evidence whole, who signed it, and does it give the p that it states?"""

import hashlib
import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from revenuer.cli.result_folder import Checking, checked_pack, pack_path
from revenuer.cli.verify_options import verify_options
from revenuer.prove.pack import PackCheck
from revenuer.report.terminal_lines import print_line
from revenuer.report.visible import plain


@click.command(name="verify")
@click.argument("pack", type=click.Path(path_type=Path))
@verify_options
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(pack: Path, checking: Checking, as_json: bool) -> int:
    """Check the hashes, the signature and, with --run, the p-value of PACK: an evidence.zip, or a folder that a test wrote.

    In a folder, verdict.json must be the one in the pack. Exit code 0: sound, 1: faults, 2: no pack.
    """
    check = checked_pack(pack, checking)
    answer = _answer(pack_path(pack), check)
    if as_json:
        click.echo(json.dumps(answer, indent=2))
    else:
        _print(answer, check, Console())
    return 1 if check.faults else 0


def _answer(path: Path, check: PackCheck) -> dict[str, Any]:
    with open(path, "rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {
        "schema_version": 1,
        "pack": str(path),
        "sha256": digest,
        "sound": not check.faults,
        "faults": list(check.faults),
        "test": check.manifest.test,
        "suspect": check.manifest.suspect,
        "outcome": check.verdict.get("outcome"),
        "made_at": check.manifest.made_at.isoformat(),
        "log10_p_stated": check.stated,
        "log10_p_recomputed": check.recomputed,
        "signed": check.signed_by is not None,
        "signing_key_sha256": None
        if check.signed_by is None
        else hashlib.sha256(check.signed_by).hexdigest(),
        "signing_key_given": check.key_given,
        "script_of_this_version": check.known_script,
    }


def _print(answer: dict[str, Any], check: PackCheck, console: Console) -> None:
    def say(text: str, style: str = "") -> None:
        print_line(console, plain(text), style)

    say(f"{answer['pack']}: {'sound' if answer['sound'] else 'not sound'}", "bold")
    for fault in answer["faults"]:
        say(f"  fault: {fault}")
    say(
        f"{answer['test']} of {answer['suspect']}, made {answer['made_at']}: {answer['outcome'] or 'verdict not read'}"
    )
    stated = "none: not evaluated" if check.stated is None else f"log10 p = {check.stated:.6g}"
    say(f"stated: {stated}")
    if check.recomputed is not None:
        say(f"recomputed by the pack's script: log10 p = {check.recomputed:.6g}")
    elif check.stated is not None:
        say(
            "p was not recomputed"
            + ("" if answer["faults"] else ": run again with --run, or run recompute.py yourself")
        )
    say(_signature_words(answer))
    if answer["sound"] and not check.known_script:
        say("recompute.py is not one of this version's scripts: read it before you believe it")


def _signature_words(answer: dict[str, Any]) -> str:
    if not answer["signed"]:
        return "not signed: hashes show that it fits together, not who made it"
    key = f"the key with SHA-256 {answer['signing_key_sha256']}"
    if answer["signing_key_given"]:
        return f"signed by {key}, which you gave"
    return f"signed by {key}, which came with the pack: ask whoever is said to have signed for theirs"
