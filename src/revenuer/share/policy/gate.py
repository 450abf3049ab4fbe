"""The last look before anything leaves: every single field of every object must pass by a rule that names it. What no rule names does not leave.

The gate trusts nobody who composed the objects: it holds each value against the policy once more. One field that does not pass, and nothing leaves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from revenuer.records import InputError
from revenuer.share.policy.gate_checks import Context
from revenuer.share.policy.gate_rules import checks, published
from revenuer.share.stix.extension import EXTENSION_ID
from revenuer.share.stix.structure import faults
from revenuer.share.stix.tlp import TLP_EXTENSION, tlp_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One field that leaves: of which object, where in it, which rule let it pass, and why."""

    id: str
    path: str
    rule: str
    why: str


class RefusedError(InputError):
    """Something that was to leave did not pass the gate; nothing left. The message names fields, never values."""


def gate(objects: Sequence[Mapping[str, object]], context: Context) -> tuple[Passage, ...]:
    """Return why each field of each object may leave. Raises RefusedError, naming all faults, where one may not."""
    passages: list[Passage] = []
    refused: list[str] = []
    for one in objects:
        passed, faulty = _look(one, context)
        passages += passed
        refused += faulty
    if refused:
        told = "; ".join(refused[:10])
        raise RefusedError(
            f"nothing was sent: {told}; this is a fault of the program or of what was given to it, not of the partner: report it"
        )
    return tuple(passages)


def _look(one: Mapping[str, object], context: Context) -> tuple[list[Passage], list[str]]:
    name = f"{one.get('type')} {one.get('id')}"
    refused = [f"{name}: {fault}" for fault in faults(one)]
    marking = published(one, context)
    if marking is not None:
        return [
            Passage(id=str(one["id"]), path=path, rule="published", why=marking) for path, _ in leaves(one)
        ], refused
    if unmarked(one, context):
        refused.append(f"{name} does not bear TLP:{context.policy.tlp.value.upper()}, its partner's marking")
    passages = []
    for path, value in leaves(one):
        found = checks(str(one["type"]), general(path))
        if found is None:
            refused.append(f"{name} has the field {path}, which no rule lets pass")
        elif not found.check(value, context):
            refused.append(f"{name}: {path} does not keep the rule {found.rule}")
        else:
            passages.append(
                Passage(id=str(one["id"]), path=path, rule=found.rule, why=found.why(value, context))
            )
    return passages, refused


def unmarked(one: Mapping[str, object], context: Context) -> bool:
    """Return whether an object lacks the marking of its partner's policy. Statements of a marking are marked by where they are published."""
    if one.get("type") == "marking-definition":
        return False
    return tlp_of(_markings(one)) != context.policy.tlp


def refuse_unmarked(objects: Sequence[Mapping[str, object]]) -> None:
    """For whatever leaves without having been released here (a bundle from a file, say): raise RefusedError, naming them, where objects bear no TLP label.

    Marking definitions need none. Objects that OASIS or MITRE published without one are no exception: mark them, or leave them out.
    """
    bare = [
        f"{one.get('type')} {one.get('id')}"
        for one in objects
        if one.get("type") != "marking-definition" and tlp_of(_markings(one)) is None
    ]
    if bare:
        raise RefusedError(
            f"nothing was sent: {len(bare)} objects bear no TLP marking ({', '.join(bare[:5])}); mark them in object_marking_refs"
        )


def _markings(one: Mapping[str, object]) -> list[str]:
    refs = one.get("object_marking_refs")
    return refs if isinstance(refs, list) else []


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield each value that is neither object nor list, with its path: `extensions.ID.cluster.members[0]`. Empty ones count as values."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple) and value:
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{number}]")
    else:
        yield path, value


def general(path: str) -> str:
    """Return a path without the places in lists, our extension as `ours`."""
    plain = path.replace(EXTENSION_ID, "ours").replace(TLP_EXTENSION, "tlp")
    return "".join(part.partition("]")[2] if number else part for number, part in enumerate(_cut(plain)))


def _cut(path: str) -> list[str]:
    return path.split("[")
