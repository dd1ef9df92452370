"""Drawn clips of acted emotions in the layout of RAVDESS: labels in file names, a folder for each actor."""

from pathlib import Path
from typing import Final

from workbench.embedded import seeds
from workbench.embedded.action_units import perform
from workbench.embedded.looks import Look, any_light, any_person, any_pose
from workbench.embedded.samples.animated_faces import Scene, frames, macro_course
from workbench.embedded.samples.sample_files import save_clip

_EMOTIONS: Final = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgusted", "surprised")
"""In the owners' order: 01 is neutral."""
_ACTORS: Final = 5
_FIRST_PERSON: Final = 100
_SIZE_PX: Final = (160, 120)


def draw_ravdess(folder: Path) -> None:
    """Write one clip per actor and emotion."""
    for actor in range(1, _ACTORS + 1):
        for number in range(1, len(_EMOTIONS) + 1):
            draw_acted_clip(folder, actor, number)


def draw_acted_clip(folder: Path, actor: int, number: int) -> Path:
    """Write one clip; its name says video only, speech, emotion, intensity, statement, repetition and actor."""
    place = (actor - 1) * len(_EMOTIONS) + number - 1
    rng = seeds.generator(seeds.RAVDESS[place])
    # Neutral has no strong version.
    intensity = 1 if number == 1 else int(rng.integers(1, 3))
    statement, repetition = (int(n) for n in rng.integers(1, 3, 2))
    strength = float(rng.uniform(0.3, 0.55) if intensity == 1 else rng.uniform(0.6, 0.9))
    person = any_person(seeds.generator(seeds.PEOPLE[_FIRST_PERSON + actor]))
    look = Look(person, any_pose(rng, restless=0.8), any_light(rng, harsh=0.35))
    scene = Scene(perform(_EMOTIONS[number - 1], strength, rng), look, sway=1.0, speech=0.45)
    name = f"02-01-{number:02d}-{intensity:02d}-{statement:02d}-{repetition:02d}-{actor:02d}.mp4"
    path = folder / f"Actor_{actor:02d}" / name
    save_clip(frames(scene, macro_course(int(rng.integers(20, 31))), *_SIZE_PX), path, *_SIZE_PX)
    return path
