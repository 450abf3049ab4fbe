"""What a scan tells in the clear, and what an inventory lists: found again by reading the log itself."""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import revenuer.detect.link as link
from builders.bot_town import INSTRUCTION, SYSTEM, bot_town
from builders.scanned import input_summary
from revenuer.detect.campaign_index import Hashing, KeyKind, index_campaigns, index_key
from revenuer.detect.campaign_index.keys import value_of_key
from revenuer.detect.keyed_hash import UNKEYED, Key, derive_key
from revenuer.detect.observables import campaign_observables, inventory
from revenuer.detect.population import build_population
from revenuer.detect.scan import ScanInput, scan
from revenuer.detect.sketch import sketch_kernel
from revenuer.detect.span_text import spans_of
from revenuer.engine import DuckDBEngine
from revenuer.records import OBSERVABLE_SCHEMA, SKETCH_SCHEMA

SECRET = derive_key(b"a secret of the provider")
Rows = list[dict[str, object]]


def told(folder: Path, key: Key, *, sketches: bool = False) -> tuple[Rows, tuple[str, ...]]:
    """(observables, members) of the town's campaign."""
    made = bot_town()
    log, accounts = made.exchanges(), made.accounts()
    path = folder / "log.parquet"
    sketch = pa.Table.from_batches([sketch_kernel(key)(log.combine_chunks().to_batches()[0])])
    pq.write_table(sketch if sketches else log, path)
    kind = "sketch" if sketches else "exchanges"
    given = ScanInput(files=(path,), kind=kind, accounts=accounts, summary=input_summary(log))
    with DuckDBEngine(folder / "engine", memory_mb=500, threads=2) as engine:
        result = scan(engine, given, key=key)
        content = index_campaigns(engine, result, Hashing.under(key), datetime(2026, 6, 10, tzinfo=UTC))
        table = campaign_observables(engine, content, key, has_text=not sketches)
    assert table.schema == OBSERVABLE_SCHEMA
    return table.to_pylist(), result.campaigns[0].accounts


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(link, "RANDOM_PAIRS", 5_000)
        return told(tmp_path_factory.mktemp("clear"), SECRET)[0]


def values(rows: Rows, kind: str) -> set[object]:
    return {row["value"] for row in rows if row["kind"] == kind}


def test_identity_values_are_told_as_they_were_written(rows: Rows) -> None:
    assert values(rows, "payment_fingerprint") == {"card-0", "card-1"}
    assert values(rows, "ip") == {"2001:db8::", "2001:db8::1", "2001:db8::ff"}
    assert values(rows, "ip_prefix") == {"2001:db8::/48"}
    assert values(rows, "email_domain") == {"mailinator.com"}
    assert values(rows, "user_agent") == {"bot/1"}
    assert values(rows, "tls_fingerprint") == {"tls-bot"}


def test_spans_are_told_in_words_of_the_instruction(rows: Rows) -> None:
    spans = values(rows, "span")
    assert spans
    assert all(str(span) in INSTRUCTION or str(span).split()[0] in INSTRUCTION.split() for span in spans)
    assert any(str(span) in INSTRUCTION for span in spans)
    system = values(rows, "system_span")
    assert system
    assert all(str(span) in SYSTEM for span in system)


def test_times_are_those_of_the_requests_that_carry_it(rows: Rows) -> None:
    log = bot_town().exchanges().to_pylist()
    agent = next(row for row in rows if row["value"] == "bot/1")
    times = [row["timestamp"] for row in log if row["user_agent"] == "bot/1"]
    assert (agent["first_seen"], agent["last_seen"]) == (min(times), max(times))
    card = next(row for row in rows if row["value"] == "card-0")
    assert card["first_seen"] is card["last_seen"] is None


def test_another_key_tells_the_same_values(rows: Rows, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(link, "RANDOM_PAIRS", 5_000)
        other, _ = told(tmp_path, UNKEYED)
    for kind in ("ip", "payment_fingerprint", "span", "system_span"):
        assert values(other, kind) == values(rows, kind)


def test_of_sketches_only_the_account_table_is_in_the_clear(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(link, "RANDOM_PAIRS", 5_000)
        rows, _ = told(tmp_path, SECRET, sketches=True)
    assert {row["kind"] for row in rows} == {"payment_fingerprint", "signup_ip", "email_domain"}


def test_a_key_of_the_index_gives_its_hash_back() -> None:
    rng = np.random.default_rng(3)
    for kind in KeyKind:
        value = int(rng.integers(0, 2**64, dtype=np.uint64))
        assert value_of_key(kind, int(index_key(int(kind), np.uint64(value)))) == value


def test_numbers_of_a_span_are_one_sign() -> None:
    one, other = (list(spans_of(f"Write {n} short Stories now", UNKEYED, 0)) for n in (7, 12_345))
    assert [words for _, words in one] == ["write # short stories", "# short stories now"]
    assert one == other


def test_an_inventory_lists_what_accounts_hold_in_common_and_not_what_everybody_does(tmp_path: Path) -> None:
    made = bot_town()
    log, accounts = made.exchanges(), made.accounts()
    pq.write_table(log, tmp_path / "log.parquet")
    with DuckDBEngine(tmp_path / "engine", memory_mb=500, threads=2) as engine:
        engine.read_parquet("exchange", (tmp_path / "log.parquet",))
        engine.map_batches("sketch", "SELECT * FROM exchange", sketch_kernel(), SKETCH_SCHEMA)
        population = build_population(engine, accounts)
        rows = inventory(engine, population.size, UNKEYED, least=2).to_pylist()
    holders: dict[str, set[str]] = defaultdict(set)
    for row in log.to_pylist():
        holders[str(row["user_agent"])].add(row["account_id"])
    expected = {agent: len(who) for agent, who in holders.items() if agent != "None" and 2 <= len(who) <= 200}
    assert {row["value"]: row["members"] for row in rows if row["kind"] == "user_agent"} == expected
    assert all(row["campaign_id"] is None for row in rows)
    assert values(rows, "payment_fingerprint") == {"card-0", "card-1"}
    assert any(str(span) in INSTRUCTION for span in values(rows, "span"))
    assert {str(span) for span in values(rows, "system_span")} <= {
        words for _, words in spans_of(SYSTEM, UNKEYED, 2)
    }
