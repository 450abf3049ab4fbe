"""report.html in a real headless Chromium: nothing leaves the file, everything is drawn, the buttons work."""

import base64
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from revenuer.report import rank_page, scan_page
from revenuer.report.verdict_page import verdict_page

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "report"))

import board_fixture
import scan_fixture
import verdict_fixture

pytestmark = pytest.mark.browser

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--window-size=1400,1000",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        reason = "no chromium and chromedriver on the path: install the Debian packages chromium and chromium-driver"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.add_experimental_option(
        "prefs", {"download.default_directory": str(tmp_path_factory.mktemp("downloads"))}
    )
    made = webdriver.Chrome(options=options, service=Service(driver))
    yield made
    made.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages")
    results = {
        "scan": scan_fixture.scan(),
        "benign": scan_fixture.empty(exchanges=9_000),
        "empty": scan_fixture.empty(),
    }
    boards = {"board": board_fixture.wide(), "odd board": board_fixture.odd()}
    texts = {name: scan_page(result, scan_fixture.NOW) for name, result in results.items()}
    texts |= {name: rank_page(board, scan_fixture.NOW) for name, board in boards.items()}
    verdicts = {"verdict": verdict_fixture.positive(), "hostile verdict": verdict_fixture.hostile()}
    texts |= {name: verdict_page(verdict, "ab" * 32, scan_fixture.NOW) for name, verdict in verdicts.items()}
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in texts}


def show(browser: Any, address: str, width: int, scheme: str = "light") -> None:
    """Open the page at a width and scroll through it, so that every figure is drawn."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.get(address)
    for figure in browser.find_elements(By.CSS_SELECTOR, "details[open] figure[data-figure]"):
        browser.execute_script("arguments[0].scrollIntoView()", figure)
        WebDriverWait(browser, 20).until(lambda _, at=figure: at.get_attribute("data-drawn") == "yes")


def complaints(browser: Any) -> list[str]:
    """Console errors; Chromium's own remarks about software WebGL are not the page's."""
    return [entry["message"] for entry in browser.get_log("browser") if "WebGL" not in entry["message"]]


def requested(browser: Any) -> set[str]:
    messages = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    found = {m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"}
    return {address for address in found if not address.startswith(("data:", "blob:", "chrome:"))}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 400])
@pytest.mark.parametrize(
    "name", ["scan", "benign", "empty", "board", "odd board", "verdict", "hostile verdict"]
)
def test_nothing_leaves_nothing_fails_nothing_overflows(
    browser: Any, pages: dict[str, str], name: str, width: int, scheme: str
) -> None:
    show(browser, pages[name], width, scheme)
    assert complaints(browser) == []
    assert requested(browser) == {pages[name]}
    wide = browser.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide[0] <= wide[1]
    assert browser.title.startswith("Revenuer: ")


@pytest.mark.parametrize("width", [1400, 400])
def test_charts_are_drawn(browser: Any, pages: dict[str, str], width: int) -> None:
    show(browser, pages["scan"], width)
    painted = browser.execute_script(
        """return [...document.querySelectorAll('#c1 figure canvas')].map((canvas) => {
             const bytes = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
             const colours = new Set();
             for (let at = 0; at < bytes.length; at += 4) if (bytes[at + 3] > 250) colours.add(bytes[at] << 16 | bytes[at + 1] << 8 | bytes[at + 2]);
             return colours.size; })"""
    )
    assert len(painted) == 2
    assert min(painted) > 5
    counts = browser.execute_script(
        "const g = document.querySelector('#c1 figure.graph'); return [g.querySelectorAll('circle').length, g.querySelectorAll('path').length, g.querySelectorAll('.legend li').length]"
    )
    assert counts[0] == 300
    assert counts[1] > 300
    assert counts[2] == 6
    assert complaints(browser) == []


def test_the_graph_can_be_explored_or_says_why_not(browser: Any, pages: dict[str, str]) -> None:
    show(browser, pages["scan"], 1400)
    button = browser.find_element(By.CSS_SELECTOR, "#c2 figure.graph button")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'}); arguments[0].click()", button)
    graph = browser.find_element(By.CSS_SELECTOR, "#c2 figure.graph")
    if "needs WebGL" not in graph.text:
        assert graph.find_elements(By.CSS_SELECTOR, ".stage canvas")
        box = graph.find_element(By.CSS_SELECTOR, ".legend input")
        browser.execute_script("arguments[0].click()", box)
        browser.execute_script("arguments[0].click()", button)
    assert graph.find_elements(By.CSS_SELECTOR, "svg.links circle")
    assert complaints(browser) == []


def test_copy_gives_every_id_unchanged(browser: Any, pages: dict[str, str]) -> None:
    show(browser, pages["scan"], 1400)
    browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    button = browser.find_element(By.CSS_SELECTOR, "#c4 button[data-copy]")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    said = browser.find_element(By.CSS_SELECTOR, "#c4 .said")
    WebDriverWait(browser, 10).until(lambda _: said.text)
    assert said.text == "Copied 8, one per line."
    copied = browser.execute_async_script(
        "navigator.clipboard.readText().then(arguments[0], (error) => arguments[0](String(error)))"
    )
    assert sorted(copied.split()) == sorted(" ".join(scan_fixture.scan().campaigns[3].accounts).split())


def test_the_csv_has_every_row_and_runs_no_formula(browser: Any, pages: dict[str, str]) -> None:
    show(browser, pages["scan"], 1400)
    browser.execute_script(
        "const make = URL.createObjectURL; URL.createObjectURL = (blob) => { blob.text().then((text) => { window.saved = text; }); return make.call(URL, blob); }"
    )
    browser.execute_script("document.querySelector('#c4 button[data-csv]').click()")
    WebDriverWait(browser, 10).until(lambda _: browser.execute_script("return window.saved"))
    lines = browser.execute_script("return window.saved").lstrip("\ufeff").splitlines()
    assert lines[0] == "account_id,exchanges,harvest_exchanges,output_tokens,first_seen,last_seen,log10_e"
    assert len(lines) == 9
    assert any(line.startswith("'=cmd|") for line in lines)
    assert complaints(browser) == []


def test_hostile_text_stays_text(browser: Any, pages: dict[str, str]) -> None:
    show(browser, pages["scan"], 1400)
    assert (
        browser.execute_script("return document.querySelectorAll('img, script[src], iframe, b').length") == 0
    )
    assert "</script><script>alert(1)</script>" in browser.find_element(By.CSS_SELECTOR, "#c4 pre").text


def test_paper_has_everything_drawn_even_from_a_dark_screen(browser: Any, pages: dict[str, str]) -> None:
    show(browser, pages["scan"], 1400, "dark")
    browser.execute_script(
        """window.onPaper = null;
           addEventListener('beforeprint', () => { window.onPaper = {
             closed: document.querySelectorAll('details:not([open])').length,
             drawn: document.querySelectorAll('figure[data-drawn]').length, all: document.querySelectorAll('figure[data-figure]').length,
             paper: getComputedStyle(document.documentElement).getPropertyValue('--paper').trim() }; });"""
    )
    printed = base64.b64decode(
        browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
    )
    assert printed.startswith(b"%PDF")
    state = browser.execute_script("return window.onPaper")
    assert state["closed"] == 0
    assert state["drawn"] == state["all"] == 12
    assert state["paper"] == "#ffffff"
    assert browser.execute_script("return document.documentElement.classList.contains('printing')") is False
    assert complaints(browser) == []


@pytest.mark.parametrize("width", [1400, 400])
def test_every_row_of_a_leaderboard_is_drawn_inside_its_cell(
    browser: Any, pages: dict[str, str], width: int
) -> None:
    show(browser, pages["board"], width)
    drawn = browser.execute_script(
        """return [...document.querySelectorAll('table.forest td.plot')].map((cell) => {
             const box = cell.getBoundingClientRect(), mark = cell.querySelector('circle').getBoundingClientRect();
             return mark.width > 3 && mark.left >= box.left && mark.right <= box.right && mark.top >= box.top && mark.bottom <= box.bottom; })"""
    )
    assert len(drawn) == 25 + board_fixture.WIDE + 2
    assert all(drawn)


def test_the_axis_of_a_long_leaderboard_stays_in_sight(browser: Any, pages: dict[str, str]) -> None:
    show(browser, pages["board"], 1400)
    rows = browser.find_elements(By.CSS_SELECTOR, "table.forest tbody tr")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", rows[-20])
    tops = browser.execute_script(
        "return [...document.querySelectorAll('table.forest svg.axis')].map((axis) => axis.getBoundingClientRect().top)"
    )
    assert any(0 <= top < 60 for top in tops)


def test_a_link_to_a_closed_campaign_opens_it(browser: Any, pages: dict[str, str]) -> None:
    show(browser, pages["scan"], 1400)
    browser.execute_script("document.querySelector('#c3 details.body').open = false; location.hash = '#c3'")
    WebDriverWait(browser, 10).until(
        lambda _: browser.execute_script("return document.querySelector('#c3 details.body').open")
    )
