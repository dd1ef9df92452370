import pytest

from workbench.domain.datasets.samples import ClipSpan, MediaKind, Sample
from workbench.tui.pictures.clips import ClipFacts, Playback, clip_signs

SAMPLE = Sample("s", "happy", "happy", MediaKind.FRAMES, span=ClipSpan(60, 64, 68))
FACTS = ClipFacts(9, (4,), tuple(range(60, 69)))


def test_frames_are_named_by_place_number_part_and_whether_they_are_sent() -> None:
    assert FACTS.caption(SAMPLE, 4) == "frame 5/9 (no. 64) apex, sent"
    assert FACTS.caption(SAMPLE, 0) == "frame 1/9 (no. 60) onset, not sent"
    assert FACTS.first_shown(SAMPLE) == 4


def test_a_clip_without_an_apex_begins_at_the_first_frame_sent() -> None:
    bare = Sample("s", "happy", "happy", MediaKind.VIDEO)
    assert ClipFacts(9, (3, 6), ()).first_shown(bare) == 3
    assert ClipFacts(9, (), ()).first_shown(bare) == 0


def test_time_decides_which_frame_is_due() -> None:
    clip = Playback(begun_at=4, begun_s=10.0, rate=25.0, length=9)
    assert [clip.due(10.0 + seconds) for seconds in (0.0, 0.05, 0.21, 1.0)] == [4, 5, 0, 2]
    assert Playback(0, 0.0, 200.0, 9).every_s == 1 / 30


@pytest.mark.parametrize(
    ("position", "signs"), [(0, "◉───▲───┤"), (2, "├─●─▲───┤"), (4, "├───◉───┤"), (8, "├───▲───◉")]
)
def test_a_clips_line_shows_onset_apex_offset_and_the_frame(position: int, signs: str) -> None:
    assert clip_signs(SAMPLE, FACTS, position, 9) == signs
    assert len(clip_signs(SAMPLE, FACTS, position, 40)) == 40


def test_sent_frames_are_on_the_line_and_no_width_breaks_it() -> None:
    video = Sample("v", "happy", "happy", MediaKind.VIDEO)
    facts = ClipFacts(100, (0, 33, 66), tuple(range(100)), 30.0)
    assert clip_signs(video, facts, 99, 10) == "◆──◆──◆──●"
    assert clip_signs(video, facts, 99, 0) == ""
    assert clip_signs(video, facts, 50, 1) == "●"
