"""A screen with a form: going from field to field, choosing, and what is wrong said beside each."""

import asyncio
from collections.abc import Sequence

from textual import on, work

from workbench.tui.base.workbench_screen import WorkbenchScreen
from workbench.tui.dialogs.choice_screen import ChoiceScreen
from workbench.tui.dialogs.text_screen import LineScreen
from workbench.tui.forms.form_fields import ChoiceField, FormField
from workbench.tui.widgets.line_list import ListLine

_LISTED_ACTIONS = ("step", "list")


class FormScreen(WorkbenchScreen):
    """The fields are in the order of the keys. A screen over this one says what Enter does."""

    AUTO_FOCUS = ""
    fields: Sequence[FormField] = ()

    @property
    def field(self) -> FormField | None:
        """The field with the focus."""
        return next((one for one in self.fields if one.line is self.focused), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  # Textual's form
        """The keys that choose are those of the text where a text has the focus."""
        return isinstance(self.field, ChoiceField) if action in _LISTED_ACTIONS else True

    def action_field(self, by: int) -> None:
        fields = [one for one in self.fields if one.display]
        at = fields.index(self.field) if self.field in fields else -by
        self.set_focus(fields[(at + by) % len(fields)].line)

    def action_step(self, by: int) -> None:
        if isinstance(self.field, ChoiceField):
            self.field.step(by)

    def action_list(self) -> None:
        if isinstance(self.field, ChoiceField):
            self._list(self.field)

    def on_descendant_focus(self) -> None:
        self.refresh_bindings()

    async def all_typed(self) -> None:
        """Wait until all keys that were pressed before have done their work.

        Letters go to the line; Backspace climbs from there to the application. So this waits in a worker, since the
        application must be free.
        """
        for node in self.field.line.ancestors_with_self if self.field is not None else ():
            arrived = asyncio.Event()
            node.call_later(arrived.set)
            await arrived.wait()

    @on(ChoiceField.ListWanted)
    def _list_wanted(self, message: ChoiceField.ListWanted) -> None:
        self._list(message.field)

    @work(group="list", exclusive=True)
    async def _list(self, field: ChoiceField) -> None:
        if field.choices:
            lines = [ListLine(((one, "plain"),)) for one in field.choices]
            chosen = await self.app.push_screen_wait(ChoiceScreen[str](field.title, field.choices, lines))
        else:
            chosen = await self.app.push_screen_wait(LineScreen(field.title, field.value, "its name"))
        if chosen is not None:
            field.choose(chosen.strip())
