"""How many tokens texts and pictures take, by tables of models (`data/text_tokens.toml`, `data/image_tokens.toml`).

Texts are counted by characters: each family of models has its own vocabulary, and few can be had without a network.

Pictures follow two kinds of formula, computed in whole numbers: a rounding error at an edge would add a row of squares.
Providers do not say how they round a scaled picture's sides. Here they are rounded to the nearest pixel, so a count may
differ by one or, at the edge of a tile, by a tile.
"""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from workbench.domain.prices import listed_name
from workbench.domain.runs import Detail

_CJK: Final = re.compile(
    "[\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
"""Punctuation and kana, ideographs, Hangul syllables, wide forms."""
_OTHER: Final = "other"

_PATCH_PX: Final = 32
_TILE_PX: Final = 512
_TILED_LONGEST_PX: Final = 2048
_TILED_SHORTEST_PX: Final = 768


@dataclass(frozen=True, slots=True)
class TextRule:
    """Characters per token, for one model."""

    prose_chars: float
    cjk_chars: float
    json_chars: float
    counts_schema: bool
    """Whether the schema of the answer counts as a part of the prompt."""

    def prose_tokens(self, text: str) -> int:
        """The tokens of a prompt or a transcript."""
        wide = 0 if text.isascii() else len(_CJK.findall(text))
        return math.ceil((len(text) - wide) / self.prose_chars + wide / self.cjk_chars)

    def json_tokens(self, text: str) -> int:
        """The tokens of an answer or a schema: brackets, quotes and short words."""
        return math.ceil(len(text) / self.json_chars)


def text_rule(model: str) -> TextRule:
    """The rule of a model, or the rule of others where it is unknown."""
    rules = _text_rules()
    return rules[listed_name(model, rules) or _OTHER]


@cache
def _text_rules() -> Mapping[str, TextRule]:
    text = (files("workbench.provider.costs") / "data" / "text_tokens.toml").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            model: TextRule(table["prose_chars"], table["cjk_chars"], table["json_chars"], table["counts_schema"])
            for model, table in tomllib.loads(text).items()
        }
    )


@dataclass(frozen=True, slots=True)
class PatchRule:
    """Counts squares of 32 x 32 pixels, at one level of detail."""

    multiplier: Decimal
    """Tokens per square. A decimal: 1.2 has no exact binary form, and the product is rounded up."""
    longest_side_px: int | None = None
    """Larger pictures are scaled down to this; None: any size."""
    patches: int | None = None
    """Pictures with more squares are scaled down to this number; None: any number."""

    def tokens(self, width_px: int, height_px: int) -> int:
        """The tokens of a picture of this size."""
        width_px, height_px = _with_longest_side(width_px, height_px, self.longest_side_px)
        patches = _squares(width_px, height_px, _PATCH_PX)
        if self.patches is not None and patches > self.patches:
            patches = _patches_within(width_px, height_px, self.patches)
        return math.ceil(patches * self.multiplier)


@dataclass(frozen=True, slots=True)
class TileRule:
    """Counts a base, and an amount for every tile of 512 x 512 pixels or a part of one."""

    base: int
    tile: int

    def tokens(self, width_px: int, height_px: int) -> int:
        """The tokens of a picture of this size."""
        width_px, height_px = _with_longest_side(width_px, height_px, _TILED_LONGEST_PX)
        shortest_px = min(width_px, height_px)
        if shortest_px > _TILED_SHORTEST_PX:
            width_px = _scaled(width_px, _TILED_SHORTEST_PX, shortest_px)
            height_px = _scaled(height_px, _TILED_SHORTEST_PX, shortest_px)
        return self.base + self.tile * _squares(width_px, height_px, _TILE_PX)


ImageRule = PatchRule | TileRule

ASSUMED: Final = PatchRule(Decimal("1.2"), longest_side_px=2048, patches=6144)
"""For models with an unknown formula: that of newer models at their highest detail."""
ASSUMED_WORDS: Final = "1.2 tokens for every 32 x 32 pixels"


def image_tokens(model: str, width_px: int, height_px: int, detail: str) -> int | None:
    """The prompt tokens of one picture; None where the formula for the model and detail is unknown.

    A dated release counts as its family, see `listed_name`.
    """
    rules = _image_rules()
    listed = listed_name(model, rules)
    rule = rules[listed].get(detail) if listed is not None else None
    return None if rule is None else rule.tokens(width_px, height_px)


def _with_longest_side(width_px: int, height_px: int, most_px: int | None) -> tuple[int, int]:
    longest_px = max(width_px, height_px)
    if most_px is None or longest_px <= most_px:
        return width_px, height_px
    return _scaled(width_px, most_px, longest_px), _scaled(height_px, most_px, longest_px)


def _scaled(side_px: int, by: int, over: int) -> int:
    """`side_px * by / over` to the nearest pixel, at least one."""
    return max(1, (2 * side_px * by + over) // (2 * over))


def _squares(width_px: int, height_px: int, side_px: int) -> int:
    return -(-width_px // side_px) * -(-height_px // side_px)


def _patches_within(width_px: int, height_px: int, most: int) -> int:
    """The squares of a picture that is scaled down to at most `most`, with a whole number of them along one side.

    The scale that makes it just so many squares of area is r = sqrt(32 * 32 * most / (width * height)). It would leave
    width * r / 32 = sqrt(most * width / height) squares in a row and sqrt(most * height / width) in a column; the one
    that loses more by rounding down decides the scale.
    """
    columns = max(1, math.isqrt(most * width_px // height_px))
    rows = max(1, math.isqrt(most * height_px // width_px))
    if columns * height_px <= rows * width_px:
        return columns * _squares(1, columns * _PATCH_PX * height_px // width_px or 1, _PATCH_PX)
    return rows * _squares(rows * _PATCH_PX * width_px // height_px or 1, 1, _PATCH_PX)


@cache
def _image_rules() -> Mapping[str, Mapping[str, ImageRule]]:
    """By model and detail."""
    text = (files("workbench.provider.costs") / "data" / "image_tokens.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text, parse_float=Decimal)
    by_model: dict[str, Mapping[str, ImageRule]] = {}
    for make, group in ((_patch_rules, tables["patches"]), (_tile_rules, tables["tiles"])):
        for table in group:
            by_model |= dict.fromkeys(table["models"], MappingProxyType(make(table)))
    return MappingProxyType(by_model)


def _patch_rules(table: Mapping[str, Any]) -> dict[str, ImageRule]:
    levels = {detail: table[detail] for detail in Detail if detail in table}
    return {
        detail: PatchRule(Decimal(table["multiplier"]), **(table[level] if isinstance(level, str) else level))
        for detail, level in levels.items()
    }


def _tile_rules(table: Mapping[str, Any]) -> dict[str, ImageRule]:
    tiled = TileRule(table["base"], table["tile"])
    return {Detail.LOW: TileRule(table["base"], 0), Detail.HIGH: tiled, Detail.AUTO: tiled}
