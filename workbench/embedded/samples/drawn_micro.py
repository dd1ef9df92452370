"""What the two drawn micro-expression sets have in common: a coded clip, and how its units are noted in a sheet."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.embedded.action_units import ActionUnits
from workbench.embedded.samples.acting import Scene


@dataclass(frozen=True, slots=True)
class MicroClip:
    """One coded clip."""

    subject: int
    name: str
    onset: int
    apex: int
    offset: int
    emotion: str
    scene: Scene


def coded(units: ActionUnits) -> str | int:
    """The units a coder would note; a single one becomes a number, as spreadsheets do."""
    noted = units.coded(0.06) or "4"
    return int(noted) if noted.isdecimal() else noted
