"""What the workbench remembers between two starts: theme, protocol, widths, filters, the sample under the cursor.

It is kept in small files in the user's state directory, one for all data sets and one for each. They are written whole,
in a thread of their own. A file that cannot be read or written is ignored.
"""

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from workbench.domain.cases import CaseFilter, CaseKind
from workbench.errors import WorkbenchError
from workbench.settings.whole_files import path_part, write_whole

_LOOK: Final = "look.json"
_MOST_BYTES: Final = 1_000_000
_END: Final = (Path(), "")


class RememberedState:
    """Reads and writes the files of a folder; without a folder, remembers until the program ends."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: dict[str, dict[str, Any]] = {}
        self._written: SimpleQueue[tuple[Path, str]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def look(self) -> dict[str, Any]:
        """What is remembered for all data sets."""
        return self._read(_LOOK)

    def of_dataset(self, key: str) -> dict[str, Any]:
        """What is remembered for one data set."""
        return self._read(_file_of(key))

    def keep_look(self, **values: Any) -> None:
        """Remember these values for all data sets."""
        self._keep(_LOOK, values)

    def keep_of_dataset(self, key: str, **values: Any) -> None:
        """Remember these values for one data set."""
        self._keep(_file_of(key), values)

    def close(self) -> None:
        """Wait until everything is written."""
        if self._thread is not None:
            self._written.put(_END)
            self._thread.join()
            self._thread = None

    def _read(self, name: str) -> dict[str, Any]:
        if name not in self._known:
            self._known[name] = {} if self._folder is None else _loaded(self._folder / name)
        return self._known[name]

    def _keep(self, name: str, values: Mapping[str, Any]) -> None:
        known = self._read(name)
        if known == {**known, **values}:
            return
        known.update(values)
        if self._folder is None:
            return
        self._written.put((self._folder / name, json.dumps(known, ensure_ascii=True, indent=1)))
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="memory", daemon=True)
            self._thread.start()

    def _write(self) -> None:
        is_open = True
        while is_open:
            newest: dict[Path, str] = {}
            entry = self._written.get()
            while entry != _END:
                newest[entry[0]] = entry[1]
                if self._written.empty():
                    break
                entry = self._written.get()
            is_open = entry != _END
            for path, text in newest.items():
                with suppress(WorkbenchError, OSError):
                    write_whole(path, text)


def filter_as_json(wanted: CaseFilter) -> dict[str, Any]:
    """A filter as plain values."""
    return asdict(wanted)


def filter_from_json(values: object) -> CaseFilter | None:
    """Read what `filter_as_json` wrote; None for anything else."""
    if not isinstance(values, Mapping):
        return None
    known = {one.name for one in fields(CaseFilter)}
    given = {name: _value(name, value) for name, value in values.items() if name in known}
    if not isinstance(given.get("search", ""), str):
        return None
    try:
        wanted = CaseFilter(**given)
        hash(wanted)
    except (TypeError, ValueError):
        return None
    return wanted


def _value(name: str, value: Any) -> Any:
    if name == "kind":
        return CaseKind(value) if value in tuple(CaseKind) else CaseKind.ALL
    return tuple(value) if isinstance(value, list) else value


def _file_of(key: str) -> str:
    return f"sets/{path_part(key)}.json"


def _loaded(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return {}
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
