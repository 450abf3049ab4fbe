"""Reads campaigns.json as far as sharing needs it: every text in it may hold a piece of a prompt, so texts are told apart from figures here."""

from datetime import datetime
from pathlib import Path

import msgspec

from revenuer.records import InputError

MAX_BYTES = 256 << 20
SCHEMA_VERSION = 1
FIRST_YEAR, LAST_YEAR = 1970, 2999


class ScanInput(msgspec.Struct, frozen=True, kw_only=True):
    until: datetime | None = None


class EvidenceLine(msgspec.Struct, frozen=True, kw_only=True):
    """`summary`, `look_alike` and `request_ids` are left unread: none of them ever leaves."""

    signal: str
    outcome: str
    log10_bayes_factor: float = 0.0


class LineageLine(msgspec.Struct, frozen=True, kw_only=True):
    replaces: tuple[str, ...] = ()
    shares_pool_with: tuple[str, ...] = ()


class CampaignLine(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign. What is not named here (headline, output_tokens, recommended_action, ...) is not even read."""

    campaign_id: str
    confidence: str
    log10_e: float
    accounts: tuple[str, ...]
    exchanges: int
    first_seen: datetime
    last_seen: datetime
    harvest_exchanges: int | None = None
    models: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    evidence: tuple[EvidenceLine, ...] = ()
    lineage: LineageLine = LineageLine()
    facts: dict[str, str] = {}


class CampaignsFile(msgspec.Struct, frozen=True, kw_only=True):
    """campaigns.json. `generated_at` is when the scan ran; where it is absent, `input.until` stands for it."""

    schema_version: int
    campaigns: tuple[CampaignLine, ...]
    generated_at: datetime | None = None
    input: ScanInput = ScanInput()


def in_reach(moment: datetime) -> bool:
    """Return whether a time is one that a log could hold."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR


def decode_campaigns(content: bytes, name: str) -> CampaignsFile:
    """Return what campaigns.json holds for sharing. Raises InputError, naming the place, where it does not fit its contract."""
    try:
        file = msgspec.json.decode(content, type=CampaignsFile)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(
            f"{name} is no campaigns.json: {error}; scan again, or name the result folder of a scan"
        ) from error
    if file.schema_version != SCHEMA_VERSION:
        raise InputError(
            f"{name} has schema_version {file.schema_version}, this program reads {SCHEMA_VERSION}: upgrade whichever is older"
        )
    _check(file, name)
    return file


def read_campaigns(path: Path) -> CampaignsFile:
    """Return what the file `path` holds. Raises InputError where it cannot be read, or is beyond MAX_BYTES."""
    try:
        with open(path, "rb") as source:
            content = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror or error}; name the result folder of a scan"
        ) from error
    if len(content) > MAX_BYTES:
        raise InputError(f"{path} has more than {MAX_BYTES >> 20} MiB; expected what a scan writes")
    return decode_campaigns(content, str(path))


def _check(file: CampaignsFile, name: str) -> None:
    moments = [file.generated_at, file.input.until]
    for number, campaign in enumerate(file.campaigns):
        moments += [campaign.first_seen, campaign.last_seen]
        if not campaign.accounts or campaign.exchanges < 0 or campaign.last_seen < campaign.first_seen:
            raise InputError(
                f"{name}: campaigns[{number}] has no accounts, a negative count, or ends before it begins; scan again"
            )
    if any(moment is not None and (moment.tzinfo is None or not in_reach(moment)) for moment in moments):
        raise InputError(
            f"{name} has a time without a zone, or one before 1970 or after 2999; times are ISO 8601 with Z"
        )
    seen = [campaign.campaign_id for campaign in file.campaigns]
    if len(seen) != len(set(seen)):
        raise InputError(f"{name} has two campaigns with one campaign_id; scan again")
