"""The sample sets are small, redrawn as they are, unseen by the model, and recognised by looking alone."""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from statistics import fmean

import cv2
import numpy as np
import openpyxl
import pytest
from PIL import Image

from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.labels import canonical
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.embedded import seeds
from workbench.embedded.model import rank
from workbench.embedded.samples import draw_abstract, draw_artphoto, draw_rafdb, draw_samm, draw_sfew2
from workbench.embedded.samples.dynamic import draw_acted_clip
from workbench.embedded.samples.micro import casme2_clips, draw_casme2_clip
from workbench.embedded.samples.multimodal import chsims_clips, cmumosi_clips, draw_spoken_clip
from workbench.embedded.samples.sample_files import save_sheet
from workbench.importers.read_dataset import ImportResult, read_dataset

Frames = list[Image.Image]
Labelled = tuple[str, Frames]
"""A gold label and the frames to be judged."""

RAFDB = ("surprised", "fearful", "disgusted", "happy", "sad", "angry", "neutral")
RAVDESS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgusted", "surprised")
CASME2 = ("happy", "surprised", "disgusted", "repressed", "others")
SFEW2 = ("angry", "disgusted", "fearful", "happy", "neutral", "sad", "surprised")
ABSTRACT = ("amused", "angry", "awed", "content", "disgusted", "excited", "fearful", "sad")


def picture(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def clip_frames(path: Path) -> Frames:
    capture = cv2.VideoCapture(str(path))
    frames = []
    while True:
        is_read, frame = capture.read()
        if not is_read:
            break
        frames.append(Image.fromarray(np.ascontiguousarray(frame[:, :, ::-1])))
    capture.release()
    return frames


def rafdb(samples: Path) -> Iterator[Labelled]:
    for line in (samples / "rafdb/basic/EmoLabel/list_patition_label.txt").read_text(encoding="utf-8").splitlines():
        name, number = line.split()
        if name.startswith("test_"):
            yield RAFDB[int(number) - 1], [picture(samples / "rafdb/basic/Image/original" / name)]


def ravdess(samples: Path) -> Iterator[Labelled]:
    for path in sorted((samples / "ravdess").rglob("*.mp4")):
        frames = clip_frames(path)
        yield RAVDESS[int(path.stem.split("-")[2]) - 1], [frames[0], frames[len(frames) // 2], frames[-1]]


def casme2(samples: Path) -> Iterator[Labelled]:
    book = openpyxl.load_workbook(samples / "casme2/CASME2-coding-20140508.xlsx")
    for row in list(book.worksheets[0].values)[1:]:
        gold, apex = canonical(str(row[8])), row[4]
        if gold in CASME2 and apex != "/":
            name = f"casme2/CASME2-RAW/sub{int(str(row[0])):02d}/{row[1]}/img{apex}.jpg"
            yield str(gold), [picture(samples / name)]


def abstract(samples: Path) -> Iterator[Labelled]:
    for row in abstract_rows(samples):
        votes = [int(vote) for vote in row[1:]]
        if votes.count(max(votes)) == 1:
            yield ABSTRACT[votes.index(max(votes))], [picture(samples / "abstract/testImages_abstract" / row[0])]


def sfew2(samples: Path) -> Iterator[Labelled]:
    return labelled_pictures(samples / "sfew2")


def artphoto(samples: Path) -> Iterator[Labelled]:
    return labelled_pictures(samples / "artphoto")


def labelled_pictures(folder: Path) -> Iterator[Labelled]:
    for sample in read_dataset(CARDS[folder.name], folder).samples:
        yield sample.gold, [picture(folder / str(sample.path))]


def abstract_rows(samples: Path) -> list[list[str]]:
    with (samples / "abstract/ABSTRACT_groundTruth.csv").open(encoding="utf-8") as file:
        return list(csv.reader(file, quotechar="'"))[1:]


def chsims_rows(samples: Path) -> list[dict[str, str]]:
    with (samples / "chsims/label.csv").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def balanced_accuracy(labelled: Sequence[Labelled], labels: Sequence[str]) -> float:
    hits = defaultdict(list)
    for gold, frames in labelled:
        hits[gold].append(rank(labels, frames)[0] == gold)
    return fmean(fmean(each) for each in hits.values())


def blanked(labelled: Sequence[Labelled]) -> list[Labelled]:
    return [(gold, [Image.new("RGB", frame.size, (128, 128, 128)) for frame in frames]) for gold, frames in labelled]


@pytest.mark.parametrize(
    ("load", "labels", "at_least"),
    [
        *((rafdb, RAFDB, 0.6), (ravdess, RAVDESS, 0.45), (casme2, CASME2, 0.3), (abstract, ABSTRACT, 0.35)),
        # Of SAMM's twelve clips and CMU-MOSI's ten a share says nothing.
        *((sfew2, SFEW2, 0.4), (artphoto, ABSTRACT, 0.35)),
    ],
)
def test_the_model_sees_what_is_drawn_and_without_pixels_it_is_at_chance(
    load: Callable[[Path], Iterator[Labelled]], labels: tuple[str, ...], at_least: float, samples: Path
) -> None:
    labelled = list(load(samples))
    assert at_least < balanced_accuracy(labelled, labels) < 0.9
    assert balanced_accuracy(blanked(labelled), labels) == pytest.approx(1 / len(labels))


def test_the_seeds_of_samples_and_training_are_apart() -> None:
    ranges = (*seeds.SAMPLES, *seeds.TRAINING)
    assert all(first.stop <= second.start or second.stop <= first.start for first, second in combinations(ranges, 2))


def test_all_samples_together_are_small(samples: Path) -> None:
    assert sum(path.stat().st_size for path in samples.rglob("*") if path.is_file()) < 5_000_000


@pytest.mark.parametrize("draw", [draw_rafdb, draw_abstract, draw_sfew2, draw_artphoto, draw_samm])
def test_pictures_are_redrawn_byte_for_byte(draw: Callable[[Path], None], tmp_path: Path, samples: Path) -> None:
    for name in ("one", "two"):
        draw(tmp_path / name)
    drawn = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert len(drawn) > 20
    assert all((tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes() for path in drawn)
    shipped = samples / draw.__name__.removeprefix("draw_")
    assert drawn == sorted(path.relative_to(shipped) for path in shipped.rglob("*") if path.is_file())


def test_the_shipped_frames_are_what_the_code_draws(tmp_path: Path, samples: Path) -> None:
    clip = next(casme2_clips())
    draw_casme2_clip(clip, tmp_path)
    drawn = sorted(tmp_path.rglob("*.jpg"))
    assert len(drawn) == clip.offset - clip.onset + 1
    for path in drawn:
        shipped = picture(samples / "casme2/CASME2-RAW" / path.relative_to(tmp_path))
        # Another build of the JPEG library may round otherwise; the drawing is the same.
        difference = np.asarray(shipped, dtype=float) - np.asarray(picture(path), dtype=float)
        assert np.abs(difference).mean() < 1.0


def test_clips_are_redrawn_frame_for_frame(tmp_path: Path) -> None:
    spoken, opinion = next(chsims_clips()), next(cmumosi_clips())
    one, two = tmp_path / "one", tmp_path / "two"
    acted = [clip_frames(draw_acted_clip(folder, 2, 3)) for folder in (one, two)]
    said = [clip_frames(draw_spoken_clip(folder, spoken)) for folder in (one, two)]
    opined = [clip_frames(draw_spoken_clip(folder, opinion)) for folder in (one, two)]
    for at_least, (first, second) in ((18, acted), (18, said), (9, opined)):
        assert len(first) >= at_least
        assert [frame.tobytes() for frame in first] == [frame.tobytes() for frame in second]


def test_a_sheet_is_written_byte_for_byte(tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        save_sheet([("Subject", None), (1, "01")], tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert list(openpyxl.load_workbook(tmp_path / "one.xlsx").worksheets[0].values) == [("Subject", None), (1, "01")]


def test_the_drawn_sheet_of_micro_expressions_has_the_owners_oddities(samples: Path) -> None:
    rows = list(openpyxl.load_workbook(samples / "casme2/CASME2-coding-20140508.xlsx").worksheets[0].values)[1:]
    assert 52 <= len(rows) <= 60
    assert {type(row[0]) for row in rows} == {int, str}
    assert [row[4] for row in rows].count("/") == 1
    assert max(Counter(row[1] for row in rows).values()) > 1
    assert {str(row[8]) for row in rows} >= {"happiness", "surprise", "disgust", "repression", "others", "sadness"}
    assert all(isinstance(row[3], int) and row[3] > 1 for row in rows)


def test_the_table_of_votes_has_ties_and_large_counts(samples: Path) -> None:
    votes = [[int(vote) for vote in row[1:]] for row in abstract_rows(samples)]
    assert len([each for each in votes if each.count(max(each)) > 1]) == 3
    assert max(max(each) for each in votes) >= 10


def test_the_table_of_sentiments_is_whole(samples: Path) -> None:
    rows = chsims_rows(samples)
    test_rows = [row for row in rows if row["mode"] == "test"]
    assert len(test_rows) == 30
    assert len(rows) > len(test_rows)
    assert 2 <= sum(float(row["label"]) == 0 for row in test_rows) <= 8
    assert any(float(row["label_T"]) * float(row["label_V"]) < 0 for row in test_rows)
    for row in rows:
        assert (samples / "chsims/Raw" / row["video_id"] / f"{row['clip_id']}.mp4").is_file()
        fifths = float(row["label"]) * 5
        assert abs(fifths - round(fifths)) < 1e-9
        assert -5 <= fifths <= 5


def test_face_and_words_together_tell_the_polarity_of_most_clips(samples: Path) -> None:
    labels = ("negative", "weakly negative", "neutral", "weakly positive", "positive")
    hits = []
    for row in chsims_rows(samples):
        if row["mode"] == "test" and float(row["label"]) != 0:
            frames = clip_frames(samples / "chsims/Raw" / row["video_id"] / f"{row['clip_id']}.mp4")
            best = rank(labels, frames[:: len(frames) // 2], row["text"])[0]
            hits.append(("positive" in best) == (float(row["label"]) > 0))
    assert 0.6 < fmean(hits) < 0.95


FACES = ("angry", "disgusted", "fearful", "happy", "neutral", "sad", "surprised")
EVOKED = ("amused", "angry", "awed", "content", "disgusted", "excited", "fearful", "sad")


def imported(samples: Path, key: str) -> ImportResult:
    return read_dataset(CARDS[key], samples / key)


@pytest.mark.parametrize(
    ("key", "counts"),
    [
        ("sfew2", dict.fromkeys(FACES, 3)),
        ("artphoto", dict.fromkeys(EVOKED, 3)),
        ("samm", {"angry": 3, "happy": 2, "others": 2, "surprised": 2, "contempt": 2}),
        ("cmumosi", {"negative": 5, "positive": 4, "neutral": 1}),
    ],
)
def test_the_later_sets_are_imported_whole(key: str, counts: dict[str, int], samples: Path) -> None:
    found = imported(samples, key)
    assert not found.skipped
    assert Counter(sample.gold for sample in found.samples) == counts
    assert all((samples / key / str(sample.path)).exists() for sample in found.samples)


def test_a_still_of_the_drawn_films_lies_in_two_folders(samples: Path) -> None:
    found = imported(samples, "sfew2").samples
    names = Counter(Path(str(sample.path)).name for sample in found)
    (twice,) = (name for name, count in names.items() if count == 2)
    assert {sample.gold for sample in found if str(sample.path).endswith(twice)} == {"happy", "surprised"}
    assert {sample.cluster for sample in found} == {"MovieA", "MovieB", "MovieC"}


def test_the_late_sheet_of_micro_expressions_has_the_owners_oddities(samples: Path) -> None:
    sheet = openpyxl.load_workbook(samples / "samm/SAMM_Micro_FACS_Codes_v2.xlsx").worksheets[0]
    header, *rows = sheet.iter_rows(min_row=14, values_only=True)
    assert header[:5] == ("Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame ")
    assert sheet.cell(1, 1).value == "Codes of drawn clips"
    assert len(rows) == 12
    assert [row[4] for row in rows].count(-1) == 1


def test_the_grey_frames_are_padded_to_four_or_five_digits(samples: Path) -> None:
    frames = sorted((samples / "samm/SAMM").rglob("*.jpg"))
    assert {len(path.stem.split("_")[1]) for path in frames} == {4, 5}
    assert {len(list(path.parent.iterdir())) for path in frames} <= {3, 4, 5}
    for path in frames:
        with Image.open(path) as frame:
            assert frame.mode == "L"


def test_a_clip_whose_apex_is_missing_gets_the_middle_of_its_span(samples: Path) -> None:
    found = imported(samples, "samm")
    assert any("apex" in note for note in found.notes)
    assert all(span_is_whole(sample) for sample in found.samples)


def span_is_whole(sample: Sample) -> bool:
    span = sample.span
    return span is not None and None not in (span.onset, span.apex, span.offset)


def test_the_names_of_drawn_source_videos_look_like_options(samples: Path) -> None:
    found = imported(samples, "cmumosi").samples
    assert {sample.cluster for sample in found} == {"-drawn_face", "_drawn-face"}
    assert all(sample.media is MediaKind.VIDEO and sample.text for sample in found)
    assert all(sample.score is not None and -3 <= sample.score <= 3 for sample in found)
