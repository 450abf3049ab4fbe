"""The declared pool: templates with slots, and what each slot may be filled with. Everything that it can make is harmless and invented."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from revenuer.prove.twins.commitment_log import canonical, sha256
from revenuer.records import InputError

POOL_VERSION = 1
SLOT = re.compile(r"\{([a-z_]+)\}")
LEAST_CHOICES = 1000
"""A template with fewer texts is guessed too easily by chance: a canary that many decoys equal tells nothing."""


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`prompt`: what the suspect is asked. `text`: the canary, with slots in braces. A `fact` is told of invented things alone; a `phrasing` is a
    true sentence in one of many equally good wordings."""

    name: str
    kind: Literal["fact", "phrasing"]
    prompt: str
    text: str

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots in the order of the text, each named once."""
        return tuple(dict.fromkeys(SLOT.findall(self.text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """`slots`: name -> parts; a filler is one piece of each part, joined without a space. `content`: the pool's canonical bytes."""

    templates: tuple[Template, ...]
    slots: Mapping[str, tuple[tuple[str, ...], ...]]
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the content: sealed with every canary."""
        return sha256(self.content)

    def choices(self, template: Template) -> int:
        """Return how many texts the template can make."""
        return math.prod(len(part) for slot in template.slots for part in self.slots[slot])

    def fillers(self, template: Template, picks: Mapping[str, int]) -> dict[str, str]:
        """Return the filler of each slot, from a whole number for each: its remainders choose the pieces, last part first."""
        found = {}
        for slot in template.slots:
            number, pieces = picks[slot], []
            for part in reversed(self.slots[slot]):
                number, remainder = divmod(number, len(part))
                pieces.append(part[remainder])
            found[slot] = "".join(reversed(pieces))
        return found


def filled(template: Template, fillers: Mapping[str, str]) -> str:
    """Return the canary's text."""
    return SLOT.sub(lambda match: fillers[match[1]], template.text)


def slots_pattern(template: Template) -> re.Pattern[str]:
    """Return the pattern that a text of the template matches, one group for each place of a slot."""
    fixed = SLOT.split(template.text)
    return re.compile(
        "".join("(.+?)" if i % 2 else re.escape(part) for i, part in enumerate(fixed)), re.DOTALL
    )


def fillers_in(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    """Return the fillers of a text that the template made. Raises ValueError for another text."""
    match = pattern.fullmatch(text)
    if match is None:
        raise ValueError("expected a text that the template made")
    return match.groups()


class _PoolFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema_version: int
    slots: dict[str, tuple[tuple[str, ...], ...]]
    templates: tuple[Template, ...]


def read_pool(path: Path | None = None) -> Pool:
    """Return the pool of a file, or our own. Raises InputError where it cannot be read or can make too little."""
    try:
        own = resources.files("revenuer.prove.canaries").joinpath("pool.json")
        content = own.read_bytes() if path is None else path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read the pool {path}: {error.strerror}; name a file that you can read"
        ) from error
    return pool_of(content, "the built-in pool" if path is None else str(path))


def pool_of(content: bytes, name: str = "the pool") -> Pool:
    """Return the pool with this content. Raises InputError as `read_pool` does."""
    try:
        parsed = msgspec.json.decode(content, type=_PoolFile)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{name} is no pool of canaries: {error}; see docs/prove/canaries.md") from error
    if parsed.schema_version != POOL_VERSION or not parsed.templates:
        raise InputError(f"{name}: expected schema_version {POOL_VERSION} and at least one template")
    pool = Pool(templates=parsed.templates, slots=parsed.slots, content=canonical(json.loads(content)))
    if len({template.name for template in pool.templates}) < len(pool.templates):
        raise InputError(f"{name}: two templates have one name")
    for template in pool.templates:
        _check(template, pool, name)
    return pool


def _check(template: Template, pool: Pool, name: str) -> None:
    unknown = [slot for slot in template.slots if slot not in pool.slots]
    if unknown:
        raise InputError(f"{name}, template {template.name}: slot {unknown[0]} is not declared")
    for slot in template.slots:
        for part in pool.slots[slot]:
            if not part or len(set(part)) < len(part):
                raise InputError(f"{name}: slot {slot} has an empty part, or a piece twice")
    choices = pool.choices(template)
    if choices < LEAST_CHOICES:
        raise InputError(
            f"{name}, template {template.name}: it can make {choices} texts, expected {LEAST_CHOICES} or more; add slots or pieces"
        )
