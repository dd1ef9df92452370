"""Draws miniature trees in the owners' layouts; every name and label in them is invented."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from workbench.domain.datasets.cards import CARDS
from workbench.importers.read_dataset import ImportOptions, ImportResult, read_dataset

Cells = Sequence[object]
Read = Callable[..., ImportResult]
WriteSheet = Callable[[Path, Iterable[Cells]], Path]
Place = Callable[..., None]

CODING_HEADER = (
    *("Subject", "Filename", "", "OnsetFrame", "ApexFrame", "OffsetFrame", ""),
    *("Action Units", "Estimated Emotion"),
)


@pytest.fixture
def read() -> Read:
    """Read a data set by its key, with options."""

    def read_key(key: str, path: Path, **options: Any) -> ImportResult:
        return read_dataset(CARDS[key], path, options=ImportOptions(**options))

    return read_key


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Put files with any content below tmp_path; importers never open media."""

    def write(*relative: str, content: str = "not opened") -> None:
        for path in relative:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(content, encoding="utf-8")

    return write


@pytest.fixture
def write_sheet() -> WriteSheet:
    """Write rows into the first sheet of a workbook."""

    def write(path: Path, rows: Iterable[Cells]) -> Path:
        book = Workbook()
        for row in rows:
            book.worksheets[0].append(list(row))
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
        return path

    return write


@pytest.fixture
def coded_clips(tmp_path: Path, place: Place, write_sheet: WriteSheet) -> Path:
    """A coding sheet of eight clips with the pitfalls of the real one, and folders of frames, doubly nested."""
    rows: list[Cells] = [
        ("invented for a test",),
        (),
        tuple(f" {name} " for name in CODING_HEADER),
        (1, "EP01_01f", None, 10, 14, 20, None, "4+L10", "happiness"),
        ("01", "EP01_02", None, 30, "/", 40, None, 4, "Others"),
        ("sub02", "EP01_01f", None, 5, 99, 9, None, "", " surprise "),
        (2.0, "-EP02", None, 5, 6, 9, None, "", "disgust"),
        (3, "EP03", None, 5, 6, 9, None, "", "fear"),
        (3, "EP04", None, 5, 6, 9, None, "", "hapiness"),
        (3, "EP05", None, 5, 6, 9, None, "", "repression"),
        ("x", "EP06", None, 5, 6, 9, None, "", "repression"),
    ]
    write_sheet(tmp_path / "CASME2-coding-20140508.xlsx", rows)
    clips = "CASME2_RAW_selected/CASME2_RAW_selected"
    place(
        f"{clips}/sub01/EP01_01f/img10.jpg",
        f"{clips}/sub01/EP01_02/img30.jpg",
        f"{clips}/sub02/EP01_01f/img5.jpg",
        f"{clips}/sub02/-EP02/img5.jpg",
        f"{clips}/sub03/EP03/img5.jpg",
        f"{clips}/sub03/EP04/img5.jpg",
        f"{clips}/sub02/Desktop - Shortcut.lnk",
        "Cropped/sub01/EP01_01f/reg_img10.jpg",
    )
    return tmp_path


@pytest.fixture
def listed_faces(tmp_path: Path, place: Place) -> Path:
    """A list of names and codes with two training rows, and pictures of which one is there as a crop only."""
    lines = (
        "train_00001.jpg 1",
        "test_0001.jpg 4",
        "test_0002.jpg 7",
        "test_0003.jpg 9",
        "train_00002.jpg 2",
        "test_0010.jpg 5",
        "test_0004.jpg 6",
    )
    place("basic/EmoLabel/list_patition_label.txt", content="\ufeff" + "\r\n".join(lines) + "\r\n")
    place(
        "basic/Image/original/original/test_0001.jpg",
        "basic/Image/original/original/test_0010.JPG",
        "basic/Image/original/original/._test_0004.jpg",
        "basic/Image/aligned/test_0001_aligned.jpg",
        "basic/Image/aligned/test_0002_aligned.jpg",
    )
    return tmp_path


@pytest.fixture
def spoken_clips(tmp_path: Path, place: Place) -> Path:
    """Silent, audible, sung and audio-only performances, some in a folder of their archive's name."""
    place(
        "Video_Speech_Actor_01/Actor_01/02-01-03-01-01-01-01.mp4",
        "Video_Speech_Actor_01/Actor_01/01-01-03-01-01-01-01.mp4",
        "Actor_10/02-01-02-01-01-01-10.mp4",
        "Actor_02/02-01-01-01-01-01-02.MP4",
        "Actor_02/02-01-09-01-01-01-02.mp4",
        "Actor_02/02-02-01-01-01-01-02.mp4",
        "Actor_02/03-01-01-01-01-01-02.wav",
        "Actor_02/._02-01-01-01-01-01-02.mp4",
        "Actor_02/notes.mp4",
    )
    return tmp_path


@pytest.fixture
def segments(tmp_path: Path, place: Place) -> Path:
    """One table of segments: a byte order mark, a quoted line break, a clip that is missing, and bad numbers."""
    table = (
        "\ufeffvideo_id,clip_id,text,label,label_T,label_A,label_V,annotation,mode\n"
        'video_0001,1,"今天,天气很好",0.6,1,1,1,Positive,test\n'
        'video_0001,0002,"两行\n文字",-0.0,1,1,1,Neutral, Test \n'
        "video_0002,0001,没有视频,-0.4,1,1,1,Negative,test\n"
        "video_0002,0002,,0.2,1,1,1,Positive,test\n"
        "video_0002,0003,坏,nan,1,1,1,Positive,test\n"
        "video_0002,0004,训练,1.0,1,1,1,Positive,train\n"
        "video_0002,0005,验证,1.0,1,1,1,Positive,valid\n"
    )
    place("SIMS/label.csv", content=table)
    place("SIMS/Raw/video_0001/0001.mp4", "SIMS/Raw/video_0001/0002.mp4", "SIMS/Raw/video_0002/0004.mp4")
    return tmp_path


@pytest.fixture
def voted_paintings(tmp_path: Path, place: Place) -> Path:
    """Votes in single quotes, with a tie, a ten that is more than a nine, and a row without numbers."""
    table = (
        "'','Amusement','Anger','Awe','Content','Disgust','Excitement','Fear','Sad'\n"
        "'abstract_0001.jpg',1,0,0,9,0,10,0,0\n"
        "'abstract_0002.jpg',3,0,0,3,0,0,0,0\n"
        "'abstract_0003.jpg',0,0,0,5,0,0,0,0\n"
        "'abstract_0004.jpg',0,0,0,many,0,0,0,0\n"
        "'abstract_0005.jpg',0,7,0,0,0,0,0,0\n"
    )
    place("testImages_abstract/ABSTRACT_groundTruth.csv", content=table)
    place("testImages_abstract/abstract_0001.jpg", "testImages_abstract/abstract_0003.jpg")
    return tmp_path
