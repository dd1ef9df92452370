"""What a cell of a CSV file holds, so that a spreadsheet shows it and never runs it.

A text that a spreadsheet would take for a formula gets an apostrophe in front, and only that; everything else stays
as it came, control characters included. Sources: OWASP's page on CSV injection, and CVE-2021-41270 for the signs that
are hidden behind blanks or quotes.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain
from typing import Final, TypeAlias

Cell: TypeAlias = str | int | float | None
"""None is an empty cell."""

_SIGNS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # the last four are their full-width forms
_SKIPPED: Final = r"\s\x00-\x20\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\"'`\u2018-\u201f"
"""Blanks, quotes and characters that nobody sees: some programs drop them before they look."""
_FORMULA: Final = re.compile(rf"[\t\r]|[{_SKIPPED}]*[{_SIGNS}]")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def defused(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would run it. A number in words stays a number."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def joined(labels: Iterable[str]) -> str:
    r"""Labels in one cell, parted by `|`. A `|` or `\` inside a label is written `\|` or `\\`."""
    return "|".join(label.replace("\\", "\\\\").replace("|", "\\|") for label in labels)


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """A file line by line: its header, then a line for each row as it comes, ending in LF, every text defused."""
    # Python 3.11 quotes a cell only for the line ending's own characters: under LF alone, a CR inside a cell would
    # stand bare, and readers would take it for the end of the row.
    line = StringIO()
    writer = csv.writer(line, lineterminator="\r\n")
    for cells in chain((header,), rows):
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in cells])
        yield line.getvalue()[: -len("\r\n")] + "\n"
        line.seek(0)
        line.truncate()
