# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written
"""Drawn clips of people who say something, in the layouts of CH-SIMS and CMU-MOSI: `label.csv` and a folder of clips.

Sentiments are counted in fifths, from -5 to 5, whatever scale the table has.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from workbench.embedded import seeds
from workbench.embedded.action_units import perform
from workbench.embedded.looks import Look, any_light, any_person, any_pose
from workbench.embedded.samples.animated_faces import Scene, frames, macro_course
from workbench.embedded.samples.sample_files import save_clip

FIFTHS: Final = 5
_COLUMNS: Final = ("video_id", "clip_id", "text", "label", "label_T", "label_A", "label_V", "annotation", "mode")


def save_labels(rows: Iterable[tuple[str, ...]], folder: Path) -> None:
    """Write `label.csv`, the table in the form that MMSA uses for both sets."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "label.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(_COLUMNS)
        table.writerows(rows)


def annotation(fifths: int) -> str:
    """The word for the sign of a sentiment."""
    return "Neutral" if fifths == 0 else "Positive" if fifths > 0 else "Negative"


def save_speaker(
    path: Path, fifths: int, person: int, rng: np.random.Generator, *, size_px: tuple[int, int], most_frames: int
) -> None:
    """Write a clip of a person who speaks; the face shows a sentiment of `fifths`. `person` is an index of PEOPLE."""
    emotion, strength = _shown(fifths, rng)
    look = Look(any_person(seeds.generator(seeds.PEOPLE[person])), any_pose(rng), any_light(rng, harsh=0.4))
    scene = Scene(perform(emotion, strength, rng), look, sway=1.0, speech=0.4)
    course = macro_course(int(rng.integers(most_frames * 3 // 4, most_frames + 1)))
    save_clip(frames(scene, course, *size_px), path, *size_px)


def _shown(fifths: int, rng: np.random.Generator) -> tuple[str, float]:
    """An emotion of that sentiment and how strongly it shows."""
    if fifths == 0:
        return "neutral", 0.6
    kinds = ("happy", "happy", "calm") if fifths > 0 else ("sad", "angry", "disgusted", "worried", "fearful")
    return kinds[int(rng.integers(len(kinds)))], 0.3 + 0.1 * abs(fifths)


# ── CH-SIMS ──────────────────────────────────────────────────────────────────────────────────────────────────────────

LINES: Final[tuple[tuple[str, int], ...]] = (
    ("今天的太阳真好，我们出去走走吧。", 3),
    ("这件事我早就跟你说过了。", -1),
    ("妈妈做的饭最香了。", 4),
    ("你怎么又迟到了？", -3),
    ("我把钥匙放在桌子上了。", 0),
    ("他走了以后，家里一下子空了。", -4),
    ("太好了，我们终于赢了！", 5),
    ("我不喜欢你这样跟我说话。", -3),
    ("谢谢你一直陪着我。", 4),
    ("这个月的房租还没有着落。", -3),
    ("会议改到下午三点。", 0),
    ("听到这首歌我就想哭。", -3),
    ("孩子考上大学了，全家人一夜没睡着。", 5),
    ("你别再骗我了。", -4),
    ("这家店的点心味道不错。", 3),
    ("我真的很担心他的身体。", -3),
    ("没关系，慢慢来，我等你。", 2),
    ("凭什么每次都是我让步？", -4),
    ("我下个星期要去一趟上海。", 0),
    ("认识你们以后，我每天都想早点来上班。", 5),
    ("医生说情况不太乐观。", -4),
    ("外面突然下起了大雨。", -1),
    ("你看，这只小猫多可爱！", 4),
    ("我受够了，不想再听你解释。", -5),
    ("老师今天表扬了我的作文。", 4),
    ("他居然一个人完成了，真了不起。", 4),
    ("我的钱包丢了，怎么办？", -4),
    ("晚饭吃面条还是米饭？", 0),
    ("那个地方晚上有点可怕。", -3),
    ("我们的计划比原来快了半个月。", 4),
    ("你做得太差了，重新来。", -4),
    ("奶奶的病好多了，大家都放心了。", 4),
    ("这么多年，我还是忘不了她。", -2),
    ("祝你生日快乐！", 5),
    ("排了两个小时的队，什么也没买到。", -3),
    ("哈哈，你这个故事太有趣了。", 4),
)
"""Invented Chinese lines, each with the sentiment of its words in fifths."""
_CLIPS_PER_VIDEO: Final = 4
_TRAIN_COUNT: Final = 6
_CHSIMS_FIRST_PERSON: Final = 200
_CHSIMS_SIZE_PX: Final = (160, 120)
_CHSIMS_MOST_FRAMES: Final = 24


@dataclass(frozen=True, slots=True)
class SpokenClip:
    """One row of the table and what its clip shows. Sentiments are counted in fifths, from -5 to 5."""

    place: int
    text: str
    words: int
    face: int
    voice: int

    @property
    def both(self) -> int:
        """The sentiment of face and words together; the face counts a little more."""
        return round(0.45 * self.words + 0.55 * self.face)

    @property
    def video_id(self) -> str:
        """The source video."""
        return f"video_{self.place // _CLIPS_PER_VIDEO + 1:04d}"

    @property
    def clip_id(self) -> str:
        """The number of the clip in its video."""
        return f"{self.place % _CLIPS_PER_VIDEO + 1:04d}"

    @property
    def mode(self) -> str:
        """The split."""
        return "train" if self.place < _TRAIN_COUNT else "test"


def draw_chsims(folder: Path) -> None:
    """Write the table and the clips.

    The label is the sentiment of face and words together. The table also holds the sentiments of face and words alone,
    which do not always agree: people smile at bad news.
    """
    clips = list(spoken_clips())
    save_labels((_chsims_row(clip) for clip in clips), folder)
    for clip in clips:
        draw_spoken_clip(folder / "Raw", clip)


def spoken_clips() -> Iterator[SpokenClip]:
    """All clips in the order of the table."""
    for place, (text, words) in enumerate(LINES):
        rng = seeds.generator(seeds.CHSIMS[place])
        face = words + int(rng.integers(-1, 2))
        if rng.random() < 0.25:
            face = -words
        face = max(-FIFTHS, min(FIFTHS, face))
        voice = max(-FIFTHS, min(FIFTHS, words + int(rng.integers(-1, 2))))
        yield SpokenClip(place, text, words, face, voice)


def draw_spoken_clip(raw: Path, clip: SpokenClip) -> Path:
    """Write one clip; a video shows one person."""
    path = raw / clip.video_id / f"{clip.clip_id}.mp4"
    rng = seeds.generator(seeds.CHSIMS[len(LINES) + clip.place])
    person = _CHSIMS_FIRST_PERSON + clip.place // _CLIPS_PER_VIDEO
    save_speaker(path, clip.face, person, rng, size_px=_CHSIMS_SIZE_PX, most_frames=_CHSIMS_MOST_FRAMES)
    return path


def _chsims_row(clip: SpokenClip) -> tuple[str, ...]:
    labels = (f"{fifths / FIFTHS:.1f}" for fifths in (clip.both, clip.words, clip.voice, clip.face))
    return (clip.video_id, clip.clip_id, clip.text, *labels, annotation(clip.both), clip.mode)


# ── CMU-MOSI ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_VIDEOS: Final = ("-drawn_face", "_drawn-face", "drawn_face_")
_TRAINING_VIDEO: Final = 2
_CMUMOSI_FIRST_PERSON: Final = 500
_CMUMOSI_SIZE_PX: Final = (80, 60)
_CMUMOSI_MOST_FRAMES: Final = 12
_SCALE: Final = 3
"""The owners' scores go from -3 to 3."""
_LINES: Final = (
    (0, "I love this film, it is beautiful from the first minute to the last", 5),
    (0, "And the music is good", 3),
    (0, "It runs for two hours", 0),
    (0, "But the ending was a bit boring", -2),
    (0, "Still, the best one I saw this year", 4),
    (1, "This was terrible", -5),
    (1, "The jokes are not funny at all", -4),
    (1, "I was so bored I left, what a sad waste", -4),
    (1, "The pictures are nice and I was glad about the dog", 2),
    (1, "The story is wrong in every way and it made me angry", -5),
    (2, "A great and happy little film", 4),
)  # fmt: skip
"""Index of the video, what is said, and the sentiment of face and words together in fifths."""


@dataclass(frozen=True, slots=True)
class DrawnOpinion:
    """One row of the table and its clip."""

    place: int
    video: int
    clip_id: str
    """Its number in the video, from 1, not padded."""
    text: str
    fifths: int


def draw_cmumosi(folder: Path) -> None:
    """Write the table and the clips. Names of videos begin with `-` or `_`, as in the owners' set."""
    said = list(opinions())
    save_labels((_cmumosi_row(opinion) for opinion in said), folder)
    for opinion in said:
        draw_opinion(folder / "Raw", opinion)


def opinions() -> Iterator[DrawnOpinion]:
    """All opinions in the order of the table."""
    videos = [video for video, _, _ in _LINES]
    for place, (video, text, fifths) in enumerate(_LINES):
        yield DrawnOpinion(place, video, str(videos[: place + 1].count(video)), text, fifths)


def draw_opinion(raw: Path, opinion: DrawnOpinion) -> Path:
    """Write one clip; a video shows one person."""
    path = raw / _VIDEOS[opinion.video] / f"{opinion.clip_id}.mp4"
    rng = seeds.generator(seeds.CMUMOSI[opinion.place])
    person = _CMUMOSI_FIRST_PERSON + opinion.video
    save_speaker(path, opinion.fifths, person, rng, size_px=_CMUMOSI_SIZE_PX, most_frames=_CMUMOSI_MOST_FRAMES)
    return path


def _cmumosi_row(opinion: DrawnOpinion) -> tuple[str, ...]:
    """The owners have no labels for words, voice and face alone: these columns are empty."""
    score = f"{opinion.fifths * _SCALE / FIFTHS:.1f}"
    mode = "train" if opinion.video == _TRAINING_VIDEO else "test"
    video = _VIDEOS[opinion.video]
    return (video, opinion.clip_id, opinion.text, score, "", "", "", annotation(opinion.fifths), mode)
