"""About how many tokens a text takes: characters over a table of models (`data/text_tokens.toml`).

A count of characters, not a vocabulary: each family of models has one of its own, and few can be had without a network.
"""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from workbench.provider.costs.model_names import listed_name

_CJK: Final = re.compile(
    "[\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
"""Punctuation and kana, ideographs, Hangul syllables, wide forms."""
_OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class TextRule:
    """How many characters make a token, for one model."""

    prose_chars: float
    cjk_chars: float
    json_chars: float
    counts_schema: bool
    """Whether the schema that an answer is held to is a part of the prompt."""

    def prose_tokens(self, text: str) -> int:
        """The tokens of a prompt, or of what a speaker says."""
        wide = 0 if text.isascii() else len(_CJK.findall(text))
        return math.ceil((len(text) - wide) / self.prose_chars + wide / self.cjk_chars)

    def json_tokens(self, text: str) -> int:
        """The tokens of an answer or a schema: brackets, quotes and short words."""
        return math.ceil(len(text) / self.json_chars)


def text_rule(model: str) -> TextRule:
    """The rule of a model; where none is known, that of all others."""
    rules = _rules()
    return rules[listed_name(model, rules) or _OTHER]


@cache
def _rules() -> Mapping[str, TextRule]:
    text = (files("workbench.provider.costs") / "data" / "text_tokens.toml").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            model: TextRule(table["prose_chars"], table["cjk_chars"], table["json_chars"], table["counts_schema"])
            for model, table in tomllib.loads(text).items()
        }
    )
