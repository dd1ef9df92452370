"""The model of the endpoint: ranks the given labels by pixels and text.

Two linear maps give the probability of each emotion, one for faces and one for scenes; a third decides which of the two
a picture is. The model gets decoded pixels and text only: no file name, no metadata, no memory of earlier requests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from workbench.domain.datasets.labels import canonical
from workbench.embedded.action_units import FACE_EMOTIONS
from workbench.embedded.features import Vector, face_features, scene_features
from workbench.embedded.lexicon import VALENCE, TextTone, read_tone
from workbench.embedded.paintings import PAINTING_EMOTIONS

WEIGHTS_FILE: Final = "weights.npz"

Emotions = dict[str, float]
"""The probability of each canonical emotion."""

_SENTIMENTS: Final[Mapping[str, float]] = {
    "negative": -0.8, "weakly negative": -0.35, "neutral": 0.0, "weakly positive": 0.35, "positive": 0.8,
}  # fmt: skip
"""The valence of each sentiment label, from -1 to 1."""

_FROM_FACES: Final[Mapping[str, tuple[str, ...]]] = {
    "amused": ("happy",), "content": ("calm", "happy"), "excited": ("happy", "surprised"), "awed": ("surprised",),
}  # fmt: skip
_FROM_SCENES: Final[Mapping[str, tuple[str, ...]]] = {
    "happy": ("amused", "content"), "surprised": ("awed", "excited"), "calm": ("content",), "neutral": ("content",),
    "contempt": ("disgusted",), "worried": ("fearful", "sad"), "tensed": ("fearful", "angry"), "repressed": ("sad",),
}  # fmt: skip
"""Emotions that were not learned from such pictures, and the learned ones used in their place."""

_TEXT_WEIGHT: Final = 1.0
"""What one emotion word adds to the log probability of its emotion."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Three linear maps. The last row of each is the constant."""

    faces: npt.NDArray[np.float32]
    scenes: npt.NDArray[np.float32]
    face_or_scene: npt.NDArray[np.float32]


@cache
def load_weights() -> Weights:
    """The trained maps of the package."""
    with files(__package__).joinpath(WEIGHTS_FILE).open("rb") as file, np.load(file) as maps:
        return Weights(*(maps[name].astype(np.float32) for name in ("faces", "scenes", "face_or_scene")))


def rank(labels: Sequence[str], frames: Sequence[Image.Image], text: str = "") -> tuple[str, ...]:
    """All `labels` from the most to the least likely. Unknown ones come last, in their given order."""
    seen = _emotions_in(frames) if frames else None
    tone = read_tone(text)
    meanings = [canonical(label) for label in labels]
    if any(meaning in _SENTIMENTS and meaning != "neutral" for meaning in meanings):
        scores = _sentiment_scores(_valence(seen, tone))
    else:
        scores = _emotion_scores(seen, tone)
    known = {label: scores.get(meaning or "", -np.inf) for label, meaning in zip(labels, meanings, strict=True)}
    return tuple(sorted(labels, key=lambda label: -known[label]))


def _emotions_in(frames: Sequence[Image.Image]) -> Emotions:
    """The emotions in the frames of one sample, averaged over the frames."""
    weights = load_weights()
    faces = np.stack([face_features(frame) for frame in frames])
    scenes = np.stack([scene_features(frame) for frame in frames])
    scene_share, face_share = _probabilities(faces, weights.face_or_scene)
    learned_face = dict(zip(FACE_EMOTIONS, _probabilities(faces, weights.faces), strict=True))
    learned_scene = dict(zip(PAINTING_EMOTIONS, _probabilities(scenes, weights.scenes), strict=True))
    by_face = _with_stand_ins(learned_face, _FROM_FACES)
    by_scene = _with_stand_ins(learned_scene, _FROM_SCENES)
    return {
        emotion: face_share * by_face.get(emotion, 0.0) + scene_share * by_scene.get(emotion, 0.0)
        for emotion in (*by_face, *by_scene)
    }


def _probabilities(features: Vector, weights: npt.NDArray[np.float32]) -> list[float]:
    """The probability of each class, from the mean evidence of all frames."""
    evidence = (features @ weights[:-1] + weights[-1]).mean(axis=0)
    powers = np.exp(evidence - evidence.max())
    probabilities: list[float] = (powers / powers.sum()).tolist()
    return probabilities


def _with_stand_ins(learned: Emotions, stand_ins: Mapping[str, tuple[str, ...]]) -> Emotions:
    borrowed = {emotion: sum(learned[other] for other in others) / len(others) for emotion, others in stand_ins.items()}
    return {**learned, **borrowed}


def _valence(seen: Emotions | None, tone: TextTone) -> float:
    """From -1 to 1: the mean of picture and text, or the one that there is."""
    if seen is None:
        return tone.valence
    total = sum(seen.values())
    pictured = sum(VALENCE[emotion] * probability for emotion, probability in seen.items()) / total
    return pictured if tone.is_silent else (pictured + tone.valence) / 2


def _sentiment_scores(valence: float) -> dict[str, float]:
    return {label: -abs(valence - place) for label, place in _SENTIMENTS.items()}


def _emotion_scores(seen: Emotions | None, tone: TextTone) -> dict[str, float]:
    """Log probabilities from the pictures, plus a constant for every emotion word in the text."""
    if seen is None:
        seen = dict.fromkeys((*FACE_EMOTIONS, *_FROM_FACES), 1.0)
    named = tone.feelings
    return {
        emotion: float(np.log(probability + 1e-9)) + _TEXT_WEIGHT * named.get(emotion, 0)
        for emotion, probability in seen.items()
    }
