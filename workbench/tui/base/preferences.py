"""The preferences of a person: colours, keys, and what the workbench remembers."""

from dataclasses import dataclass, field

from textual.app import App

from workbench.domain.scoring.protocols import Protocol
from workbench.settings import Settings
from workbench.tui.base.commands import COMMANDS, Command
from workbench.tui.base.keymap import commands_with
from workbench.tui.base.remembered_state import RememberedState


@dataclass(frozen=True, slots=True)
class Preferences:
    """Of one person."""

    memory: RememberedState = field(default_factory=lambda: RememberedState(None))
    commands: tuple[Command, ...] = COMMANDS
    """The table of commands with the person's own keys."""
    theme: str | None = None
    """The setting; None: the theme that was used last."""

    @property
    def protocol(self) -> Protocol:
        """The protocol that was used last."""
        known = self.memory.look().get("protocol")
        return Protocol(known) if known in tuple(Protocol) else Protocol.STRICT

    def next_protocol(self) -> Protocol:
        """Go from the protocol that was used last to the next one."""
        known = tuple(Protocol)
        protocol = known[(known.index(self.protocol) + 1) % len(known)]
        self.memory.keep_look(protocol=str(protocol))
        return protocol


def read_preferences(settings: Settings) -> Preferences:
    """The preferences in the settings. Raises UsageError for keys that cannot be used."""
    theme = None if settings.theme is None else f"emowb-{settings.theme}"
    return Preferences(RememberedState(settings.state), commands_with(settings.keys), theme)


def preferences_of(app: App[object]) -> Preferences:
    """The preferences that the application was started with."""
    found = getattr(app, "preferences", None)
    return found if isinstance(found, Preferences) else Preferences()
