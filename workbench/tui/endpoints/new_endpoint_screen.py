"""A new endpoint: its name, address, dialect, and the variable with its key; never the key."""

from pathlib import Path
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.application.context import Context
from workbench.application.endpoints import add_endpoint
from workbench.domain.endpoints import PRESETS
from workbench.domain.visible import visible
from workbench.errors import WorkbenchError
from workbench.tui.base.background import run_blocking
from workbench.tui.base.commands import NEW_ENDPOINT, Scope, bindings
from workbench.tui.forms.form_fields import ChoiceField, TextField
from workbench.tui.forms.form_screen import FormScreen
from workbench.tui.widgets.keys_line import KeysLine

_PLAIN: Final = "any server of the OpenAI protocol"


class NewEndpointScreen(FormScreen, ModalScreen[Context | None]):
    """Ends with the context that knows the endpoint, or None."""

    SCOPES: ClassVar[tuple[Scope, ...]] = NEW_ENDPOINT
    BINDINGS: ClassVar[list[BindingType]] = bindings(*NEW_ENDPOINT)
    DEFAULT_CSS = """
    NewEndpointScreen {
        align: center middle;
        & > #box { width: 76; max-width: 95%; height: auto; padding: 1 2; background: $panel; }
        & #said { margin-top: 1; height: auto; color: $foreground-muted; }
        & #said.-wrong { color: $text-error; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._known = context
        self._title = TextField("name", "lab")
        self._address = TextField("address", "http://127.0.0.1:8000/v1")
        self._kind = ChoiceField("kind", (_PLAIN, *PRESETS), _PLAIN)
        self._variable = TextField("key variable", "none is needed; LAB_API_KEY")
        self.fields = (self._title, self._address, self._kind, self._variable)
        self._said = Static("the key itself stays in the environment", id="said", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield from self.fields
            yield self._said
        yield KeysLine()

    def on_mount(self) -> None:
        self.set_focus(self._title.line)

    @work(group="going", exclusive=True)
    async def action_go(self) -> None:
        await self.all_typed()
        for field in (self._title, self._address):
            field.complain("" if field.value else "is needed")
            if not field.value:
                self.set_focus(field.line)
                return
        kind = None if self._kind.value == _PLAIN else self._kind.value
        name, address, variable = self._title.value, self._address.value, self._variable.value or None
        try:
            context = await run_blocking(
                lambda: add_endpoint(self._known, Path.cwd(), name, address, kind=kind, key_variable=variable)
            )
        except WorkbenchError as error:
            self._said.update(visible(str(error), longest=300))
            self._said.add_class("-wrong")
        else:
            self.dismiss(context)

    def action_close(self) -> None:
        self.dismiss(None)
