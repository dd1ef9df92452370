"""Which seed draws what, in one place, so that no drawing of the sample sets was seen in training.

Every drawing has its own seed. Training uses seeds of its own ranges alone, the sample sets never use one of these.
"""

from typing import Final

import numpy as np

TRAINING_FACES: Final = range(10_000_000, 11_000_000)
TRAINING_PAINTINGS: Final = range(20_000_000, 21_000_000)

PEOPLE: Final = range(1_000, 2_000)
"""People who appear in several samples; each sample set has a hundred of its own."""
CASME2: Final = range(200_000, 201_000)
SAMM: Final = range(210_000, 211_000)
RAFDB: Final = range(300_000, 301_000)
SFEW2: Final = range(310_000, 311_000)
RAVDESS: Final = range(400_000, 401_000)
CHSIMS: Final = range(500_000, 501_000)
CMUMOSI: Final = range(510_000, 511_000)
ABSTRACT: Final = range(800_000, 801_000)
ARTPHOTO: Final = range(810_000, 811_000)

SAMPLES: Final = (PEOPLE, CASME2, SAMM, RAFDB, SFEW2, RAVDESS, CHSIMS, CMUMOSI, ABSTRACT, ARTPHOTO)
TRAINING: Final = (TRAINING_FACES, TRAINING_PAINTINGS)


def generator(seed: int) -> np.random.Generator:
    """A random generator for one drawing; the same seed gives the same numbers."""
    return np.random.Generator(np.random.PCG64(seed))
