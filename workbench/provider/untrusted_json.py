"""Reading values of JSON that a server sent: every function takes any value and raises nothing."""

import json
from collections.abc import Mapping
from typing import Any


def parsed(content: str | bytes) -> object:
    """The value of a JSON text; None where it is no JSON, or is nested too deeply."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def as_object(value: object) -> Mapping[str, Any]:
    """An object; empty for anything else."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[Any]:
    """A list; empty for anything else."""
    return value if isinstance(value, list) else []


def as_name(value: object) -> str | None:
    """A text that is not empty; None for anything else."""
    return value if isinstance(value, str) and value else None


def as_count(value: object) -> int | None:
    """A whole number of at least 0; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
