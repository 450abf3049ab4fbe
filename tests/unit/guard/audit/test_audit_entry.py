"""The canonical text of an entry is the same for everybody."""

import hashlib
import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revenuer.guard.audit.entry import ENTRY_FIELDS, EVENTS, GENESIS, AuditEntry, canonical, sealed

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
ENTRIES = st.builds(
    AuditEntry,
    time=st.integers(0, 2**53),
    event=st.sampled_from(EVENTS),
    actor=TEXT,
    reason=TEXT,
    account=st.none() | TEXT,
    operator=st.none() | TEXT,
    log10_e=st.none() | st.floats().map(lambda x: f"{x:.3f}"),
    shadow=st.none() | st.booleans(),
    until=st.none() | st.integers(-(2**53), 2**53),
    seq=st.integers(1, 2**53),
    previous=st.just(GENESIS),
)


def rfc8785(value: object) -> str:
    """The part of RFC 8785 that an entry needs, written from the standard (3.2.2): strings, integers, null, objects."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
        points = (short.get(ord(c), f"\\u{ord(c):04x}" if ord(c) < 32 else c) for c in value)
        return f'"{"".join(points)}"'
    assert isinstance(value, dict)
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(f"{rfc8785(name)}:{rfc8785(value[name])}" for name in names) + "}"


@given(ENTRIES)
def test_the_text_is_that_of_rfc_8785(entry: AuditEntry) -> None:
    assert canonical(asdict(entry)).decode() == rfc8785(asdict(entry))


@given(ENTRIES)
def test_a_line_holds_the_entry_and_its_hash(entry: AuditEntry) -> None:
    line, digest = sealed(entry)
    envelope = json.loads(line)
    assert envelope == {"entry": asdict(entry), "sha256": digest}
    assert hashlib.sha256(rfc8785(envelope["entry"]).encode()).hexdigest() == digest
    assert "\n" not in line
    assert envelope["entry"].keys() == ENTRY_FIELDS


def test_a_known_entry_has_a_known_hash() -> None:
    """Once published, heads must verify for ever: this line may not change without a new schema version."""
    entry = AuditEntry(
        time=1_770_000_000_000_000,
        event="imposed",
        actor="guard",
        reason="née ☂",
        account="a1",
        action="deny",
        operator="op",
        log10_e="6.000",
        rule="pool",
        shadow=False,
        since=1,
        until=2,
        seq=1,
    )
    line, digest = sealed(entry)
    assert line == (
        '{"entry":{"account":"a1","action":"deny","actor":"guard","digest":null,"event":"imposed","log10_e":"6.000",'
        f'"operator":"op","previous":"{"0" * 64}","reason":"née ☂","rule":"pool","schema_version":1,"seq":1,"shadow":false,"since":1,'
        '"time":1770000000000000,"until":2},"sha256":"' + digest + '"}'
    )
    assert digest == "04e38c3116a69576559e2051e93d8eb35ac7936a6ab143ef3271d2d45e94128e"


def test_half_a_character_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        sealed(AuditEntry(time=1, event="policy", actor="\ud800", reason=""))
