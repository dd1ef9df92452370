import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.conftest import Place
from workbench.domain.datasets.cards import CARDS, DatasetCard
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.datasets.tasks import Modality, Task
from workbench.errors import DataError, UsageError
from workbench.importers.import_result import ImportResult
from workbench.importers.manifests.manifest import read_manifest, template
from workbench.importers.manifests.manifest_file import opened_manifest

Manifest = Callable[..., tuple[DatasetCard, ImportResult]]
ROWS = "id,path,gold\none,a.jpg,happy\ntwo,b.jpg,sad\n"


@pytest.fixture
def manifest(tmp_path: Path, place: Place) -> Manifest:
    """Write a manifest beside three pictures, two clips and a folder of frames, and read it."""
    place("a.jpg", "b.jpg", "c/C.png", "clip.mp4", "clip.MOV", "frames.v2/1.jpg")

    def read(content: str | bytes, name: str = "mine.csv", **flags: Any) -> tuple[DatasetCard, ImportResult]:
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_manifest("mine", tmp_path / name, **flags)

    return read


def facts(found: ImportResult) -> list[tuple[str, str, str | None]]:
    return [(it.id, it.gold, it.path) for it in found.samples]


def skipped(found: ImportResult) -> dict[str, str]:
    return {it.path: it.reason for it in found.skipped}


TWO = [("one", "happy", "a.jpg"), ("two", "sad", "b.jpg")]


@pytest.mark.parametrize(
    "content",
    [
        ROWS,
        "\ufeff" + ROWS,
        ROWS.replace("\n", "\r\n"),
        ROWS.replace(",", ";"),
        ROWS.replace(",", "\t"),
        ROWS.replace("id,path,gold", ' ID , "Path",GOLD '),
        ROWS.replace(",", ", ").replace("\n", " \n\n"),
        "# a remark, with commas\n## labels: none of these\n\n" + ROWS,
        "\n,,\n" + ROWS.replace("\n", ",,\n"),
        '"# a remark, ""quoted"" by a spreadsheet",,\n' + ROWS,
        '{"id": "one", "path": "a.jpg", "gold": "happy"}\n\n{"id": "two", "path": ["b.jpg"], "gold": " sad "}',
        '{"ID": "one", "Path": "./a.jpg", "Gold": "happy"}\r\n{"id":"two","path":"b.jpg","gold":"sad","text":null}\r\n',
    ],
)
def test_a_manifest_may_be_written_in_any_usual_way(manifest: Manifest, content: str) -> None:
    assert facts(manifest(content)[1]) == TWO


def test_a_manifest_that_excel_saved_in_gbk_is_read(manifest: Manifest) -> None:
    _, found = manifest("id,text,gold\n一,你好,happy\n二,再见,sad\n".encode("gbk"))
    assert [(it.id, it.text) for it in found.samples] == [("一", "你好"), ("二", "再见")]


def test_a_row_may_go_over_several_lines_and_the_lines_after_it_are_counted_right(manifest: Manifest) -> None:
    _, found = manifest('id,text,gold\na,"Well,\r\n""no"".",sad\nb,yes,happy\nc,,happy\n')
    assert [it.text for it in found.samples] == ['Well,\n"no".', "yes"]
    assert skipped(found) == {"line 5: c": "it has neither a path nor a text"}


@pytest.mark.parametrize(
    ("rows", "task", "modality", "frames", "batch_size"),
    [
        ("a.jpg,", Task.FACIAL, Modality.IMAGE, "all", 20),
        ("clip.mp4,", Task.DYNAMIC, Modality.VIDEO, "uniform(3)", 6),
        ("frames.v2,", Task.DYNAMIC, Modality.VIDEO, "uniform(3)", 6),
        ("a.jpg|b.jpg,", Task.DYNAMIC, Modality.VIDEO, "uniform(3)", 6),
        ("clip.mp4,hello", Task.MULTIMODAL, Modality.MULTI, "uniform(3)", 6),
        (",hello", Task.MULTIMODAL, Modality.TEXT, "all", 20),
    ],
)
def test_task_and_modality_are_what_fits_the_media(
    manifest: Manifest, rows: str, task: Task, modality: Modality, frames: str, batch_size: int
) -> None:
    card, found = manifest(f"id,path,text,gold\none,{rows},happy\n", labels=("happy", "sad"))
    assert (card.task, card.modality, str(card.frames), card.batch_size) == (task, modality, frames, batch_size)
    assert not found.skipped


def test_every_kind_of_medium_is_known_by_its_name(manifest: Manifest) -> None:
    cells = ("a.jpg", "c/C.png", "clip.mp4", "clip.MOV", "frames.v2/", "b.jpg| c/C.png", "c\\C.png")
    _, found = manifest("id,path,gold\n" + "".join(f"{at},{cell},{at % 2}\n" for at, cell in enumerate(cells)))
    assert [(it.media, it.path) for it in found.samples] == [
        (MediaKind.IMAGE, "a.jpg"),
        (MediaKind.IMAGE, "c/C.png"),
        (MediaKind.VIDEO, "clip.mp4"),
        (MediaKind.VIDEO, "clip.MOV"),
        (MediaKind.FRAMES, "frames.v2"),
        (MediaKind.FILES, "b.jpg|c/C.png"),
        (MediaKind.IMAGE, "c/C.png"),
    ]


def test_several_paths_in_json_are_a_list(manifest: Manifest) -> None:
    _, found = manifest('{"path": ["b.jpg", "a.jpg"], "gold": "x"}\n{"path": "a.jpg", "gold": "y"}', "m.jsonl")
    assert [(it.id, it.media, it.files) for it in found.samples] == [
        ("b", MediaKind.FILES, ("b.jpg", "a.jpg")),
        ("a", MediaKind.IMAGE, ("a.jpg",)),
    ]


def test_every_column_reaches_the_sample(manifest: Manifest) -> None:
    card, found = manifest(
        "split,subject,score,text,gold,path,id\ntest,anna,-0.5,hello,Sadness,a.jpg,one\n", labels=["happy", "sad"]
    )
    assert found.samples == (
        Sample(
            id="one",
            gold="sad",
            raw_label="Sadness",
            media=MediaKind.IMAGE,
            path="a.jpg",
            text="hello",
            score=-0.5,
            cluster="anna",
            split="test",
        ),
    )
    assert (card.expected, card.licence, card.open_licence, card.cluster) == (None, "your own", False, "subject")
    assert found.notes == ("1 labelled 'sadness', taken as 'sad': one",)


SETTINGS = {
    "title": "My faces",
    "labels": ["happy", "sad", "angry"],
    "task": "micro",
    "frames": "last(2)",
    "batch_size": 7,
    "folds": {"happy": "positive", "sadness": "negative"},
}
AS_LINES = (
    "# title: My faces\n#Labels: happy, sad, angry\n# Task : Micro-Expression\n# frames: last(2)\n# batch size: 7\n"
    "# folds: happy = positive, sadness = negative\n"
)


@pytest.mark.parametrize(
    "content",
    [
        AS_LINES + ROWS,
        "".join(f"{line};;;\n" for line in AS_LINES.splitlines()) + ROWS,
        "".join(f'"{line}",,\n' for line in AS_LINES.splitlines()) + ROWS,
        json.dumps({"manifest": SETTINGS}) + '\n{"id": "one", "path": "a.jpg", "gold": "happy"}',
    ],
    ids=["as it is", "filled up by a spreadsheet", "quoted by a spreadsheet", "json"],
)
def test_a_manifest_sets_up_its_card(manifest: Manifest, content: str) -> None:
    card, _ = manifest(content)
    assert (card.key, card.title, card.task, card.modality) == ("mine", "My faces", Task.MICRO, Modality.IMAGE)
    assert (card.labels.names, str(card.frames), card.batch_size) == (("happy", "sad", "angry"), "last(2)", 7)
    assert dict(card.folds) == {"happy": "positive", "sad": "negative"}
    assert card.classes == ("positive", "negative", "angry")


def test_flags_count_before_the_manifest(manifest: Manifest) -> None:
    given: dict[str, Any] = {"labels": ["sad", "happy"], "task": "dynamic facial", "batch_size": 3, "frames": "ends(2)"}
    card, _ = manifest(AS_LINES + ROWS, **given)
    assert (list(card.labels.names), card.task, card.batch_size, str(card.frames)) == tuple(given.values())
    assert card.title == "My faces"


def test_without_labels_they_are_the_gold_labels_in_order_of_first_appearance(manifest: Manifest) -> None:
    rows = ("none.jpg,Tired", "a.jpg,happy", "b.jpg,surprised", "clip.mp4,surprise", "c/C.png,HAPPY")
    card, found = manifest("path,gold\n" + "\n".join(rows))
    assert card.labels.names == ("Tired", "happy", "surprised")
    assert [it.gold for it in found.samples] == ["happy", "surprised", "surprised", "happy"]
    assert found.notes == (
        "labels from its rows: Tired, happy, surprised",
        "1 labelled 'surprise', taken as 'surprised': clip",
    )


def test_more_gold_labels_than_a_prompt_can_hold_are_an_error_that_says_what_to_do(manifest: Manifest) -> None:
    rows = "".join(f"{at},t,label {at}\n" for at in range(51))
    with pytest.raises(DataError, match="more than 50 different gold labels; give the labels: --labels"):
        manifest("id,text,gold\n" + rows)
    assert len(manifest("id,text,gold\n" + rows[: rows.index("50,t")])[0].labels.names) == 50


def test_a_single_gold_label_is_no_question(manifest: Manifest) -> None:
    with pytest.raises(DataError, match="all its gold labels are 'happy'; give the labels"):
        manifest("path,gold\na.jpg,happy\n")


def test_an_unknown_gold_label_is_listed_with_its_line_and_the_nearest_label(manifest: Manifest) -> None:
    _, found = manifest(
        "id,path,gold\n1,a.jpg,happy\n2,b.jpg,hapy\n3,b.jpg,Joy\n4,b.jpg,zzz\n", labels=["happy", "sad"]
    )
    assert facts(found) == [("1", "happy", "a.jpg"), ("3", "happy", "b.jpg")]
    assert skipped(found) == {
        "line 3: 2": "unknown label 'hapy'; the nearest is 'happy'",
        "line 5: 4": "unknown label 'zzz'",
    }


@pytest.mark.parametrize("word", ["a, b", "[x]", "...", "\x1b[2J", "y" * 61, "\u202eabc"])
def test_what_would_break_a_prompt_or_a_screen_is_no_label(manifest: Manifest, word: str) -> None:
    rows = [{"id": "1", "text": "t", "gold": word}, {"id": "2", "text": "t", "gold": "x"}]
    _, found = manifest("\n".join(map(json.dumps, (*rows, {"id": "3", "text": "t", "gold": "y"}))))
    assert [it.id for it in found.samples] == ["2", "3"]
    assert "cannot be a label" in found.skipped[0].reason
    with pytest.raises(UsageError, match="cannot be a label"):
        manifest(ROWS, labels=["happy", word])


def test_scores_alone_are_judged_by_their_sign_as_in_the_sentiment_sets(manifest: Manifest) -> None:
    card, found = manifest("id,path,score\n1,a.jpg,-1.5\n2,b.jpg,0\n3,clip.mp4,2\n4,c/C.png,nan\n5,c/C.png,much\n")
    assert [(it.gold, it.raw_label, it.score) for it in found.samples] == [
        ("negative", "-1.5", -1.5),
        ("neutral", "0", 0.0),
        ("positive", "2", 2.0),
    ]
    same = CARDS["chsims"]
    assert (card.labels, card.folds, card.classes) == (same.labels, same.folds, same.classes)
    assert (card.unscored_gold, card.metrics) == (same.unscored_gold, same.metrics)
    assert skipped(found) == {
        "line 5: 4": "its score 'nan' is no number",
        "line 6: 5": "its score 'much' is no number",
    }


def test_the_sign_of_a_score_is_one_of_the_labels_given(manifest: Manifest) -> None:
    card, found = manifest("path,score\na.jpg,1\nb.jpg,0\n", labels=["Negative", "Positive"])
    assert [it.gold for it in found.samples] == ["Positive"]
    assert (card.classes, card.folds) == (("Negative", "Positive"), {})
    assert skipped(found) == {"line 3: b.jpg": "unknown label 'neutral'"}


def test_an_id_is_the_path_without_its_suffix_and_unique(manifest: Manifest, place: Place) -> None:
    place("a.png")
    _, found = manifest("path,gold\na.jpg,x\na.png,y\nframes.v2,x\nclip.mp4|,y\na.jpg,x\n")
    assert [it.id for it in found.samples] == ["a", "a.png", "frames.v2", "clip"]
    assert skipped(found) == {"line 6: a.jpg": "listed before; to list it twice, give an id to each"}


def test_one_medium_may_be_two_samples_with_ids_of_their_own(manifest: Manifest) -> None:
    _, found = manifest("id,path,gold\n1,a.jpg,x\n2,a.jpg,y\n1,b.jpg,y\n")
    assert [it.id for it in found.samples] == ["1", "2"]
    assert skipped(found) == {"line 4: 1": "listed before under the same name"}


OUT = "leads out of the data set's folder"
BAD_PATHS = {
    "../secret.jpg": OUT,
    "c/../a.jpg": OUT,
    "/etc/passwd": OUT,
    "link.jpg": OUT,
    "out/secret.jpg": OUT,
    "file:///etc/passwd": "an address, and nothing is fetched; give the path of a file",
    "http://169.254.169.254/x.jpg": "an address, and nothing is fetched; give the path of a file",
    "a\0.jpg": "its path holds control characters",
    "a\x1b]52;c;x\x07.jpg": "its path holds control characters",
    "x" * 4096 + ".jpg": "its path is longer than any that a file can have",
    "x" * 300 + ".jpg": "cannot be read: File name too long",
    "y" * 30_000: "its path is longer than any that a file can have",
    "fifo.jpg": "not a regular file",
    "/dev/null": OUT,
    "none.jpg": "no such file or folder",
    "a.jpg/b.jpg": "no such file or folder",
    "A.JPG": "no such file or folder; there is a.jpg",
    "dir.jpg": "not a regular file",
    "notes.txt": "neither a picture nor a video, by its suffix '.txt'",
    ".": "its path names the root itself",
    "a.jpg|clip.mp4": "several paths that are not all pictures",
    "a.jpg|none.jpg": "no such file or folder",
    "loop.jpg": "cannot be read: Too many levels of symbolic links",
    "a\n.jpg": "its path holds control characters",
}


@pytest.fixture
def traps(tmp_path: Path, place: Place) -> Path:
    """A root with every trap in it, below a folder with a secret."""
    place("secret.jpg", "root/a.jpg", "root/c/d.jpg", "root/clip.mp4", "root/notes.txt", "root/dir.jpg/1.jpg")
    root = tmp_path / "root"
    (root / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (root / "out").symlink_to(tmp_path)
    (root / "loop.jpg").symlink_to("loop.jpg")
    os.mkfifo(root / "fifo.jpg")
    return root


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_every_bad_path_is_listed_with_its_line_and_the_rest_imported(traps: Path, form: str) -> None:
    cells = ["a.jpg", *BAD_PATHS, "c/d.jpg"]
    if form == "csv":
        lines = ["path,gold", *(f'"{cell}",{at % 2}' for at, cell in enumerate(cells))]
    else:
        lines = [json.dumps({"path": cell, "gold": at % 2}) for at, cell in enumerate(cells)]
    (traps / "m").write_text("\n".join(lines))
    _, found = read_manifest("mine", traps / "m")
    assert [it.path for it in found.samples] == ["a.jpg", "c/d.jpg"]
    assert [it.reason for it in found.skipped] == list(BAD_PATHS.values())
    first_line = 3 if form == "csv" else 2
    for line, it in enumerate(found.skipped, first_line):
        assert it.path.startswith(f"line {line}: ")
        assert it.path.isprintable()
        assert len(it.path) < 350


def test_two_paths_that_differ_in_case_alone_are_one_too_many(manifest: Manifest, place: Place) -> None:
    place("A.jpg")
    _, found = manifest("id,path,gold\n1,A.jpg,x\n2,a.jpg,y\n3,b.jpg,y\n")
    assert [it.id for it in found.samples] == ["1", "3"]
    assert skipped(found) == {"line 3: 2": "its path differs from A.jpg in case alone"}


def test_paths_may_be_absolute_below_the_root_also_by_way_of_a_link(tmp_path: Path, manifest: Manifest) -> None:
    (tmp_path / "way").symlink_to(tmp_path / "c")
    _, found = manifest(f"path,gold\n{tmp_path}/a.jpg,x\n{tmp_path}/way/C.png,y\n")
    assert facts(found) == [("a", "x", "a.jpg"), ("c/C", "y", "c/C.png")]


def test_paths_may_start_from_another_folder(tmp_path: Path, manifest: Manifest) -> None:
    _, found = manifest("path,gold\nC.png,x\n1.jpg,y\n", root=tmp_path / "c")
    assert (facts(found), found.root) == ([("C", "x", "C.png")], tmp_path / "c")
    with pytest.raises(DataError, match=r"a\.jpg is no folder"):
        manifest(ROWS, root=tmp_path / "a.jpg")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x,b.jpg,,", "it has no gold label"),
        ("x,,hi,happy", "it has no path"),
        ("x,b.jpg,hi, there,happy,,,", "it has more cells than the header; quote a text that holds a delimiter"),
        ('x,b.jpg,"hi "there"",happy', 'its quotes do not pair, a quote within quotes is written ""'),
        (
            'x,b.jpg,"hi\n"there"",happy',
            'its quotes do not pair, so that lines 5 to 6 are one; a quote within quotes is written ""',
        ),
        ("x\x1bx,b.jpg,,happy", "its name holds control characters"),
        ("x" * 301 + ",b.jpg,,happy", "its name is longer than 300 characters"),
        ("x,b.jpg,,happy,,sub\x1bject,", "its subject holds control characters or is too long"),
    ],
)
def test_every_bad_row_is_listed_and_the_rest_imported(manifest: Manifest, row: str, reason: str) -> None:
    header = "# task: facial\n# labels: happy, sad\nid,path,text,gold,score,subject,split\n"
    _, found = manifest(f"{header}1,a.jpg,,happy\n{row}\n3,c/C.png,,sad\n")
    assert [it.id for it in found.samples] == ["1", "3"]
    assert [(it.path.split(":")[0], it.reason) for it in found.skipped] == [("line 5", reason)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1, 2]", "not a JSON object"),
        ('{"id": "x", ', "not a JSON object"),
        ("[" * 20_000, "not a JSON object"),
        ('{"id": "x", "path": {"a": 1}, "gold": "happy"}', "its path is neither text nor a number"),
        ('{"id": "x", "text": "\\ud800", "gold": "happy"}', "its text is no Unicode"),
        ('{"id": "\\ud800", "text": "t", "gold": "happy"}', "its name holds control characters"),
        ('{"text": "t", "gold": "happy"}', "words alone need an id"),
        ('{"manifest": {"title": "late"}}', "it has no gold label"),
    ],
)
def test_every_bad_object_is_listed_and_the_rest_imported(manifest: Manifest, line: str, reason: str) -> None:
    good = '{"id": "%s", "text": "t", "gold": "%s"}'
    _, found = manifest("\n".join((good % (1, "happy"), line, good % (3, "sad"))))
    assert [it.id for it in found.samples] == ["1", "3"]
    assert [(it.path.split(":")[0], it.reason) for it in found.skipped] == [("line 2", reason)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"# only: remarks\n", "is empty"),
        (b"path,gold\n", "it has no rows"),
        (b"a.jpg,happy\n", r"line 1: a header names at least .* this one: a\.jpg, happy"),
        (b"path,colour\na.jpg,happy\n", "this one: path, colour; rename its columns, or say"),
        (b"path,label,emotion\na.jpg,1,happy\n", "label and emotion could each be gold; say which: --columns gold="),
        (b'[{"path": "a.jpg",\n', "line 1: begins like a JSON array and is none"),
        (b"path,gold,Gold\na.jpg,happy,sad\n", "two columns are called 'gold'"),
        (b"path,gold\nnone.jpg,happy\n", r"no row can be used: 1 skipped, the first \(line 2: none\.jpg\): no such"),
        (b'path,gold\na.jpg,happy\n"b.jpg,sad\nc.jpg,sad\n', "line 3: a quote that is never closed"),
        (b"path,gold\n" + b"x" * 200_000 + b",happy", "line 2: a quote that is never closed, or a cell without end"),
        (b"x" * 1_100_000, "a line of more than"),
        (b"x" * 200_000, "line 1: a cell without end"),
        (b"path,gold\n\xff\xff,happy\n", "is not UTF-8, and its encoding cannot be told"),
        (b"# lables: happy, sad\n" + ROWS.encode(), "line 1: unknown setting 'lables'; did you mean labels"),
        (b"# labels: a, b\n# labels: c, d\n" + ROWS.encode(), "line 2: 'labels' is given twice"),
        (b"# labels: happy\n" + ROWS.encode(), "two labels or more"),
        (b"# labels: happy, HAPPY\n" + ROWS.encode(), "two labels are the same word"),
        (b"# task: smelling\n" + ROWS.encode(), "unknown task 'smelling'"),
        (b"# frames: some\n" + ROWS.encode(), "'some' is no frame policy"),
        (b"# batch_size: many\n" + ROWS.encode(), "batch_size is a number of samples from 1 to 1,000"),
        (b"# folds: happy\n" + ROWS.encode(), "folds are written label=class"),
        (b"# folds: hapy=good\n" + ROWS.encode(), "folds: 'hapy' is no label; the nearest is 'happy'"),
        (b'{"manifest": 5}\n', '"manifest" must be an object'),
        (b'{"manifest": {"lables": []}}\n', "unknown setting 'lables'; there are: title, labels"),
        (b'{"manifest": {"labels": 5}}\n', "labels are a list of words"),
    ],
)
def test_what_is_no_manifest_is_refused_in_one_line(manifest: Manifest, content: bytes, why: str) -> None:
    with pytest.raises(DataError, match=why) as caught:
        manifest(content)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        ({"labels": ["happy"]}, "two labels or more"),
        ({"task": "facail"}, "did you mean facial"),
        ({"frames": "uniform(99)"}, "is no frame policy"),
        ({"batch_size": 0}, "batch_size is a number"),
    ],
)
def test_a_flag_that_cannot_be_meant_is_a_usage_error(manifest: Manifest, flags: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        manifest(ROWS, **flags)


@pytest.mark.parametrize("key", ["", "Mine", "my set", "-x", "../x", "m" * 41, "mïne", "mine\n"])
def test_a_key_that_cannot_be_typed_everywhere_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(UsageError, match="cannot be the key of a data set"):
        read_manifest(key, tmp_path / "m.csv")


def test_the_key_of_a_built_in_set_is_taken(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ckplus is a built-in data set \(CK\+\); choose another key"):
        read_manifest("ckplus", tmp_path / "m.csv")


def test_a_manifest_that_is_not_there_or_would_hang_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.csv")
    for name, why in {"fifo.csv": "not a regular file", "none.csv": "No such file", "": "not a regular file"}.items():
        with pytest.raises(DataError, match=why):
            read_manifest("mine", tmp_path / name)


def test_columns_that_mean_nothing_are_noted(manifest: Manifest) -> None:
    _, found = manifest("path,gold,age\na.jpg,x,3\nb.jpg,y,4\n")
    assert found.notes[0] == "column 'age' means nothing here and was not read"


def test_samples_that_lack_a_medium_or_a_text_are_counted(manifest: Manifest) -> None:
    card, found = manifest("id,path,text,gold\n1,clip.mp4,hi,x\n2,,hello,y\n3,clip.MOV,,y\n")
    assert (card.modality, [it.media for it in found.samples][1]) == (Modality.MULTI, MediaKind.NONE)
    assert found.notes[:2] == ("1 with words alone, since no path is given", "1 without a text")


def test_importing_twice_finds_the_same(manifest: Manifest) -> None:
    assert manifest(ROWS) == manifest(ROWS)


def test_the_template_is_a_manifest_once_its_example_rows_are_replaced(manifest: Manifest) -> None:
    head = template()[: template().index("example-1")]
    card, found = manifest(head + "one,a.jpg,happy,,,anna,\ntwo,c/C.png,angry,,,ben,test\n")
    assert (card.title, card.labels.names, card.cluster) == ("My data set", ("happy", "angry"), "subject")
    assert (len(found.samples), found.skipped) == (2, ())


def test_every_setting_of_the_template_counts_once_a_mark_is_removed(manifest: Manifest) -> None:
    head = template()[: template().index("example-1")]
    for name in ("labels", "task", "frames", "batch_size", "folds"):
        assert f"\n## {name}: " in head
        head = head.replace(f"\n## {name}: ", f"\n# {name}: ")
    card, _ = manifest(head + "one,a.jpg,happy,,,anna,\n")
    assert (card.labels.names, card.classes) == (("happy", "sad", "angry", "neutral"), ("positive", "negative"))


def test_a_long_manifest_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("id,path,gold\n" + "".join(f"{at},picture.jpg,happy\n" for at in range(30_000)))
    tracemalloc.start()
    try:
        with opened_manifest(path) as opened:
            n_rows = sum(1 for _ in opened.rows)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert n_rows == 30_000
    assert peak_bytes < 5_000_000  # a chunk of text while the encoding is found out


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)


@given(st.lists(st.fixed_dictionaries({"id": CELLS, "text": CELLS, "gold": CELLS, "score": CELLS, "path": CELLS})))
def test_whatever_stands_in_the_rows_is_imported_or_listed_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("manifest") / "m.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    try:
        card, found = read_manifest("mine", path)
    except DataError:
        return
    assert len(found.samples) + len(found.skipped) == sum(any(cell.strip() for cell in row.values()) for row in rows)
    assert {it.gold for it in found.samples} <= set(card.labels.names)


@pytest.mark.parametrize(
    "content",
    [
        b"image,label\na.jpg,happy\nb.jpg,sad\n",
        b",pth,label,relFCs\n0,a.jpg,happy,0.8\n1,b.jpg,sad,0.8\n",
        b"File_Name;Emotion\na.jpg;happy\nb.jpg;sad\n",
        b'{"image": "a.jpg", "label": "happy"}\n{"image": "b.jpg", "label": "sad"}\n',
        b'[{"image": "a.jpg", "label": "happy"},\n {"image": "b.jpg", "label": "sad"}]',
    ],
)
def test_usual_headings_are_taken_and_said(manifest: Manifest, content: bytes) -> None:
    _, found = manifest(content)
    assert [(it.path, it.gold) for it in found.samples] == [("a.jpg", "happy"), ("b.jpg", "sad")]
    assert sum("is read as" in note for note in found.notes) == 2
