"""What the cards' own frame policies mean for clips as their owners name the frames."""

from pathlib import Path

import pytest
from PIL import Image

from tests.importers.conftest import Read
from tests.importers.drawn_clips import put_book
from tests.importers.drawn_pictures import put
from workbench.domain.datasets.cards import CARDS
from workbench.domain.runs import Colour
from workbench.media.frames import FrameRequest, frame_numbers, sample_frames


def draw_frames(folder: Path, form: str, numbers: range) -> None:
    """A picture for each number, named in an owner's form."""
    folder.mkdir(parents=True)
    for number in numbers:
        Image.new("L", (8, 8), number).save(folder / form.format(number))


def numbers_sent(read: Read, key: str, root: Path) -> list[int]:
    """The owner's numbers of the frames that go out of the only sample."""
    found = read(key, root)
    (sample,) = found.samples
    numbers = frame_numbers(found.root, sample)
    wanted = FrameRequest(policy=CARDS[key].frames, colour=Colour.RGB, longest_side_px=64)
    return [numbers[frame.index] for frame in sample_frames(found.root, sample, wanted)]


@pytest.mark.parametrize("form", ["{}.jpg", "{:05}.jpg", "00007_{:05}.jpg"])
def test_frames_of_dfew_are_counted_as_people_count(tmp_path: Path, read: Read, form: str) -> None:
    put(tmp_path, "test(single-labeled)/set_1.csv", content="video_name,label\n7,1\n")
    draw_frames(tmp_path / "Clip/clip_224x224/00007", form, range(1, 13))
    assert numbers_sent(read, "dfew", tmp_path) == [1, 5, 9]


def test_frames_of_ferv39k_are_counted_as_people_count(tmp_path: Path, read: Read) -> None:
    put(tmp_path, "4_setups/All_scenes/test_All.csv", content="Action/Happy/0015 Happy\n")
    draw_frames(tmp_path / "3_ClipsforScenImages/Action/Happy/0015", "{}.jpg", range(1, 13))
    assert numbers_sent(read, "ferv39k", tmp_path) == [1, 5, 9]


@pytest.mark.parametrize("form", ["EP01_12-{}.jpg", "EP01_12-{:03}.jpg", "img{}.jpg", "reg_EP01_12-{}.jpg"])
def test_the_apex_of_casme_is_found_padded_or_not(tmp_path: Path, read: Read, form: str) -> None:
    header = ("Subject", "Filename", "", "OnsetF", "ApexF1", "ApexF2", "OffsetF", "", "AU", "Emotion")
    put_book(tmp_path / "casme.xlsx", (header, (1, "EP01_12", "", 73, 81, "", 90, "", "", "tense")))
    draw_frames(tmp_path / "Section A/sub01/EP01_12", form, range(73, 91))
    assert numbers_sent(read, "casme", tmp_path) == [81]


@pytest.mark.parametrize("form", ["006_{:04}.jpg", "006_{:05}.jpg"])
def test_the_apex_of_samm_is_found_with_four_digits_and_with_five(tmp_path: Path, read: Read, form: str) -> None:
    header = "Subject,Filename,Inducement Code,Onset Frame,Apex Frame,Offset Frame,Duration,Micro,AU,Estimated Emotion"
    put(tmp_path, "SAMM.csv", content=f"{header}\n6,006_1_2,1,217,220,230,9,Micro,4,Anger\n")
    draw_frames(tmp_path / "006/006_1_2", form, range(217, 231))
    assert numbers_sent(read, "samm", tmp_path) == [220]
