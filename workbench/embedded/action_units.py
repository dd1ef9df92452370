"""Expressions as intensities of FACS action units, and how each emotion tends to show in them.

The prototypes follow the emotion predictions of the FACS investigator's guide and EMFACS (Ekman, Friesen and Hager),
simplified to the units that are drawn. People do not show prototypes: `perform` leaves out units, varies their
strength, mixes in a similar emotion and adds a random unit, so that sadness, fear and disgust are
confused about as often as people confuse them.
"""

from dataclasses import astuple, dataclass, fields
from typing import Final

import numpy as np


@dataclass(frozen=True, slots=True)
class ActionUnits:
    """Intensities from 0 (absent) to 1 (strongest), named by FACS number."""

    au1: float = 0.0
    """Inner brow raiser."""
    au2: float = 0.0
    """Outer brow raiser."""
    au4: float = 0.0
    """Brow lowerer: brows down and together."""
    au5: float = 0.0
    """Upper lid raiser: eyes wide."""
    au6: float = 0.0
    """Cheek raiser: crow's feet, lower lid pushed up."""
    au7: float = 0.0
    """Lid tightener."""
    au9: float = 0.0
    """Nose wrinkler."""
    au10: float = 0.0
    """Upper lip raiser."""
    au12: float = 0.0
    """Lip corner puller: the smile."""
    au14: float = 0.0
    """Dimpler, drawn on one side only."""
    au15: float = 0.0
    """Lip corner depressor."""
    au17: float = 0.0
    """Chin raiser."""
    au20: float = 0.0
    """Lip stretcher."""
    au24: float = 0.0
    """Lip presser (stands for 23 and 24)."""
    au25: float = 0.0
    """Lips part."""
    au26: float = 0.0
    """Jaw drop."""

    def scaled(self, factor: float) -> "ActionUnits":
        """The same expression, `factor` times as strong, clipped at 1."""
        return ActionUnits(*(min(1.0, intensity * factor) for intensity in astuple(self)))

    def plus(self, other: "ActionUnits") -> "ActionUnits":
        """The sum of two expressions, clipped at 1."""
        return ActionUnits(*(min(1.0, a + b) for a, b in zip(astuple(self), astuple(other), strict=True)))

    def coded(self, threshold: float) -> str:
        """The units of at least `threshold` in FACS notation, such as `4+L14`; empty if there are none."""
        shown = [unit.name[2:] for unit in fields(self) if getattr(self, unit.name) >= threshold]
        return "+".join("L14" if number == "14" else number for number in shown)


NEUTRAL: Final = ActionUnits()

PROTOTYPES: Final[dict[str, tuple[ActionUnits, ...]]] = {
    "happy": (ActionUnits(au6=0.7, au12=0.9), ActionUnits(au6=0.8, au12=1.0, au25=0.9, au26=0.3)),
    "sad": (ActionUnits(au1=0.8, au4=0.5, au15=0.8), ActionUnits(au1=0.9, au4=0.4, au15=0.6, au17=0.7)),
    "angry": (
        ActionUnits(au4=1.0, au5=0.4, au7=0.7, au24=0.9),
        ActionUnits(au4=1.0, au7=0.8, au10=0.5, au25=0.8, au20=0.2),
    ),
    "fearful": (
        ActionUnits(au1=0.9, au2=0.5, au4=0.6, au5=0.9, au20=0.8, au25=0.7),
        ActionUnits(au1=0.8, au4=0.5, au5=0.8, au20=0.6, au25=0.6, au26=0.4),
    ),
    "disgusted": (
        ActionUnits(au4=0.4, au7=0.5, au9=0.9, au15=0.4, au17=0.6),
        ActionUnits(au4=0.3, au7=0.4, au9=0.6, au10=0.9, au25=0.5),
    ),
    "surprised": (
        ActionUnits(au1=0.9, au2=0.9, au5=0.7, au25=0.8, au26=0.8),
        ActionUnits(au1=0.8, au2=0.8, au5=0.5, au25=0.4, au26=0.3),
    ),
    "neutral": (NEUTRAL,),
    "calm": (ActionUnits(au6=0.15, au12=0.25),),
    "contempt": (ActionUnits(au14=0.9, au12=0.15), ActionUnits(au14=0.8, au10=0.3, au24=0.2)),
    "repressed": (ActionUnits(au12=0.5, au15=0.5, au24=0.8), ActionUnits(au6=0.4, au12=0.4, au17=0.6, au24=0.7)),
    "tensed": (ActionUnits(au4=0.6, au7=0.5, au20=0.4, au24=0.6), ActionUnits(au7=0.7, au14=0.4, au24=0.7)),
    "worried": (ActionUnits(au1=0.7, au4=0.6, au20=0.3, au24=0.3), ActionUnits(au1=0.6, au4=0.7, au15=0.3)),
    "others": (ActionUnits(au4=0.9), ActionUnits(au4=0.7, au14=0.6), ActionUnits(au4=0.6, au7=0.7, au17=0.3)),
}
"""Ways of showing each emotion. Repression, as in CASME II, is a smile held down by the lips."""

NEIGHBOURS: Final[dict[str, tuple[str, ...]]] = {
    "happy": ("surprised", "contempt"),
    "sad": ("fearful", "disgusted", "worried"),
    "angry": ("disgusted", "tensed"),
    "fearful": ("surprised", "sad"),
    "disgusted": ("angry", "sad"),
    "surprised": ("fearful", "happy"),
    "neutral": ("sad", "calm"),
    "calm": ("neutral", "happy"),
    "contempt": ("happy", "neutral"),
    "repressed": ("happy", "sad", "tensed"),
    "tensed": ("angry", "fearful"),
    "worried": ("sad", "fearful"),
    "others": ("disgusted", "neutral"),
}
"""Emotions that may be mixed into an expression."""

FACE_EMOTIONS: Final = tuple(PROTOTYPES)

_STRAY_LIMIT: Final = 0.3
"""The highest intensity of a random unit."""


def perform(emotion: str, strength: float, rng: np.random.Generator) -> ActionUnits:
    """One random expression of `emotion` with an overall `strength` (0..1)."""
    shown = _varied(_one_of(PROTOTYPES[emotion], rng), rng)
    if rng.random() < 0.3:
        neighbour = str(rng.choice(NEIGHBOURS[emotion]))
        share = rng.uniform(0.2, 0.5)
        trace = _varied(_one_of(PROTOTYPES[neighbour], rng), rng)
        shown = shown.scaled(1.0 - share / 2).plus(trace.scaled(share))
    return shown.plus(_stray(rng)).scaled(strength)


def _one_of(prototypes: tuple[ActionUnits, ...], rng: np.random.Generator) -> ActionUnits:
    return prototypes[int(rng.integers(len(prototypes)))]


def _varied(prototype: ActionUnits, rng: np.random.Generator) -> ActionUnits:
    """Each unit between half and full strength; one in eight is left out."""
    count = len(fields(ActionUnits))
    shows = rng.random(count) > 0.12
    factors = rng.uniform(0.5, 1.1, count) * shows
    return ActionUnits(*(min(1.0, float(i * f)) for i, f in zip(astuple(prototype), factors, strict=True)))


def _stray(rng: np.random.Generator) -> ActionUnits:
    names = [unit.name for unit in fields(ActionUnits)]
    return ActionUnits(**{str(rng.choice(names)): float(rng.uniform(0.0, _STRAY_LIMIT))})
