"""What `emowb doctor` looks at: terminal, workspace, settings, cache, software. Nothing is changed or mended."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from workbench.cli.terminal import known_terminal
from workbench.errors import DatabaseError
from workbench.settings import Settings, settings_files

if TYPE_CHECKING:
    from workbench.storage.workspace.database import Database
    from workbench.tui.pictures.terminal_facts import TerminalFacts

_LIBRARIES: Final = (
    *("textual", "rich", "typer", "openai", "aiohttp", "pillow", "opencv-python-headless", "numpy", "scikit-learn"),
    *("scipy", "statsmodels", "sqlite-utils"),
)
_EXTRAS: Final = ("h5py", "pyarrow")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    value: Any
    """What JSON gets."""
    words: str = ""
    """What people read, where that is not the value."""
    worth_knowing: bool = False


def terminal_findings(settings: Settings, environment: Mapping[str, str]) -> Iterator[Check]:
    """Asks the terminal, where there is one."""
    facts = known_terminal(settings)
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    size = shutil.get_terminal_size()
    yield Check("terminal", is_terminal, "" if is_terminal else "no: this output or input is a file or a pipe")
    yield Check("name", " ".join(filter(None, (facts.name, facts.version))) or None)
    yield Check("TERM", environment.get("TERM"))
    yield Check("size", [size.columns, size.lines], f"{size.columns} x {size.lines} cells")
    has_none = is_terminal and facts.protocol == "words" and settings.pictures == "auto"
    yield Check("pictures", str(facts.protocol), f"{facts.protocol}: {facts.why}", worth_knowing=has_none)
    yield Check("why", facts.why)
    yield Check("colours", _colours(facts, environment))
    yield Check("cell", list(facts.cell_px) if facts.cell_px else None, _cell_words(facts))
    yield Check("within", str(facts.multiplexer) or None)
    yield Check("frames held back", facts.sync_output)
    yield Check("sixel", facts.sixel)
    yield Check("round trip", facts.rtt_ms and round(facts.rtt_ms, 1), f"{facts.rtt_ms:.0f} ms" if facts.rtt_ms else "")
    encoding = (sys.stdout.encoding or "").casefold().replace("-", "")
    yield Check("encoding", sys.stdout.encoding, worth_knowing=is_terminal and encoding != "utf8")
    yield Check("locale", environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG"))


def workspace_findings(settings: Settings) -> Iterator[Check]:
    """Opens the workspace as it is, if there is one."""
    from workbench.storage.workspace.database import Database, journal_mode, open_as_it_is, wal_is_safe

    sqlite = Database(memory=True).execute("SELECT sqlite_version()").fetchone()[0]
    verdict = "free of the WAL-reset bug" if wal_is_safe() else "has the WAL-reset bug, so a rollback journal is used"
    yield Check("SQLite", sqlite, f"{sqlite}, {verdict}")
    yield Check("WAL is safe", wal_is_safe())
    yield Check("workspace", str(settings.db), f"{settings.db} (from {settings.source_of('db')})")
    if not settings.db.exists():
        yield Check("exists", False, "no, and none is needed before the first import")  # noqa: FBT003
        return
    yield Check("journal wanted", journal_mode(settings.db))
    try:
        db = open_as_it_is(settings.db)
        try:
            yield from _within(db)
        finally:
            db.close()
    except DatabaseError as error:
        yield Check("problem", str(error), worth_knowing=True)


def _within(db: "Database") -> Iterator[Check]:
    from workbench.storage.workspace.database import SCHEMA_VERSION, wal_is_safe

    schema = _pragma(db, "user_version")
    older = "" if schema == SCHEMA_VERSION else f"{schema}; brought up to {SCHEMA_VERSION} when it is next opened"
    yield Check("schema", schema, older)
    journal = "wal" if _pragma(db, "journal_mode") == "wal" else "rollback"
    yield Check("journal", journal, worth_knowing=journal == "wal" and not wal_is_safe())
    checked = str(_pragma(db, "quick_check"))
    yield Check("quick check", checked, worth_knowing=checked != "ok")
    yield Check("bytes", _pragma(db, "page_count") * _pragma(db, "page_size"))


def settings_findings(settings: Settings) -> Iterator[Check]:
    """Files that were read, and settings that are not as they come. Keys are no settings."""
    from workbench.settings import setting_names

    for name, path in zip(("user's file", "file here"), settings_files(Path.cwd()), strict=True):
        there = path.is_file()
        yield Check(name, str(path) if there else None, f"{path} ({'read' if there else 'not there'})")
    for name in setting_names():
        if name in settings.sources:
            value = getattr(settings, name)
            yield Check(name, str(value), f"{value} (from {settings.source_of(name)})")


def cache_findings(settings: Settings) -> Iterator[Check]:
    """What is kept of frames. It can be deleted at any time."""
    folder = settings.cache / "frames"
    sizes = list(_sizes(folder))
    yield Check("frame cache", str(folder))
    yield Check("files", len(sizes))
    yield Check("bytes", sum(sizes), f"{sum(sizes) / 1_000_000:,.1f} MB")


def software_findings() -> Iterator[Check]:
    """Versions. A library that is missing means a broken installation, but for the extras."""
    yield Check("emowb", version("emowb"))
    yield Check("Python", ".".join(map(str, sys.version_info[:3])))
    for name in (*_LIBRARIES, *_EXTRAS):
        found = _version_of(name)
        yield Check(name, found, "" if found else "not installed", worth_knowing=found is None and name in _LIBRARIES)


def _colours(facts: "TerminalFacts", environment: Mapping[str, str]) -> str:
    if "NO_COLOR" in environment:
        return "none (NO_COLOR is set)"
    if facts.truecolor:
        return "true colour"
    term = environment.get("TERM", "")
    return "256" if "256" in term or "kitty" in term else "none" if term in ("", "dumb") else "16"


def _cell_words(facts: "TerminalFacts") -> str:
    return f"{facts.cell_px[0]} x {facts.cell_px[1]} pixels" if facts.cell_px else "not known"


def _pragma(db: "Database", name: str) -> Any:
    return db.conn.execute(f"PRAGMA {name}").fetchone()[0]


def _version_of(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _sizes(folder: Path) -> Iterator[int]:
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                yield (Path(where) / name).stat().st_size
            except OSError:
                continue  # another process has just cleared it
