"""Words looked for in a column, whatever their case: by SQLite's own LIKE where that finds the same, since it is quick.

LIKE knows the case of ASCII letters alone. A text with other characters is folded by Python, five times slower.
"""

from dataclasses import dataclass
from typing import Final

_LONGEST_PATTERN: Final = 1_000
"""SQLite refuses longer ones, from 50,000 bytes on."""
_FOLDED_TO: Final = frozenset("afhijklnstwy")
"""The ASCII letters that other characters are folded to: `ß` to `ss`, the sign of Kelvin to `k`."""


@dataclass(frozen=True, slots=True)
class TextSearch:
    """Words, folded, that are bound as `:needle`, with `:pattern` for LIKE."""

    text: str

    @property
    def pattern(self) -> str:
        """For LIKE, with its wildcards escaped."""
        escaped = self.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"%{escaped}%"

    def is_in(self, column: str) -> str:
        """SQL that holds where the words stand in a column of texts or NULL."""
        folded = f"instr(casefold(coalesce({column}, '')), :needle)"
        if len(self.text) > _LONGEST_PATTERN:
            return folded
        # An embedded zero ends the text for `length` and for LIKE, so it counts as another character here.
        is_wide = f"length({column}) <> length(CAST({column} AS BLOB))"
        if not self.text.isascii() or "\0" in self.text:
            return f"({is_wide} AND {folded})"
        like = f"{column} LIKE :pattern ESCAPE '\\'"
        return f"({like} OR ({is_wide} AND {folded}))" if self._may_be_folded else f"({like})"

    @property
    def _may_be_folded(self) -> bool:
        return not _FOLDED_TO.isdisjoint(self.text)
