"""How a person likes the workbench: colours, keys, and what it remembers."""

from dataclasses import dataclass, field

from textual.app import App

from workbench.domain.scoring.protocols import Protocol
from workbench.settings import Settings
from workbench.tui.commands import COMMANDS, Command
from workbench.tui.keymap import commands_with
from workbench.tui.memory import Memory


@dataclass(frozen=True, slots=True)
class Habits:
    """Of one person at one terminal."""

    memory: Memory = field(default_factory=lambda: Memory(None))
    commands: tuple[Command, ...] = COMMANDS
    """The table with the person's own keys."""
    theme: str | None = None
    """The setting; None: as it was last."""

    @property
    def protocol(self) -> Protocol:
        """The protocol that was looked at last."""
        said = self.memory.look().get("protocol")
        return Protocol(said) if said in tuple(Protocol) else Protocol.STRICT


def read_habits(settings: Settings) -> Habits:
    """As the settings have them. Raises UsageError for keys that cannot be."""
    theme = None if settings.theme is None else f"emowb-{settings.theme}"
    return Habits(Memory(settings.state), commands_with(settings.keys), theme)


def habits_of(app: App[object]) -> Habits:
    """Of whoever sits before this application."""
    found = getattr(app, "habits", None)
    return found if isinstance(found, Habits) else Habits()
