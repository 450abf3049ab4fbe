"""The range keeps its contracts: schema, determinism by seed, conversations that add up, all archetypes present."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from revenuer.cli.main import cli
from revenuer.records import ACCOUNT_SCHEMA, EXCHANGE_SCHEMA, InputError, UsageError
from revenuer.simulate import CAMPAIGNS, HONEST, REQUEST_TRUTH_SCHEMA, SCENARIOS, TRUTH_SCHEMA, simulate

_FILES = ("accounts.parquet", "exchanges.parquet", "scenario.json", "truth.parquet", "truth_requests.parquet")


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("range") / "everything"
    simulate("everything", folder, seed=3, scale=0.03)
    return folder


@pytest.fixture(scope="module")
def prompt_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [(source, kind, f"{source} asks number {i} about topic{i % 30} please") for source, kind in
            (("chat", "people"), ("banking", "people"), ("alpaca", "synthetic_pipeline"), ("gsm8k_train", "benchmark"), ("gsm8k_test", "benchmark"))
            for i in range(200)]  # fmt: skip
    path = tmp_path_factory.mktemp("prompts") / "prompts.parquet"
    sources, kinds, texts = zip(*rows, strict=True)
    pq.write_table(pa.table({"source": sources, "kind": kinds, "text": texts}), path)
    return path


def _log_with_truth(folder: Path) -> pa.Table:
    log = pq.read_table(folder / "exchanges.parquet")
    truth = pq.read_table(folder / "truth.parquet")
    return log.join(truth, "account_id")


def test_files_have_the_exact_schemas(everything: Path) -> None:
    assert tuple(sorted(path.name for path in everything.iterdir())) == _FILES
    log = pq.read_schema(everything / "exchanges.parquet")
    assert log.remove_metadata().equals(
        pa.schema([item for item in EXCHANGE_SCHEMA if item.name != "response"])
    )
    assert pq.read_schema(everything / "accounts.parquet").remove_metadata().equals(ACCOUNT_SCHEMA)
    assert pq.read_schema(everything / "truth.parquet").remove_metadata().equals(TRUTH_SCHEMA)
    assert (
        pq.read_schema(everything / "truth_requests.parquet").remove_metadata().equals(REQUEST_TRUTH_SCHEMA)
    )


def test_no_request_lies_outside_the_days_of_the_scenario(everything: Path) -> None:
    times = pq.read_table(everything / "exchanges.parquet", columns=["timestamp"])["timestamp"]
    days = json.loads((everything / "scenario.json").read_text())["days"]
    length = pc.subtract(pc.max(times), pc.min(times)).as_py()
    assert days - 0.5 < length.total_seconds() / 86_400 <= days


def test_every_archetype_and_campaign_is_present_and_sends(everything: Path) -> None:
    joined = _log_with_truth(everything)
    assert set(pc.unique(joined["archetype"]).to_pylist()) == set(HONEST) | set(CAMPAIGNS)
    roles = {
        (row["role"], row["campaign"] is not None)
        for row in pq.read_table(everything / "truth.parquet").to_pylist()
    }
    assert roles == {("campaign", True), ("honest", False), ("sanctioned", False)}


def test_rows_are_in_order_of_time_with_unique_ids(everything: Path) -> None:
    log = pq.read_table(everything / "exchanges.parquet")
    moments = log["timestamp"].cast(pa.int64()).to_numpy()
    assert (np.diff(moments) >= 0).all()
    assert len(pc.unique(log["request_id"])) == log.num_rows
    truth = pq.read_table(everything / "truth_requests.parquet")
    assert truth["request_id"].to_pylist() == log["request_id"].to_pylist()
    known = set(pq.read_table(everything / "accounts.parquet")["account_id"].to_pylist())
    assert set(pc.unique(log["account_id"]).to_pylist()) <= known


def test_turns_count_up_in_each_session_and_sessions_have_one_account(everything: Path) -> None:
    log = pq.read_table(everything / "exchanges.parquet", columns=["session_id", "account_id", "turn"])
    log = log.filter(log["session_id"].is_valid())
    turns: dict[str, list[int]] = {}
    account: dict[str, str] = {}
    for session, owner, turn in zip(*(column.to_pylist() for column in log.columns), strict=True):
        turns.setdefault(session, []).append(turn)
        assert account.setdefault(session, owner) == owner
    assert all(found == list(range(len(found))) for found in turns.values())


def test_only_replay_campaigns_replay_signatures_across_sessions(everything: Path) -> None:
    joined = _log_with_truth(everything)
    joined = joined.filter(joined["reasoning_signature"].is_valid())
    sessions: dict[str, set[str]] = {}
    kinds: dict[str, str] = {}
    for signature, session, kind in zip(
        *(joined[name].to_pylist() for name in ("reasoning_signature", "session_id", "archetype")),
        strict=True,
    ):
        sessions.setdefault(signature, set()).add(session)
        kinds[signature] = kind
    assert {kinds[signature] for signature, found in sessions.items() if len(found) > 1} == {
        "signature_replay",
        "agent_sessions",
    }


def test_harvest_is_only_the_campaigns_and_all_have_cover_or_nearly(everything: Path) -> None:
    joined = _log_with_truth(everything).join(
        pq.read_table(everything / "truth_requests.parquet"), "request_id"
    )
    harvest = joined.filter(joined["is_harvest"])
    assert set(pc.unique(harvest["role"]).to_pylist()) == {"campaign"}
    assert set(pc.unique(harvest["archetype"]).to_pylist()) == set(CAMPAIGNS)
    hydra = joined.filter(pc.equal(joined["archetype"], "hydra"))
    assert 0.3 <= pc.mean(hydra["is_harvest"].cast(pa.int8())).as_py() <= 0.75


def test_the_same_seed_gives_the_same_bytes_of_content_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        simulate("demo", tmp_path / name, seed=seed, scale=0.3)
    tables = {
        name: [pq.read_table(tmp_path / name / file) for file in _FILES if file.endswith(".parquet")]
        for name in "abc"
    }
    assert all(left.equals(right) for left, right in zip(tables["a"], tables["b"], strict=True))
    assert not tables["a"][0].equals(tables["c"][0])


def test_scale_multiplies_accounts(tmp_path: Path) -> None:
    small = simulate("demo", tmp_path / "small", scale=0.5)
    large = simulate("demo", tmp_path / "large", scale=2.0)
    assert 2.5 < large.accounts / small.accounts < 4.5


def test_no_identity_campaigns_share_no_card_no_address_and_no_private_mail(tmp_path: Path) -> None:
    simulate("no-identity", tmp_path / "log", scale=0.05)
    accounts = pq.read_table(tmp_path / "log" / "accounts.parquet").join(
        pq.read_table(tmp_path / "log" / "truth.parquet"), "account_id"
    )
    accounts = accounts.filter(pc.equal(accounts["role"], "campaign"))
    for column in ("payment_fingerprint", "signup_ip"):
        values = [value for value in accounts[column].to_pylist() if value is not None]
        assert len(values) == len(set(values))


def test_benign_has_no_campaign_and_needle_has_a_thin_one(tmp_path: Path) -> None:
    benign = simulate("benign", tmp_path / "benign", scale=0.02)
    assert (benign.campaign_accounts, benign.harvest_exchanges, benign.campaigns) == (0, 0, ())
    needle = simulate("needle", tmp_path / "needle", scale=0.1)
    joined = _log_with_truth(tmp_path / "needle")
    share = pc.sum(pc.equal(joined["role"], "campaign").cast(pa.int64())).as_py() / needle.exchanges
    assert 0.0003 < share < 0.0012


def test_a_fixed_instruction_stands_in_otherwise_different_requests_and_its_pools_follow_each_other(
    everything: Path,
) -> None:
    joined = _log_with_truth(everything).join(
        pq.read_table(everything / "truth_requests.parquet"), "request_id"
    )
    rows = joined.filter(pc.and_(pc.equal(joined["archetype"], "fixed_instruction"), joined["is_harvest"]))
    texts = rows["prompt"].to_pylist()
    words = texts[0].replace("\n", " ").split()
    spans = {" ".join(words[i : i + 8]) for i in range(len(words) - 7)}
    assert max(sum(span in " ".join(text.split()) for text in texts) for span in spans) == len(texts)
    served = rows.filter(pc.equal(rows["status"], 200))
    last = pc.max(served.filter(pc.equal(served["pool"], 0))["timestamp"]).as_py()
    first = pc.min(served.filter(pc.equal(served["pool"], 1))["timestamp"]).as_py()
    assert abs((first - last).total_seconds()) < 86_400
    assert 403 in rows["status"].to_pylist()


def test_real_prompts_replace_the_grammar_on_both_sides(tmp_path: Path, prompt_file: Path) -> None:
    simulate("city", tmp_path / "log", scale=0.02, prompts=prompt_file)
    joined = _log_with_truth(tmp_path / "log")
    for role in ("campaign", "honest"):
        texts = joined.filter(pc.equal(joined["role"], role))["prompt"].to_pylist()
        assert sum("asks number" in (text or "") for text in texts) > len(texts) * 0.1
    assert "prompts.parquet" not in (tmp_path / "log" / "scenario.json").read_text()


def test_an_absent_prompt_file_is_an_input_error_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No prompt file"):
        simulate("demo", tmp_path / "log", prompts=tmp_path / "none.parquet")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not parquet"])
def test_a_broken_prompt_file_is_an_input_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.parquet").write_bytes(content)
    with pytest.raises(InputError, match="not a Parquet file"):
        simulate("demo", tmp_path / "log", prompts=tmp_path / "bad.parquet")


def test_a_prompt_file_without_a_column_is_an_input_error(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "bad.parquet")
    with pytest.raises(InputError):
        simulate("demo", tmp_path / "log", prompts=tmp_path / "bad.parquet")


def test_an_unknown_scenario_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        simulate("village", tmp_path / "log")
    assert all(name in str(caught.value) for name in SCENARIOS)


def test_an_occupied_folder_and_a_bad_scale_are_refused(tmp_path: Path) -> None:
    (tmp_path / "keep").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        simulate("demo", tmp_path)
    with pytest.raises(UsageError, match="out of range"):
        simulate("demo", tmp_path / "log", scale=0.0)
    assert (tmp_path / "keep").read_text() == "mine"


def test_the_command_prints_json_and_writes_the_folder(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        cli, ["simulate", "demo", "--out", str(tmp_path / "log"), "--scale", "0.2", "--json"]
    )
    assert result.exit_code == 0
    summary = json.loads(result.stdout)
    assert summary["exchanges"] == pq.read_metadata(tmp_path / "log" / "exchanges.parquet").num_rows
    written = json.loads((tmp_path / "log" / "scenario.json").read_text())
    assert written["schema_version"] == 1
    assert written["seed"] == 1


def test_some_companies_have_an_organisation_in_the_account_table_only(tmp_path: Path) -> None:
    simulate("benign", tmp_path / "log", scale=0.5)
    log = pq.read_table(tmp_path / "log" / "exchanges.parquet", columns=["account_id", "organization_id"])
    logged = set(pc.unique(log.filter(log["organization_id"].is_valid())["account_id"]).to_pylist())
    truth = {
        row["account_id"]: row["archetype"]
        for row in pq.read_table(tmp_path / "log" / "truth.parquet").to_pylist()
    }
    keyed = [
        row["account_id"]
        for row in pq.read_table(tmp_path / "log" / "accounts.parquet").to_pylist()
        if row["organization_id"]
    ]
    batch = [account for account in keyed if truth[account] == "batch_company"]
    assert 0 < sum(account in logged for account in batch) < len(batch)
