"""Adding an endpoint to a settings file, whose other content stays as it is, letter by letter."""

import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from workbench.domain.endpoints import EMBEDDED, PRESETS, Endpoint
from workbench.errors import UsageError
from workbench.settings.toml_tables import read_endpoint
from workbench.settings.whole_files import write_whole

_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OWN: Final = ("name", "base_url", "key_variables")


def add_endpoint_table(path: Path, name: str, base_url: str, kind: str | None, key_variable: str | None) -> Endpoint:
    """Write the table of a new endpoint at the end of a settings file, which is made where there is none.

    `kind` is the preset whose dialect it speaks. `key_variable` names the variable with the key. Raises UsageError for
    a name that is taken or cannot be one, for what is no address and for what looks like a key instead of a variable.
    """
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    try:
        known = tomllib.loads(before).get("endpoints", {})
    except ValueError as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    if not _NAME.fullmatch(name) or name == EMBEDDED:
        raise UsageError(f"{name!r} cannot be an endpoint's name; use letters, digits, - and _")
    if name in known:
        raise UsageError(f"{path} has an endpoint {name} already; change it there")
    if key_variable and not _VARIABLE.fullmatch(key_variable):
        raise UsageError("that is no name of a variable; the key itself is never written down")
    table: dict[str, Any] = {"base_url": base_url, **_dialect(kind)}
    if key_variable:
        table["key_variable"] = key_variable
    endpoint = read_endpoint(PRESETS.get(name, Endpoint(name=name, base_url="")), table, str(path))
    lines = [f"{word} = {json.dumps(value)}" for word, value in table.items()]
    after = f"{before.rstrip()}\n\n" if before.strip() else ""
    written = "\n".join([f"{after}[endpoints.{name}]", *lines, ""])
    tomllib.loads(written)  # what is written can be read
    write_whole(path, written)
    return endpoint


def _dialect(kind: str | None) -> dict[str, Any]:
    """What a preset says otherwise than an endpoint that nothing is known of."""
    if kind is None:
        return {}
    plain, preset = Endpoint(name="", base_url=""), PRESETS[kind]
    pairs = {field.name: getattr(preset, field.name) for field in fields(Endpoint) if field.name not in _OWN}
    return {name: value for name, value in pairs.items() if value != getattr(plain, name)}
