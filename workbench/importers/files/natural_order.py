"""The order in which people count: 2 before 10."""

import re


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A sorting key in which numbers count as numbers."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text))
