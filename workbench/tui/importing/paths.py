"""Paths in a form: what they mean, and what could follow what is typed."""

import os
from pathlib import Path
from typing import Final

from textual.suggester import Suggester

from workbench.domain.visible import visible
from workbench.tui.base.background import run_blocking

TABLES: Final = frozenset({".csv", ".tsv", ".txt", ".jsonl", ".json"})
"""Suffixes of files that may be a manifest."""
_MOST_ENTRIES: Final = 5_000


def path_of(text: str) -> Path:
    """The path that is meant, `~` for the home folder."""
    return Path(text.strip()).expanduser()


def entries_below(folder: Path, *, files: bool = True) -> list[str]:
    """The folders (with a slash at the end) and tables in a folder, by name; empty where it cannot be read."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry, _ in zip(entries, range(_MOST_ENTRIES), strict=False):
                if entry.name.startswith(".") or visible(entry.name) != entry.name:
                    continue
                if entry.is_dir():
                    found.append(f"{entry.name}/")
                elif files and Path(entry.name).suffix.casefold() in TABLES:
                    found.append(entry.name)
    except OSError:
        return []
    return sorted(found, key=lambda name: (not name.endswith("/"), name.casefold()))


class PathSuggester(Suggester):
    """Suggests the rest of a name; the right arrow takes it."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        top, slash, begun = value.rpartition("/")
        if not value or (not begun and not slash):
            return None
        names = await run_blocking(lambda: entries_below(path_of(f"{top}{slash}" or ".")), "path")
        return next((f"{top}{slash}{name}" for name in names if name.startswith(begun) and begun), None)
