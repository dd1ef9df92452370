"""The report as its readers see it: opened in a browser, figures read off the page, in the light and in the dark."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from sqlite_utils import Database

from tests.building import at, exchange, sample, settled, spec_of
from tests.export.hostile_run import hostile_run
from tests.waiting import PATIENCE_S
from workbench.domain.batches import Step
from workbench.domain.datasets.cards import CARDS
from workbench.domain.exports import ExportRequest, Format
from workbench.domain.messages import Outcome, Reply
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.runs import Run
from workbench.export.export_run import export_run
from workbench.pipeline.scoring.run_scores import score_run, scores_json
from workbench.storage.runs.attempts import Received
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.run_control import claim_run, release_run
from workbench.storage.runs.run_records import create_run, load_run
from workbench.storage.samples import ImportedDataset, load_card, save_dataset

CHROMIUM, DRIVER = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
RAFDB = CARDS["rafdb"]
SWITCHES = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"),
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason="chromium and chromedriver are not installed"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for switch in (*SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=ChromeService(str(DRIVER)))
    driver.set_page_load_timeout(PATIENCE_S)
    yield driver
    driver.quit()


def answered_run(db: Database) -> Run:
    """Five requests of six samples: right and wrong answers of every class, refusals, words outside the labels."""
    labels = RAFDB.labels.names
    names = [f"s{number:02d}" for number in range(30)]
    gold = {name: labels[number % len(labels)] for number, name in enumerate(names)}
    save_dataset(db, ImportedDataset(RAFDB, Path("/nowhere"), at(), ()), [sample(name, gold[name]) for name in names])
    batches = [names[start : start + 6] for start in range(0, 30, 6)]
    run = create_run(db, "main", spec_of(batch_size=6), batches, at())
    lease = claim_run(db, run, at())
    for batch in open_batches(db, run.id):
        said = {name: _said(int(name[1:]), gold[name], labels) for name in batch.sample_ids}
        received = Received(
            reply=Reply(outcome=Outcome.ANSWERED, text="as asked"),
            outcome=Outcome.ANSWERED,
            cost_usd=0.01,
            step=Step.KEEP,
            said={name: one.status for name, one in said.items()},
            settled=[
                settled(name, one, gold=gold[name], place=place) for place, (name, one) in enumerate(said.items())
            ],
            follow=[],
        )
        exchange(db, lease, batch, received)
    release_run(db, lease, reason=None, elapsed_s=1.0, at=at(9))
    return load_run(db, "rafdb", "main")


def _said(number: int, gold: str, labels: tuple[str, ...]) -> RankedPrediction:
    if number % 11 == 5:
        return RankedPrediction(PredictionStatus.REFUSED)
    if number % 13 == 7:
        return RankedPrediction(PredictionStatus.OUT_OF_VOCABULARY, ("bored",))
    other = labels[number * 5 % len(labels)]
    first, second = (gold, other) if number % 3 else (other, gold)
    return RankedPrediction(PredictionStatus.RANKED, (first, second) if first != second else (first,))


def opened(browser: Chrome, db: Database, run: Run, folder: Path, scheme: str = "light") -> None:
    (path,) = export_run(db, load_card(db, run.dataset), run, folder, ExportRequest(formats=(Format.HTML,)))
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(path.resolve().as_uri())


def rows_of(browser: Chrome, table: str) -> list[list[str]]:
    """The cells of a table as the browser shows them, row by row; tables that are folded are opened."""
    browser.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    rows = browser.find_elements(By.CSS_SELECTOR, f"#{table} tr")
    return [[cell.text for cell in row.find_elements(By.CSS_SELECTOR, "th, td")] for row in rows]


def percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{100 * ratio:.2f}"


def interval(one: dict[str, Any], name: str = "") -> str:
    low, high = one[f"{name}low"], one[f"{name}high"]
    return "" if low is None else f"{percent(low)} to {percent(high)}"


def test_the_figures_on_the_page_are_those_of_the_scores(browser: Chrome, db: Database, tmp_path: Path) -> None:
    run = answered_run(db)
    scores = scores_json(score_run(db, RAFDB, run))
    opened(browser, db, run, tmp_path)
    assert browser.title == "RAF-DB (basic): main – emowb report"
    metrics = {row[0]: row[1:3] for row in rows_of(browser, "metrics-table")[1:]}
    titles = {"accuracy": "Accuracy (WAR)", "uar": "UAR", "macro_f1": "Macro F1 (UF1)", "weighted_f1": "Weighted F1"}
    for name, title in titles.items():
        one = scores["metrics"][name]
        assert metrics[title] == [percent(one["value"]), interval(one)], name
    assert rows_of(browser, "classes-table")[1:] == [
        [
            *(one["label"], str(one["support"]), percent(one["precision"]), percent(one["recall"])),
            *(interval(one, "recall_"), percent(one["f1"])),
        ]
        for one in scores["per_class"]
    ]
    confusion = scores["confusion"]
    assert rows_of(browser, "confusion-table") == [
        ["Gold, then predicted", *confusion["predicted"]],
        *([gold, *map(str, row)] for gold, row in zip(confusion["gold"], confusion["counts"], strict=True)),
    ]
    assert rows_of(browser, "positions-table")[1:] == [
        [str(one["place"] + 1), str(one["counted"]), percent(one["accuracy"]["value"]), interval(one["accuracy"])]
        for one in scores["positions"]
    ]
    rates = {row[0]: row[1:] for row in rows_of(browser, "refusals-table")[1:]}
    overall = scores["rates"]["overall"]
    assert rates["all"][3:] == [percent(overall["coverage"]), percent(overall["refusal_rate"])]


def test_the_drawings_show_the_same_figures(browser: Chrome, db: Database, tmp_path: Path) -> None:
    run = answered_run(db)
    scores = scores_json(score_run(db, RAFDB, run))
    opened(browser, db, run, tmp_path)

    def drawn(section: str) -> list[str]:
        return [one.text for one in browser.find_elements(By.CSS_SELECTOR, f"#{section} svg text")]

    cells = [str(count) for row in scores["confusion"]["counts"] for count in row]
    assert [text for text in drawn("confusion") if text.isdigit()] == cells
    bars = drawn("classes")
    for one in scores["per_class"]:
        assert one["label"] in bars
        assert percent(one["recall"]) in bars
    assert percent(scores["metrics"]["accuracy"]["value"]) in drawn("comparison")
    assert "GPT-4V (paper)" in drawn("comparison")


def test_nothing_is_asked_of_anybody_and_no_hostile_text_runs(browser: Chrome, db: Database, tmp_path: Path) -> None:
    opened(browser, db, hostile_run(db), tmp_path)
    assert browser.title.startswith("Mine =cmd|")
    assert browser.title.endswith("emowb report")
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert browser.execute_script("return document.scripts.length + document.images.length") == 0
    log = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry for entry in log if entry["level"] == "SEVERE"] == []
    assert "<script>document.title='PWNED'</script>" in browser.find_element(By.ID, "failures").text


def channels(colour: str) -> list[float]:
    return [float(number) for number in re.findall(r"[\d.]+", colour)[:3]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_read_in_the_light_and_in_the_dark(
    browser: Chrome, db: Database, tmp_path: Path, scheme: str
) -> None:
    opened(browser, db, answered_run(db), tmp_path, scheme)
    ground = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    inks = browser.execute_script(
        "return [document.body, ...document.querySelectorAll('td, dd, h2')].map(one => getComputedStyle(one).color)"
    )
    inks += browser.execute_script(
        "return [...document.querySelectorAll('#classes svg text')].map(one => getComputedStyle(one).fill)"
    )
    assert (max(channels(ground)) < 50) == (scheme == "dark")
    for ink in set(inks):
        assert (min(channels(ink)) > 140) == (scheme == "dark"), ink


@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_is_never_wider_than_its_window(browser: Chrome, db: Database, tmp_path: Path, width: int) -> None:
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        opened(browser, db, hostile_run(db), tmp_path)
        assert browser.execute_script("return document.documentElement.scrollWidth") == width
        opened(browser, db, answered_run(db), tmp_path)
        assert browser.execute_script("return document.documentElement.scrollWidth") == width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_on_paper_all_tables_are_open_and_nothing_is_dark(browser: Chrome, db: Database, tmp_path: Path) -> None:
    opened(browser, db, answered_run(db), tmp_path)
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": features})
    try:
        ground, ink = browser.execute_script(
            "const style = getComputedStyle(document.body); return [style.backgroundColor, style.color]"
        )
        assert (channels(ground), channels(ink)) == ([255, 255, 255], [0, 0, 0])
        heights = browser.execute_script(
            "return [...document.querySelectorAll('main table')].map(one => one.getBoundingClientRect().height)"
        )
        assert len(heights) == 6
        assert min(heights) > 50
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
