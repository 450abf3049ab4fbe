"""`revenuer prove twins seal FOLDER FILE`: seal what a gateway drew itself."""

from pathlib import Path

import click
import msgspec

from revenuer.cli.twin_lines import folder_argument, read_lines, say_line, warn
from revenuer.prove.twins import open_log
from revenuer.records import InputError


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    campaign: str
    prompt: str
    texts: tuple[str, ...]
    finish_reasons: tuple[str | None, ...] = ()
    parameters: str = ""


@click.command(name="seal")
@folder_argument
@click.argument("file", default="-")
def command(folder: Path, file: str) -> int:
    """Seal the answers of FILE (default: stdin), one JSON line a request: {"campaign", "prompt", "texts": [in the order drawn, two or more]} and,
    where known, "finish_reasons" and "parameters".

    After each line it prints {"reservation", "released"}: release texts[released], and nothing else, and change nothing in it.
    """
    log = open_log(folder, tell=warn)
    for number, row in read_lines(file, _Row):
        if not row.campaign or len(row.texts) < 2:
            raise InputError(
                f"{file}, line {number}: expected a campaign and two or more texts; mend the line"
            )
        if row.finish_reasons and len(row.finish_reasons) != len(row.texts):
            raise InputError(
                f"{file}, line {number}: expected as many finish reasons as texts, or none; mend the line"
            )
        reservation = log.reserve(row.campaign, len(row.texts))
        log.seal(reservation, row.prompt, row.texts, row.finish_reasons, row.parameters)
        say_line({"reservation": reservation.index, "released": reservation.released})
    return 0
