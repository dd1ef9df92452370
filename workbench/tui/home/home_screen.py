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

from workbench.application.home import DatasetEntry, Headline, HomeParts, RunEntry
from workbench.application.reviews import RunReview
from workbench.application.run_views import RunViews
from workbench.domain.cases import CaseFilter
from workbench.domain.runs import Run, RunState
from workbench.domain.visible import visible
from workbench.errors import WorkbenchError
from workbench.tui import navigation
from workbench.tui.base.background import run_blocking
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.base.review_opener import ChangedFrom, opener_of
from workbench.tui.home.home_lines import HomePlace, headline_key, home_line, places_of
from workbench.tui.widgets.keys_line import KeysLine
from workbench.tui.widgets.line_list import LineList, ListScreen

_EVERY_S: Final = 5.0


class HomeScreen(ListScreen):
    """Everything begins here; leaving it quits."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.HOME,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.HOME)
    DEFAULT_CSS = """
    HomeScreen {
        & > #where { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > LineList { height: 1fr; margin-top: 1; }
    }
    """

    def __init__(self, parts: HomeParts) -> None:
        super().__init__()
        self._parts = parts
        self._places: list[HomePlace] = []
        self._headlines: dict[tuple[int, int], Headline | None] = {}
        self._marked: HomePlace | None = None
        self._where = Static(id="where", markup=False)
        self.rows = LineList(empty="reading the workspace …")

    def compose(self) -> ComposeResult:
        """The list under what it is of."""
        yield self._where
        yield self.rows
        yield KeysLine()

    def on_mount(self) -> None:
        """Read the workspace, and look again while a run is under way."""
        workspace = visible(str(self._parts.workspace), longest=200)
        self._where.update(Content.assemble(("emowb", "bold"), (f"  {workspace}", "$foreground-muted")))
        self.set_focus(self.rows)
        self.set_interval(_EVERY_S, self._look_again)

    def on_screen_resume(self) -> None:
        """Somebody comes back: things have changed meanwhile."""
        self._load()

    def on_resize(self) -> None:
        """Draw the lines for the width there is."""
        self._draw()

    @on(LineList.Chosen)
    async def action_open(self) -> None:
        """Review the run under the cursor; of a data set, the run touched last."""
        if (chosen := self._run()) is not None:
            await self._review(chosen[1].run)

    async def action_compare(self) -> None:
        """Mark a run; with another one of its data set marked, compare the two."""
        chosen = self._run()
        if chosen is None:
            return
        entry, run = chosen
        marked = self._marked
        if marked is None or marked.run is None or marked.entry.card.key != entry.card.key:
            self._marked = HomePlace(entry, run)
            self.notice(f"marked {run.run.name}; the same key on another run of {entry.card.key} compares the two")
        elif marked.run.run.id == run.run.id:
            self._marked = None
        else:
            views = self._parts.desk(entry.card, marked.run.run)
            await navigation.open_comparison(self, views, run.run, partial(self._show_changed, views))
        self._draw()

    def action_refresh(self) -> None:
        """Look again."""
        self._load()

    def action_leave(self) -> None:
        """Quit."""
        self.app.exit()

    async def action_metrics(self) -> None:
        await self._open_metrics(is_matrix=False)

    async def action_confusion(self) -> None:
        await self._open_metrics(is_matrix=True)

    async def action_queue(self) -> None:
        if (views := self._views()) is not None:
            await navigation.open_queue(self, views)

    async def action_export(self) -> None:
        if (views := self._views()) is not None:
            await navigation.open_export(self, views)

    async def _open_metrics(self, *, is_matrix: bool) -> None:
        if (views := self._views()) is not None:
            await navigation.open_metrics(self, views, partial(self._show_samples, views), is_matrix=is_matrix)

    def _views(self) -> RunViews | None:
        """Of the run under the cursor; None, and a notice, where there is none."""
        chosen = self._run()
        return None if chosen is None else self._parts.desk(chosen[0].card, chosen[1].run)

    async def _show_samples(self, views: RunViews, wanted: CaseFilter) -> None:
        await self._review(views.run, lambda review: replace(review, wanted=wanted))

    async def _show_changed(self, views: RunViews, chosen: ChangedFrom) -> None:
        await self._review(views.run, lambda review: replace(review.changed_from(chosen.other), start=chosen.sample_id))

    async def _review(self, run: Run, with_changes: Callable[[RunReview], RunReview] = lambda review: review) -> None:
        with self.errors_as_notices():
            review = await run_blocking(lambda: self._parts.review(run.dataset, run.name))
            await opener_of(self.app).open_review(with_changes(review))

    def _run(self) -> tuple[DatasetEntry, RunEntry] | None:
        """The run under the cursor, or its data set's latest; None, and a notice what to do, where there is none."""
        if not self._places or not self.rows.has_choice:
            return None
        place = self._places[self.rows.cursor]
        run = place.run or next(iter(place.entry.runs), None)
        if run is not None:
            return place.entry, run
        key = place.entry.card.key
        todo = f"emowb run {key} --endpoint NAME" if place.entry.imported else f"emowb import {key} PATH"
        self.notice(f"{key} has no run yet; `{todo}` comes first")
        return None

    def _look_again(self) -> None:
        is_going = any(place.run and place.run.run.state is RunState.RUNNING for place in self._places)
        if is_going and self.is_current:
            self._load()

    @work(group="home", exclusive=True)
    async def _load(self) -> None:
        with self.errors_as_notices():
            entries = await run_blocking(self._parts.load, "home")
            self._places = places_of(entries)
            self._draw()
            for place in list(self._places):
                if place.run is not None and headline_key(place.run) not in self._headlines:
                    await self._score(place.entry, place.run)

    async def _score(self, entry: DatasetEntry, run: RunEntry) -> None:
        try:
            headline = await run_blocking(lambda: self._parts.headline(entry.card, run.run), "headlines")
        except WorkbenchError:
            headline = None  # opening the run says it; here it is an extra
        self._headlines[headline_key(run)] = headline
        self._draw()

    def _draw(self) -> None:
        marked = self._marked.run.run.id if self._marked and self._marked.run else None
        width = self.size.width
        self.rows.renew([home_line(place, self._headlines, marked, width) for place in self._places])
