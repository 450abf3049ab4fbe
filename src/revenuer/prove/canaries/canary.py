"""Draws canaries for a campaign by lots from the commitment log's seed, seals them before they are served, and opens them again."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from revenuer.prove.canaries.pool import Pool, Template, filled
from revenuer.prove.twins.commitment_log import canonical
from revenuer.prove.twins.lots import lot
from revenuer.prove.twins.twin_log import TwinLog
from revenuer.records import InputError, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One sealed canary. `number` counts a campaign's canaries from 0; `pool`: SHA-256 of the pool that it was drawn from."""

    campaign: str
    number: int
    template: str
    prompt: str
    text: str
    pool: str


def template_of(pool: Pool, number: int) -> Template:
    """Return the template of canary `number`: one after the other."""
    return pool.templates[number % len(pool.templates)]


def fillers_of(pool: Pool, template: Template, seed: bytes, name: str) -> dict[str, str]:
    """Return the fillers that the lots `name` draw: each slot's from HMAC-SHA-256(seed, "<name> <slot>"), uniform over the pool."""
    return pool.fillers(template, {slot: lot(seed, f"{name} {slot}") for slot in template.slots})


def canary_name(campaign: str, number: int) -> str:
    """Return the name of a canary's lots."""
    return f"canary {campaign} {number}"


def drawn_canary(pool: Pool, seed: bytes, campaign: str, number: int) -> Canary:
    """Return canary `number` of the campaign: the same whenever it is asked for."""
    template = template_of(pool, number)
    text = filled(template, fillers_of(pool, template, seed, canary_name(campaign, number)))
    return Canary(
        campaign=campaign,
        number=number,
        template=template.name,
        prompt=template.prompt,
        text=text,
        pool=pool.digest,
    )


def seal_canaries(log: TwinLog, pool: Pool, campaign: str, count: int, first: int = 0) -> list[Canary]:
    """Draw canaries `first` to `first + count - 1`, seal each, and return them: from now on they may be served.

    Raises UsageError for no campaign or no canary.
    """
    if not campaign or count < 1 or first < 0:
        raise UsageError(
            f"expected a campaign and at least one canary, got {campaign!r} and {count} from {first}"
        )
    drawn = [drawn_canary(pool, log.seed, campaign, number) for number in range(first, first + count)]
    for canary in drawn:
        log.commit("canary", campaign, content_of(canary))
    return drawn


def content_of(canary: Canary) -> bytes:
    """Return the bytes that are committed to."""
    return canonical({name: getattr(canary, name) for name in Canary.__slots__})


def canary_of(content: bytes) -> Canary:
    """Return the canary of such bytes. Raises InputError for others."""
    try:
        return msgspec.json.decode(content, type=Canary)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(
            f"the sealed content is no canary: {error}; take the store that belongs to this log"
        ) from error


def misfit_of(canary: Canary, pool: Pool, seed: bytes) -> str:
    """Return in what a canary differs from what the lots draw from the pool; empty where it is that."""
    if canary.pool != pool.digest:
        return (
            f"it was drawn from the pool with SHA-256 {canary.pool[:12]}…, this one has {pool.digest[:12]}…"
        )
    if canary.number < 0 or canary != drawn_canary(pool, seed, canary.campaign, canary.number):
        return "it is not the one that the lots draw"
    return ""


def without_repetition(canaries: Sequence[Canary]) -> list[Canary]:
    """Return each canary once, in order: one that was sealed again is the same canary."""
    return list({(canary.campaign, canary.number): canary for canary in canaries}.values())
