"""Home: the data sets of a workspace, their runs, how far each has come and what it scores."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from workbench.application.context import Context
from workbench.application.datasets import open_dataset
from workbench.application.home import DatasetEntry, Headline, RunEntry, list_datasets, load_headline
from workbench.application.reviews import RunReview, open_review
from workbench.domain.cases import CaseFilter
from workbench.domain.runs import Run, RunState
from workbench.domain.visible import visible
from workbench.errors import WorkbenchError
from workbench.tui import navigation
from workbench.tui.base.background import run_blocking
from workbench.tui.base.base_app import open_new_run
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.base.screen_table import new_screen
from workbench.tui.base.shown_run import ChangedFrom, ShownRun, opener_of
from workbench.tui.home.home_lines import HomePlace, headline_key, home_line, places_of
from workbench.tui.widgets.keys_line import KeysLine
from workbench.tui.widgets.line_list import LineList, ListScreen

_TODO: Final = (
    "Nothing is imported yet. i imports a data set: a published one from the folder where it is unpacked, or your own "
    "from a table."
)
_EVERY_S: Final = 5.0
"""Between two looks at a run that is being sent."""


class HomeScreen(ListScreen):
    """The first screen of the workbench when no run is named. To leave it is to quit."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.HOME,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.HOME)
    DEFAULT_CSS = """
    HomeScreen {
        & > #where { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #todo { display: none; height: auto; margin: 1 2 0 2; }
        & > #todo.-empty { display: block; }
        & > LineList { height: 1fr; margin-top: 1; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self._places: list[HomePlace] = []
        self._headlines: dict[tuple[int, int], Headline | None] = {}
        self._marked: Run | None = None
        self.rows = LineList(empty="reading the workspace …")

    def compose(self) -> ComposeResult:
        workspace = visible(str(self.context.settings.db), longest=200)
        words = Content.assemble(("emowb", "bold"), (f"  {workspace}", "$foreground-muted"))
        yield Static(words, id="where", markup=False)
        yield Static(_TODO, id="todo", markup=False)
        yield self.rows
        yield KeysLine()

    def on_mount(self) -> None:
        self.set_focus(self.rows)
        self.set_interval(_EVERY_S, self._load_while_running)

    def on_screen_resume(self) -> None:
        self._load()  # things have changed meanwhile

    def on_resize(self) -> None:
        self._draw()

    @on(LineList.Chosen)
    async def action_open(self) -> None:
        """Review the run; of a data set without one, look at the samples."""
        entry = self._entry
        if entry is not None and entry.imported and not entry.runs:
            await self.action_samples()
        elif entry is not None and not entry.imported and not entry.runs:
            await self._import(entry.card.key)
        elif (shown := self._shown()) is not None:
            await self._review(shown.run)

    async def action_samples(self) -> None:
        entry = self._entry
        if entry is not None:
            await self._look_at(entry.card.key)

    async def _look_at(self, key: str) -> None:
        with self.errors_as_notices():
            view = await run_blocking(lambda: open_dataset(self.context, key))
            await opener_of(self.app).open_dataset(view)

    async def action_import(self) -> None:
        await self._import(None)

    async def _import(self, wanted: str | None) -> None:
        """Have a data set imported, at first that published one."""

        async def look(key: str | None) -> None:
            if key is not None:
                await self._look_at(key)

        async def report(imported: object) -> None:
            if imported is not None:
                await self.app.push_screen(new_screen("import report", imported), look)

        await self.app.push_screen(new_screen("import", self.context, wanted), report)

    async def action_new_run(self) -> None:
        await open_new_run(self.app, self.context, None if self._entry is None else self._entry.card.key)

    async def action_compare(self) -> None:
        """Mark a run; with another run of its data set marked, compare the two."""
        shown = self._shown()
        if shown is None:
            return
        run, marked = shown.run, self._marked
        if marked is None or marked.dataset != run.dataset:
            self._marked = run
            self.notice(f"marked {run.name}; the same key on another run of {run.dataset} compares the two")
        elif marked.id == run.id:
            self._marked = None
        else:
            first = replace(shown, run=marked)
            await navigation.open_comparison(self, first, run, partial(self._show_changed, marked))
        self._draw()

    def action_refresh(self) -> None:
        self._load()

    def action_leave(self) -> None:
        self.app.exit()

    async def action_metrics(self) -> None:
        await self._open_metrics(is_matrix=False)

    async def action_confusion(self) -> None:
        await self._open_metrics(is_matrix=True)

    async def action_queue(self) -> None:
        if (shown := self._shown()) is not None:
            await navigation.open_queue(self, shown)

    async def action_export(self) -> None:
        if (shown := self._shown()) is not None:
            await navigation.open_export(self, shown)

    async def _open_metrics(self, *, is_matrix: bool) -> None:
        if (shown := self._shown()) is not None:
            await navigation.open_metrics(self, shown, partial(self._show_samples, shown.run), is_matrix=is_matrix)

    async def _show_samples(self, run: Run, wanted: CaseFilter) -> None:
        await self._review(run, lambda review: replace(review, wanted=wanted))

    async def _show_changed(self, run: Run, chosen: ChangedFrom) -> None:
        await self._review(run, lambda review: replace(review.changed_from(chosen.other), start=chosen.sample_id))

    async def _review(self, run: Run, with_changes: Callable[[RunReview], RunReview] = lambda review: review) -> None:
        with self.errors_as_notices():
            review = await run_blocking(lambda: open_review(self.context, run.dataset, run.name))
            await opener_of(self.app).open_review(with_changes(review))

    @property
    def _entry(self) -> DatasetEntry | None:
        """The data set under the cursor, or that of the run there."""
        return self._places[self.rows.cursor].entry if self._places and self.rows.has_choice else None

    def _shown(self) -> ShownRun | None:
        """The run under the cursor, or its data set's latest; None, and a notice what to do, where there is none."""
        if not self._places or not self.rows.has_choice:
            return None
        place = self._places[self.rows.cursor]
        card, run = place.entry.card, place.run or next(iter(place.entry.runs), None)
        if run is not None:
            return ShownRun(self.context, card, run.run)
        todo = "n plans one" if place.entry.imported else "i imports it first"
        self.notice(f"{card.key} has no run yet; {todo}")
        return None

    def _load_while_running(self) -> None:
        is_running = any(place.run and place.run.run.state is RunState.RUNNING for place in self._places)
        if is_running and self.is_current:
            self._load()

    @work(group="home", exclusive=True)
    async def _load(self) -> None:
        with self.errors_as_notices():
            self._places = places_of(await run_blocking(lambda: list_datasets(self.context), "home"))
            self._draw()
            for run in [place.run for place in self._places if place.run is not None]:
                if headline_key(run) not in self._headlines:
                    await self._score(run)

    async def _score(self, run: RunEntry) -> None:
        try:
            headline = await run_blocking(lambda: load_headline(self.context, run.run), "headlines")
        except WorkbenchError:
            headline = None  # opening the run says it; here it is an extra
        self._headlines[headline_key(run)] = headline
        self._draw()

    def _draw(self) -> None:
        is_empty = bool(self._places) and not any(one.entry.imported or one.entry.runs for one in self._places)
        self.query_one("#todo").set_class(is_empty, "-empty")
        marked = None if self._marked is None else self._marked.id
        width = self.size.width
        self.rows.renew([home_line(place, self._headlines, marked, width) for place in self._places])
