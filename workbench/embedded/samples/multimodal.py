# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written
"""Drawn clips of people who say something, in the layouts of CH-SIMS and CMU-MOSI: `label.csv` and a folder of clips.

Sentiments are counted in fifths, from -5 to 5, whatever scale the table has.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from workbench.embedded import seeds
from workbench.embedded.action_units import perform
from workbench.embedded.looks import Look, any_light, any_person, any_pose
from workbench.embedded.samples.animated_faces import Scene, frames, macro_course
from workbench.embedded.samples.sample_files import save_clip

_FIFTHS: Final = 5
_COLUMNS: Final = ("video_id", "clip_id", "text", "label", "label_T", "label_A", "label_V", "annotation", "mode")


@dataclass(frozen=True, slots=True)
class SpokenClip:
    """One clip: its row in the table, and what is drawn."""

    row: tuple[str, ...]
    """In the order of the table, which is the one that MMSA uses for both sets."""
    seed: int
    person: int
    """An index of PEOPLE."""
    face: int
    """The sentiment of the face."""
    size_px: tuple[int, int]
    most_frames: int


def draw_spoken_clip(raw: Path, clip: SpokenClip) -> Path:
    """Write the clip of a person who speaks, as `<video>/<clip>.mp4`."""
    video_id, clip_id, *_ = clip.row
    path = raw / video_id / f"{clip_id}.mp4"
    rng = seeds.generator(clip.seed)
    emotion, strength = _shown(clip.face, rng)
    look = Look(any_person(seeds.generator(seeds.PEOPLE[clip.person])), any_pose(rng), any_light(rng, harsh=0.4))
    scene = Scene(perform(emotion, strength, rng), look, sway=1.0, speech=0.4)
    course = macro_course(int(rng.integers(clip.most_frames * 3 // 4, clip.most_frames + 1)))
    save_clip(frames(scene, course, *clip.size_px), path, *clip.size_px)
    return path


def _shown(fifths: int, rng: np.random.Generator) -> tuple[str, float]:
    """An emotion of a sentiment, and its strength."""
    if fifths == 0:
        return "neutral", 0.6
    kinds = ("happy", "happy", "calm") if fifths > 0 else ("sad", "angry", "disgusted", "worried", "fearful")
    return kinds[int(rng.integers(len(kinds)))], 0.3 + 0.1 * abs(fifths)


def _annotation(fifths: int) -> str:
    """The word for the sign of a sentiment."""
    return "Neutral" if fifths == 0 else "Positive" if fifths > 0 else "Negative"


def _draw_set(clips: Sequence[SpokenClip], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "label.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(_COLUMNS)
        table.writerows(clip.row for clip in clips)
    for clip in clips:
        draw_spoken_clip(folder / "Raw", clip)


# ── CH-SIMS ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_CHINESE_LINES: Final[tuple[tuple[str, int], ...]] = (
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


def draw_chsims(folder: Path) -> None:
    """Write the table and the clips.

    The label is the sentiment of face and words together. The table also holds the sentiments of face and words alone,
    which do not always agree: people smile at bad news.
    """
    _draw_set(list(chsims_clips()), folder)


def chsims_clips() -> Iterator[SpokenClip]:
    """All clips in the order of the table. A video shows one person."""
    for place, (text, words) in enumerate(_CHINESE_LINES):
        rng = seeds.generator(seeds.CHSIMS[place])
        face = words + int(rng.integers(-1, 2))
        if rng.random() < 0.25:
            face = -words
        face = max(-_FIFTHS, min(_FIFTHS, face))
        voice = max(-_FIFTHS, min(_FIFTHS, words + int(rng.integers(-1, 2))))
        both = round(0.45 * words + 0.55 * face)
        video, number = divmod(place, _CLIPS_PER_VIDEO)
        labels = (f"{fifths / _FIFTHS:.1f}" for fifths in (both, words, voice, face))
        split = "train" if place < _TRAIN_COUNT else "test"
        row = (f"video_{video + 1:04d}", f"{number + 1:04d}", text, *labels, _annotation(both), split)
        seed, person = seeds.CHSIMS[len(_CHINESE_LINES) + place], _CHSIMS_FIRST_PERSON + video
        yield SpokenClip(row, seed, person, face, _CHSIMS_SIZE_PX, _CHSIMS_MOST_FRAMES)


# ── CMU-MOSI ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_VIDEOS: Final = ("-drawn_face", "_drawn-face", "drawn_face_")
_TRAINING_VIDEO: Final = 2
_CMUMOSI_FIRST_PERSON: Final = 500
_CMUMOSI_SIZE_PX: Final = (80, 60)
_CMUMOSI_MOST_FRAMES: Final = 12
_SCALE: Final = 3
"""The owners' scores go from -3 to 3."""
_ENGLISH_LINES: Final = (
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
"""Index of the video, the line, and the sentiment of face and words together in fifths."""


def draw_cmumosi(folder: Path) -> None:
    """Write the table and the clips. Names of videos begin with `-` or `_`, as in the owners' set."""
    _draw_set(list(cmumosi_clips()), folder)


def cmumosi_clips() -> Iterator[SpokenClip]:
    """All clips in the order of the table. The owners have no labels for words, voice and face alone."""
    videos = [video for video, _, _ in _ENGLISH_LINES]
    for place, (video, text, fifths) in enumerate(_ENGLISH_LINES):
        number = videos[: place + 1].count(video)
        score = f"{fifths * _SCALE / _FIFTHS:.1f}"
        split = "train" if video == _TRAINING_VIDEO else "test"
        row = (_VIDEOS[video], str(number), text, score, "", "", "", _annotation(fifths), split)
        seed, person = seeds.CMUMOSI[place], _CMUMOSI_FIRST_PERSON + video
        yield SpokenClip(row, seed, person, fifths, _CMUMOSI_SIZE_PX, _CMUMOSI_MOST_FRAMES)
