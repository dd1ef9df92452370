"""How a person likes the workbench: colours, keys, and what it remembers."""

from dataclasses import dataclass, field

from textual.app import App

from workbench.domain.scoring.protocols import Protocol
from workbench.settings import Settings
from workbench.tui.base.commands import COMMANDS, Command
from workbench.tui.base.keymap import commands_with
from workbench.tui.base.remembered_state import RememberedState


@dataclass(frozen=True, slots=True)
class Preferences:
    """Of one person at one terminal."""

    memory: RememberedState = field(default_factory=lambda: RememberedState(None))
    commands: tuple[Command, ...] = COMMANDS
    """The table with the person's own keys."""
    theme: str | None = None
    """The setting; None: as it was last."""

    @property
    def protocol(self) -> Protocol:
        """The protocol that was looked at last."""
        said = self.memory.look().get("protocol")
        return Protocol(said) if said in tuple(Protocol) else Protocol.STRICT


def read_preferences(settings: Settings) -> Preferences:
    """As the settings have them. Raises UsageError for keys that cannot be."""
    theme = None if settings.theme is None else f"emowb-{settings.theme}"
    return Preferences(RememberedState(settings.state), commands_with(settings.keys), theme)


def preferences_of(app: App[object]) -> Preferences:
    """Of whoever sits before this application."""
    found = getattr(app, "preferences", None)
    return found if isinstance(found, Preferences) else Preferences()
