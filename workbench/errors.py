"""Every error that a user can meet, and the exit code each one ends the command with.

    WorkbenchError                 what happened and what to do, in one line
    ├── UsageError          2      a wrong word on the command line or in the settings
    ├── DataError           3      a data set, manifest or file that is not as it should be
    ├── EndpointError       4      a model endpoint that is missing, refuses us or has no quota left
    └── DatabaseError       5      a workspace that cannot be opened, read or written

A refusal by the model is none of these: it is a result. Exit code 1 is no error either: the work is done and
something in it is worth knowing (samples refused or failed).
"""

from collections.abc import Iterable
from difflib import get_close_matches

EXIT_WORTH_KNOWING = 1
EXIT_INTERRUPTED = 130


class WorkbenchError(Exception):
    """The base: `str(error)` is one line that says what happened and what to do about it."""

    exit_code = 1


class UsageError(WorkbenchError):
    """A word on the command line or in the settings that means nothing here."""

    exit_code = 2


class DataError(WorkbenchError):
    """A data set or file that is missing, malformed or not what it was said to be."""

    exit_code = 3


class EndpointError(WorkbenchError):
    """An endpoint that cannot be used: not set, not reachable, key or quota refused, model unknown."""

    exit_code = 4


class DatabaseError(WorkbenchError):
    """A workspace that cannot be opened, is another program's, is locked, or cannot be written."""

    exit_code = 5


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """Say that `name` is unknown and name the nearest known ones (all of them where none is near)."""
    known = list(known)
    folded = {one.casefold(): one for one in known}
    near = get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)
    if near:
        hint = f"did you mean {' or '.join(folded[one] for one in near)}?"
    elif known:
        hint = f"known: {', '.join(known)}"
    else:
        hint = "there are none yet"
    return UsageError(f"unknown {kind} {name!r}; {hint}")
