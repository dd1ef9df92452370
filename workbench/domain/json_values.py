"""Values in the form that JSON has."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any


def json_value(value: Any) -> Any:
    """A value as dicts, lists, strings, numbers and None, in full depth: a dataclass becomes a dict of its fields.

    Keys become strings and enums become their values. Properties of a dataclass are left out.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: json_value(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): json_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(inner) for inner in value]
    return value.value if isinstance(value, Enum) else value
