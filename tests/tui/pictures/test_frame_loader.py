from collections.abc import Iterator, Sequence
from threading import Event

from tests.tui.review_run import CLIP_FRAMES, DrawnFrames, ReviewRun, drawn_frame
from tests.waiting import PATIENCE_S
from workbench.domain.datasets.samples import ClipSpan, Frame, MediaKind, Sample
from workbench.tui.pictures.encoded import Box, PictureForm
from workbench.tui.pictures.frame_loader import ByteCache, DrawnFrame, FrameLoader, FrameSource, PictureRequest

CLIP = Sample("s", "happy", "happy", MediaKind.FRAMES, span=ClipSpan(60, 64, 68))
VIDEO = Sample("v", "happy", "happy", MediaKind.VIDEO, path="v.mp4")


def test_a_video_is_passed_once_for_the_frames_that_follow(review: ReviewRun) -> None:
    passes: list[list[int]] = []

    class CountedFrames(DrawnFrames):
        def frames(self, sample: Sample, indices: Sequence[int], longest_side_px: int) -> Iterator[Frame]:
            passes.append(list(indices))
            return super().frames(sample, indices, longest_side_px)

    source = FrameSource(CountedFrames(review.path.parent, review.run.spec, CLIP_FRAMES))
    frames = [source.frame(VIDEO, at, 100) for at in (3, 4, 5, CLIP_FRAMES - 1, 4)]
    assert passes == [list(range(3, CLIP_FRAMES))]
    assert frames[1] == frames[4] == drawn_frame(VIDEO, 4, 128).data
    source.frame(VIDEO, 0, 100)
    source.frame(VIDEO, 0, 200)  # a larger one is another picture
    assert len(passes) == 3


def test_the_latest_request_is_the_one_that_counts(review: ReviewRun) -> None:
    started, going, done = Event(), Event(), Event()
    asked: list[int] = []
    answers: list[int | None] = []

    def slow(sample: Sample, index: int, longest_px: int) -> Frame:
        asked.append(index)
        started.set()
        going.wait(PATIENCE_S)
        return drawn_frame(sample, index, longest_px)

    loader = FrameLoader(review.parts.drawn_by(slow).frames)

    def answer(drawn: DrawnFrame) -> None:
        answers.append(drawn.request.position)
        if drawn.request.position == 8:
            done.set()

    loader.load(PictureRequest(CLIP, 0, Box(20, 10), PictureForm.HALF_BLOCKS), answer)
    assert started.wait(PATIENCE_S)
    for position in range(1, 9):
        loader.load(PictureRequest(CLIP, position, Box(20, 10), PictureForm.HALF_BLOCKS), answer)
    going.set()
    assert done.wait(PATIENCE_S)
    loader.close()
    assert answers == [0, 8]
    assert asked[:2] == [0, 8]


def test_the_memory_goes_by_bytes() -> None:
    memory: ByteCache[int, bytes] = ByteCache(10, len)
    memory.keep(1, b"1234")
    memory.keep(2, b"1234")
    assert memory.recall(1) == b"1234"
    memory.keep(3, b"1234")
    assert (memory.recall(2), memory.recall(1), len(memory)) == (None, b"1234", 2)
    memory.keep(1, b"1")
    memory.keep(4, b"12345")
    assert len(memory) == 3
    memory.keep(5, b"x" * 100)
    assert (memory.recall(5), len(memory)) == (b"x" * 100, 1)
