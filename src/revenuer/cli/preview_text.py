"""The preview of a release in words: for the analyst who answers for it, and for counsel."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from revenuer.cli.preview_campaign import campaign_lines
from revenuer.report.visible import plain
from revenuer.share.policy import Passage, Released
from revenuer.share.stix import canonical

_FROM_FIXED = ("published", "fixed")


def preview_text(released: Released, content: bytes, *, every_field: bool) -> str:
    """Return the preview: what it is, what it tells in plain words, what is withheld, why each field may leave, and the bytes.

    Why by field (`every_field`), or by rule. The bytes are shown one object a line; characters that a terminal would act upon as code points.
    """
    why = _by_field(released) if every_field else _by_rule(released)
    return "\n\n".join(
        [_summary(released, content), _told(released), _withheld(released), why, _bytes(released)]
    )


def _summary(released: Released, content: bytes) -> str:
    kinds = Counter(str(one["type"]) for one in released.objects)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "none"
    return "\n".join(
        [
            f"What {plain(released.partner)} would get, marked {released.marking}:",
            f"  {len(released.objects)} objects ({told})",
            f"  {len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}",
            f"  under the policy with SHA-256 {released.policy_sha256}",
            f"  {sum(one.count for one in released.withheld)} things are withheld, told below",
        ]
    )


def _told(released: Released) -> str:
    lines = [f"  {plain(line)}" for line in campaign_lines(released.objects)]
    return "\n".join(["What it tells of ours, in plain words:", *(lines or ["  nothing"])])


def _bytes(released: Released) -> str:
    lines = [plain(canonical(one).decode(), prose=True) for one in released.objects]
    return "\n".join(["The bytes, one object a line:", *lines])


def _by_rule(released: Released) -> str:
    """Return how many fields each rule let pass, with one of them; what is the same for everybody is told last."""
    found: dict[tuple[str, str], list[Passage]] = {}
    for one in released.passages:
        found.setdefault((one.rule, one.why), []).append(one)
    ordered = sorted(found.items(), key=lambda item: (item[0][0] in _FROM_FIXED, item[0]))
    lines = [
        f"  {rule}: {why}\n      {len(fields)} field{'s' if len(fields) != 1 else ''}: {_where(fields)}"
        for (rule, why), fields in ordered
    ]
    return "\n".join(
        ["Why they may leave, by rule of the policy (--fields tells it field by field):", *lines]
    )


def _where(fields: list[Passage]) -> str:
    """Return in which fields of which types, without ids."""
    places = sorted({f"{one.id.partition('--')[0]} {_short(one.path)}" for one in fields})
    return ", ".join(places[:6]) + (f" and {len(places) - 6} more" if len(places) > 6 else "")


def _short(path: str) -> str:
    parts = [part for part in path.split(".") if not part.startswith("extension-definition--")]
    return ".".join(part.partition("[")[0] for part in parts)


def _by_field(released: Released) -> str:
    return "\n".join(["Why they may leave, field by field:", *_field_lines(released)])


def _field_lines(released: Released) -> Iterator[str]:
    by_id = {str(one["id"]): one for one in released.objects}
    last = ""
    for passage in released.passages:
        if passage.id != last:
            yield f"  {passage.id}"
            last = passage.id
        value = plain(repr(_at(by_id[passage.id], passage.path)), prose=True)
        yield f"    {_short(passage.path)} = {value[:100]}\n        {passage.rule}: {passage.why}"


def _at(stix_object: Mapping[str, object], path: str) -> object:
    """Return the value that stands at a path such as `extensions.ID.cluster.members[0]`."""
    value: Any = stix_object
    for part in path.split("."):
        name, *places = part.replace("]", "").split("[")
        value = value[name]
        for place in places:
            value = value[int(place)]
    return value


def _withheld(released: Released) -> str:
    if not released.withheld:
        return "Nothing is withheld."
    found: dict[tuple[str, str], Counter[str]] = {}
    for one in released.withheld:
        found.setdefault((one.rule, one.why), Counter())[one.what] += one.count
    ordered = sorted(found.items(), key=lambda item: (item[0][0] == "denylist", item[0]))
    lines = [
        f"  {rule}: {', '.join(f'{count} {what}' for what, count in sorted(counts.items()))}: {why}"
        for (rule, why), counts in ordered
    ]
    return "\n".join(
        [
            "What is withheld, by rule (`denylist` holds whatever the policy says):",
            *(plain(line) for line in lines),
        ]
    )
