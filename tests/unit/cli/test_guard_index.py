"""`revenuer guard index` and `scan --key-file`, on a log that holds one campaign."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import revenuer.detect.link as link
from builders import campaign_indexes as made
from builders.bot_town import bot_town
from revenuer.cli import guard_index, main
from revenuer.detect.campaign_index import CampaignIndex, index_bytes
from revenuer.detect.keyed_hash import derive_key
from revenuer.records import SKETCH_KEY_METADATA_KEY

Call = Callable[..., tuple[int, str, str]]
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def fewer_random_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "RANDOM_PAIRS", 5_000, raising=False)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with log.parquet, accounts.parquet and two secrets."""
    folder = tmp_path_factory.mktemp("log")
    town = bot_town()
    pq.write_table(town.exchanges(), folder / "log.parquet")
    pq.write_table(town.accounts(), folder / "accounts.parquet")
    (folder / "key").write_text(SECRET)
    (folder / "other").write_text(SECRET[::-1])
    return folder


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Call]:
    """Run the program in this process, in an empty folder: arguments in; exit code, stdout and stderr out."""
    handler = signal.getsignal(signal.SIGTERM)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["revenuer", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main.main()
        said = capsys.readouterr()
        return int(stopped.value.code or 0), said.out, said.err

    yield run
    signal.signal(signal.SIGTERM, handler)


def put(name: str, *campaigns: str, secret: str | None = SECRET) -> Path:
    path = Path(name)
    keyed = {"key": derive_key(secret.encode())} if secret else {}
    path.write_bytes(index_bytes(made.content(*campaigns, **keyed)))  # type: ignore[arg-type]
    return path


def test_a_scan_leaves_an_index_that_only_its_key_opens(call: Call, log: Path) -> None:
    options = ("--accounts", log / "accounts.parquet", "--key-file", log / "key", "--out", "out")
    code, _, err = call("scan", log / "log.parquet", *options)
    assert code == 1, err
    assert {path.name for path in Path("out").iterdir()} == {
        "accounts.parquet", "campaigns.index", "campaigns.json", "observables.parquet", "report.html",
    }  # fmt: skip
    listed = json.loads(Path("out/campaigns.json").read_text())["campaigns"]
    code, said, _ = call("guard", "index", "show", "out", "--json")
    shown = json.loads(said)
    assert code == 0
    assert [c["campaign_id"] for c in shown["campaigns"]] == [c["campaign_id"] for c in listed]
    assert shown["campaigns"][0]["keys"]["member"] == len(listed[0]["accounts"])
    assert shown["key"]["state"] == "keyed"
    assert shown["left_out"] == []
    assert call("guard", "index", "verify", "out", "--key-file", log / "key")[0] == 0
    code, _, err = call("guard", "index", "verify", "out", "--key-file", log / "other")
    assert code == 2
    assert "--key-file" in err


def test_building_from_logs_and_from_the_scan_of_them_agree(call: Call, log: Path) -> None:
    code, _, err = call("scan", log / "log.parquet", "--out", "out")
    assert code == 1, err
    assert call("guard", "index", "build", "out", "--out", "a.index")[0] == 1
    assert Path("a.index").read_bytes() == Path("out/campaigns.index").read_bytes()
    code, said, err = call("guard", "index", "build", log / "log.parquet", "--out", "b.index", "--json")
    assert code == 1, err
    assert json.loads(said)["key"] == {"state": "unkeyed", "id": None}
    one, two = CampaignIndex.open(Path("a.index")), CampaignIndex.open(Path("b.index"))
    assert one.entries.tobytes() == two.entries.tobytes()
    assert sorted(path.name for path in Path().iterdir()) == ["a.index", "b.index", "out"]


def test_a_sketch_says_its_key_and_an_index_of_it_too(call: Call, log: Path) -> None:
    assert call("sketch", log / "log.parquet", "--key-file", log / "key", "--out", "s.parquet")[0] == 0
    assert call("guard", "index", "build", "s.parquet", "--out", "s.index")[0] == 1
    code, said, _ = call("guard", "index", "show", "s.index", "--json")
    shown = json.loads(said)
    assert (code, shown["left_out"][0]) == (0, "account_id")
    assert call("guard", "index", "verify", "s.index", "--key-file", log / "key")[0] == 0
    build = (
        "guard",
        "index",
        "build",
        "s.parquet",
        "--out",
        "k.index",
        "--accounts",
        log / "accounts.parquet",
    )
    assert call(*build, "--key-file", log / "key")[0] == 1
    assert CampaignIndex.open(Path("k.index")).left_out == ()
    code, _, err = call(*build, "--key-file", log / "other")
    assert code == 2
    assert "the sketch table is hashed under the key" in err


def test_sketches_without_or_with_different_keys(call: Call, log: Path) -> None:
    for name, key in (("s.parquet", "key"), ("t.parquet", "other")):
        assert call("sketch", log / "log.parquet", "--key-file", log / key, "--out", name)[0] == 0
    code, _, err = call("guard", "index", "build", "s.parquet", "t.parquet", "--out", "x.index")
    assert code == 2
    assert "under different keys" in err
    table = pq.read_table("s.parquet")
    marks = {k: v for k, v in table.schema.metadata.items() if k != SKETCH_KEY_METADATA_KEY}
    pq.write_table(
        pa.Table.from_batches(table.to_batches(), table.schema.with_metadata(marks)), "old.parquet"
    )
    assert call("guard", "index", "build", "old.parquet", "--out", "old.index")[0] == 1
    code, said, _ = call("guard", "index", "show", "old.index")
    assert "does not name" in said
    code, _, err = call(
        "guard", "index", "build", "old.parquet", "--out", "y.index", "--key-file", log / "key"
    )
    assert code == 2
    assert "sketch the logs again" in err
    assert not Path("x.index").exists()
    assert not Path("y.index").exists()


def test_show_prints_what_one_must_know(call: Call) -> None:
    put("k.index", "C-one", "C-two")
    put("u.index", "C-one", secret=None)
    put("none.index")
    code, said, _ = call("guard", "index", "show", "k.index")
    assert (code, "C-one" in said, "C-two" in said, "hashed under the key" in said) == (0, True, True, True)
    assert "unkeyed" in call("guard", "index", "show", "u.index")[1]
    assert "no campaigns" in call("guard", "index", "show", "none.index")[1]


def test_verify_says_what_is_wrong(call: Call) -> None:
    path = put("k.index", "C-one")
    code, said, _ = call("guard", "index", "verify", path, "--json")
    assert (code, json.loads(said)["sound"]) == (0, True)
    path.write_bytes(path.read_bytes()[:-3])
    code, said, err = call("guard", "index", "verify", path)
    assert (code, said) == (2, "")
    assert "half-written" in err


def test_merge_writes_all_campaigns(call: Call) -> None:
    put("a.index", "C-one", "C-two")
    put("b.index", "C-two", "C-three")
    code, said, _ = call("guard", "index", "merge", "a.index", "b.index", "--out", "c.index", "--json")
    assert code == 0
    assert [c["campaign_id"] for c in json.loads(said)["campaigns"]] == ["C-one", "C-two", "C-three"]
    put("u.index", "C-four", secret=None)
    before = Path("c.index").read_bytes()
    code, _, err = call("guard", "index", "merge", "a.index", "u.index", "--out", "c.index")
    assert code == 2
    assert "different keys" in err
    assert Path("c.index").read_bytes() == before


@pytest.mark.parametrize(
    ("out", "words"), [("none/c.index", "does not exist"), (".", "is a folder"), ("c" * 300, "cannot write")]
)
def test_an_out_that_cannot_be_is_2_and_says_why(call: Call, out: str, words: str) -> None:
    put("a.index", "C-one")
    code, _, err = call("guard", "index", "merge", "a.index", "--out", out)
    assert code == 2
    assert words in err
    assert sorted(path.name for path in Path().iterdir()) == ["a.index"]


def test_the_commands_of_the_docs_run_as_they_stand(call: Call, log: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "guard" / "index.md").read_text(encoding="utf-8")
    lines = text.split("```")[1].split("\n")
    assert "openssl rand -hex 32 > guard.key" in lines
    Path("guard.key").write_text(SECRET)
    Path("logs").mkdir()
    Path("logs/log.parquet").symlink_to(log / "log.parquet")
    Path("accounts.parquet").symlink_to(log / "accounts.parquet")
    commands = [line.split()[1:] for line in lines if line.startswith("revenuer ")]
    assert [command[0] for command in commands] == ["scan", *["guard"] * 4]
    for command in commands:
        code, _, err = call(*command)
        assert code == (1 if command[0] == "scan" or "build" in command else 0), err
    assert Path("merged.index").read_bytes() == Path("today/campaigns.index").read_bytes()


@pytest.mark.parametrize("name", sorted(guard_index.COMMANDS))
def test_every_listed_command_exists_and_has_help(call: Call, name: str) -> None:
    code, out, _ = call("guard", "index", name, "--help")
    assert (code, "--json" in out) == (0, True)
