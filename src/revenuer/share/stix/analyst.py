"""What a human adds to a campaign: a name, an attribution, notes, texts. Without it nothing is attributed, and no free text leaves."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from revenuer.records import InputError

SCHEMA_VERSION = 1
MAX_BYTES = 4 << 20
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Paragraph = Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]


class Attribution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom an analyst holds to be behind it, how sure that is (0 to 100), and why, in the analyst's words."""

    what: Literal["intrusion-set", "threat-actor"] = msgspec.field(name="as")
    name: Line
    confidence: Annotated[int, msgspec.Meta(ge=0, le=100)]
    why: Paragraph
    aliases: tuple[Line, ...] = ()


class Analysis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a human says of the campaign `id`. `texts`: wordings of its prompt templates, which leave only under a policy with human_text."""

    id: str
    author: Line | None = None
    name: Line | None = None
    attribution: Attribution | None = None
    notes: tuple[Paragraph, ...] = ()
    texts: tuple[Paragraph, ...] = ()


class _AnalystFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema_version: int
    campaign: tuple[Analysis, ...] = ()


def read_analyses(path: Path) -> dict[str, Analysis]:
    """Return what humans added, by campaign_id. Raises InputError where the file cannot be read, or says two things of one campaign."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read the analyst's file {path}: {error.strerror or error}; name a TOML file"
        ) from error
    if len(content) > MAX_BYTES:
        raise InputError(f"the analyst's file {path} has more than {MAX_BYTES >> 20} MiB; a human wrote it?")
    try:
        file = msgspec.toml.decode(content, type=_AnalystFile)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise InputError(
            f"{path} is no analyst's file: {error}; mend it, docs/sharing/stix.md has an example"
        ) from error
    if file.schema_version != SCHEMA_VERSION:
        raise InputError(
            f"{path} has schema_version {file.schema_version}, this program reads {SCHEMA_VERSION}: upgrade whichever is older"
        )
    found = {one.id: one for one in file.campaign}
    if len(found) != len(file.campaign):
        raise InputError(f"{path} has two [[campaign]] tables with one id; join them")
    return found
