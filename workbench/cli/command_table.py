"""Which file of this room has which command, so that only the one that runs is loaded.

All of them together cost a third of the time in which `emowb open` has to show its first lines.
"""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from types import ModuleType
from typing import Any, Final

import typer
from typer.main import get_group

FILES: Final = {
    "demo": ("demo",),
    "datasets": ("datasets",),
    "import_": ("import",),
    "load_predictions": ("load-predictions",),
    "run": ("run", "retry"),
    "runs": ("runs", "show"),
    "steer": ("pause", "cancel", "limit"),
    "queue": ("queue",),
    "reproduce": ("reproduce",),
    "open": ("open",),
    "metrics": ("metrics",),
    "compare": ("compare",),
    "ablate": ("ablate",),
    "agree": ("agree",),
    "export": ("export",),
    "probe": ("probe",),
    "endpoint": ("endpoint", "config"),
    "doctor": ("doctor",),
    "backup": ("backup",),
    "batch_file": ("batch-file",),
}
"""In the order of the help."""


class CommandsByFile(MutableMapping[str, Any]):
    """The commands by their names; a file is loaded when a command of it is asked for."""

    def __init__(self) -> None:
        self._files = {name: file for file, names in FILES.items() for name in names}
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Raises KeyError for a name that no file has."""
        if name not in self._loaded:
            self._loaded.update(commands_of(import_module(f"workbench.cli.commands.{self._files[name]}")))
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._files[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def commands_of(file: ModuleType) -> dict[str, Any]:
    """What a file registers."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    file.register(app)
    return dict(get_group(app).commands)
