import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.datasets.tasks import MOST_FRAMES, FramePolicy, FrameRule, Modality, frame_indices

WRITTEN = ["apex", "all", "last(1)", "last(3)", "uniform(3)", "uniform(16)", "ends(2)", "ends(3)"]
MISSPELT = [
    *("", "apex(1)", "all(3)", "last", "uniform", "uniform()", "uniform(0)", "uniform(17)", "uniform(-1)"),
    *("uniform(3.0)", "uniform(3", "uniform 3", "uniform(3)x", "middle(3)", "uniform(three)", "uniform(3,2)"),
]

CHOSEN = {
    # the ancestor's stride: int(i * len / n), the first frame of each third
    "a stride of 30 frames": ("uniform(3)", 30, None, (0, 10, 20)),
    "a stride that does not divide": ("uniform(3)", 10, None, (0, 3, 6)),
    "two frames": ("uniform(2)", 9, None, (0, 4)),
    "as many as there are": ("uniform(3)", 3, None, (0, 1, 2)),
    "a clip too short for the stride": ("uniform(3)", 2, None, (0, 0, 1)),
    "a picture in place of a clip": ("uniform(3)", 1, None, (0, 0, 0)),
    # the ancestor's data preparation: 0, len // 2, len - 1
    "both ends and the middle": ("ends(3)", 30, None, (0, 15, 29)),
    "the middle of an odd clip": ("ends(3)", 31, None, (0, 15, 30)),
    "both ends": ("ends(2)", 30, None, (0, 29)),
    "one of both ends": ("ends(1)", 30, None, (15,)),
    "ends of a picture": ("ends(3)", 1, None, (0, 0, 0)),
    # CK+ keeps the last three frames of a sequence
    "the last three": ("last(3)", 30, None, (27, 28, 29)),
    "the last three of two": ("last(3)", 2, None, (0, 0, 1)),
    "the apex": ("apex", 30, 12, (12,)),
    "no apex known": ("apex", 30, None, (15,)),
    "an apex beyond the clip": ("apex", 30, 99, (29,)),
    "an apex before the clip": ("apex", 30, -3, (0,)),
    "all": ("all", 4, None, (0, 1, 2, 3)),
}


@pytest.mark.parametrize(("policy", "n_frames", "apex", "positions"), CHOSEN.values(), ids=CHOSEN)
def test_a_policy_chooses_the_documented_frames(
    policy: str, n_frames: int, apex: int | None, positions: tuple[int, ...]
) -> None:
    assert frame_indices(FramePolicy.parse(policy), n_frames, apex) == positions


@given(
    rule=st.sampled_from((FrameRule.LAST, FrameRule.UNIFORM, FrameRule.ENDS)),
    count=st.integers(1, MOST_FRAMES),
    n_frames=st.integers(1, 5000),
)
def test_every_clip_sends_as_many_frames_as_were_asked_for_in_order(rule: FrameRule, count: int, n_frames: int) -> None:
    positions = frame_indices(FramePolicy(rule, count), n_frames)
    assert len(positions) == count
    assert list(positions) == sorted(positions)
    assert positions[0] >= 0
    assert positions[-1] < n_frames
    if n_frames >= count:
        assert len(set(positions)) == count


@given(n_frames=st.integers(1, 10**9), count=st.integers(2, MOST_FRAMES))
def test_ends_begins_and_ends_with_the_clip(n_frames: int, count: int) -> None:
    positions = frame_indices(FramePolicy(FrameRule.ENDS, count), n_frames)
    assert (positions[0], positions[-1]) == (0, n_frames - 1)


@pytest.mark.parametrize("n_frames", [0, -1])
def test_a_clip_without_frames_is_refused(n_frames: int) -> None:
    with pytest.raises(ValueError, match="without frames"):
        frame_indices(FramePolicy(FrameRule.ALL), n_frames)


@pytest.mark.parametrize("text", WRITTEN)
def test_a_policy_is_written_as_it_is_read(text: str) -> None:
    assert str(FramePolicy.parse(text)) == text
    assert FramePolicy.parse(f" {text.upper()} ") == FramePolicy.parse(text)


@pytest.mark.parametrize("text", MISSPELT)
def test_a_policy_that_does_not_exist_is_answered_with_those_that_do(text: str) -> None:
    with pytest.raises(ValueError, match=r"use apex, all, last\(n\), uniform\(n\) or ends\(n\) with n = 1..16"):
        FramePolicy.parse(text)


def test_what_a_modality_sends() -> None:
    sent = {modality: (modality.has_pictures, modality.has_text) for modality in Modality}
    assert sent == {
        Modality.IMAGE: (True, False),
        Modality.VIDEO: (True, False),
        Modality.TEXT: (False, True),
        Modality.MULTI: (True, True),
    }
