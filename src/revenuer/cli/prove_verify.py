"""`revenuer prove verify PACK`: is this evidence whole, who signed it, and does it give the p that it states?"""

import hashlib
import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from revenuer.cli.prove_result import PACK_FILE, VERDICT_FILE
from revenuer.prove.pack import PackCheck, verify_pack
from revenuer.prove.pack.archive import open_archive
from revenuer.prove.pack.verify import MOST_MANIFEST
from revenuer.records import InputError
from revenuer.report.terminal_lines import print_line
from revenuer.report.visible import plain


@click.command(name="verify")
@click.argument("pack", type=click.Path(path_type=Path))
@click.option(
    "--public-key",
    type=click.Path(path_type=Path),
    help="PEM of the key that must have signed it, from whoever is said to have.",
)
@click.option(
    "--run",
    is_flag=True,
    help="Run the pack's own script, isolated but with your rights, and compare its p. Read it first: it is short.",
)
@click.option(
    "--timeout",
    "longest_s",
    default=3600.0,
    show_default=True,
    type=click.FloatRange(min=0.0, min_open=True),
    metavar="S",
    help="Seconds that the script may take.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(pack: Path, public_key: Path | None, run: bool, longest_s: float, as_json: bool) -> int:
    """Check the hashes, the signature and, with --run, the p-value of PACK: an evidence.zip, or a folder that a test wrote.

    In a folder, verdict.json must be the one in the pack. Exit code 0: sound, 1: faults, 2: no pack.
    """
    folder = pack if pack.is_dir() else None
    path = pack if folder is None else folder / PACK_FILE
    key = None if public_key is None else _read(public_key)
    check = verify_pack(path, public_key=key, run=run, longest_s=longest_s)
    faults = [*check.faults, *([] if folder is None or check.faults else _beside(folder, path))]
    answer = _answer(path, check, faults)
    if as_json:
        click.echo(json.dumps(answer, indent=2))
    else:
        _print(answer, check, Console())
    return 1 if faults else 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read the public key {path}: {error.strerror}; name a file that you can read"
        ) from error


def _beside(folder: Path, path: Path) -> list[str]:
    """Return what is wrong with the verdict.json that lies beside the pack."""
    try:
        outside = (folder / VERDICT_FILE).read_bytes()
    except FileNotFoundError:
        return []
    with open_archive(path) as archive:
        same = archive.read(VERDICT_FILE, MOST_MANIFEST) == outside
    return [] if same else [f"{VERDICT_FILE} beside the pack is not the one in it"]


def _answer(path: Path, check: PackCheck, faults: list[str]) -> dict[str, Any]:
    with open(path, "rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {
        "schema_version": 1,
        "pack": str(path),
        "sha256": digest,
        "sound": not faults,
        "faults": faults,
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
