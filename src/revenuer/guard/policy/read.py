"""The policy file: TOML text -> a policy, or every fault that keeps it from being one."""

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal, cast

from revenuer.guard.policy.faults import Fault, PolicyError
from revenuer.guard.policy.lists_section import read_ceilings, read_rolls
from revenuer.guard.policy.marking import MARKING
from revenuer.guard.policy.marking_section import read_marking
from revenuer.guard.policy.policy import BUDGET, DENY_LIST, Caps, Policy, Rule
from revenuer.guard.policy.positions import positions
from revenuer.guard.policy.rules_section import read_budget, read_rules
from revenuer.guard.policy.section import FaultBook, Section
from revenuer.records import ACTIONS, RESTRICTIVE, InputError

MAX_BYTES = 16 << 20
"""A policy is read by people; lists of a hundred thousand accounts still fit."""
MAX_CAP = 10**9
MAX_DEADLINE_MS = 60_000
_AT = re.compile(r"^(.*?)\s*\(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReading:
    """What a policy file holds: the policy (None where an error keeps it from being used) and every fault, in the file's order."""

    policy: Policy | None
    faults: tuple[Fault, ...]


def default_text() -> str:
    """Return the default policy as a commented TOML file."""
    return (files("revenuer.guard.policy") / "default.toml").read_text(encoding="utf-8")


def load_policy(path: Path | None, *, now: int | None = None) -> Policy:
    """Return the policy of a file; the default one without a file. Warnings do not keep a policy from being used.

    `now` (microseconds since 1970 UTC) is what `read_policy` takes. Raises PolicyError with every fault in the file, InputError
    where it cannot be read.
    """
    if path is None:
        return Policy()
    reading = read_policy(policy_bytes(path), str(path), now=now)
    if reading.policy is None:
        raise PolicyError(str(path), [fault for fault in reading.faults if fault.severity == "error"])
    return reading.policy


def policy_bytes(path: Path) -> bytes:
    """Return what a policy file holds. Raises InputError where it cannot be read or is beyond MAX_BYTES."""
    try:
        with open(path, "rb") as source:
            content = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"cannot read the policy {path}: {error.strerror or error}; name a TOML file"
        ) from error
    if len(content) > MAX_BYTES:
        raise InputError(
            f"the policy {path} has more than {MAX_BYTES >> 20} MiB; expected a file that people read"
        )
    return content


def read_policy(content: bytes | str, name: str, *, now: int | None = None) -> PolicyReading:
    """Return the policy that `content` words, with every fault located by `name`, line and column.

    A section that is left out is the default's; [[rule]], [[exempt]] and [[ceiling]] replace the default's as a whole, the other
    sections key by key. `now` (microseconds since 1970 UTC): list entries that have run out by then get a warning.
    """
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return _broken(name, line, 1, f"byte {error.start + 1} is not UTF-8; save the file as UTF-8")
    except RecursionError:
        return _broken(name, 1, 1, "is nested too deeply; a policy has tables in tables and no more")
    except tomllib.TOMLDecodeError as error:
        return _broken(name, *_place(str(error), text))
    book = FaultBook(name, positions(text.replace("\r\n", "\n")))
    policy = _policy(Section(document, (), book), now)
    faults = tuple(sorted(book.faults, key=lambda fault: (fault.line, fault.column)))
    broken = any(fault.severity == "error" for fault in faults)
    return PolicyReading(policy=None if broken else policy, faults=faults)


def _broken(name: str, line: int, column: int, message: str) -> PolicyReading:
    fault = Fault(file=name, line=line, column=column, key="", message=message)
    return PolicyReading(policy=None, faults=(fault,))


def _place(message: str, text: str) -> tuple[int, int, str]:
    """Return line, column and words of a TOML syntax error."""
    match = _AT.match(message)
    words = f"not TOML: {match[1] if match else message}"
    if match is None or match[2] is None:
        return text.rstrip().count("\n") + 1, 1, f"{words} (the file ends too soon)"
    return int(match[2]), int(match[3]), words


def _policy(document: Section, now: int | None) -> Policy:
    default = Policy()
    if document.whole("schema_version", 0, 10**6) not in (None, 1):
        document.fault("schema_version", "expected 1: the file was written for another version of Revenuer")
    mode = document.table("mode")
    shadow, on_failure = mode.flag("shadow"), mode.word("on_failure", ("allow", "deny"))
    deadline_ms = mode.whole("deadline_ms", 1, MAX_DEADLINE_MS)
    rules = read_rules(document)
    rules = default.rules if rules is None else rules
    shadow = default.shadow if shadow is None else shadow
    enforce = _enforce(mode, rules, shadow)
    mode.finish()
    appeal = document.table("appeal")
    margin = appeal.number("margin", 0.0, 100.0)
    appeal.finish()
    budget, caps = read_budget(document), _caps(document, default.caps)
    ceilings = read_ceilings(document, default.ceilings)
    allowed, denied = read_rolls(document, now)
    marking = read_marking(document)
    document.finish()
    return Policy(
        shadow=shadow,
        enforce=enforce,
        on_failure=cast(Literal["allow", "deny"], on_failure or default.on_failure),
        deadline_ms=deadline_ms or default.deadline_ms,
        rules=rules,
        ceilings=ceilings,
        allowed=allowed,
        denied=denied,
        budget=budget,
        caps=caps,
        appeal_margin=default.appeal_margin if margin is None else margin,
        marking=marking,
    )


def _caps(document: Section, default: Caps) -> Caps:
    section = document.table("caps")
    restricted = section.whole("max_restricted_per_hour", 0, MAX_CAP)
    denied = section.whole("max_denied_per_hour", 0, MAX_CAP)
    section.finish()
    return Caps(
        max_restricted_per_hour=default.max_restricted_per_hour if restricted is None else restricted,
        max_denied_per_hour=default.max_denied_per_hour if denied is None else denied,
    )


def _enforce(mode: Section, rules: tuple[Rule, ...], shadow: bool) -> frozenset[str]:
    """Read what acts although the rest is in shadow mode: actions, names of rules, the budget, the deny list."""
    if mode.is_empty_list("enforce"):
        return frozenset()
    known = [str(action) for action in ACTIONS if action in RESTRICTIVE]
    known += [rule.name for rule in rules if rule.name not in known and rule.action in RESTRICTIVE]
    enforce = mode.words("enforce", [*known, BUDGET, DENY_LIST, MARKING]) or frozenset()
    if enforce and not shadow:
        mode.fault("enforce", "has no effect with shadow = false: everything acts", "warning")
    return enforce
