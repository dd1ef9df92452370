"""A folder laid out as the ancestor's results, written for a test."""

from collections.abc import Iterable
from pathlib import Path

Row = tuple[str, str, str]
"""Name, gold, ranking."""


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (f'{name},{gold},"{ranking}"' for name, gold, ranking in rows)
    path.write_text("\n".join(("name,gt,gpt4v", *lines)) + "\n", encoding="utf-8")


def write_set(folder: Path, rows: Iterable[Row], *, missing: Iterable[tuple[str, str]] = (), file: str = "") -> None:
    """Predictions, and gold of them and of what is missing."""
    rows = list(rows)
    write_rows(folder / (file or "label-gpt4v.csv"), rows)
    gold = [(name, label, "") for name, label in [*((name, label) for name, label, _ in rows), *missing]]
    write_rows(folder / "label.csv", gold)
