"""What the log sealed opens, and nothing else does."""

import json
from pathlib import Path

import msgspec
import pytest

from builders.twin_logs import clock, make_log
from revenuer.prove.twins.commitment_log import Head, canonical, commitment_of
from revenuer.prove.twins.lots import is_sampled, released_of
from revenuer.prove.twins.open_records import head_of, open_records
from revenuer.prove.twins.private_store import Opening
from revenuer.prove.twins.twin_log import LOG_FILE, SEED_FILE, STORE_FILE, open_log, start_log
from revenuer.prove.twins.twin_record import TwinRecord, content_of, record_of
from revenuer.records import InputError, UsageError


def test_records_come_back_as_they_were_sealed(tmp_path: Path) -> None:
    log = make_log(tmp_path / "log")
    reservation = log.reserve("C-2", 2)
    log.seal(reservation, "ä\u2028", ["ü\n", "𝔘"], ["stop", "length"], "temperature 1")
    opened = open_records(tmp_path / "log")
    assert [record.campaign for record in opened.records] == ["C-1"] * 3 + ["C-2"]
    last = opened.records[-1]
    assert (last.prompt, last.texts, last.parameters) == ("ä\u2028", ("ü\n", "𝔘"), "temperature 1")
    assert last.released == released_of(log.seed, last.index, 2)
    assert opened.lost == opened.unsealed == {}
    assert [r.campaign for r in open_records(tmp_path / "log", ["C-2"]).records] == ["C-2"]


def test_what_was_reserved_and_never_sealed_is_counted(tmp_path: Path) -> None:
    log = make_log(tmp_path / "log")
    log.reserve("C-1", 3)
    log.reserve("C-9", 3)
    assert open_records(tmp_path / "log").unsealed == {"C-1": 1, "C-9": 1}
    assert open_records(tmp_path / "log", ["C-1"]).unsealed == {"C-1": 1}


def test_lost_content_is_counted(tmp_path: Path) -> None:
    make_log(tmp_path / "log")
    store = tmp_path / "log" / STORE_FILE
    store.write_bytes(b"".join(store.read_bytes().splitlines(keepends=True)[1:]))
    opened = open_records(tmp_path / "log")
    assert opened.lost == {"C-1": 1}
    assert len(opened.records) == 2


def test_a_changed_text_does_not_open(tmp_path: Path) -> None:
    make_log(tmp_path / "log")
    store = tmp_path / "log" / STORE_FILE
    store.write_text(store.read_text("utf-8").replace("text 1 0", "text 1 O"), "utf-8")
    with pytest.raises(InputError, match=r"contents\.jsonl, line 2: nonce and content"):
        open_records(tmp_path / "log")


@pytest.mark.parametrize("line", [b"{}\n", b"\xff\n", b'{"commitment":"a","nonce":"zz","content":""}\n'])
def test_a_line_of_the_store_that_is_none(tmp_path: Path, line: bytes) -> None:
    make_log(tmp_path / "log")
    with (tmp_path / "log" / STORE_FILE).open("ab") as stream:
        stream.write(line)
    with pytest.raises(InputError, match=r"contents\.jsonl, line 4"):
        open_records(tmp_path / "log")


def forge(folder: Path, **changes: object) -> None:
    """Seal, in a log that chains well, a record that is not the lot's: what a dishonest keeper would do."""
    log = open_log(folder, clock)
    reservation = log.reserve("C-1", 3)
    honest = TwinRecord(
        index=reservation.index,
        campaign="C-1",
        prompt="p",
        texts=("a", "b", "c"),
        released=reservation.released,
    )
    content = canonical({**json.loads(content_of(honest)), **changes})
    log.commit("seal", "C-1", content, reservation=reservation.index)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"released": 0}, "the lot had fallen on"),
        ({"released": 1}, "the lot had fallen on"),
        ({"released": 2}, "the lot had fallen on"),
        ({"texts": ["a", "b"], "released": 0}, "2 texts, reserved were 3"),
        ({"campaign": "C-2"}, "reservation"),
        ({"index": 1}, "reservation 1"),
        ({"released": 3}, "no twin record"),
        ({"texts": "abc"}, "no twin record"),
        ({"finish_reasons": ["stop"]}, "no twin record"),
    ],
)
def test_a_keeper_who_seals_another_choice_is_found(tmp_path: Path, changes, words: str) -> None:
    log = make_log(tmp_path / "log")
    if changes.get("released") == released_of(log.seed, 7, 3) and len(changes) == 1:
        forge(tmp_path / "log", **changes)
        assert len(open_records(tmp_path / "log").records) == 4
        return
    forge(tmp_path / "log", **changes)
    with pytest.raises(InputError, match=words):
        open_records(tmp_path / "log")


def test_another_seed_is_refused(tmp_path: Path) -> None:
    make_log(tmp_path / "log")
    (tmp_path / "log" / SEED_FILE).write_text("ab" * 32 + "\n")
    with pytest.raises(InputError, match="not the seed"):
        open_records(tmp_path / "log")
    (tmp_path / "log" / SEED_FILE).write_text("no hex\n")
    with pytest.raises(InputError, match="cannot read the seed"):
        open_records(tmp_path / "log")


def test_a_broken_chain_opens_nothing(tmp_path: Path) -> None:
    make_log(tmp_path / "log")
    path = tmp_path / "log" / LOG_FILE
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3] + lines[4:]))
    with pytest.raises(
        InputError, match=r"commitments\.jsonl, line 4: index 4, expected 3.*Nothing that this log holds"
    ):
        open_records(tmp_path / "log")


def test_a_head_that_is_not_on_the_chain(tmp_path: Path) -> None:
    make_log(tmp_path / "log")
    with pytest.raises(InputError, match="published head"):
        open_records(tmp_path / "log", head=Head(entries=4, sha256="a" * 64))


def test_heads_are_read_strictly() -> None:
    assert head_of(" 12:" + "a" * 64 + "\n") == Head(entries=12, sha256="a" * 64)
    for text in ("", "12", "12:" + "A" * 64, "-1:" + "a" * 64, "x:" + "a" * 64, "1:" + "a" * 63):
        with pytest.raises(InputError, match="is no head"):
            head_of(text)


def test_a_seal_needs_all_draws_and_a_folder_must_be_new(tmp_path: Path) -> None:
    log = make_log(tmp_path / "log")
    with pytest.raises(UsageError, match="seal all of them"):
        log.seal(log.reserve("C-1", 3), "p", ["a", "b"])
    with pytest.raises(UsageError, match="not empty"):
        start_log(tmp_path / "log", clock)
    for campaign, draws in (("", 3), ("C-1", 1)):
        with pytest.raises(UsageError, match="two or more draws"):
            log.reserve(campaign, draws)


def test_text_that_is_no_unicode_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    log = make_log(tmp_path / "log")
    store = (tmp_path / "log" / STORE_FILE).read_bytes()
    with pytest.raises(InputError, match="lone surrogate"):
        log.seal(log.reserve("C-1", 2), "p", ["a", "\ud800"])
    assert (tmp_path / "log" / STORE_FILE).read_bytes() == store


def test_the_private_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    make_log(tmp_path / "log")
    modes = {name: (tmp_path / "log" / name).stat().st_mode & 0o777 for name in (SEED_FILE, STORE_FILE)}
    assert set(modes.values()) == {0o600}
    assert "seed" not in repr(open_log(tmp_path / "log", clock)).replace(SEED_FILE, "")


def test_content_survives_the_way_there_and_back() -> None:
    record = TwinRecord(
        index=3, campaign="C", prompt="", texts=("", "\x00"), released=1, finish_reasons=(None, "stop")
    )
    assert record_of(content_of(record)) == record
    opening = Opening(
        commitment=commitment_of(b"n" * 32, content_of(record)), nonce=(b"n" * 32).hex(), content=""
    )
    assert msgspec.json.decode(msgspec.json.encode(opening), type=Opening) == opening


def test_lots_are_fair_and_differ_between_seeds() -> None:
    counts = [0] * 4
    for i in range(4000):
        counts[released_of(b"s" * 32, i, 4)] += 1
    # 1,000 each, with a standard deviation of 27.
    assert all(abs(count - 1000) < 4.5 * 27 for count in counts)
    same = sum(released_of(b"s" * 32, i, 4) == released_of(b"t" * 32, i, 4) for i in range(4000))
    assert abs(same - 1000) < 4.5 * 27
    sampled = sum(is_sampled(b"s" * 32, f"r{i}", 0.1) for i in range(4000))
    assert abs(sampled - 400) < 4.5 * 19
    assert all(is_sampled(b"s" * 32, f"r{i}", 1.0) for i in range(100))
    assert not any(is_sampled(b"s" * 32, f"r{i}", 0.0) for i in range(100))
    with pytest.raises(ValueError, match="between 0 and 1"):
        is_sampled(b"s", "r", 1.5)
