"""`revenuer prove plan`, `verify` and `summary` as typed, and how every test publishes its verdict."""

import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from builders.packs import pack_files, pack_zip, private_pem, signing_key
from builders.suspects_found import detected
from revenuer.cli.prove import command
from revenuer.cli.prove_result import ResultOptions, publish, result_options
from revenuer.prove.pack import Signer
from revenuer.prove.plan import read_plan
from revenuer.records import InputError, Outcome, RevenuerError, UsageError
from revenuer.records.suspect_verdict import SuspectVerdict


def typed(*words: str | Path) -> Result:
    return CliRunner().invoke(
        command, [str(word) for word in words], catch_exceptions=False, standalone_mode=False
    )


def planned(folder: Path, *more: str) -> Path:
    path = folder / "plan.json"
    result = typed(
        "plan", "--suspect", "acme-7b", "--test", "detect:n=10,tokens=50,effect=0.4", *more, "--out", path
    )  # fmt: skip
    assert result.return_value == 0
    return path


def published(
    folder: Path, *words: str | Path, marked: bool = True, answers: int = 10, suspect: str = "acme-7b"
) -> Result:
    """What a test's command does: parse the shared options, test, publish."""

    @click.command()
    @result_options
    def test(result: ResultOptions) -> int:
        result.check_before("detect", suspect, n={"answers": answers})
        return publish(*detected(result.alpha, marked=marked, answers=answers, suspect=suspect), result)

    return CliRunner().invoke(
        test, ["--out", str(folder), *map(str, words)], catch_exceptions=False, standalone_mode=False
    )


def test_a_positive_verdict_is_written_with_its_evidence_and_gives_one(tmp_path: Path) -> None:
    out = tmp_path / "found"
    result = published(out)
    assert result.return_value == 1
    assert sorted(path.name for path in out.iterdir()) == ["evidence.zip", "report.html", "verdict.json"]
    verdict = json.loads((out / "verdict.json").read_bytes())
    assert (verdict["outcome"], verdict["alpha"]) == ("positive", 0.01)
    assert verdict["registration"]["status"] == "exploratory"
    assert "Positive: chance alone does not explain this" in result.stdout
    assert "exploratory" in result.stdout
    with zipfile.ZipFile(out / "evidence.zip") as pack:
        assert pack.read("verdict.json") == (out / "verdict.json").read_bytes()


def test_nothing_found_gives_zero(tmp_path: Path) -> None:
    result = published(tmp_path / "found", marked=False)
    assert result.return_value == 0
    assert "Positive" not in result.stdout


def test_json_is_the_file_and_nothing_else(tmp_path: Path) -> None:
    result = published(tmp_path / "found", "--json")
    assert result.stdout.encode() == (tmp_path / "found" / "verdict.json").read_bytes()


def test_not_evaluated_has_no_evidence_and_gives_zero(tmp_path: Path) -> None:
    verdict = SuspectVerdict(
        test="detect", suspect="acme-7b", outcome=Outcome.NOT_EVALUATED, h0="h", summary="s", alpha=0.01, reason="no answers"
    )  # fmt: skip
    options = ResultOptions(
        out=tmp_path / "found", alpha=0.01, plan=None, deviate="", signer=None, as_json=True
    )
    assert publish(verdict, None, options) == 0
    assert sorted(path.name for path in options.out.iterdir()) == ["report.html", "verdict.json"]


def test_a_p_value_without_evidence_is_not_published(tmp_path: Path) -> None:
    options = ResultOptions(
        out=tmp_path / "found", alpha=0.01, plan=None, deviate="", signer=None, as_json=True
    )
    with pytest.raises(ValueError, match="needs an evidence pack"):
        publish(detected(0.01, marked=True)[0], None, options)
    assert not options.out.exists()


def test_an_earlier_verdict_is_replaced_and_other_files_are_not(tmp_path: Path) -> None:
    assert published(tmp_path / "found").return_value == 1
    assert published(tmp_path / "found", marked=False).return_value == 0
    (tmp_path / "found" / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"thesis\.txt"):
        published(tmp_path / "found")


def test_a_planned_test_says_so_and_carries_the_plan(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    assert published(tmp_path / "found", "--plan", plan).return_value == 1
    verdict = json.loads((tmp_path / "found" / "verdict.json").read_bytes())
    assert verdict["registration"]["status"] == "pre-registered"
    with zipfile.ZipFile(tmp_path / "found" / "evidence.zip") as pack:
        assert pack.read("plan.json") == plan.read_bytes()
    assert typed("verify", tmp_path / "found", "--run").return_value == 0


def test_alpha_is_the_plans(tmp_path: Path) -> None:
    plan = planned(tmp_path, "--test", "safety:n=300", "--alpha", "0.02")
    published(tmp_path / "found", "--plan", plan)
    assert json.loads((tmp_path / "found" / "verdict.json").read_bytes())["alpha"] == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("words", "answers", "suspect", "said"),
    [
        ((), 11, "acme-7b", "n is 11 answers, planned was 10"),
        ((), 9, "acme-7b", "n is 9 answers, planned was 10"),
        ((), 10, "other", "the suspect is 'other', planned was 'acme-7b'"),
        (("--alpha", "0.05"), 10, "acme-7b", "alpha is 0.05, planned was 0.01"),
    ],
)
def test_a_deviation_needs_a_reason_and_is_recorded(
    tmp_path: Path, words: Sequence[str], answers: int, suspect: str, said: str
) -> None:
    plan, out = planned(tmp_path), tmp_path / "found"
    with pytest.raises(UsageError, match=said):
        published(out, "--plan", plan, *words, answers=answers, suspect=suspect)
    assert not out.exists()
    published(
        out, "--plan", plan, *words, "--deviate", "the endpoint broke off", answers=answers, suspect=suspect
    )
    registration = json.loads((out / "verdict.json").read_bytes())["registration"]
    assert registration["status"] == "deviates"
    assert registration["deviations"] == [said]
    assert registration["why"] == "the endpoint broke off"


def test_the_plans_power_holds_only_where_the_plan_does(tmp_path: Path) -> None:
    read = read_plan(planned(tmp_path))
    options = ResultOptions(out=tmp_path, alpha=0.01, plan=read, deviate="", signer=None, as_json=True)
    assert options.planned_power("detect") == read.plan.tests[0].power
    assert options.planned_power("twins") is None
    assert replace(options, deviate="why").planned_power("detect") is None
    assert replace(options, plan=None).planned_power("detect") is None


def test_inputs_and_seeds_are_compared_when_the_verdict_is_there(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text("{}\n")
    plan = tmp_path / "plan.json"
    typed(
        "plan",
        "--suspect",
        "acme-7b",
        "--test",
        "detect:n=10,tokens=50,effect=0.45,seed=5,chance=0.3",
        "--input",
        f"detect={prompts}",
        "--out",
        plan,
    )
    with pytest.raises(UsageError) as caught:
        published(tmp_path / "found", "--plan", plan)
    for said in (
        "chance is 0.25, planned was 0.3",
        "the seed is 0, planned was 5",
        "prompts.jsonl was not read as planned",
    ):
        assert said in str(caught.value)


def test_a_test_that_the_plan_does_not_have_is_refused(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    typed("plan", "--suspect", "acme-7b", "--test", "safety:n=300", "--out", plan)
    with pytest.raises(UsageError, match="the plan has no test 'detect', it has safety"):
        published(tmp_path / "found", "--plan", plan)


def test_a_plan_is_never_overwritten(tmp_path: Path) -> None:
    before = planned(tmp_path).read_bytes()
    with pytest.raises(UsageError, match="exists and is left as it is"):
        planned(tmp_path)
    assert (tmp_path / "plan.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.json"]


def test_a_plan_prints_power_and_cost(tmp_path: Path) -> None:
    result = typed(
        "plan", "--suspect", "acme-7b", "--test", "safety:n=300", "--price-in", "1", "--price-out", "10", "--out", tmp_path / "p"
    )  # fmt: skip
    assert re.search(r"safety \| 300 prompts \| +0\.1 \| +1e-3\.0 \| +0\.01 \| 0\.9\d\d", result.stdout)
    assert "cost: 0.96 USD" in result.stdout
    assert typed("plan", "--designs").stdout.count("n: number of") >= 6


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--test", "safety:n=300"), "expected both"),
        (("--suspect", "a", "--test", "safety:n", "--out", "p"), "KIND:name=value"),
        (("--suspect", "a", "--test", "safety:n=300,n=400", "--out", "p"), "each name once"),
        (
            ("--suspect", "a", "--test", "safety:n=300", "--price-in", "1", "--out", "p"),
            "expected both or none",
        ),
        (
            ("--suspect", "a", "--test", "safety:n=300", "--input", "none.jsonl", "--out", "p"),
            "cannot read none.jsonl",
        ),
        (("--suspect", "a", "--out", "p"), "got no tests"),
    ],
)
def test_a_plan_that_cannot_be_made_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: Sequence[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RevenuerError, match=said):
        typed("plan", *words)


def test_a_signed_pack_is_verified_against_the_published_key(tmp_path: Path) -> None:
    key, public = tmp_path / "key.pem", tmp_path / "public.pem"
    key.write_bytes(private_pem(1))
    public.write_bytes(Signer(signing_key(1)).public_pem)
    published(tmp_path / "found", "--sign-key", key)
    result = typed("verify", tmp_path / "found", "--public-key", public, "--run", "--json")
    answer = json.loads(result.stdout)
    assert result.return_value == 0
    assert answer["sound"]
    assert answer["signed"]
    assert answer["signing_key_given"]
    assert answer["script_of_this_version"]
    assert answer["log10_p_recomputed"] == pytest.approx(answer["log10_p_stated"], rel=1e-6)
    public.write_bytes(Signer(signing_key(2)).public_pem)
    assert typed("verify", tmp_path / "found", "--public-key", public).return_value == 1


def test_a_signing_key_of_another_kind_is_refused_before_anything_runs(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("no key")
    with pytest.raises(InputError, match="openssl genpkey -algorithm ed25519"):
        published(tmp_path / "found", "--sign-key", key)
    assert not (tmp_path / "found").exists()


def test_a_verdict_changed_beside_its_pack_is_a_fault(tmp_path: Path) -> None:
    published(tmp_path / "found", marked=False)
    path = tmp_path / "found" / "verdict.json"
    path.write_text(
        path.read_text().replace('"inconclusive"', '"positive"').replace('"negative"', '"positive"')
    )
    result = typed("verify", tmp_path / "found")
    assert result.return_value == 1
    assert "verdict.json beside the pack is not the one in it" in result.stdout


def test_verify_says_what_it_did_not_do(tmp_path: Path) -> None:
    path = tmp_path / "evidence.zip"
    path.write_bytes(pack_zip(pack_files()))
    result = typed("verify", path)
    assert result.return_value == 0
    for words in ("p was not recomputed", "not signed", "not one of this version's scripts"):
        assert words in result.stdout
    path.write_bytes(pack_zip(pack_files(), signer=Signer(signing_key(1))))
    assert "which came with the pack" in typed("verify", path).stdout


def test_what_is_no_pack_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        typed("verify", tmp_path)
    with pytest.raises(InputError, match="cannot read the public key"):
        typed("verify", tmp_path, "--public-key", tmp_path / "none.pem")


def test_a_summary_counts_the_whole_plan(tmp_path: Path) -> None:
    plan = planned(tmp_path, "--test", "safety:n=300")
    published(tmp_path / "found", "--plan", plan)
    result = typed("summary", "--plan", plan, tmp_path / "found", "--run", "--json")
    answer = json.loads(result.stdout)
    assert result.return_value == 1
    assert [(test["test"], test["rejected"]) for test in answer["tests"]] == [
        ("detect", True),
        ("safety", False),
    ]
    assert answer["tests"][1]["why_not_counted"] == "it was not run"
    assert (
        "1 of 2 null hypotheses rejected at 0.01"
        in typed("summary", "--plan", plan, tmp_path / "found").stdout
    )


def test_a_summary_without_a_plan_says_that_it_is_exploratory(tmp_path: Path) -> None:
    published(tmp_path / "found", marked=False)
    result = typed("summary", tmp_path / "found")
    assert result.return_value == 0
    assert "exploratory" in result.stdout


def test_a_summary_takes_no_p_value_without_sound_evidence(tmp_path: Path) -> None:
    published(tmp_path / "found")
    pack = tmp_path / "found" / "evidence.zip"
    content = pack.read_bytes()
    pack.unlink()
    with pytest.raises(InputError, match="counts only with its evidence pack"):
        typed("summary", tmp_path / "found")
    pack.write_bytes(content)
    verdict = tmp_path / "found" / "verdict.json"
    verdict.write_bytes(verdict.read_bytes() + b" ")
    with pytest.raises(InputError, match=r"not sound: verdict\.json beside the pack"):
        typed("summary", tmp_path / "found")


def test_a_verdict_of_its_own_registration_is_not_believed(tmp_path: Path) -> None:
    verdict, pack = detected(0.01, marked=True)
    options = ResultOptions(
        out=tmp_path / "found", alpha=0.01, plan=None, deviate="", signer=None, as_json=True
    )
    publish(replace(verdict, details={"parameters": 3}), pack, options)
    assert json.loads((options.out / "verdict.json").read_bytes())["registration"]["status"] == "exploratory"
