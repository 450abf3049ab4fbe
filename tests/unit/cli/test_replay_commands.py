"""`revenuer replay` and `revenuer guard policy ...`: what they write, say and return."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builders.replayed import accounts, exchanges, replaying_log
from revenuer.cli import main
from revenuer.cli.key_file import read_key
from revenuer.cli.read_log import LogOptions
from revenuer.cli.run_replay import open_log
from revenuer.detect.campaign_index import CampaignIndex, KeyKind, index_key
from revenuer.detect.keyed_hash import UNKEYED
from revenuer.detect.string_hash import hash_string
from revenuer.guard.policy import Policy, default_text
from revenuer.records import DECISION_SCHEMA, InputError, ResourceError
from revenuer.report import ACCOUNT_VERDICT_SCHEMA
from revenuer.simulate import simulate

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Call]:
    """Run the program in this process, in a folder with a small log: arguments in; exit code, stdout and stderr out."""
    handler = signal.getsignal(signal.SIGTERM)
    monkeypatch.chdir(tmp_path)
    pq.write_table(replaying_log(), "log.parquet")
    pq.write_table(accounts(thief={"plan": "free", "verification": "none"}), "accounts.parquet")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["revenuer", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main.main()
        said = capsys.readouterr()
        return int(stopped.value.code or 0), said.out, said.err

    yield run
    signal.signal(signal.SIGTERM, handler)


def truth(folder: Path) -> None:
    """Put a truth beside the log, as `revenuer simulate` does."""
    names = ["thief", "owner"]
    pq.write_table(
        pa.table(
            {"account_id": names, "role": ["campaign", "honest"], "archetype": ["replayer", "ordinary"]}
        ),
        folder / "truth.parquet",
    )
    pq.write_table(
        pa.table({"request_id": ["r0003", "r0006"], "is_harvest": [True, True]}),
        folder / "truth_requests.parquet",
    )


def test_replay_writes_decisions_and_what_a_scan_writes(call: Call, tmp_path: Path) -> None:
    code, out, _ = call("replay", "log.parquet", "--accounts", "accounts.parquet", "--out", "out")
    assert code == 1
    assert "1 campaign; the guard restricted 1 account of 8" in out
    assert "truth" not in out
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "accounts.parquet",
        "campaigns.index",
        "campaigns.json",
        "decisions.parquet",
    ]
    assert pq.read_schema("out/decisions.parquet").equals(DECISION_SCHEMA)
    assert pq.read_schema("out/accounts.parquet").equals(ACCOUNT_VERDICT_SCHEMA)
    (campaign,) = json.loads(Path("out/campaigns.json").read_bytes())["campaigns"]
    assert (campaign["accounts"], campaign["exchanges"], campaign["harvest_exchanges"]) == (["thief"], 7, 3)
    assert call("replay", "log.parquet", "--out", "out")[0] == 1


def test_the_index_of_a_replay_knows_the_accounts_that_it_named(call: Call, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("0123456789abcdef" * 2)
    key = read_key(tmp_path / "key")
    call("replay", "log.parquet", "--key-file", "key", "--out", "out")
    index = CampaignIndex.open(tmp_path / "out", key)
    index.verify()
    (campaign,) = json.loads(Path("out/campaigns.json").read_bytes())["campaigns"]
    (indexed,) = index.campaigns
    # A guard that takes the index names operators of its own G-..., which must not be taken for this one.
    assert (campaign["campaign_id"][:2], indexed.campaign_id[:2]) == ("G-", "C-")
    assert campaign["facts"]["name in campaigns.index"] == indexed.campaign_id

    def named(account: str) -> int:
        return len(
            list(index.rows(int(index_key(int(KeyKind.MEMBER), np.uint64(hash_string(account, key))))))
        )

    assert (named("thief"), named("owner"), named("person-1")) == (1, 0, 0)
    with pytest.raises(InputError, match="key"):
        CampaignIndex.open(tmp_path / "out", UNKEYED)


def test_a_replay_without_an_index_leaves_none_of_an_earlier_one(call: Call, tmp_path: Path) -> None:
    call("replay", "log.parquet", "--out", "out")
    assert (tmp_path / "out" / "campaigns.index").exists()
    assert call("replay", "log.parquet", "--out", "out", "--no-index")[0] == 1
    assert not (tmp_path / "out" / "campaigns.index").exists()


def test_a_patrol_finds_what_the_guard_alone_does_not(tmp_path: Path, call: Call) -> None:
    simulate("demo", tmp_path / "town", seed=3, scale=0.2)
    log = ("town/exchanges.parquet", "--accounts", "town/accounts.parquet", "--no-index", "--json")
    served = {}
    for name, more in (("alone", ()), ("patrolled", ("--patrol", "120", "--patrol-window", "7"))):
        _, out, _ = call("replay", *log, "--out", name, *more)
        rows = json.loads(out)["replay"]["truth"]
        assert [row["archetype"] for row in rows if row["role"] != "campaign" and row["restricted"]] == []
        served[name] = sum(row["harvest_served"] for row in rows)
    assert served["patrolled"] < served["alone"]


def test_replay_prints_json_alone(call: Call) -> None:
    code, out, _ = call("replay", "log.parquet", "--out", "out", "--json")
    told = json.loads(out)
    assert code == 1
    assert told["replay"]["accounts_restricted"] == 1
    assert told["replay"]["policy_version"] == Policy().version
    (row,) = told["replay"]["containment"]
    assert (row["answered_before"], row["unanswered"]) == (3, 4)
    assert row["contained_at"] == "2026-06-01T00:10:00Z"
    assert "truth" not in told["replay"]


def test_shadow_says_what_would_have_been_restricted(call: Call) -> None:
    code, out, _ = call("replay", "log.parquet", "--out", "out", "--shadow")
    assert code == 1
    assert "would have restricted 1 account" in out
    assert set(pq.read_table("out/decisions.parquet")["action"].to_pylist()) == {"allow", "observe"}


def test_the_truth_beside_the_log_is_compared(call: Call, tmp_path: Path) -> None:
    truth(tmp_path)
    _, out, _ = call("replay", "log.parquet", "--out", "out")
    assert "50.0 %" in out
    assert "restricted although no campaign: 0 of 1 (0.00 in 1,000)" in out


def test_a_file_called_truth_that_is_no_simulation_s(call: Call, tmp_path: Path) -> None:
    pq.write_table(pa.table({"account_id": ["thief"], "plan": ["pro"]}), tmp_path / "truth.parquet")
    assert "truth" not in call("replay", "log.parquet", "--out", "out")[1]
    (tmp_path / "truth.parquet").write_text("no")
    code, _, err = call("replay", "log.parquet", "--out", "other")
    assert code == 2
    assert "move it away" in err


def test_a_simulated_replay_of_signatures_is_contained_and_nobody_else_is(tmp_path: Path, call: Call) -> None:
    simulate("demo", tmp_path / "town", seed=3, scale=0.2)
    log = ("town/exchanges.parquet", "--accounts", "town/accounts.parquet")
    code, out, _ = call("replay", *log, "--out", "out", "--json")
    rows = {row["archetype"]: row for row in json.loads(out)["replay"]["truth"]}
    assert code == 1
    assert rows["signature_replay"]["denied"] > 0
    assert rows["signature_replay"]["harvest_served"] < rows["signature_replay"]["harvest"]
    assert [name for name, row in rows.items() if row["role"] != "campaign" and row["restricted"]] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, call: Call) -> None:
    with (
        open_log([str(tmp_path / "log.parquet")], LogOptions()) as log,
        pytest.raises(ResourceError, match="free some space"),
    ):
        log.run(Policy(), Path("/dev/full"), "replaying")


def test_nothing_restricted_is_0(call: Call) -> None:
    pq.write_table(exchanges([{"account_id": "a", "minute": 0}]), "quiet.parquet")
    assert call("replay", "quiet.parquet", "--out", "out")[0] == 0
    assert call("replay", "log.parquet", "--out", "out", "--until", "2020-01-01")[0] == 0


def test_what_cannot_be_replayed_is_said_in_one_sentence(call: Call, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("0123456789abcdef" * 2)
    assert call("sketch", "log.parquet", "--key-file", "key", "--out", "s.parquet")[0] == 0
    code, out, err = call("replay", "s.parquet", "--out", "out")
    assert (code, out) == (2, "")
    assert "a replay needs the requests themselves" in err
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    assert call("replay", "log.parquet", "--out", "mine")[0] == 2
    (tmp_path / "p.toml").write_text("[mode]\nshadw = true\n")
    code, _, err = call("replay", "log.parquet", "--out", "out", "--policy", "p.toml")
    assert code == 2
    assert "p.toml:2:1: mode.shadw: unknown key" in err
    assert not (tmp_path / "out").exists()


def test_show_prints_a_policy_that_check_takes(call: Call, tmp_path: Path) -> None:
    code, out, _ = call("guard", "policy", "show")
    assert (code, out) == (0, default_text())
    (tmp_path / "p.toml").write_text(out)
    code, out, err = call("guard", "policy", "check", "p.toml")
    assert (code, err) == (0, "")
    assert out == f"p.toml can be used: version {Policy().version}, 5 rules, shadow mode, acts on nobody\n"


def test_check_tells_every_fault(call: Call, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('[mode]\nenforce = ["deni"]\n[cap]\nx = 1\n')
    code, out, _ = call("guard", "policy", "check", "p.toml")
    assert code == 2
    assert [line.split(" ")[0] for line in out.splitlines()[:2]] == ["p.toml:2:12:", "p.toml:3:1:"]
    assert out.endswith("p.toml cannot be used: 2 faults\n")
    code, out, _ = call("guard", "policy", "check", "p.toml", "--json")
    told = json.loads(out)
    assert (code, told["usable"], told["version"], len(told["faults"])) == (2, False, None, 2)
    assert told["faults"][0]["line"] == 2


def test_check_warns_and_lets_use(call: Call, tmp_path: Path) -> None:
    entry = '[[allow]]\naccount = "a"\nowner = "o"\nwhy = "w"\nexpires = 2020-01-01\n'
    (tmp_path / "p.toml").write_text('[mode]\nenforce = ["throttle"]\n' + entry)
    code, out, _ = call("guard", "policy", "check", "p.toml")
    assert code == 0
    assert "p.toml:7:1: warning: allow#1.expires: has passed" in out
    assert "shadow mode, but acts on throttle" in out


MILDER = '[[rule]]\naction = "throttle"\nwhen = { log10_e = 3 }\nhold = "1h"\nretry_after = "1m"\n'


def test_policy_test_says_what_would_change(call: Call, tmp_path: Path) -> None:
    (tmp_path / "new.toml").write_text(MILDER)
    code, out, err = call(
        "guard", "policy", "test", "log.parquet", "--accounts", "accounts.parquet", "--policy", "new.toml"
    )
    assert (code, err) == (1, "")
    assert "1 account would meet another measure" in out
    assert (
        "  free, verified none, few requests: 1 account, restricted 1 -> 1 (1 no longer denied); 4 requests met otherwise"
        in out
    )
    assert "nobody restricted under either policy: not registered, few requests (7)" in out
    assert "the new policy is in shadow mode" in out
    same = call("guard", "policy", "test", "log.parquet", "--policy", "new.toml", "--against", "new.toml")
    assert same[0] == 0


def test_policy_test_speaks_of_archetypes_where_the_truth_is_known(call: Call, tmp_path: Path) -> None:
    truth(tmp_path)
    (tmp_path / "new.toml").write_text(MILDER)
    code, out, _ = call(
        "guard", "policy", "test", "log.parquet", "--policy", "new.toml", "--limit", "0", "--json"
    )
    told = json.loads(out)
    assert (code, told["segments_by"], told["changed"], told["changes"]) == (1, "archetype", 1, [])
    assert {row["segment"] for row in told["segments"]} == {"replayer (campaign)", "ordinary", "other"}
