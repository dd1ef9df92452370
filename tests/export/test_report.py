"""The report as a file: what is in it, and what must not be."""

import re
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.building import REFUSED, ranked
from tests.export.hostile_run import SECRET, hostile_run
from tests.export.report_reading import Element, read_html
from tests.export.worked_run import answer, outside, plan_run
from workbench.domain.datasets.cards import CARDS
from workbench.domain.exports import ExportRequest, Format
from workbench.domain.runs import Run
from workbench.export.export_run import export_run
from workbench.storage.samples import load_card

RAFDB = CARDS["rafdb"]
HTML = ExportRequest(formats=(Format.HTML,))
LINKS = ("src", "href", "xlink:href", "action", "data", "poster", "srcset", "background")


def run_of(db: Database) -> Run:
    gold = {"a": "happy", "b": "happy", "c": "sad", "d": "sad", "e": "angry", "f": "angry"}
    said = {
        "a": ranked("happy", "sad"),
        "b": ranked("sad", "happy"),
        "c": ranked("sad"),
        "d": REFUSED,
        "e": outside("bored"),
    }
    return answer(db, RAFDB, plan_run(db, RAFDB, gold), said)


def page_of(db: Database, run: Run, folder: Path, wanted: ExportRequest = HTML) -> str:
    (path,) = export_run(db, load_card(db, run.dataset), run, folder, wanted)
    assert path.name == "report.html"
    return path.read_text()


@pytest.fixture
def page(db: Database, tmp_path: Path) -> Element:
    return read_html(page_of(db, run_of(db), tmp_path))


def test_a_page_is_one_document_with_its_parts_in_order(page: Element) -> None:
    (html,) = page.every("html")
    assert html.attributes["lang"] == "en"
    assert [one.attributes["id"] for one in page.every("section") if "id" in one.attributes] == [
        *("about", "metrics", "comparison", "classes", "confusion", "refusals", "positions", "failures"),
    ]
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert len(page.every(landmark)) == 1, landmark
    targets = {link.attributes["href"].removeprefix("#") for link in page.every("a")}
    assert targets <= {one.attributes.get("id") for one in page.every("section")}


def test_every_id_of_a_page_is_its_own(page: Element) -> None:
    ids = [one.attributes["id"] for one in page.every("*") if "id" in one.attributes]
    assert len(ids) == len(set(ids))


def test_every_table_has_heads_with_a_scope_and_every_figure_words(page: Element) -> None:
    assert len(page.every("table")) == 6
    assert all(head.attributes["scope"] for head in page.every("th"))
    assert all(table.every("caption")[0].text for table in page.every("table"))
    drawings = [one for one in page.every("div") if one.attributes.get("role") == "img"]
    assert len(drawings) == len(page.every("svg")) == 5
    assert all(len(one.attributes["aria-label"]) > 20 for one in drawings)


def test_the_run_is_told_before_any_figure(page: Element, db: Database) -> None:
    told = {
        block.every("dt")[0].text: block.every("dd")[0].text
        for block in page.named("about").every("div")
        if len(block.every("dt")) == 1
    }
    assert told["Run"].startswith("first, ")
    assert (told["Model"], told["Endpoint"], told["Prompt"]) == ("schematic-baseline", "embedded", "named/1")
    assert told["Protocol"].startswith("strict: Every sample in the plan counts")
    assert (told["Planned"], told["Answered"], told["Coverage"]) == ("6", "4", "66.67 %")
    assert told["Spec hash"].startswith("sha256:")
    assert told["Accuracy lies between"].startswith("33.33 % (every non-answer wrong) and 66.67 %")
    assert told["Cost"] == "unknown"


def test_the_figures_stand_in_tables(page: Element) -> None:
    metrics = {row[0]: row[1:] for row in page.named("metrics-table").rows()}
    assert metrics["Accuracy (WAR)"][0] == "33.33"
    assert metrics["Accuracy (WAR)"][4] == "75.81, 74.28 (grey)"
    classes = {row[0]: row[1:] for row in page.named("classes-table").rows()}
    assert classes["happy"][:3] == ["2", "100.00", "50.00"]
    confusion = page.named("confusion-table").rows()
    assert confusion[0][-2:] == ["bored", "no answer"]
    assert confusion[1] == ["happy", "1", "1", *"0000000"]
    comparison = {row[0]: row[1:] for row in page.named("comparison-table").rows()}
    assert comparison["this run − GPT-4V"] == ["–", "–", "−42.48", "–", "–"]


def test_more_than_three_other_words_stand_in_one_column(db: Database, tmp_path: Path) -> None:
    words = {name: outside(f"word {name}") for name in "abcd"}
    run = answer(db, RAFDB, plan_run(db, RAFDB, dict.fromkeys(words, "sad")), words)
    page = read_html(page_of(db, run, tmp_path))
    rows = page.named("confusion-table").rows()
    assert rows[0][-2:] == ["other words", "no answer"]
    assert rows[2][-2:] == ["4", "0"]
    assert "sums 4 words" in page.named("confusion").text


def test_failures_are_grouped_and_shown_with_what_is_known_of_them(page: Element) -> None:
    failures = page.named("failures")
    assert [head.text for head in failures.every("h3")] == [
        "Wrong 1 of 1",
        "Out of vocabulary 1 of 1",
        "Refused 1 of 1",
    ]
    assert [head.text for head in failures.every("h4")] == [
        *("happy → sad 1 of 1", "angry → bored 1 of 1", "sad → no answer 1 of 1"),
    ]
    wrong = failures.every("li")[0]
    assert [one.text for one in wrong.every("p")] == ["b", "gold happy, ranked"]
    assert [one.text for one in wrong.every("dd")] == ["sad \u203a happy", "as asked"]
    assert [right.text for right in wrong.every("dd")[0].every("b")] == ["happy"]


def test_a_page_needs_nothing_from_elsewhere_and_runs_nothing(db: Database, tmp_path: Path) -> None:
    text = page_of(db, run_of(db), tmp_path)
    page = read_html(text)
    (policy,) = (one for one in page.every("meta") if one.attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert not [
        one for one in page.every("*") if one.tag in ("script", "link", "iframe", "object", "embed", "form", "base")
    ]
    for one in page.every("*"):
        assert not [name for name in one.attributes if name.startswith("on")]
        assert all(one.attributes[name].startswith(("#", "data:")) for name in LINKS if name in one.attributes)
    assert not re.search(r"@import|url\((?!#)|https?://", text)


def test_exporting_again_gives_the_same_bytes(db: Database, tmp_path: Path) -> None:
    run = run_of(db)
    assert page_of(db, run, tmp_path) == page_of(db, run, tmp_path)


def test_hostile_text_is_shown_and_is_no_part_of_the_page(db: Database, tmp_path: Path) -> None:
    text = page_of(db, hostile_run(db), tmp_path)
    page = read_html(text)
    assert not page.every("script")
    assert not page.every("img")
    assert not [name for one in page.every("*") for name in one.attributes if name.startswith("on")]
    assert "<script>document.title='PWNED'</script>" in page.named("failures").text
    for unseen in ("\x1b", "\x07", "\u202e", "\u2028"):
        assert unseen not in text
    assert "␛]0;PWNED␇\\u{202e}gnp.exe" in page.named("about").text


def test_a_run_without_any_answer_has_a_page_too(db: Database, tmp_path: Path) -> None:
    planned = plan_run(db, RAFDB, {"a": "happy"})
    page = read_html(page_of(db, planned, tmp_path))
    assert "0 of 1 answered" in page.every("header")[0].text
    assert not [one for one in page.every("section") if one.attributes.get("id") == "positions"]


def test_a_run_of_nothing_has_a_page_too(db: Database, tmp_path: Path) -> None:
    planned = plan_run(db, RAFDB, {})
    assert "0 of the scored samples failed." in read_html(page_of(db, planned, tmp_path)).named("failures").text


def test_a_run_without_failures_says_so(db: Database, tmp_path: Path) -> None:
    run = answer(db, RAFDB, plan_run(db, RAFDB, {"a": "happy"}), {"a": ranked("happy")})
    page = read_html(page_of(db, run, tmp_path))
    assert not page.named("failures").every("h3")


def test_no_key_is_in_any_export(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    run = run_of(db)
    written = export_run(db, RAFDB, run, tmp_path, ExportRequest(formats=tuple(Format)))
    assert len(written) == 3 * 6 + 1 + 2 + 1
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]
