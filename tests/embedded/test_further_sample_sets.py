"""The sample sets that joined later are imported whole, and have the oddities of their owners' layouts."""

from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from PIL import Image

from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.importers.read_dataset import ImportResult, read_dataset

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
