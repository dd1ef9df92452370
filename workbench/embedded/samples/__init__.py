"""Draws the sample sets: nine small, invented data sets in the layouts of well-known ones.

With them every layout and modality can be tried without licensed data. Drawing them again gives the same pictures byte
for byte and the same clips frame for frame.
"""

from pathlib import Path
from typing import Final

from workbench.embedded.samples.dynamic import draw_ravdess
from workbench.embedded.samples.facial import draw_rafdb, draw_sfew2
from workbench.embedded.samples.micro import draw_casme2, draw_samm
from workbench.embedded.samples.multimodal import draw_chsims, draw_cmumosi
from workbench.embedded.samples.sentiment import draw_abstract, draw_artphoto

_README: Final = """\
# Samples

Nine small data sets in the native layouts of CASME II, RAF-DB, RAVDESS, CH-SIMS, Abstract, SFEW 2.0, ArtPhoto, SAMM
and CMU-MOSI, to try things with: `emowb import KEY samples/KEY`. `emowb demo` runs the first five.

| key | what | imported |
|---|---|---|
| casme2 | micro-expressions, colour frames, a coding sheet | 53 of 56 clips |
| rafdb | faces, a list of names and class numbers | 70 of 91 rows |
| ravdess | acted clips, labels in file names | 40 clips |
| chsims | speakers, Chinese lines, a table of sentiments | 30 of 36 clips |
| abstract | paintings, a table of votes | 45 of 48 pictures |
| sfew2 | faces in films, a folder for each emotion, one still in two of them | 21 pictures |
| artphoto | paintings, labels in file names | 24 pictures |
| samm | micro-expressions, grey frames, a sheet with notes above its header | 11 of 12 clips |
| cmumosi | speakers, English lines, video names that begin with `-` | 10 of 11 clips |

What is not imported is in another split, tied, or has a label that is not scored, as in the owners' sets.
Everything here is invented: the faces and paintings are drawn by `workbench/embedded`, the sentences are made up.
No picture, name or label comes from the sets whose layout is used. Free to copy and show: CC0 1.0.
Redraw them with `python -m workbench.embedded.samples`; the pictures come out byte for byte the same.
"""

__all__ = [
    "draw_abstract",
    "draw_artphoto",
    "draw_casme2",
    "draw_chsims",
    "draw_cmumosi",
    "draw_rafdb",
    "draw_ravdess",
    "draw_samm",
    "draw_samples",
    "draw_sfew2",
]


def draw_samples(folder: Path) -> None:
    """Write all nine sets and a README under `folder`, over what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(_README, encoding="utf-8")
    draw_casme2(folder / "casme2")
    draw_rafdb(folder / "rafdb")
    draw_ravdess(folder / "ravdess")
    draw_chsims(folder / "chsims")
    draw_abstract(folder / "abstract")
    draw_sfew2(folder / "sfew2")
    draw_artphoto(folder / "artphoto")
    draw_samm(folder / "samm")
    draw_cmumosi(folder / "cmumosi")
