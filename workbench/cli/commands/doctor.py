"""`emowb doctor`."""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

import typer

from workbench.cli.context import AsJson, settings_of
from workbench.cli.output import show, show_json
from workbench.errors import EXIT_WORTH_KNOWING

if TYPE_CHECKING:
    from workbench.cli.checks import Check
    from workbench.settings import Settings

_ONLY_FOR_PROGRAMS: Final = frozenset({"why", "WAL is safe"})
"""What people read in the words of another finding."""


def doctor(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Say what emowb finds on this machine: terminal, workspace, settings, frame cache, software.

    Nothing is changed, and no key is looked at. Ends with 1 where something is worth knowing (marked with !).

    \b
    Example:
        emowb doctor
    """
    found = {title: list(look()) for title, look in _checkups(settings_of(context)).items()}
    if as_json:
        known = [f"{one.name}: {one.words or one.value}" for one in _worth_knowing(found)]
        show_json({title: _document(findings) for title, findings in found.items()} | {"worth_knowing": known})
    else:
        for title, findings in found.items():
            show(title)
            for one in findings:
                if one.name not in _ONLY_FOR_PROGRAMS:
                    show(_line(one))
    if _worth_knowing(found):
        raise typer.Exit(EXIT_WORTH_KNOWING)


def _checkups(settings: "Settings") -> Mapping[str, Callable[[], Iterable["Check"]]]:
    from workbench.cli import checks as checkups

    return {
        "terminal": lambda: checkups.terminal_findings(settings, os.environ),
        "database": lambda: checkups.workspace_findings(settings),
        "settings": lambda: checkups.settings_findings(settings),
        "cache": lambda: checkups.cache_findings(settings),
        "software": checkups.software_findings,
    }


def _worth_knowing(found: Mapping[str, list["Check"]]) -> list["Check"]:
    return [one for findings in found.values() for one in findings if one.worth_knowing]


def _document(findings: Iterable["Check"]) -> dict[str, object]:
    return {one.name.casefold().replace("'s", "").replace(" ", "_"): one.value for one in findings}


def _line(finding: "Check") -> str:
    words = finding.words or _plain(finding.value)
    return f"{'!' if finding.worth_knowing else ' '} {finding.name:<24} {words}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else str(value)
