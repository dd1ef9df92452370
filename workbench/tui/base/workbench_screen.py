"""The base of the workbench's screens: its help, its notices, and errors that a person can do something about."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar, Final

from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widget import Widget

from workbench.domain.visible import visible
from workbench.errors import WorkbenchError
from workbench.tui.base.background import Outdated
from workbench.tui.base.commands import Scope
from workbench.tui.base.screen_table import new_screen

_NOTICE_CHARS: Final = 400


class WorkbenchScreen(Screen[Any]):
    """A screen holds the actions and the layout; its parts hold the state, and threads tell it by messages."""

    SCOPES: ClassVar[tuple[Scope, ...]] = ()
    """Of the commands that work here; the help and the palette offer them."""

    async def action_help(self) -> None:
        async def run(action: str | None) -> None:
            if action is not None:
                await self.app.run_action(action, self)

        await self.app.push_screen(new_screen("help", self.SCOPES), run)

    def errors_as_notices(self) -> AbstractContextManager[None]:
        """Show a WorkbenchError of the block as a notice, and end the block there.

        A lookup that nobody waits for any more (`Outdated`) ends the block without a word.
        """
        return errors_as_notices(self)

    def notice(self, words: str, *, severity: SeverityLevel = "information", seconds: float = 5) -> None:
        """Show a message for some seconds. The words may come from anywhere."""
        notice(self, words, severity=severity, seconds=seconds)


@contextmanager
def errors_as_notices(widget: Widget) -> Iterator[None]:
    """The same for a part of a screen."""
    try:
        yield
    except Outdated:
        pass  # the list was asked for something else meanwhile, or the screen has gone
    except WorkbenchError as error:
        notice(widget, str(error), severity="error")


def notice(widget: Widget, words: str, *, severity: SeverityLevel = "information", seconds: float = 5) -> None:
    """The same for a part of a screen."""
    shown = visible(words, lines=True, longest=_NOTICE_CHARS)
    widget.notify(shown, severity=severity, timeout=seconds, markup=False)
