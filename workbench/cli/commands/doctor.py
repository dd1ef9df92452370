"""`emowb doctor`."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import typer

from workbench.application.workspaces import SCHEMA_VERSION, WorkspaceFile, inspect_workspace
from workbench.cli.context import AsJson, settings_of
from workbench.cli.output import show, show_json
from workbench.cli.terminal import known_terminal
from workbench.errors import EXIT_WORTH_KNOWING
from workbench.settings import Settings, setting_names, settings_files
from workbench.tui.pictures.terminal_facts import TerminalFacts, has_256_colours

_LIBRARIES: Final = (
    *("textual", "rich", "typer", "openai", "aiohttp", "pillow", "opencv-python-headless", "numpy", "scikit-learn"),
    *("scipy", "statsmodels", "sqlite-utils"),
)
_EXTRAS: Final = ("h5py", "pyarrow")
_ONLY_FOR_PROGRAMS: Final = frozenset({"why", "WAL is safe"})
"""What people read in the words of another check."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    value: Any
    """For JSON."""
    words: str = ""
    """For people; empty: the value itself."""
    worth_knowing: bool = False


def doctor(command: typer.Context, *, as_json: AsJson = False) -> None:
    """Check this machine: terminal, workspace, settings, frame cache, software.

    Nothing is changed, and no key is looked at. Ends with exit code 1 where something is worth knowing (marked with !).

    \b
    Example:
        emowb doctor
    """
    settings = settings_of(command)
    found = {
        "terminal": list(_terminal_checks(settings, os.environ)),
        "database": list(_workspace_checks(settings)),
        "settings": list(_settings_checks(settings)),
        "cache": list(_cache_checks(settings)),
        "software": list(_software_checks()),
    }
    worth_knowing = [one for checks in found.values() for one in checks if one.worth_knowing]
    if as_json:
        known = [f"{one.name}: {one.words or one.value}" for one in worth_knowing]
        show_json({title: _document(checks) for title, checks in found.items()} | {"worth_knowing": known})
    else:
        for title, checks in found.items():
            show(title)
            for one in checks:
                if one.name not in _ONLY_FOR_PROGRAMS:
                    show(_line(one))
    if worth_knowing:
        raise typer.Exit(EXIT_WORTH_KNOWING)


def _terminal_checks(settings: Settings, environment: Mapping[str, str]) -> Iterator[Check]:
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


def _workspace_checks(settings: Settings) -> Iterator[Check]:
    state = inspect_workspace(settings.db)
    verdict = "free of the WAL-reset bug" if state.wal_is_safe else "has the WAL-reset bug; a rollback journal is used"
    yield Check("SQLite", state.sqlite, f"{state.sqlite}, {verdict}")
    yield Check("WAL is safe", state.wal_is_safe)
    yield Check("workspace", str(settings.db), f"{settings.db} (from {settings.source_of('db')})")
    if not state.exists:
        yield Check("exists", False, "no, and none is needed before the first import")  # noqa: FBT003
        return
    yield Check("journal wanted", state.journal_wanted)
    if state.problem is not None:
        yield Check("problem", state.problem, worth_knowing=True)
    if state.file is not None:
        yield from _file_checks(state.file, wal_is_safe=state.wal_is_safe)


def _file_checks(file: WorkspaceFile, *, wal_is_safe: bool) -> Iterator[Check]:
    older = "" if file.is_current else f"{file.schema}; brought up to {SCHEMA_VERSION} when it is next opened"
    yield Check("schema", file.schema, older)
    yield Check("journal", file.journal, worth_knowing=file.journal == "wal" and not wal_is_safe)
    yield Check("quick check", file.quick_check, worth_knowing=file.quick_check != "ok")
    yield Check("bytes", file.n_bytes)


def _settings_checks(settings: Settings) -> Iterator[Check]:
    for name, path in zip(("user's file", "file here"), settings_files(Path.cwd()), strict=True):
        there = path.is_file()
        yield Check(name, str(path) if there else None, f"{path} ({'read' if there else 'not there'})")
    for name in setting_names():
        if name in settings.sources:
            value = getattr(settings, name)
            yield Check(name, str(value), f"{value} (from {settings.source_of(name)})")


def _cache_checks(settings: Settings) -> Iterator[Check]:
    folder = settings.cache / "frames"
    sizes = list(_sizes(folder))
    yield Check("frame cache", str(folder))
    yield Check("files", len(sizes))
    yield Check("bytes", sum(sizes), f"{sum(sizes) / 1_000_000:,.1f} MB")


def _software_checks() -> Iterator[Check]:
    """A missing library means a broken installation; a missing extra does not."""
    yield Check("emowb", version("emowb"))
    yield Check("Python", ".".join(map(str, sys.version_info[:3])))
    for name in (*_LIBRARIES, *_EXTRAS):
        found = _version_of(name)
        yield Check(name, found, "" if found else "not installed", worth_knowing=found is None and name in _LIBRARIES)


def _colours(facts: TerminalFacts, environment: Mapping[str, str]) -> str:
    if "NO_COLOR" in environment:
        return "none (NO_COLOR is set)"
    if environment.get("TERM", "") in ("", "dumb"):
        return "none"
    chosen = environment.get("TEXTUAL_COLOR_SYSTEM", "truecolor" if facts.truecolor else "")
    known = {"truecolor": "true colour", "256": "256", "standard": "16"}
    return known.get(chosen) or ("256" if has_256_colours(environment) else "16")


def _cell_words(facts: TerminalFacts) -> str:
    return f"{facts.cell_px[0]} x {facts.cell_px[1]} pixels" if facts.cell_px else "not known"


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


def _document(checks: Iterable[Check]) -> dict[str, object]:
    return {one.name.casefold().replace("'s", "").replace(" ", "_"): one.value for one in checks}


def _line(check: Check) -> str:
    words = check.words or _plain(check.value)
    return f"{'!' if check.worth_knowing else ' '} {check.name:<24} {words}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else str(value)
