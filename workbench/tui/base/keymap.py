"""The keys that a person has chosen: the table `[keys]` of the settings, over the table of commands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from workbench.domain.visible import visible
from workbench.errors import UsageError, unknown_name
from workbench.tui.base.commands import COMMANDS, DIGITS, IMPORT, NEW_ENDPOINT, NEW_RUN, REVIEW, Command, Scope
from workbench.tui.base.textual_internals import key_name

_FIXED: Final = frozenset({"review.label", "review.no-label", "everywhere.palette", "everywhere.quit"})
"""Digits only give labels, and palette and exit are where every Textual program has them."""
_KEPT: Final = (*DIGITS, "0", "ctrl+c", "ctrl+p", "ctrl+q")


def commands_with(keys: Mapping[str, Sequence[str]]) -> tuple[Command, ...]:
    """The commands with a person's own keys.

    Raises UsageError for an unknown command, a key that is not free, and a key that would do two things in one place.
    """
    known = {command.id for command in COMMANDS}
    for name, wanted in keys.items():
        if name not in known:
            raise unknown_name("command in [keys]:", name, sorted(known))
        _check(name, wanted)
    commands = tuple(replace(one, keys=tuple(keys[one.id])) if one.id in keys else one for one in COMMANDS)
    for scopes in scopes_together():
        _check_scopes([command for command in commands if command.scope in (*scopes, Scope.EVERYWHERE)])
    return commands


def scopes_together() -> list[tuple[Scope, ...]]:
    """The scopes whose keys work at the same time."""
    together = [REVIEW, NEW_RUN, IMPORT, NEW_ENDPOINT]
    alone = (scope for scope in Scope if scope is not Scope.EVERYWHERE and not any(scope in some for some in together))
    return [*together, *((scope,) for scope in alone)]


def textual_keymap(commands: Iterable[Command]) -> dict[str, str]:
    """Textual's keymap for the keys that differ from the table."""
    usual = {command.id: command.keys for command in COMMANDS}
    return {
        command.id: ",".join(key_name(key) for key in command.keys)
        for command in commands
        if command.keys and command.keys != usual[command.id]
    }


def _check(name: str, wanted: Sequence[str]) -> None:
    if name in _FIXED:
        raise UsageError(f"the keys of {name} cannot be changed")
    if not wanted:
        raise UsageError(f"[keys] {name} names no key")
    for key in wanted:
        if key in _KEPT:
            raise UsageError(f"[keys] {name}: {key} is taken; digits only ever label, and ctrl+p and ctrl+q stay")
        if not _is_key(key):
            raise UsageError(f'[keys] {name}: "{visible(key, longest=40)}" is no key; write a, ?, ctrl+a, f5 or enter')


def _check_scopes(commands: Iterable[Command]) -> None:
    taken: dict[str, Command] = {}
    for command in commands:
        for key in command.keys:
            other = taken.setdefault(key_name(key), command)
            if other is not command:
                raise UsageError(
                    f"[keys] {key} would be both {other.id} and {command.id}; give one of them another key"
                )


def _is_key(key: str) -> bool:
    if len(key) == 1:
        return key.isprintable() and not key.isspace()
    *modifiers, last = key.split("+")
    return last in _NAMED or (bool(modifiers) and len(last) == 1 and last.isalnum())


_NAMED: Final = frozenset(
    {
        *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "enter", "escape", "tab", "space"),
        *("backspace", "delete", "insert", *(f"f{number}" for number in range(1, 25))),
    }
)
