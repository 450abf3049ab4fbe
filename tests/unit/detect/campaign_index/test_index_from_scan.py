"""What a scan puts into the index, against a slow count of the same log."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import revenuer.detect.link as link
from builders.bot_town import INSTRUCTION, SYSTEM, bot_town
from builders.scanned import input_summary
from builders.town import Town
from revenuer.detect.addresses import address_and_network
from revenuer.detect.campaign_index import (
    CampaignIndex,
    Hashing,
    IndexContent,
    KeyKind,
    KeyNote,
    index_bytes,
    index_campaigns,
    index_key,
)
from revenuer.detect.campaign_index.spans import MIN_LOG10_WEIGHT, MIN_SHARE, MOST, RATIO
from revenuer.detect.identity import MIN_USE
from revenuer.detect.keyed_hash import UNKEYED, Key, derive_key
from revenuer.detect.scan import ScanInput, scan
from revenuer.detect.sketch import sketch_kernel
from revenuer.detect.string_hash import hash_string
from revenuer.engine import DuckDBEngine
from revenuer.records import ScanResult

NOW = datetime(2026, 6, 10, tzinfo=UTC)
SECRET = derive_key(b"a secret of the provider")


@dataclass(frozen=True, slots=True)
class Case:
    log: pa.Table
    accounts: pa.Table
    result: ScanResult
    content: IndexContent
    sketch: pa.Table
    folder: Path

    @property
    def index(self) -> CampaignIndex:
        path = self.folder / "case.index"
        path.write_bytes(index_bytes(self.content))
        return CampaignIndex.open(path)


def scanned(folder: Path, key: Key, hashing: Hashing, *, sketches: bool = False, threads: int = 2) -> Case:
    """Scan the town under `key` (or its sketches), and index what was found."""
    folder.mkdir(parents=True, exist_ok=True)
    made = bot_town()
    log, accounts = made.exchanges(), made.accounts()
    sketch = pa.Table.from_batches([sketch_kernel(key)(log.combine_chunks().to_batches()[0])])
    path = folder / "log.parquet"
    pq.write_table(sketch if sketches else log, path)
    given = ScanInput(
        files=(path,),
        kind="sketch" if sketches else "exchanges",
        accounts=accounts,
        summary=input_summary(log),
    )
    with DuckDBEngine(folder / "engine", memory_mb=500, threads=threads) as engine:
        result = scan(engine, given, key=key)
        content = index_campaigns(engine, result, hashing, NOW)
    return Case(log, accounts, result, content, sketch, folder)


@pytest.fixture(autouse=True, scope="module")
def fewer_random_pairs() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(link, "RANDOM_PAIRS", 5_000, raising=False)
        yield


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return scanned(tmp_path_factory.mktemp("scan"), SECRET, Hashing.under(SECRET))


def test_the_scan_finds_the_one_campaign(case: Case) -> None:
    assert len(case.result.campaigns) == 1
    assert {name.split("-")[0] for name in case.result.campaigns[0].accounts} == {"bot"}


def test_a_campaign_is_described_as_the_scan_does(case: Case) -> None:
    found, campaign = case.content.campaigns[0], case.result.campaigns[0]
    assert (found.campaign_id, found.log10_e, found.confidence) == (
        campaign.campaign_id,
        campaign.log10_e,
        campaign.confidence,
    )
    assert found.recommended_action == campaign.recommended_action
    assert datetime.fromtimestamp(found.first_seen / 1e6, UTC) == campaign.first_seen
    assert datetime.fromtimestamp(found.last_seen / 1e6, UTC) == campaign.last_seen
    assert found.members == len(campaign.accounts)
    assert (found.population, found.strangers) == (157, 157 - found.members)
    assert found.indexed_at == case.content.made_at == NOW.timestamp() * 1e6


def test_members_are_known_by_their_ids_and_nobody_else_is(case: Case) -> None:
    index, members = case.index, set(case.result.campaigns[0].accounts)
    for name in case.accounts["account_id"].to_pylist():
        row = index.lookup(int(index_key(KeyKind.MEMBER, np.uint64(hash_string(name, SECRET)))))
        assert (row >= 0) == (name in members)


def _senders(case: Case) -> dict[int, dict[str, int]]:
    """fingerprint -> account -> prompts that carry it (counted once each)."""
    sent: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name, prints in zip(
        case.sketch["account_id"].to_pylist(), case.sketch["fingerprints"].to_pylist(), strict=True
    ):
        for value in prints:
            sent[value][name] += 1
    return sent


def test_spans_are_those_that_a_slow_count_finds(case: Case) -> None:
    members = set(case.result.campaigns[0].accounts)
    strangers = 157 - len(members)
    counted = case.log.group_by("account_id").aggregate([("prompt", "count")])
    requests = dict(zip(*counted.to_pydict().values(), strict=True))
    expected = {}
    for value, by in _senders(case).items():
        inside = [name for name in by if name in members]
        outside = len(by) - len(inside)
        weight = np.log10(max(len(inside), 1e-9) / len(members) * (strangers + 1) / (outside + 1))
        enough = len(inside) >= max(RATIO * (outside + 1), MIN_SHARE * len(members))
        if enough and weight >= MIN_LOG10_WEIGHT and value & 3 != 1:
            support = np.mean([min(by[name] / requests[name], 1) for name in inside])
            key = int(index_key(1 + (value & 3), np.uint64(value & (2**64 - 1))))
            expected[key] = (1 + (value & 3), len(inside), outside, pytest.approx(support, rel=1e-5))
    entries = case.content.entries
    spans = entries[(entries["kind"] >= KeyKind.SPAN) & (entries["kind"] <= KeyKind.SYSTEM)]
    names = ["kind", "members", "outsiders", "support"]
    found = {int(e["key"]): tuple(e[names].tolist()) for e in spans}
    assert 0 < len(expected) <= MOST
    assert found == expected
    assert {KeyKind.SPAN, KeyKind.SYSTEM} == {KeyKind(int(kind)) for kind in spans["kind"]}
    assert 1 in spans["outsiders"]


def _value(case: Case, kind: KeyKind, text: str) -> tuple[int, int] | None:
    """(members, outsiders) of the entry of a value, None if there is none."""
    index = case.index
    row = index.lookup(int(index_key(int(kind), np.uint64(hash_string(text, SECRET)))))
    return None if row < 0 else (int(index.entries["members"][row]), int(index.entries["outsiders"][row]))


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (KeyKind.PAYMENT_FINGERPRINT, "card-0", (7, 0)),
        (KeyKind.PAYMENT_FINGERPRINT, "card-person-003", None),
        (KeyKind.SIGNUP_IP, "2001:db8::5", (14, 0)),
        (KeyKind.EMAIL_DOMAIN, "mailinator.com", (14, 0)),
        (KeyKind.EMAIL_DOMAIN, "gmail.com", None),
        (KeyKind.IP, address_and_network("2001:DB8:0:0:0:0:0:FF")[0], (14, 0)),
        (KeyKind.IP, "2001:db8::1", (7, 0)),
        (KeyKind.IP, "198.51.100.7", None),
        (KeyKind.IP_PREFIX, "2001:db8::/48", (14, 0)),
        (KeyKind.TLS_FINGERPRINT, "tls-bot", (14, 0)),
        (KeyKind.USER_AGENT, "bot/1", (14, 0)),
        (KeyKind.USER_AGENT, "client-0/2.0", None),
    ],
)
def test_values_are_those_that_members_share_and_strangers_do_not(
    case: Case, kind: KeyKind, text: str, expected: tuple[int, int] | None
) -> None:
    assert _value(case, kind, text) == expected


def test_logged_values_are_those_that_a_slow_count_finds(case: Case) -> None:
    members = set(case.result.campaigns[0].accounts)
    for kind in (KeyKind.IP, KeyKind.IP_PREFIX, KeyKind.TLS_FINGERPRINT, KeyKind.USER_AGENT):
        sent: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for name, value in zip(
            case.sketch["account_id"].to_pylist(), case.sketch[kind.name.lower()].to_pylist(), strict=True
        ):
            sent[name][value] += 1
        holders: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for name, values in sent.items():
            for value, n in values.items():
                if name not in members:
                    holders[value][1] += 1
                elif n >= MIN_USE * sum(values.values()):
                    holders[value][0] += 1
        expected = {
            int(index_key(int(kind), np.uint64(value & (2**64 - 1)))): (m, o)
            for value, (m, o) in holders.items()
            if m >= 2 and m >= 2 * (o + 1)
        }
        entries = case.content.entries[case.content.entries["kind"] == kind]
        assert {int(e["key"]): (int(e["members"]), int(e["outsiders"])) for e in entries} == expected


def test_no_text_id_or_address_is_in_the_file(case: Case) -> None:
    raw = index_bytes(case.content)
    words = [*INSTRUCTION.split(), *SYSTEM.split(), *case.accounts["account_id"].to_pylist(), "card-", "2001", "mailinator", "tls-bot"]  # fmt: skip
    assert [word for word in words if len(word) > 5 and word.encode() in raw] == []


def test_without_a_key_it_says_so(tmp_path: Path, case: Case) -> None:
    plain = scanned(tmp_path, UNKEYED, Hashing.under(UNKEYED), threads=1)
    assert plain.content.key == KeyNote.of(UNKEYED)
    assert not set(plain.content.entries["key"].tolist()) & set(case.content.entries["key"].tolist())
    names = ["kind", "members", "outsiders"]
    assert sorted(plain.content.entries[names].tolist()) == sorted(case.content.entries[names].tolist())


def test_sketches_whose_key_is_not_here_give_what_they_hold(tmp_path: Path, case: Case) -> None:
    blind = scanned(tmp_path, SECRET, Hashing(note=KeyNote.of(SECRET), key=None), sketches=True)
    kinds = case.content.entries["kind"]
    of_the_account_table = (
        KeyKind.MEMBER,
        KeyKind.PAYMENT_FINGERPRINT,
        KeyKind.SIGNUP_IP,
        KeyKind.EMAIL_DOMAIN,
    )
    rest = case.content.entries[~np.isin(kinds, of_the_account_table)]
    assert sorted(blind.content.entries["key"].tolist()) == sorted(rest["key"].tolist())
    assert blind.content.left_out == ("account_id", "payment_fingerprint", "signup_ip", "email_domain")


def test_a_scan_that_finds_nobody_makes_an_index_of_nobody(tmp_path: Path) -> None:
    made = Town(seed=3)
    made.crowd(30)
    log = made.exchanges()
    pq.write_table(log, tmp_path / "log.parquet")
    for files, summary in (
        ((tmp_path / "log.parquet",), input_summary(log)),
        ((), input_summary(log.slice(0, 0))),
    ):
        given = ScanInput(files=files, kind="exchanges", accounts=None, summary=summary)
        with DuckDBEngine(tmp_path / f"engine-{len(files)}", memory_mb=500) as engine:
            content = index_campaigns(engine, scan(engine, given), Hashing.under(UNKEYED), NOW)
        assert (content.campaigns, len(content.entries)) == ((), 0)
