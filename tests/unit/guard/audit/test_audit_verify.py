"""A chain that was tampered with is found out, whatever was done to it."""

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.journals import NOON, measure
from revenuer.guard.audit import AuditEntry, Head, verify
from revenuer.guard.audit.entry import GENESIS, canonical, digest_of, sealed
from revenuer.guard.audit.verify import FAULTS_NAMED

LENGTH = 12


def chain(length: int = LENGTH, reason: str = "why") -> list[str]:
    lines, previous = [], GENESIS
    for seq in range(1, length + 1):
        entry = AuditEntry(
            time=NOON + seq,
            event="imposed",
            actor="guard",
            reason=f"{reason} {seq}",
            account=f"a{seq}",
            action="deny",
            operator="op",
            log10_e="6.000",
            since=NOON,
            until=NOON + seq,
            seq=seq,
            previous=previous,
        )
        line, previous = sealed(entry)
        lines.append(line)
    return lines


WHOLE = chain()
HEAD = Head(LENGTH, json.loads(WHOLE[-1])["sha256"])
PLACES = st.integers(0, LENGTH - 1)


def test_a_whole_chain_is_whole() -> None:
    found = verify(WHOLE, HEAD)
    assert (found.whole, found.entries, found.head, found.faults) == (True, LENGTH, HEAD, [])


def test_no_entries_are_whole_too() -> None:
    assert verify([]).whole
    assert verify([], Head(0, GENESIS)).whole
    assert verify(WHOLE, Head(0, GENESIS)).whole


@given(PLACES, st.data())
def test_a_changed_byte_names_its_line(place: int, data: st.DataObject) -> None:
    """Only the entry that was changed is blamed, unless the change hits what links it to its neighbours."""
    line = WHOLE[place]
    at = data.draw(st.integers(0, len(line) - 1))
    other = data.draw(st.characters(exclude_categories=["Cs"]).filter(lambda c: c != line[at]))
    found = verify([*WHOLE[:place], line[:at] + other + line[at + 1 :], *WHOLE[place + 1 :]])
    assert not found.whole
    assert any(words.startswith(f"line {place + 1} ") for words in found.faults)


@given(PLACES, st.sampled_from(["account", "action", "reason", "until", "actor", "time"]))
def test_a_changed_and_resealed_entry_is_named(place: int, member: str) -> None:
    """Whoever changes an entry and computes its hash anew breaks the link to the next one, or the head that is on record."""
    entry = json.loads(WHOLE[place])["entry"]
    entry[member] = 7 if member in ("until", "time") else "other"
    text = canonical(entry)
    resealed = f'{{"entry":{text.decode()},"sha256":"{digest_of(text)}"}}'
    found = verify([*WHOLE[:place], resealed, *WHOLE[place + 1 :]], HEAD)
    assert found.fault_count == 1
    assert f"entry {place + 2}" in found.faults[0] or (
        place == LENGTH - 1 and "written anew" in found.faults[0]
    )


@given(st.integers(0, LENGTH - 2))
def test_a_removed_entry_is_named(place: int) -> None:
    found = verify(WHOLE[:place] + WHOLE[place + 1 :])
    assert any(f"entries {place + 1} to {place + 1} are missing" in words for words in found.faults)


@given(st.integers(0, LENGTH - 1))
def test_a_tail_cut_off_is_seen_by_the_head_on_record(length: int) -> None:
    assert verify(WHOLE[:length]).whole, "without the head nobody can know"
    found = verify(WHOLE[:length], HEAD)
    assert f"the chain ends at entry {length}, the head on record is entry {LENGTH}" in found.faults[0]


def test_a_chain_may_have_grown_since_its_head_was_kept() -> None:
    assert verify(WHOLE, Head(5, json.loads(WHOLE[4])["sha256"])).whole


def test_a_chain_written_anew_is_seen_by_the_head_on_record() -> None:
    forged = chain(reason="forged")
    assert verify(forged).whole
    assert "was written anew" in verify(forged, HEAD).faults[0]


@given(st.permutations(range(LENGTH)))
def test_a_reordered_chain_is_found_out(order: list[int]) -> None:
    assert verify([WHOLE[place] for place in order]).whole == (order == sorted(order))


@given(st.lists(st.sampled_from(range(LENGTH)), max_size=2 * LENGTH))
def test_only_the_beginning_of_the_chain_is_whole(order: list[int]) -> None:
    assert verify([WHOLE[place] for place in order]).whole == (order == list(range(len(order))))


@given(PLACES)
def test_an_entry_put_in_is_found_out(place: int) -> None:
    entry = AuditEntry(time=NOON, event="lifted", actor="eve", reason="friend", account="a1", seq=place + 1)
    previous = json.loads(WHOLE[place - 1])["sha256"] if place else GENESIS
    line, _ = sealed(replace(entry, previous=previous))
    found = verify([*WHOLE[:place], line, *WHOLE[place:]])
    assert any(words.startswith(f"line {place + 2} ") for words in found.faults)


@pytest.mark.parametrize(
    "forge",
    [
        lambda line: line.replace('{"entry":', '{ "entry":'),
        lambda line: line.replace("why 3", "why\\u00203"),
        lambda line: line[:-1] + ',"more":1}',
        lambda line: line.replace('{"entry":{', '{"entry":{"account":"first of two",'),
    ],
)
def test_the_same_content_in_another_form_is_found_out(forge: object) -> None:
    assert callable(forge)
    found = verify([*WHOLE[:2], forge(WHOLE[2]), *WHOLE[3:]])
    assert found.faults
    assert found.faults[0].startswith("line 3 ")


@pytest.mark.parametrize(
    "member", [{"seq": "1"}, {"schema_version": 2}, {"more": 1}, {"seq": True}, {"account": 5}], ids=str
)
def test_a_sealed_entry_of_another_shape_is_found_out(member: dict[str, object]) -> None:
    entry = {**asdict(AuditEntry(time=1, event="policy", actor="g", reason="", seq=1)), **member}
    text = canonical(entry)
    assert not verify([f'{{"entry":{text.decode()},"sha256":"{digest_of(text)}"}}']).whole


@given(st.lists(st.text() | st.sampled_from(["{}", "[]", "null", "1", '{"entry":1,"sha256":2}', "[" * 9999])))
def test_no_text_breaks_the_verifier(lines: list[str]) -> None:
    found = verify(lines)
    assert found.whole == (not lines)
    assert found.entries == len(lines)


def test_faults_are_counted_when_there_are_too_many_to_name() -> None:
    found = verify(["nonsense"] * 500)
    assert (found.fault_count, len(found.faults)) == (500, FAULTS_NAMED)


def test_a_measure_that_the_log_does_not_tell_of_is_a_fault() -> None:
    standing = measure("a3", until=NOON + 3)
    assert verify(WHOLE, measures=[standing]).whole
    assert "against ann is in the journal" in verify(WHOLE, measures=[measure()]).faults[0]
    lifted = measure("a3", lifted_by="olga", lifted_why="a school")
    assert "against a3 was lifted by olga" in verify(WHOLE, measures=[lifted]).faults[0]
    assert "against a3 is in the journal" in verify(WHOLE[:2], measures=[standing]).faults[0]
