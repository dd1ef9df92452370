"""Trains the model on drawings and writes `weights.npz` beside this file.

    python -m workbench.embedded.training

The seeds of the drawings differ from those of the sample sets (see `seeds`), so the samples show unseen people, poses
and expressions. Two in five training faces are faint, like micro-expressions, and some are speaking. Training takes
two minutes on one core and gives the same weights on the same machine every time.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from workbench.embedded import seeds
from workbench.embedded.action_units import FACE_EMOTIONS, ActionUnits, perform
from workbench.embedded.faces import draw_face
from workbench.embedded.features import Vector, face_features, scene_features
from workbench.embedded.looks import Look, any_light, any_person, any_pose
from workbench.embedded.model import WEIGHTS_FILE
from workbench.embedded.paintings import PAINTING_EMOTIONS, paint

FACE_COUNT: Final = 8060
PAINTING_COUNT: Final = 2400
_FACE_COMPONENTS: Final = 200
_SIZES_PX: Final = ((100, 100), (160, 120), (200, 150))


def main() -> None:
    """Draw, train, and write the weights."""
    target = Path(__file__).with_name(WEIGHTS_FILE)
    maps: dict[str, Any] = {**trained_maps(FACE_COUNT, PAINTING_COUNT)}
    np.savez_compressed(target, **maps)
    sys.stdout.write(f"{target}: {target.stat().st_size} bytes\n")


def trained_maps(face_count: int, painting_count: int) -> dict[str, npt.NDArray[np.float16]]:
    """The three linear maps of the model, learned from these numbers of drawings."""
    faces = np.stack([face_features(picture) for picture in training_faces(face_count)])
    looked_at = [(face_features(picture), scene_features(picture)) for picture in training_paintings(painting_count)]
    as_faces, as_scenes = (np.stack(column) for column in zip(*looked_at, strict=True))
    face_classes = np.arange(face_count) % len(FACE_EMOTIONS)
    painting_classes = np.arange(painting_count) % len(PAINTING_EMOTIONS)
    both = np.concatenate([faces[:painting_count], as_faces])
    is_face = (np.arange(len(both)) < len(both) - painting_count).astype(np.intp)
    return {
        "faces": _linear_map(_components(faces), faces, face_classes, 0.02),
        "scenes": _linear_map(StandardScaler(), as_scenes, painting_classes, 0.1),
        "face_or_scene": _two_columns(_linear_map(_components(both), both, is_face, 0.02)),
    }


def training_faces(count: int) -> Iterator[Image.Image]:
    """Faces of all emotions in turn, strong and faint, in the sizes of the data sets."""
    for place in range(count):
        rng = seeds.generator(seeds.TRAINING_FACES[place])
        strength = rng.uniform(0.45, 1.0) if rng.random() < 0.6 else rng.uniform(0.08, 0.4)
        units = perform(FACE_EMOTIONS[place % len(FACE_EMOTIONS)], float(strength), rng)
        if rng.random() < 0.3:
            opened = float(rng.uniform(0.0, 0.5))
            units = units.plus(ActionUnits(au25=opened, au26=0.35 * opened))
        look = Look(any_person(rng), any_pose(rng), any_light(rng, harsh=float(rng.uniform(0.4, 1.1))))
        yield draw_face(units, look, *_SIZES_PX[int(rng.integers(len(_SIZES_PX)))])


def training_paintings(count: int) -> Iterator[Image.Image]:
    """Paintings of all moods in turn."""
    for place in range(count):
        rng = seeds.generator(seeds.TRAINING_PAINTINGS[place])
        yield paint(PAINTING_EMOTIONS[place % len(PAINTING_EMOTIONS)], rng)


def _components(features: Vector) -> PCA:
    """Principal components, at most as many as there are pictures."""
    return PCA(min(_FACE_COMPONENTS, len(features)), whiten=True, random_state=0)


def _linear_map(
    scaling: Any, features: Vector, classes: npt.NDArray[np.intp], regularity: float
) -> npt.NDArray[np.float16]:
    """A logistic regression after `scaling` as one matrix; its last row is the constant."""
    pipeline = make_pipeline(scaling, LogisticRegression(C=regularity, max_iter=500)).fit(features, classes)
    probes = np.vstack([np.eye(features.shape[1]), np.zeros(features.shape[1])])
    values = pipeline.decision_function(probes).reshape(len(probes), -1)
    constant = values[-1]
    return np.vstack([values[:-1] - constant, constant]).astype(np.float16)


def _two_columns(binary: npt.NDArray[np.float16]) -> npt.NDArray[np.float16]:
    """A binary map in the form of the others: a column of zeros for no, and the evidence for yes."""
    return np.hstack([np.zeros_like(binary), binary])


if __name__ == "__main__":
    main()
