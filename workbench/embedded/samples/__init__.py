"""Draws the sample sets: five small data sets in their owners' native layouts, invented from first to last.

With them every importer path and every modality can be tried without licensed data. Redrawing gives the same
pictures byte for byte and the same clips frame for frame.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from workbench.embedded.samples.abstract import draw_abstract
from workbench.embedded.samples.casme2 import draw_casme2
from workbench.embedded.samples.chsims import draw_chsims
from workbench.embedded.samples.rafdb import draw_rafdb
from workbench.embedded.samples.ravdess import draw_ravdess

_README: Final = """\
# Samples

Five small data sets in the native layouts of CASME II, RAF-DB, RAVDESS, CH-SIMS and Abstract, to try things with.
Everything here is invented: the faces and paintings are drawn by `workbench/embedded`, the sentences are made up.
No picture, name or label comes from the sets whose layout is used. Free to copy and show: CC0 1.0.
Redraw them with `python -m workbench.embedded.samples`; the pictures come out byte for byte the same.
"""

__all__ = ["draw_abstract", "draw_casme2", "draw_chsims", "draw_rafdb", "draw_ravdess", "draw_samples"]


def draw_samples(folder: Path) -> None:
    """Write all five sets and a README under `folder`, over what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(_README, encoding="utf-8")
    draw_casme2(folder / "casme2")
    draw_rafdb(folder / "rafdb")
    draw_ravdess(folder / "ravdess")
    draw_chsims(folder / "chsims")
    draw_abstract(folder / "abstract")
