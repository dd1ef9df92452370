"""Writing a run's files: which tables, in which formats, under which protocol, where, with pictures or without."""

from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.application.exports import export_run
from workbench.domain.exports import ExportRequest, Format, TableName
from workbench.domain.scoring.protocols import Protocol
from workbench.domain.visible import visible
from workbench.errors import UsageError
from workbench.tui.base.background import run_blocking
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.base.preferences import preferences_of
from workbench.tui.base.shown_run import ShownRun
from workbench.tui.base.workbench_screen import WorkbenchScreen
from workbench.tui.dialogs.text_screen import LineScreen
from workbench.tui.widgets.choice_column import TickColumn
from workbench.tui.widgets.keys_line import KeysLine

_PICTURES = "pictures"


class ExportScreen(WorkbenchScreen, ModalScreen[None]):
    """Stays open while files are written, and shows their paths, which can be copied."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.EXPORT)
    DEFAULT_CSS = """
    ExportScreen {
        align: center middle;
        & > #box { width: 90%; max-width: 90; height: auto; max-height: 94%; padding: 1 2; background: $panel; }
        & Horizontal { height: auto; }
        & .column { width: 1fr; height: auto; }
        & .title { color: $foreground-muted; height: 1; }
        & .note { height: auto; margin-top: 1; color: $foreground-muted; }
        & #written { height: auto; margin-top: 1; }
    }
    """

    def __init__(self, shown: ShownRun) -> None:
        super().__init__()
        self._shown = shown
        self._folder = shown.context.settings.exports
        self._columns: tuple[TickColumn, ...] = ()
        self._active = 0
        self._paths: list[Path] = []
        self._is_writing = False
        self._where = Static(classes="note", markup=False)
        self._written = Static(id="written", markup=False)

    def compose(self) -> ComposeResult:
        protocol = preferences_of(self.app).protocol
        self._columns = (
            TickColumn(tuple(TableName), tuple(TableName)),
            TickColumn((*Format, _PICTURES), (Format.CSV,)),
            TickColumn(tuple(Protocol), (protocol,), only_one=True),
        )
        with VerticalScroll(id="box", can_focus=False):
            with Horizontal():
                for title, column in zip(("what", "formats", "protocol"), self._columns, strict=True):
                    with Vertical(classes="column"):
                        yield Static(title, classes="title", markup=False)
                        yield column
            yield Static(self._notes(), classes="note", markup=False)
            yield self._where
            yield self._written
        yield KeysLine()

    def on_mount(self) -> None:
        self._show_folder()
        self.action_column(0)

    def action_move(self, by: int) -> None:
        self._columns[self._active].move(by)

    def action_column(self, by: int) -> None:
        self._active = (self._active + by) % len(self._columns)
        for place, column in enumerate(self._columns):
            column.set_class(place == self._active, "-active")

    def action_tick(self) -> None:
        self._columns[self._active].toggle()

    @on(TickColumn.Clicked)
    def _clicked(self, message: TickColumn.Clicked) -> None:
        self.action_column(self._columns.index(message.column) - self._active)

    async def action_folder(self) -> None:

        def written(text: str | None) -> None:
            if text and text.strip():
                self._folder = Path(text.strip()).expanduser()
                self._show_folder()

        await self.app.push_screen(LineScreen("the folder for exports", str(self._folder), "a folder"), written)

    def action_write(self) -> None:
        if not self._is_writing:
            with self.errors_as_notices():
                self._write(self._request())

    def action_copy(self) -> None:
        if self._paths:
            self.app.copy_to_clipboard("\n".join(str(path) for path in self._paths))
            self.notice(f"copied {len(self._paths)} paths", seconds=2)
        else:
            self.notice("nothing is written yet; Enter writes", seconds=2)

    def action_close(self) -> None:
        self.dismiss(None)

    @work(group="export")
    async def _write(self, request: ExportRequest) -> None:
        self._is_writing = True
        self._written.update("writing …")
        try:
            with self.errors_as_notices():
                context, run = self._shown.context, self._shown.run
                self._paths = await run_blocking(lambda: export_run(context, run, request, self._folder), "export")
            if self._paths:
                self.notice(f"written: {len(self._paths)} files below {shortened(self._folder)}")
        finally:
            self._is_writing = False
            if self.is_attached:
                self._show_paths()

    def _request(self) -> ExportRequest:
        tables, formats, [protocol] = (column.ticked for column in self._columns)
        with_images = _PICTURES in formats
        chosen = [Format(one) for one in formats if one != _PICTURES]
        if not chosen or (not tables and chosen != [Format.HTML]):
            raise UsageError("choose something to write and a format; space chooses")
        if with_images and Format.HTML not in chosen:
            raise UsageError("pictures go into the report alone; choose html, too")
        return ExportRequest(
            tables=[TableName(one) for one in tables],
            formats=chosen,
            protocol=Protocol(protocol),
            with_images=with_images,
        )

    def _notes(self) -> str:
        card = self._shown.card
        return (
            "md and latex hold metrics, confusion and refusals; html is the whole report, with pictures where chosen. "
            f"Licence of {visible(card.title, longest=60)}: {visible(card.licence, longest=200)}."
        )

    def _show_folder(self) -> None:
        self._where.update(f"into {visible(str(self._folder), longest=200)}")

    def _show_paths(self) -> None:
        self._written.update("\n".join(shortened(path) for path in self._paths) or "")


def shortened(path: Path) -> str:
    """A path, relative to the working directory where it is below that."""
    folder = Path.cwd()
    return visible(str(path.relative_to(folder) if path.is_relative_to(folder) else path), longest=400)
