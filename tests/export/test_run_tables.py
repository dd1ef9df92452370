"""The files of a run, read back as any other program would read them."""

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlite_utils import Database

from tests.building import REFUSED, UNPARSED, ranked
from tests.export.worked_run import AT, answer, outside, plan_run
from workbench.application.reviews import ReviewSession
from workbench.domain.datasets.cards import CARDS
from workbench.domain.exports import ExportRequest, Format, TableName, tables_named
from workbench.domain.predictions import PredictionStatus
from workbench.domain.reviews import Verdict
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Protocol
from workbench.errors import DataError, UsageError
from workbench.export.export_run import export_run
from workbench.storage.runs.run_answers import data_fingerprint

MOSI = CARDS["cmumosi"]
FILES = ("metrics", "predictions", "confusion", "reviews", "refusals", "attempts")
GOLD = {
    "a/right": "negative",
    "a/wrong": "positive",
    "b/refused": "positive",
    "b/unparsed": "negative",
    "c/outside": "positive",
    "c/zero": "neutral",
    "d/pending": "negative",
}
OF_STRICT = {"protocol": "strict", "planned": "6", "answered": "3", "dataset": "cmumosi", "against": "gold"}


@pytest.fixture
def run(db: Database) -> Run:
    settled = {
        "a/right": ranked("weakly negative", "negative"),
        "a/wrong": ranked("negative", "positive"),
        "b/refused": REFUSED,
        "b/unparsed": UNPARSED,
        "c/outside": outside("=HYPERLINK(1)", "so|so"),
        "c/zero": ranked("neutral"),
    }
    return answer(db, MOSI, plan_run(db, MOSI, GOLD), settled)


def only(tables: str, protocol: Protocol = Protocol.STRICT) -> ExportRequest:
    return ExportRequest(tables=tables_named(tables), protocol=protocol)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_export_is_files_in_the_runs_own_folder(db: Database, run: Run, tmp_path: Path) -> None:
    written = export_run(db, MOSI, run, tmp_path / "exports")
    folder = tmp_path / "exports" / "cmumosi" / "first"
    assert written == [folder / f"{name}.csv" for name in FILES]
    assert all(path.is_file() and b"\r" not in path.read_bytes() for path in written)


def test_predictions_hold_a_row_for_each_planned_sample_in_planned_order(
    db: Database, run: Run, tmp_path: Path
) -> None:
    (path,) = export_run(db, MOSI, run, tmp_path, only("predictions"))
    rows = {row["sample"]: row for row in rows_of(path)}
    assert list(rows) == list(GOLD)
    assert rows["a/right"] == {
        "sample": "a/right",
        "gold": "negative",
        "status": "ranked",
        "top1": "weakly negative",
        "ranking": "weakly negative|negative",
        "rank_of_gold": "1",
        "attempts": "1",
        "raw_label": "Negative",
        "cluster": "s1",
        "first_status": "ranked",
        "failure": "",
        "place": "0",
        "note": "",
        "run": "first",
        "spec_hash": run.spec_hash,
        **OF_STRICT,
        "data": data_fingerprint(db, run.id),
    }
    assert (rows["a/wrong"]["failure"], rows["a/wrong"]["rank_of_gold"]) == ("wrong", "2")
    assert (rows["b/refused"]["status"], rows["b/refused"]["ranking"]) == ("refused", "")
    assert (rows["d/pending"]["status"], rows["d/pending"]["attempts"]) == ("", "1")


def test_a_formula_said_by_a_model_is_defused_wherever_it_stands(db: Database, run: Run, tmp_path: Path) -> None:
    written = export_run(db, MOSI, run, tmp_path)
    row = next(row for row in rows_of(written[1]) if row["sample"] == "c/outside")
    assert (row["status"], row["top1"], row["ranking"]) == (
        *("out of vocabulary", "'=HYPERLINK(1)", r"'=HYPERLINK(1)|so\|so"),
    )
    assert "'=HYPERLINK(1)" in rows_of(written[2])[0]


def test_metrics_are_one_long_table_of_fractions(db: Database, run: Run, tmp_path: Path) -> None:
    (path,) = export_run(db, MOSI, run, tmp_path, only("metrics"))
    rows = rows_of(path)
    identity = {(row["dataset"], row["run"], row["spec_hash"], row["protocol"]) for row in rows}
    assert identity == {("cmumosi", "first", run.spec_hash, "strict")}
    assert {(row["planned"], row["answered"], row["coverage"]) for row in rows} == {("6", "3", "0.5")}
    found = {(row["metric"], row["label"]): row for row in rows}
    assert len(found) == len(rows)
    accuracy = found["accuracy", ""]
    assert accuracy["support"] == "6"
    assert float(accuracy["value"]) == pytest.approx(1 / 6)
    assert (accuracy["low"], accuracy["high"]) == ("", ""), "all samples are of one cluster"
    assert float(found["recall", "negative"]["value"]) == pytest.approx(1 / 3)
    assert found["precision", "positive"]["value"] == ""
    assert float(found["refusal_rate", "positive"]["value"]) == pytest.approx(1 / 3)
    assert float(found["majority_accuracy", ""]["value"]) == pytest.approx(1 / 2)
    bounds = found["accuracy_bounds", ""]
    assert (float(bounds["low"]), float(bounds["high"])) == pytest.approx((1 / 6, 4 / 6))


def test_the_protocol_decides_what_the_tables_count(db: Database, run: Run, tmp_path: Path) -> None:
    metrics, confusion = export_run(db, MOSI, run, tmp_path, only("metrics,confusion", Protocol.ANSWERED))
    accuracy = next(row for row in rows_of(metrics) if row["metric"] == "accuracy")
    assert accuracy["protocol"] == "answered"
    assert float(accuracy["value"]) == pytest.approx(1 / 3)
    assert {row["no answer"] for row in rows_of(confusion)} == {"0"}


def test_the_confusion_matrix_has_a_row_for_each_gold_class(db: Database, run: Run, tmp_path: Path) -> None:
    (path,) = export_run(db, MOSI, run, tmp_path, only("confusion"))
    negative, positive = rows_of(path)
    after = ["first", run.spec_hash, *OF_STRICT.values(), data_fingerprint(db, run.id)]
    assert list(negative.values()) == ["negative", "1", "0", "0", "2", *after]
    assert list(positive.values()) == ["positive", "1", "0", "1", "1", *after]


def test_reviews_hold_a_row_for_each_reviewer_of_a_sample(db: Database, run: Run, tmp_path: Path) -> None:
    ada, bob = (ReviewSession(db, run, MOSI, name, lambda: AT) for name in ("ada", "@bob"))
    ada.set_verdict("b/refused", Verdict.UNSURE)
    ada.set_note("a/wrong", "+ she smiles\nthen not")
    ada.set_tags("a/wrong", ("occluded", "two faces"))
    bob.set_label("a/wrong", "weakly positive")
    (path,) = export_run(db, MOSI, run, tmp_path, only("reviews"))
    rows = rows_of(path)
    assert [(row["sample"], row["reviewer"]) for row in rows] == [
        *(("a/wrong", "'@bob"), ("a/wrong", "ada"), ("b/refused", "ada")),
    ]
    assert rows[0]["label"] == "weakly positive"
    assert rows[1] == {
        "sample": "a/wrong",
        "reviewer": "ada",
        "verdict": "",
        "label": "",
        "tags": "occluded two-faces",
        "note": "'+ she smiles\nthen not",
        "changed_at": AT,
        "gold": "positive",
        "top1": "negative",
        "run": "first",
        "spec_hash": run.spec_hash,
        **OF_STRICT,
        "data": data_fingerprint(db, run.id),
    }
    assert (rows[2]["verdict"], rows[2]["top1"]) == ("unsure", "")


def test_attempts_hold_a_row_for_each_request_that_left(db: Database, tmp_path: Path) -> None:
    planned = plan_run(db, MOSI, {"a|b": "negative", "c": "positive"})
    answer(db, MOSI, planned, {"a|b": ranked("negative")}, {"c": PredictionStatus.MISSING})
    run = answer(db, MOSI, planned, {"c": ranked("positive")})
    (path,) = export_run(db, MOSI, run, tmp_path, only("attempts"))
    first, second = rows_of(path)
    assert (first["number"], first["asked"], first["step"], first["parent_batch"]) == ("1", r"a\|b|c", "repeat", "")
    assert (second["number"], second["asked"], second["step"]) == ("1", "c", "keep")
    assert second["parent_batch"] == first["batch"]
    assert (second["sent_at"], second["received_at"]) == (AT, AT)
    assert (second["outcome"], second["reply"], second["cost_usd"]) == ("answered", "as asked", "")
    assert second["prompt"] == "What do they feel?"
    assert (second["run"], second["spec_hash"], second["protocol"]) == ("first", run.spec_hash, "strict")
    assert not {"key", "key_name", "headers"} & set(first)


def test_the_columns_of_every_table_are_named_once_whatever_a_model_says(db: Database, tmp_path: Path) -> None:
    words = {"a": "gold", "b": "run", "c": "gold (predicted)", "d": "spec_hash", "e": "planned"}
    planned = plan_run(db, MOSI, dict.fromkeys(words, "negative"))
    run = answer(db, MOSI, planned, {name: outside(word) for name, word in words.items()})
    (path,) = export_run(db, MOSI, run, tmp_path, only("confusion"))
    header = path.read_text().splitlines()[0].split(",")
    assert len(header) == len(set(header))
    (negative, _) = rows_of(path)
    assert (negative["gold"], negative["run"]) == ("negative", "first")
    assert (
        negative["gold (predicted)"] == negative["gold (predicted) (predicted)"] == negative["run (predicted)"] == "1"
    )


def test_intensities_are_told_in_units_of_the_owners_scale(db: Database, run: Run, tmp_path: Path) -> None:
    (path,) = export_run(db, MOSI, run, tmp_path, only("metrics"))
    found = {row["metric"]: row for row in rows_of(path)}
    assert found["mae"]["support"] == "0", "no sample has a score"
    assert found["pearson"]["label"] == ""


def test_refusals_are_told_of_all_of_each_class_and_of_each_cluster(db: Database, tmp_path: Path) -> None:
    clusters = {"a": "=v1", "b": "v2", "c": "=v1", "d": "v2", "e": None}
    planned = plan_run(db, MOSI, dict.fromkeys("abc", "negative") | dict.fromkeys("de", "positive"), clusters=clusters)
    said = dict.fromkeys("bc", PredictionStatus.REFUSED)
    answer(db, MOSI, planned, {"a": ranked("negative")}, said)
    run = answer(db, MOSI, planned, {"b": ranked("negative"), "c": REFUSED, "d": ranked("positive")})
    (path,) = export_run(db, MOSI, run, tmp_path, only("refusals"))
    rows = rows_of(path)
    counts = ("planned", "first_answered", "first_refused", "answered", "refused")
    assert [(row["group"], row["label"], *(int(row[name]) for name in counts)) for row in rows] == [
        ("all", "", 5, 2, 2, 3, 1),
        ("class", "negative", 3, 1, 2, 2, 1),
        ("class", "positive", 2, 1, 0, 1, 0),
        ("source video", "'=v1", 2, 1, 1, 1, 1),
        ("source video", "v2", 2, 1, 1, 2, 0),
    ]
    assert rows[0] == {
        "group": "all",
        "label": "",
        "planned": "5",
        "first_answered": "2",
        "first_refused": "2",
        "answered": "3",
        "refused": "1",
        "first_coverage": "0.4",
        "first_refusal_rate": "0.4",
        "coverage": "0.6",
        "refusal_rate": "0.2",
        "run": "first",
        "spec_hash": run.spec_hash,
        "protocol": "strict",
        "dataset": "cmumosi",
        "data": data_fingerprint(db, run.id),
    }


def test_a_run_without_reviews_still_has_the_file_with_its_header(db: Database, run: Run, tmp_path: Path) -> None:
    (path,) = export_run(db, MOSI, run, tmp_path, only("reviews"))
    assert path.read_text().startswith("sample,reviewer,verdict,label,tags,note,changed_at,")
    assert rows_of(path) == []


@pytest.mark.parametrize("name", ["../../out", "/etc/cron.d", "..", "a\x00\n\x1b[2J"])
def test_a_runs_name_cannot_lead_out_of_the_folder(db: Database, tmp_path: Path, name: str) -> None:
    run = answer(db, MOSI, plan_run(db, MOSI, {"a": "negative"}, name=name), {"a": ranked("negative")})
    target = tmp_path / "exports"
    written = export_run(db, MOSI, run, target)
    assert {path.parent.parent.resolve() for path in written} == {(target / "cmumosi").resolve()}
    assert [path.name for path in sorted(tmp_path.iterdir()) if not path.name.startswith("emowb.db")] == ["exports"]
    assert {row["run"] for row in rows_of(written[1])} == {name}


def test_exporting_again_gives_the_same_bytes(db: Database, run: Run, tmp_path: Path) -> None:
    before = [path.read_bytes() for path in export_run(db, MOSI, run, tmp_path)]
    assert [path.read_bytes() for path in export_run(db, MOSI, run, tmp_path)] == before


def test_an_unknown_table_writes_nothing_and_names_the_nearest(db: Database, run: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean metrics"):
        export_run(db, MOSI, run, tmp_path / "exports", only("predictions,metric"))
    assert not (tmp_path / "exports").exists()


def test_a_folder_that_cannot_be_made_is_a_data_error(db: Database, run: Run, tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("in the way")
    with pytest.raises(DataError, match="choose a folder with --out"):
        export_run(db, MOSI, run, tmp_path / "exports")


@pytest.mark.parametrize("form", list(Format))
def test_every_export_says_how_intervals_came_about_and_what_figures_are_over(
    db: Database, tmp_path: Path, form: Format
) -> None:
    gold = {f"s{subject}-{clip}": "positive" if clip % 2 else "negative" for subject in range(6) for clip in range(4)}
    planned = plan_run(db, MOSI, gold, clusters={name: name.split("-")[0] for name in gold})
    run = answer(db, MOSI, planned, {name: ranked("positive") for name in gold})
    paths = export_run(db, MOSI, run, tmp_path, ExportRequest(tables=(TableName.METRICS,), formats=(form,)))
    if form is Format.PARQUET:
        text = str(pq.read_table(paths[0]).to_pylist())
    else:
        text = " ".join(paths[0].read_text(encoding="utf-8").split())
    plain = text.replace("\\", "")
    assert "jackknife over 6 clusters by source video" in plain
    assert "few clusters (6): intervals are approximate" in plain
    assert "UAR and macro F1 are means over 2 classes that gold has" in plain
    assert data_fingerprint(db, run.id) in plain
    assert "scikit-learn" in plain


def test_the_fingerprint_tells_data_apart_that_have_the_same_spec(db: Database) -> None:
    one = plan_run(db, MOSI, {"a": "positive", "b": "negative"}, clusters={"a": "v1", "b": "v2"})
    first = data_fingerprint(db, one.id)
    assert first == data_fingerprint(db, one.id)
    db.execute("UPDATE sample SET gold = 'positive' WHERE id = 'b'")
    assert data_fingerprint(db, one.id) != first
