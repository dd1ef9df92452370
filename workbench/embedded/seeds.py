"""Which seed draws what, in one place, so that nothing the model was trained on can be in the sample sets.

Every drawing has a seed of its own. The training never takes one from outside its ranges, the samples never one
from inside.
"""

from __future__ import annotations

from typing import Final

import numpy as np

TRAINING_FACES: Final = range(10_000_000, 11_000_000)
TRAINING_PAINTINGS: Final = range(20_000_000, 21_000_000)

PEOPLE: Final = range(1_000, 2_000)
"""The people who appear in several samples, so many per set."""
CASME2: Final = range(200_000, 201_000)
RAFDB: Final = range(300_000, 301_000)
RAVDESS: Final = range(400_000, 401_000)
CHSIMS: Final = range(500_000, 501_000)
ABSTRACT: Final = range(800_000, 801_000)

SAMPLES: Final = (PEOPLE, CASME2, RAFDB, RAVDESS, CHSIMS, ABSTRACT)
TRAINING: Final = (TRAINING_FACES, TRAINING_PAINTINGS)


def generator(seed: int) -> np.random.Generator:
    """Random numbers of their own for one drawing: the same ones for the same seed."""
    return np.random.Generator(np.random.PCG64(seed))
