"""The tables of a policy file that name accounts, organizations or kinds of accounts: exempt, ceiling, allow, deny."""

from revenuer.guard.policy.policy import VERIFIED, Ceiling, Entry, Roll
from revenuer.guard.policy.rules_section import MAX_LOG10_E
from revenuer.guard.policy.section import Section, shown
from revenuer.records import ACTIONS, LICENSED_DISTILLATION, VERIFICATIONS, Action

_ACTIONS = tuple(str(action) for action in ACTIONS)


def read_ceilings(document: Section, default: tuple[Ceiling, ...]) -> tuple[Ceiling, ...]:
    """Return exemptions and ceilings together; a kind of table that the file leaves out is the default's."""
    exempt, ceiling = document.tables("exempt"), document.tables("ceiling")
    exempted = (
        [one for one in default if one.declared_uses is not None]
        if exempt is None
        else [_exemption(section) for section in exempt]
    )
    bounded = (
        [one for one in default if one.declared_uses is None]
        if ceiling is None
        else [_ceiling(section) for section in ceiling]
    )
    if not any(one.declared_uses and LICENSED_DISTILLATION in one.declared_uses for one in exempted):
        document.fault(
            "exempt",
            f"no [[exempt]] names {LICENSED_DISTILLATION}: customers who may distil would be treated as a campaign",
            "warning",
        )
    return (*exempted, *bounded)


def _exemption(section: Section) -> Ceiling:
    name = section.word("name")
    uses = section.words("declared_use", required=True)
    verifications = section.words("verification", VERIFICATIONS, required=True)
    plans = section.words("plan")
    section.finish()
    unchecked = sorted((verifications or frozenset()) - VERIFIED)
    if unchecked:
        section.fault(
            "verification",
            f"got {', '.join(unchecked)}, expected business or kyc only: anybody can declare a use, somebody must have checked it",
        )
    return Ceiling(
        name=name or "exempt",
        at_most=Action.OBSERVE,
        declared_uses=frozenset(use.strip().lower() for use in uses or ()),
        verifications=verifications,
        plans=plans,
    )


def _ceiling(section: Section) -> Ceiling:
    name = section.word("name")
    at_most = section.word("at_most", _ACTIONS, required=True)
    unless = section.number("unless_log10_e", 0.0, MAX_LOG10_E)
    verifications = section.words("verification", VERIFICATIONS)
    plans = section.words("plan")
    section.finish()
    if verifications is None and plans is None and not {"verification", "plan"} & section.keys():
        section.fault(
            "", "names neither verification nor plan, so it would hold for everybody; name whom it is for"
        )
    return Ceiling(
        name=name or "ceiling",
        at_most=Action(at_most or Action.OBSERVE),
        unless_log10_e=unless,
        verifications=verifications,
        plans=plans,
    )


def read_rolls(document: Section, now: int | None) -> tuple[Roll, Roll]:
    """Return the allow list and the deny list. `now` (microseconds): entries that have run out by then get a warning."""
    places: dict[tuple[str, str], str] = {}
    rolls = []
    for key in ("allow", "deny"):
        entries: dict[str, dict[str, Entry]] = {"account": {}, "organization": {}}
        for section in document.tables(key) or ():
            found = _entry(section, now, places)
            if found is not None:
                kind, name, entry = found
                entries[kind][name] = entry
        rolls.append(Roll(accounts=entries["account"], organizations=entries["organization"]))
    return rolls[0], rolls[1]


def _entry(
    section: Section, now: int | None, places: dict[tuple[str, str], str]
) -> tuple[str, str, Entry] | None:
    account, organization = section.word("account"), section.word("organization")
    owner = section.word("owner", required=True)
    why = section.word("why", required=True)
    expires = section.moment("expires", required=True)
    section.finish()
    if len({"account", "organization"} & section.keys()) != 1:
        section.fault("", "names both account and organization, or neither; expected one of them")
        return None
    kind, name = ("account", account) if account else ("organization", organization)
    if not name:
        return None
    before = places.setdefault((kind, name), section.told())
    if before != section.told():
        section.fault(kind, f"got {shown(name)}, which {before} lists already; keep one of them")
    if expires is not None and now is not None and expires <= now:
        section.fault(
            "expires", "has passed: the entry no longer holds; take it out or give it a new date", "warning"
        )
    return kind, name, Entry(owner=owner or "", why=why or "", expires=expires or 0)
