"""What goes into the journal comes out again, once, in order, and with the audit entries that belong to it."""

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.campaign_indexes import content
from builders.journals import (
    HOUR,
    NOON,
    Clock,
    audit_events,
    audit_lines,
    decision,
    fact,
    measure,
    replay_event,
    rows,
)
from revenuer.detect.campaign_index import CampaignIndex, index_bytes
from revenuer.guard import Guard, GuardState, Policy, Saved
from revenuer.guard.audit import index_fact, policy_fact, verify
from revenuer.guard.journal import JournalSettings, SqliteJournal
from revenuer.guard.journal.intake import TAKEN_AT_ONCE
from revenuer.records import Action, Decision, Limits, ResourceError, UsageError

EAGER = JournalSettings(commit_interval_s=0.01)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "guard.db"


@pytest.fixture
def journal(path: Path) -> Iterator[SqliteJournal]:
    journal = SqliteJournal(path, EAGER, Clock())
    yield journal
    journal.close()


def reopened(path: Path, settings: JournalSettings = EAGER, clock: Clock | None = None) -> SqliteJournal:
    return SqliteJournal(path, settings, clock or Clock())


def opened_index(folder: Path) -> CampaignIndex:
    path = folder / "campaigns.index"
    path.write_bytes(index_bytes(content("C-1")))
    return CampaignIndex.open(path)


def test_a_guard_finds_its_measures_again(path: Path) -> None:
    guard = Guard(GuardState(Policy(shadow=False)), SqliteJournal(path, EAGER))
    for number, account in enumerate(("owner", "thief", "owner", "other")):
        guard.decide(replay_event(number, account, NOON + number))
    guard.lift("other", "olga", "a mistake", NOON + 10)
    guard.flush()
    assert isinstance(guard.journal, SqliteJournal)
    guard.journal.close()

    state = GuardState(Policy(shadow=False))
    with_journal = reopened(path)
    state.restore(with_journal.load())
    with_journal.close()
    assert state.standing == guard.state.standing
    assert state.standing["other"].lifted_by == "olga"
    assert Guard(state).decide(replay_event(9, "thief", NOON + 20)).action is Action.DENY


def test_every_column_of_a_decision_is_kept(journal: SqliteJournal, path: Path) -> None:
    full = Decision(
        request_id="r",
        timestamp=NOON,
        account_id="a",
        action=Action.OBSERVE,
        would=Action.RESTRICT,
        reason="why",
        campaign_id="c",
        log10_e=4.25,
        retry_after_s=30,
        limits=Limits(max_tokens=100),
    )
    journal.record(full)
    journal.sync()
    ((limits, *row),) = rows(
        path,
        "SELECT limits, request_id, timestamp, account_id, action, would, reason, campaign_id, log10_e, retry_after_s FROM decision",
    )
    assert row == ["r", NOON, "a", "observe", "restrict", "why", "c", 4.25, 30]
    assert msgspec.json.decode(str(limits), type=Limits) == full.limits


def test_allows_are_counted_by_the_minute_and_the_rest_is_kept(journal: SqliteJournal, path: Path) -> None:
    minute = 60_000_000
    for at in (NOON, NOON + 1, NOON + minute, NOON, NOON + minute):
        journal.record(decision(action=Action.ALLOW, at=at))
    journal.record(decision(1, Action.ALLOW, would=Action.OBSERVE))
    journal.record(decision(2, Action.OBSERVE))
    journal.sync()
    first = NOON // minute
    assert rows(path, "SELECT minute, requests FROM allowed") == [(first, 3), (first + 1, 2)]
    assert rows(path, "SELECT request_id FROM decision ORDER BY id") == [("r1",), ("r2",)]


def test_allows_are_kept_where_all_are_wanted(path: Path) -> None:
    journal = reopened(path, JournalSettings(keep="all"))
    journal.record(decision(1, Action.ALLOW))
    journal.close()
    assert rows(path, "SELECT request_id, action FROM decision") == [("r1", "allow")]
    assert rows(path, "SELECT * FROM allowed") == []


def test_counts_lose_nothing_while_two_threads_meet(journal: SqliteJournal, path: Path) -> None:
    """The writer takes counts a hundred times a second while the guard's thread makes them, in and out of many minutes."""
    minutes = [NOON + 60_000_000 * (number % 5) for number in range(20_000)]
    stop = threading.Event()

    def hurry() -> None:
        while not stop.is_set():
            journal.sync()

    hurrying = threading.Thread(target=hurry)
    hurrying.start()
    for at in minutes:
        journal.record(decision(action=Action.ALLOW, at=at))
    stop.set()
    hurrying.join()
    journal.sync()
    assert rows(path, "SELECT sum(requests), count(*), min(requests) FROM allowed") == [(20_000, 5, 4_000)]


def test_more_than_one_transaction_takes_keeps_the_order(journal: SqliteJournal, path: Path) -> None:
    count = TAKEN_AT_ONCE * 2 + 700
    for number in range(count):
        journal.record(decision(number))
    journal.sync()
    assert rows(path, "SELECT request_id FROM decision ORDER BY id") == [(f"r{n}",) for n in range(count)]
    assert journal.status().stored_decisions == count


def test_campaigns_are_summed_over_batches(journal: SqliteJournal, path: Path) -> None:
    journal.record(decision(1, Action.DENY, at=NOON + 5))
    journal.sync()
    journal.record(decision(2, Action.OBSERVE, at=NOON + 9))
    journal.record(decision(3, Action.THROTTLE, at=NOON + 1))
    journal.sync()
    assert rows(path, "SELECT * FROM campaign") == [("replay", NOON + 1, NOON + 9, 3, 2, 6.0)]


FACTS = st.lists(
    st.builds(
        Saved,
        st.sampled_from(["account", "group"]),
        st.sampled_from(["a", "b", "c\x00", "", "é"]),
        st.none() | st.binary(max_size=40),
    ),
    max_size=30,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(FACTS, max_size=4))
def test_the_last_value_of_a_fact_wins_and_none_forgets_it(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Saved]]
) -> None:
    path = tmp_path_factory.mktemp("journal") / "guard.db"
    journal = SqliteJournal(path, EAGER)
    expected: dict[tuple[str, str], bytes | None] = {}
    for batch in batches:
        journal.store(batch)
        expected.update({(one.kind, one.key): one.value for one in batch})
    journal.sync()
    left = {key: value for key, value in expected.items() if value is not None}
    assert {(one.kind, one.key): one.value for one in journal.load()} == left
    journal.close()


def test_what_was_announced_is_in_the_books_and_not_in_the_state(journal: SqliteJournal, path: Path) -> None:
    index = opened_index(path.parent)
    journal.store([policy_fact(Policy(), "olga"), index_fact(None), index_fact(index, "otto")])
    journal.store(
        [policy_fact(Policy(), "else"), policy_fact(Policy(shadow=False), "olga"), index_fact(None)]
    )
    journal.sync()
    assert list(journal.load()) == []
    assert audit_events(path) == [
        ("policy", None, "olga"),
        ("index", None, "otto"),
        ("policy", None, "olga"),
        ("index", None, "guard"),
    ]
    entries = [msgspec.json.decode(line)["entry"] for line in audit_lines(path)]
    assert entries[1]["digest"] == index.path.read_bytes()[-32:].hex()
    assert (entries[3]["digest"], entries[3]["reason"]) == (None, "no campaign index in force")
    kept = rows(path, "SELECT version, time, actor, sha256, policy FROM policy_version")
    assert [row[:3] for row in kept] == [(1, NOON, "olga"), (2, NOON, "olga")]
    for entry, (*_, digest, text) in zip(entries[::2], kept, strict=True):
        assert entry["digest"] == digest == hashlib.sha256(str(text).encode()).hexdigest()
        assert msgspec.json.decode(str(text))["shadow"] == (entry is entries[0])


def test_a_policy_that_stays_over_a_restart_is_told_once(path: Path) -> None:
    for policy in (Policy(), Policy(), Policy(shadow=False)):
        journal = reopened(path)
        Guard(GuardState(policy), journal).flush()
        journal.close()
    assert [event for event, _, _ in audit_events(path)] == ["policy", "policy"]


def test_a_policy_change_names_its_owner(journal: SqliteJournal, path: Path) -> None:
    guard = Guard(GuardState(Policy()), journal)
    guard.set_policy(Policy(appeal_margin=1.0), "otto")
    guard.flush()
    guard.set_policy(Policy(shadow=False), "olga")
    guard.set_policy(Policy(appeal_margin=1.0), "otto")
    guard.use_index(opened_index(path.parent), "ivo")
    guard.flush()
    guard.use_index(None)
    guard.flush()
    journal.sync()
    assert audit_events(path) == [
        ("policy", None, "otto"),
        ("policy", None, "olga"),
        ("policy", None, "otto"),
        ("index", None, "ivo"),
        ("index", None, "guard"),
    ], "the policy that a guard is made with and never decides by was never in force"


def test_a_measure_is_told_from_its_beginning_to_its_end(path: Path) -> None:
    clock = Clock()
    journal = reopened(path, clock=clock)
    for standing in (
        measure(),
        measure(until=NOON + HOUR + 1),
        measure(until=NOON + 3 * HOUR),
        measure(action=Action.THROTTLE, until=NOON + 3 * HOUR),
        measure("bob", until=NOON + HOUR),
        measure("cem", until=NOON + 9 * HOUR),
    ):
        journal.store([fact(standing)])
    journal.sync()
    journal.store([fact(measure("bob", until=NOON + HOUR + 7)), Saved("standing", "cem", None)])
    journal.sync()
    clock.now = NOON + HOUR + 8
    journal.close()
    assert audit_events(path) == [
        ("imposed", "ann", "guard"),
        ("extended", "ann", "guard"),
        ("changed", "ann", "guard"),
        ("imposed", "bob", "guard"),
        ("imposed", "cem", "guard"),
        ("withdrawn", "cem", "guard"),
    ]
    journal = reopened(path, clock=clock)
    journal.store([Saved("standing", "nobody", None)])
    journal.close()
    assert audit_events(path)[6:] == [("expired", "bob", "guard")]
    last = msgspec.json.decode(audit_lines(path)[-1])["entry"]
    assert (last["until"], last["time"]) == (NOON + HOUR + 7, clock.now)
    assert verify(audit_lines(path)).whole


def test_steps_that_wait_together_are_told_one_by_one(journal: SqliteJournal, path: Path) -> None:
    lifted = measure(until=NOON + 5, lifted_by="olga", lifted_why="a school")
    again = measure(since=NOON + HOUR, until=NOON + 2 * HOUR)
    journal.store([fact(measure()), fact(lifted), fact(again)])
    journal.sync()
    assert [event for event, _, _ in audit_events(path)] == ["imposed", "lifted", "imposed"]


def test_a_thousand_measures_at_once(journal: SqliteJournal, path: Path) -> None:
    journal.store([fact(measure(f"a{number}")) for number in range(1_000)])
    journal.store([fact(measure(f"a{number}", action=Action.OBSERVE)) for number in range(1_000)])
    journal.sync()
    assert [account for _, account, _ in audit_events(path)] == 2 * [f"a{number}" for number in range(1_000)]
    assert verify(audit_lines(path)).whole
    assert sum(1 for _ in journal.load()) == 1_000


def test_expiries_beyond_one_round_follow(path: Path) -> None:
    clock = Clock()
    journal = reopened(path, clock=clock)
    journal.store([fact(measure(f"a{number}")) for number in range(2_500)])
    journal.sync()
    clock.now = NOON + 2 * HOUR
    for _ in range(2):
        journal.store([Saved("account", "a", b"")])
        journal.sync()
    journal.close()
    assert sum(event == "expired" for event, _, _ in audit_events(path)) == 2_500
    assert verify(audit_lines(path)).whole


def test_a_measure_that_cannot_be_read_does_not_stop_the_books(journal: SqliteJournal, path: Path) -> None:
    journal.store([Saved("standing", "ann", b"\xc1"), Saved("policy", "x", b"?"), fact(measure("bob"))])
    journal.sync()
    assert audit_events(path) == [
        ("unreadable", "ann", "guard"),
        ("unreadable", None, "guard"),
        ("imposed", "bob", "guard"),
    ]
    assert [one.key for one in journal.load()] == ["ann", "bob"]


def test_no_row_can_block_the_others(journal: SqliteJournal, path: Path) -> None:
    """Half characters from a log and numbers beyond 64 bits are what an attacker would send to stop the books."""
    strange = msgspec.structs.replace(decision(1), account_id="\ud800x", timestamp=1 << 80)
    journal.record(decision(0))
    journal.record(strange)
    journal.record(msgspec.structs.replace(decision(2), log10_e=float("nan")))
    journal.record(
        msgspec.structs.replace(decision(3), action=Action.ALLOW, would=Action.ALLOW, timestamp=1 << 90)
    )
    journal.store([Saved("account", "\udfff", b"1"), fact(measure(until=(1 << 64) - 1))])
    journal.sync()
    assert rows(path, "SELECT account_id, timestamp, log10_e FROM decision ORDER BY id") == [
        ("a0", NOON, 6.0),
        ("\\ud800x", (1 << 63) - 1, 6.0),
        ("a2", NOON, None),
    ]
    assert journal.status().mended_rows == 1
    assert [one.key for one in journal.load()] == ["\\udfff", "ann"]


def test_a_reader_sees_the_books_beside_the_writer(journal: SqliteJournal, path: Path) -> None:
    journal.store([fact(measure())])
    journal.sync()
    facts = journal.load()
    assert next(facts).key == "ann"
    journal.store([fact(measure("bob"))])
    journal.sync()
    assert list(facts) == [], "what it yields is the journal as it stood when the reading began"
    assert [one.key for one in journal.load()] == ["ann", "bob"]


def test_two_guards_cannot_own_one_journal(journal: SqliteJournal, path: Path) -> None:
    with pytest.raises(UsageError, match=rf"in use by process {os.getpid()} on "):
        SqliteJournal(path)
    journal.close()
    reopened(path).close()


def test_a_guard_in_another_process_is_named(path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from revenuer.guard.journal import SqliteJournal\n"
        "journal = SqliteJournal(Path(sys.argv[1])); print('ready', flush=True); sys.stdin.read(); journal.close()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        with pytest.raises(UsageError, match=f"in use by process {other.pid} on "):
            SqliteJournal(path)
        other.communicate("")
    assert other.returncode == 0
    reopened(path).close()


def test_health_while_all_is_well(journal: SqliteJournal) -> None:
    journal.record(decision())
    journal.sync()
    status = journal.status()
    assert (status.failed_since, status.error, status.dropped_decisions, status.lag_s) == (None, None, 0, 0.0)
    assert (status.pending_decisions, status.pending_facts, status.stored_decisions) == (0, 0, 1)


def test_a_closed_journal_says_so(path: Path) -> None:
    journal = reopened(path)
    journal.close()
    journal.close()
    journal.record(decision())
    with pytest.raises(ResourceError, match="1 decisions and 0 facts wait"):
        journal.sync(timeout_s=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"keep": "some"},
        {"synchronous": "OFF"},
        {"keep_days": 0},
        {"max_bytes": 5},
        {"pending_decisions": 0},
        {"commit_interval_s": 2.0},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        JournalSettings(**wrong)  # type: ignore[arg-type]
