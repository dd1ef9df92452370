import subprocess
import sys
from io import BytesIO
from threading import Event

import pytest
from PIL import Image, ImageDraw

from tests.tui.review_run import ReviewRun, drawn_frame
from tests.waiting import PATIENCE_S
from workbench.domain.datasets.samples import ClipSpan, MediaKind, Sample
from workbench.tui.pictures.clips import ClipFacts
from workbench.tui.pictures.encoded import Box, PictureForm
from workbench.tui.pictures.encoders import encode_half_blocks, encode_shades
from workbench.tui.pictures.frame_loader import DrawnFrame, FrameLoader, FrameRequest

SAMPLE = Sample("s", "happy", "happy", MediaKind.FRAMES, span=ClipSpan(60, 64, 68))


def encoded(width: int, height: int) -> bytes:
    picture = Image.new("RGB", (width, height), "black")
    ImageDraw.Draw(picture).rectangle((0, 0, width // 2 - 1, height), fill="white")
    data = BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


@pytest.mark.parametrize(("size", "box", "cells"), [
    ((200, 200), (40, 12), (24, 12)),
    ((640, 480), (60, 30), (60, 23)),
    ((100, 400), (60, 10), (5, 10)),
    ((8, 8), (40, 20), (40, 20)),
    ((400, 1), (30, 10), (30, 1)),
])  # fmt: skip
def test_proportions_are_kept_and_the_box_is_never_left(
    size: tuple[int, int], box: tuple[int, int], cells: tuple[int, int]
) -> None:
    lines = encode_half_blocks(encoded(*size), Box(*box)).lines
    assert (lines[0].cell_length, len(lines)) == cells


def test_a_picture_has_at_most_sixty_four_colours() -> None:
    data = BytesIO()
    Image.effect_noise((80, 80), 80).convert("RGB").save(data, "PNG")
    lines = encode_half_blocks(data.getvalue(), Box(40, 20)).lines
    seen = {colour for line in lines for segment in line if segment.style
            for colour in (segment.style.color, segment.style.bgcolor)}  # fmt: skip
    assert 2 < len(seen) <= 65


def test_equal_neighbours_are_written_once() -> None:
    (first, *_) = encode_half_blocks(encoded(64, 64), Box(32, 16)).lines
    assert len(list(first)) < 12


def test_without_colours_light_and_dark_are_shades() -> None:
    lines = encode_shades(encoded(64, 64), Box(32, 16)).lines
    assert {line.text for line in lines} == {"█" * 16 + " " * 16}
    assert all(not segment.style for line in lines for segment in line)


def test_a_face_in_shades_keeps_its_features() -> None:
    data = drawn_frame(SAMPLE, 4, 128).data
    text = "\n".join(line.text for line in encode_shades(data, Box(48, 24)).lines)
    assert len(set(text)) >= 5


def test_frames_are_named_by_place_number_part_and_whether_they_are_sent() -> None:
    facts = ClipFacts(9, (4,), tuple(range(60, 69)))
    assert facts.caption(SAMPLE, 4) == "frame 5/9 (no. 64) apex, sent"
    assert facts.caption(SAMPLE, 0) == "frame 1/9 (no. 60) onset, not sent"
    assert facts.first_shown(SAMPLE) == 4


def test_a_clip_without_an_apex_begins_at_the_first_frame_sent() -> None:
    bare = Sample("s", "happy", "happy", MediaKind.VIDEO)
    assert ClipFacts(9, (3, 6), ()).first_shown(bare) == 3
    assert ClipFacts(9, (), ()).first_shown(bare) == 0


def test_the_latest_request_is_the_one_that_counts(review: ReviewRun) -> None:
    started, going, done = Event(), Event(), Event()
    asked: list[int] = []
    answers: list[int | None] = []

    def slow(sample: Sample, index: int, longest_px: int) -> object:
        asked.append(index)
        started.set()
        going.wait(PATIENCE_S)
        return drawn_frame(sample, index, longest_px)

    object.__setattr__(review.parts, "clip_frame", slow)
    loader = FrameLoader(review.parts)

    def answer(drawn: DrawnFrame) -> None:
        answers.append(drawn.request.position)
        if drawn.request.position == 8:
            done.set()

    loader.load(FrameRequest(SAMPLE, 0, Box(20, 10), PictureForm.HALF_BLOCKS), answer)
    assert started.wait(PATIENCE_S)
    for position in range(1, 9):
        loader.load(FrameRequest(SAMPLE, position, Box(20, 10), PictureForm.HALF_BLOCKS), answer)
    going.set()
    assert done.wait(PATIENCE_S)
    loader.close()
    assert answers == [0, 8]
    assert asked[:2] == [0, 8]


def test_the_application_loads_no_heavy_library() -> None:
    script = (
        "import sys, workbench.tui.workbench_app\n"
        "print([name for name in ('PIL', 'cv2', 'openai', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
