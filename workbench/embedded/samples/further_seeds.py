"""Which seed draws what in the sample sets that joined later, apart from every range in `workbench.embedded.seeds`.

The people of these sets come from the range of people there, from a hundred of their own per set.
"""

from __future__ import annotations

from typing import Final

SFEW2: Final = range(310_000, 311_000)
ARTPHOTO: Final = range(810_000, 811_000)
SAMM: Final = range(210_000, 211_000)
CMUMOSI: Final = range(510_000, 511_000)

FURTHER_SAMPLES: Final = (SFEW2, ARTPHOTO, SAMM, CMUMOSI)
