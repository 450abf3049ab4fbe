import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files

import pytest
import scan_fixture
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from page_reader import Reader

from revenuer.records import ClearedGroup, ExampleRequest, InputSummary, NotEvaluated, Outcome, ScanResult
from revenuer.report import scan_page
from revenuer.report.page import data_block
from revenuer.report.scan_page import fair_cap
from revenuer.report.visible import highlighted, markup, plain


def skeleton(result: ScanResult) -> Reader:
    return Reader(scan_page(result, scan_fixture.NOW))


def with_text(text: str) -> ScanResult:
    """The same small scan with `text` wherever the input can put any."""
    base = scan_fixture.scan(hostile=False)
    made = scan_fixture.campaign(
        1, [text + "1", text + "2", "x"], campaign_id="i" + text, headline="h " * 100 + text, bins=3, last=3
    )
    request = ExampleRequest(
        request_id="r" + text,
        account_id="a" + text,
        timestamp=scan_fixture.START,
        text="p" + text,
        highlights=((0, 4), (2, 10**6)),
    )
    edges = tuple(replace(edge, kind="k" + text) for edge in made.detail.edges)
    detail = replace(made.detail, examples=(request,), edges=edges, facts={"f" + text: "v" + text})
    made = replace(
        made,
        detail=detail,
        models=("m" + text,),
        techniques=("t" + text,),
        recommended_action="ra" + text,
        would_change_our_mind=("w" + text,),
        evidence=tuple(
            replace(
                item,
                signal="s" + text,
                family="fa" + text,
                summary="su" + text,
                look_alike="l" + text,
                request_ids=("q" + text,),
            )
            for item in made.evidence
        ),
        lineage=replace(made.lineage, replaces=("lr" + text,), shares_pool_with=("ls" + text,)),
    )
    found: InputSummary = replace(
        base.input, sources=("so" + text,), columns_ignored=("c" + text,), columns_missing=("d" + text,)
    )
    return replace(
        base,
        input=found,
        campaigns=(made,),
        sanctioned=(replace(made, campaign_id="y" + text),),
        cleared=(
            ClearedGroup(
                accounts=("g" + text,), exchanges=1, look_alike="e" + text, reason="n" + text, log10_e=0.0
            ),
        ),
        not_evaluated=(NotEvaluated(signal="z" + text, reason="b" + text),),
    )


SAFE = skeleton(with_text("plain"))
HOSTILE = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            ["</script>", "<script>", "<!--", "-->", "]]>", '"', "'", "<img src=x onerror=alert(1)>", "</pre>", "</title>", "\0", "\r",
             "{{7*7}}", "{% raw %}", "\u2028", "\u202e", "</style>", "&lt;", "\\", "`${alert(1)}`", "javascript:", "\ud800", "</TABLE>"]
        ),
        min_size=1,
        max_size=8,
    ).map("".join),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HOSTILE)
def test_no_text_of_the_input_ever_becomes_markup(text: str) -> None:
    page = scan_page(with_text(text), scan_fixture.NOW)
    page.encode("utf-8")
    found = Reader(page)
    expected = [tag for tag in SAFE.tags if tag not in {"span", "mark"}]
    assert [tag for tag in found.tags if tag not in {"span", "mark"}] == expected
    assert found.attributes <= SAFE.attributes | {"class"}
    assert found.inline["script"] == SAFE.inline["script"]
    assert found.inline["style"] == SAFE.inline["style"]
    assert len(found.inline["json"]) == len(SAFE.inline["json"])
    assert json.loads(found.inline["json"][-1])["rows"][0][0] in {text + "1", text + "2", "x"}
    if "{{7*7}}" in text:
        assert "{{7*7}}" in "".join(found.text)


@pytest.mark.parametrize(
    "result", [scan_fixture.scan(), scan_fixture.empty(), scan_fixture.empty(exchanges=9)]
)
def test_the_policy_allows_exactly_the_inline_parts_and_nothing_from_outside(result: ScanResult) -> None:
    found = skeleton(result)
    for kind in ("script", "style"):
        allowed = re.search(rf"{kind}-src ([^;]*)", found.policy)
        assert allowed is not None
        hashes = [
            f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'"
            for part in found.inline[kind]
        ]
        assert allowed[1].split() == hashes
    assert found.policy.startswith("default-src 'none'")
    assert "unsafe" not in found.policy
    assert all(reference.startswith("#") for reference in found.references)
    assert not {"style", "onclick", "onload", "onerror", "src"} & found.attributes
    assert not {"link", "iframe", "img", "object", "form", "base"} & set(found.tags)


def test_scripts_and_styles_survive_the_parser_s_newlines() -> None:
    found = skeleton(scan_fixture.scan())
    assert not any("\r" in part for part in (*found.inline["script"], *found.inline["style"]))


def test_vendored_files_are_the_ones_in_checksums() -> None:
    vendor = files("revenuer.report").joinpath("vendor")
    listed = dict(
        reversed(line.split("  ", 1)) for line in vendor.joinpath("CHECKSUMS").read_text().splitlines()
    )
    assert {
        "echarts.min.js",
        "graph.min.js",
        "licenses/echarts.LICENSE",
        "licenses/sigma.LICENSE",
    } <= listed.keys()
    for name, digest in listed.items():
        assert hashlib.sha256(vendor.joinpath(name).read_bytes()).hexdigest() == digest, name


def test_the_page_says_what_the_scan_concluded() -> None:
    text = " ".join(" ".join(skeleton(scan_fixture.scan()).text).split())
    for words in (
        "4 campaigns found",
        "About 22.3 % of the traffic is harvest (95 % interval 19.1 % to 26.0 %)",
        "17 bad rows quarantined, 204 duplicates dropped",
        "AML.T0024.002 Exfiltration via AI Inference API: Extract AI Model",
        "AML.T9999 name not known to this version",
        "A viral prompt template",
        "3 for",
        "1 against",
        "1 inconclusive",
        "1 not evaluated",
        "What would change our mind",
        "Replaced by cmp-003-7f3a9c",
        "public coding agent",
        "the log has no reasoning_signature column",
        "25 of 640 accounts are shown; the buttons give all of them",
        "Karchmer, SaTML 2023",
        "There is no nationality or country feature",
        "High from a log10 e of 6, medium from 4",
    ):
        assert words in text, words


def test_every_outcome_has_its_own_shape_and_word() -> None:
    page = scan_page(scan_fixture.scan(), scan_fixture.NOW)
    icons = {
        outcome: re.search(rf'class="icon {outcome.value}"[^>]*>(.*?)</svg>', page) for outcome in Outcome
    }
    assert len({match[1] for match in icons.values() if match}) == len(Outcome)


def test_pages_without_campaigns_say_so_and_stay_small() -> None:
    benign, nothing = (skeleton(scan_fixture.empty(exchanges=number)) for number in (500_000, 0))
    assert "No campaign found" in " ".join(benign.text)
    assert "up to 0.21 %" in " ".join(" ".join(benign.text).split())
    assert "Nothing to judge" in " ".join(nothing.text)
    assert "echarts" not in "".join(benign.inline["script"])


def test_sketches_without_text_are_said_to_be_that() -> None:
    base = scan_fixture.scan()
    first = base.campaigns[0]
    examples = tuple(replace(request, text=None, highlights=()) for request in first.detail.examples)
    result = replace(base, campaigns=(replace(first, detail=replace(first.detail, examples=examples)),))
    assert "The log held a sketch of this request and no text." in " ".join(skeleton(result).text)


@pytest.mark.slow
def test_a_huge_result_is_cut_and_says_so() -> None:
    page = scan_page(scan_fixture.huge(accounts=1_600), scan_fixture.NOW)
    assert len(page) < 20_000_000
    assert "The buttons give 1,500 of 1,600 accounts" in page
    assert "100 of 240 groups are shown" in page
    assert "printed for the first 20 campaigns only" in page


def test_a_cut_account_list_says_so() -> None:
    page = scan_page(scan_fixture.scan(), scan_fixture.NOW, account_budget=100)
    assert "The buttons give 30 of 640 accounts" in page


@given(st.lists(st.integers(0, 50), max_size=20), st.integers(0, 300))
def test_fair_cap_fits_and_is_the_largest(sizes: list[int], budget: int) -> None:
    cap = fair_cap(sizes, budget)
    assert sum(min(size, cap) for size in sizes) <= budget
    assert cap == max(sizes, default=0) or sum(min(size, cap + 1) for size in sizes) > budget


@given(st.text(), st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60))), st.integers(1, 80))
def test_highlighting_never_loses_or_doubles_text(
    text: str, ranges: list[tuple[int, int]], limit: int
) -> None:
    made = str(highlighted(text, ranges, limit))
    shown = "".join(Reader(re.sub(r'<span class="cut">.*?</span>', "", made)).text)
    whole = "".join(Reader(str(markup(text, prose=True))).text)
    assert shown in whole
    if len(text) <= limit:
        assert shown == whole


def test_a_reordering_character_is_shown_and_persian_and_emoji_are_left_alone() -> None:
    assert plain("a\u202eb\0") == "a<U+202E>b<U+0000>"
    assert str(markup("می\u200cخواهم 👩‍💻", prose=True)) == "می\u200cخواهم 👩‍💻"
    assert "U+200D" in str(markup("a\u200db"))


def test_data_blocks_cannot_be_closed_from_inside() -> None:
    block = str(data_block("x", {"a": "</script><!--\u2028&"}))
    assert block.count("<") == 2
    assert json.loads(block.split(">", 1)[1].rsplit("<", 1)[0]) == {"a": "</script><!--\u2028&"}


def test_a_page_is_the_same_every_time() -> None:
    assert scan_page(scan_fixture.scan(), scan_fixture.NOW) == scan_page(
        scan_fixture.scan(), scan_fixture.NOW
    )
    later = scan_fixture.NOW + timedelta(seconds=1)
    assert scan_page(scan_fixture.scan(), later) != scan_page(scan_fixture.scan(), scan_fixture.NOW)
