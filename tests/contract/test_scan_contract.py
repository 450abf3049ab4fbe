"""What every scan keeps, whatever the log holds and however it is stored."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import revenuer.detect.link as link
import revenuer.engine.duckdb_engine as duckdb_engine
from builders.scanned import input_summary, scan_table
from builders.town import Member, Town, pool_prompt
from revenuer.detect.keyed_hash import derive_key
from revenuer.detect.scan import ScanInput, scan
from revenuer.detect.signals import SIGNALS
from revenuer.detect.sketch import sketch_kernel
from revenuer.engine import DuckDBEngine
from revenuer.records import (
    EXCHANGE_SCHEMA,
    OPTIONAL_COLUMNS,
    SKETCH_SCHEMA,
    Outcome,
    ScanResult,
    Verdict,
)

INSTRUCTION = "kindly return every answer as one long numbered list with sources and add a short summary line at the end"


@dataclass(frozen=True, slots=True)
class Log:
    exchanges: pa.Table
    accounts: pa.Table
    groups: dict[str, list[str]]


@pytest.fixture(autouse=True, scope="module")
def fewer_random_pairs() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(link, "RANDOM_PAIRS", 5_000, raising=False)
        yield patch


def _harvest(member: Member) -> list[str]:
    """A fixed instruction of the group's own before draws from a pool."""
    group = member.account_id.split("-")[0]
    own = np.random.default_rng(list(group.encode())).permutation(INSTRUCTION.split())
    return [f"{' '.join(own)}. {pool_prompt(member.rng)}" for _ in range(member.count)]


def _around_the_clock(member: Member) -> np.ndarray:
    return np.sort(member.rng.uniform(2 * 86_400, 7 * 86_400, member.count))


def _replayed(member: Member) -> list[str | None]:
    store = member.account_id.split("-")[0]
    return [
        f"sig-{store}-{member.rng.integers(60)}" if member.rng.random() < 0.3 else None
        for _ in range(member.count)
    ]


def _campaign(town: Town, name: str, **more: object) -> list[str]:
    return town.group(
        name, 14, count=lambda m: 110, seconds=_around_the_clock, prompt=_harvest, turn=lambda m: 0,
        user_agent=lambda m: f"{name}/1", tls_fingerprint=lambda m: f"tls-{name}", max_tokens=lambda m: 4000,
        temperature=lambda m: 0.9, stream=lambda m: False, reasoning_signature=_replayed, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def log() -> Log:
    """People, a loud campaign, the same traffic by one declared company, and by licensed and self-declared distillers."""
    town = Town(seed=21)
    card = {"payment_fingerprint": "card-bot", "email_domain": "mailinator.com"}
    groups = {
        "people": town.crowd(140),
        "campaign": _campaign(town, "bot", registry=lambda m: card),
        "company": _campaign(town, "company", organization_id=lambda m: "org-1"),
        "licensed": _campaign(
            town, "licensed",
            registry=lambda m: {"declared_use": "licensed_distillation", "verification": "kyc"},
        ),
        "bare": _campaign(
            town, "bare",
            registry=lambda m: {"declared_use": "licensed_distillation", "verification": "card"},
        ),
    }  # fmt: skip
    return Log(town.exchanges(), town.accounts(), groups)


@pytest.fixture(scope="module")
def result(log: Log, tmp_path_factory: pytest.TempPathFactory) -> ScanResult:
    return scan_table(tmp_path_factory.mktemp("scan"), log.exchanges, log.accounts)


def essence(result: ScanResult) -> tuple[object, ...]:
    """Everything that must not change, weights to three figures."""
    return (
        sorted(
            (sorted(c.accounts), c.confidence, c.exchanges, round(c.log10_e, 3)) for c in result.campaigns
        ),
        sorted((v.account_id, v.verdict, v.campaign_id) for v in result.verdicts),
        sorted(sorted(c.accounts) for c in result.sanctioned),
        round(result.prevalence.share, 6),
    )


def check_sound(result: ScanResult, log: pa.Table) -> None:
    """The promises that hold for any log."""
    accounts = sorted(pc.unique(log["account_id"]).to_pylist())
    assert sorted(v.account_id for v in result.verdicts) == accounts
    owned: list[str] = []
    for campaign in result.campaigns:
        owned += campaign.accounts
        assert campaign.harvest_exchanges <= campaign.exchanges
        assert np.isfinite(campaign.log10_e)
        for evidence in campaign.evidence:
            assert np.isfinite(evidence.log10_bayes_factor)
            assert isinstance(evidence.outcome, Outcome)
            assert len(set(evidence.request_ids)) <= 10
    assert len(owned) == len(set(owned))
    named = {v.account_id: v for v in result.verdicts}
    for campaign in result.campaigns:
        for account in campaign.accounts:
            assert named[account].campaign_id == campaign.campaign_id
            assert named[account].verdict is Verdict.CAMPAIGN
    for verdict in result.verdicts:
        assert (verdict.campaign_id is not None) == (verdict.verdict is Verdict.CAMPAIGN)
        assert np.isfinite(verdict.log10_e)
    share = result.prevalence
    assert 0 <= share.low <= share.share <= share.high <= 1
    assert [c.rank for c in result.campaigns] == list(range(1, len(result.campaigns) + 1))


def test_promises(result: ScanResult, log: Log) -> None:
    check_sound(result, log.exchanges)


def test_the_campaign_is_found_whole_and_alone(result: ScanResult, log: Log) -> None:
    found = [set(c.accounts) for c in result.campaigns]
    assert set(log.groups["campaign"]) in found
    innocent = set(log.groups["people"])
    assert not any(accounts & innocent for accounts in found)


def test_declared_siblings_are_never_a_campaign(result: ScanResult, log: Log) -> None:
    company = set(log.groups["company"])
    assert not any(set(c.accounts) & company for c in result.campaigns)
    assert {v.verdict for v in result.verdicts if v.account_id in company} == {Verdict.CLEAR}


def test_licensed_distillers_are_sanctioned_and_not_counted(result: ScanResult, log: Log) -> None:
    licensed = set(log.groups["licensed"])
    assert {v.verdict for v in result.verdicts if v.account_id in licensed} == {Verdict.SANCTIONED}
    assert set().union(*(c.accounts for c in result.sanctioned)) == licensed
    assert sum(c.exchanges for c in result.sanctioned) == 14 * 110
    counted = {a for c in result.campaigns for a in c.accounts}
    assert not counted & licensed
    most = sum(c.exchanges for c in result.campaigns)
    assert result.prevalence.share <= most / log.exchanges.num_rows


def test_a_bare_declaration_exempts_nobody(result: ScanResult, log: Log) -> None:
    assert set(log.groups["bare"]) in [set(c.accounts) for c in result.campaigns]


def test_same_seed_same_result(result: ScanResult, log: Log, tmp_path: Path) -> None:
    assert scan_table(tmp_path, log.exchanges, log.accounts) == result


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_do_not_matter(threads: int, result: ScanResult, log: Log, tmp_path: Path) -> None:
    assert essence(scan_table(tmp_path, log.exchanges, log.accounts, threads=threads)) == essence(result)


def test_another_seed_still_finds_the_campaign(log: Log, tmp_path: Path) -> None:
    found = scan_table(tmp_path, log.exchanges, log.accounts, seed=5)
    check_sound(found, log.exchanges)
    assert set(log.groups["campaign"]) in [set(c.accounts) for c in found.campaigns]


def test_order_of_rows_does_not_matter(result: ScanResult, log: Log, tmp_path: Path) -> None:
    order = np.random.default_rng(1).permutation(log.exchanges.num_rows)
    shuffled = log.exchanges.take(pa.array(order))
    accounts = log.accounts.take(pa.array(np.random.default_rng(2).permutation(log.accounts.num_rows)))
    assert essence(scan_table(tmp_path, shuffled, accounts)) == essence(result)


def test_size_of_batches_and_number_of_files_do_not_matter(
    result: ScanResult, log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb_engine, "BATCH_ROWS", 2_048)
    found = scan_table(tmp_path, log.exchanges, log.accounts, row_group=1_500, files=3)
    assert essence(found) == essence(result)


def test_columns_in_another_order_and_storage(result: ScanResult, log: Log, tmp_path: Path) -> None:
    table = log.exchanges.select(list(reversed(log.exchanges.column_names)))
    for name in ("model", "user_agent", "finish_reason", "client_ip"):
        at = table.column_names.index(name)
        table = table.set_column(at, name, table[name].dictionary_encode())
    assert essence(scan_table(tmp_path, table, log.accounts)) == essence(result)


def test_sketches_scan_to_the_same_campaigns(result: ScanResult, log: Log, tmp_path: Path) -> None:
    kernel = sketch_kernel(derive_key(b"a key of sixteen bytes"))
    batches = log.exchanges.combine_chunks().to_batches(max_chunksize=4_000)
    sketched = pa.Table.from_batches([kernel(b) for b in batches], SKETCH_SCHEMA)
    found = scan_table(tmp_path, sketched, log.accounts, kind="sketch")
    check_sound(found, log.exchanges)
    assert {frozenset(c.accounts) for c in found.campaigns} == {
        frozenset(c.accounts) for c in result.campaigns
    }
    assert all(e.text is None for c in found.campaigns for e in c.detail.examples)
    assert all(e.text is not None for c in result.campaigns for e in c.detail.examples)


def test_duplicated_rows_do_not_break_it(log: Log, tmp_path: Path) -> None:
    doubled = pa.concat_tables([log.exchanges, log.exchanges.slice(0, 3_000)])
    found = scan_table(tmp_path, doubled, log.accounts)
    check_sound(found, doubled)
    innocent = set(log.groups["people"])
    assert not any(set(c.accounts) & innocent for c in found.campaigns)


def test_duplicated_rows_give_each_example_once(log: Log, tmp_path: Path) -> None:
    doubled = pa.concat_tables([log.exchanges, log.exchanges])
    found = scan_table(tmp_path, doubled, log.accounts)
    assert found.campaigns
    for campaign in found.campaigns:
        shown = [e.request_id for e in campaign.detail.examples]
        assert len(shown) == len(set(shown))


def test_without_an_account_table(log: Log, tmp_path: Path) -> None:
    found = scan_table(tmp_path, log.exchanges, None)
    check_sound(found, log.exchanges)
    said = {n.signal for n in found.not_evaluated}
    assert {s.name for s in SIGNALS if any(need.startswith("accounts.") for need in s.needs)} == said
    assert found.sanctioned == ()


def nulled(table: pa.Table, names: tuple[str, ...]) -> pa.Table:
    for name in names:
        at = table.column_names.index(name)
        table = table.set_column(at, EXCHANGE_SCHEMA.field(name), pa.nulls(table.num_rows, EXCHANGE_SCHEMA.field(name).type))  # fmt: skip
    return table


def test_all_optional_columns_null(log: Log, tmp_path: Path) -> None:
    bare = nulled(log.exchanges, OPTIONAL_COLUMNS)
    found = scan_table(tmp_path, bare, None)
    check_sound(found, bare)
    assert found.campaigns == ()
    assert {n.signal for n in found.not_evaluated} == {s.name for s in SIGNALS if s.needs or s.needs_any}


def test_optional_columns_absent(log: Log, tmp_path: Path) -> None:
    required = [f.name for f in EXCHANGE_SCHEMA if not f.nullable]
    found = scan_table(tmp_path, log.exchanges.select(required), None)
    check_sound(found, log.exchanges)
    assert found.campaigns == ()


@pytest.mark.parametrize("name", OPTIONAL_COLUMNS)
def test_any_one_column_null(name: str, tmp_path: Path) -> None:
    town = Town(seed=22)
    town.crowd(80)
    _campaign(town, "bot")
    table = nulled(town.exchanges(), (name,))
    found = scan_table(tmp_path, table, town.accounts())
    check_sound(found, table)


def test_a_campaign_in_a_small_log(tmp_path: Path) -> None:
    town = Town(seed=22)
    town.crowd(30)
    bots = _campaign(town, "bot")
    table = town.exchanges()
    found = scan_table(tmp_path, table, town.accounts())
    check_sound(found, table)
    assert [set(c.accounts) for c in found.campaigns] == [set(bots)]


def test_system_prompts_without_prompts(tmp_path: Path) -> None:
    """Tool-only traffic of an agent: nothing in it is text of a user."""
    town = Town(seed=23)
    town.group("person", 40, system_prompt=lambda m: f"you are the assistant of {' '.join(m.own_prompts(1))}")
    town.group("agent", 12, system_prompt=lambda m: INSTRUCTION)
    table = nulled(town.exchanges(), ("prompt",))
    found = scan_table(tmp_path, table, town.accounts())
    check_sound(found, table)
    assert found.campaigns == ()


def test_no_exchange_at_all(tmp_path: Path) -> None:
    found = scan_table(tmp_path, EXCHANGE_SCHEMA.empty_table(), None)
    assert found.campaigns == found.verdicts == found.sanctioned == ()
    assert (found.prevalence.share, found.prevalence.high) == (0.0, 1.0)
    assert {n.signal for n in found.not_evaluated} == {s.name for s in SIGNALS}
    assert found.input == input_summary(EXCHANGE_SCHEMA.empty_table())


def test_no_file_at_all(tmp_path: Path) -> None:
    with DuckDBEngine(tmp_path / "engine") as engine:
        given = ScanInput(
            files=(), kind="exchanges", accounts=None, summary=input_summary(EXCHANGE_SCHEMA.empty_table())
        )
        assert scan(engine, given).verdicts == ()


@pytest.mark.parametrize("accounts", [1, 2, 3, 5])
@pytest.mark.parametrize("requests", [1, 40])
def test_a_handful_of_accounts(accounts: int, requests: int, tmp_path: Path) -> None:
    town = Town(seed=24)
    town.group("lonely", accounts, count=lambda m: requests)
    table = town.exchanges()
    found = scan_table(tmp_path, table, town.accounts())
    check_sound(found, table)
    assert found.campaigns == ()
    expected = Verdict.INSUFFICIENT_DATA if requests == 1 else Verdict.CLEAR
    assert {v.verdict for v in found.verdicts} == {expected}


def test_everyone_sends_the_same_at_the_same_time(tmp_path: Path) -> None:
    town = Town(seed=25)
    town.group(
        "same", 25, seconds=lambda m: np.arange(30.0), prompt=lambda m: "hello", client_ip=lambda m: "1.2.3.4"
    )
    table = town.exchanges()
    check_sound(scan_table(tmp_path, table, town.accounts()), table)


def test_strange_names(tmp_path: Path) -> None:
    town = Town(seed=26)
    town.crowd(12)
    table = town.exchanges()
    odd = {
        f"person-{i:03d}": name for i, name in enumerate(["o'brien", "", " ", "名", 'a"b', "a\nb", "x" * 500])
    }
    at = table.column_names.index("account_id")
    renamed = pa.array([odd.get(a, a) for a in table["account_id"].to_pylist()], pa.string())
    table = table.set_column(at, EXCHANGE_SCHEMA.field("account_id"), renamed)
    check_sound(scan_table(tmp_path, table, None), table)


def test_stages_are_told_in_order(log: Log, tmp_path: Path) -> None:
    town = Town(seed=27)
    town.crowd(5)
    told: list[str] = []
    pq.write_table(town.exchanges(), tmp_path / "log.parquet")
    given = ScanInput(
        files=(tmp_path / "log.parquet",),
        kind="exchanges",
        accounts=None,
        summary=input_summary(town.exchanges()),
    )
    with DuckDBEngine(tmp_path / "engine") as engine:
        scan(engine, given, on_stage=told.append)
    assert len(told) == len(set(told)) >= 4
