from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.tui.review_run import CLIP_FRAMES, ReviewRun, drawn_frame
from workbench.domain.datasets.samples import Frame, MediaKind, Sample
from workbench.tui.pictures.frame_loader import FrameSource

VIDEO = Sample("v", "happy", "happy", MediaKind.VIDEO, path="v.mp4")


def test_a_video_is_passed_once_for_the_frames_that_follow(review: ReviewRun) -> None:
    passes: list[list[int]] = []

    def one_pass(sample: Sample, indices: Sequence[int], longest_px: int) -> Iterator[Frame]:
        passes.append(list(indices))
        return (drawn_frame(sample, at, longest_px) for at in indices)

    source = FrameSource(replace(review.parts, clip_frames=one_pass))
    frames = [source.frame(VIDEO, at, 100) for at in (3, 4, 5, CLIP_FRAMES - 1, 4)]
    assert passes == [list(range(3, CLIP_FRAMES))]
    assert frames[1] == frames[4] == drawn_frame(VIDEO, 4, 128).data
    source.frame(VIDEO, 0, 100)
    source.frame(VIDEO, 0, 200)  # a larger one is another picture
    assert len(passes) == 3
