"""The samples of a data set: what one looks at before a model is paid for answers."""

import asyncio
from dataclasses import replace
from time import monotonic
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from workbench.application.datasets import DatasetView, SampleReader
from workbench.domain.cases import CaseFilter
from workbench.domain.visible import visible
from workbench.tui.base.base_app import open_new_run
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.base.preferences import preferences_of
from workbench.tui.base.shown_run import opener_of
from workbench.tui.base.workbench_screen import WorkbenchScreen
from workbench.tui.dialogs.choice_screen import ChoiceScreen
from workbench.tui.pictures.frame_loader import FrameLoader
from workbench.tui.pictures.zoom_screen import ZoomScreen
from workbench.tui.review.case_browser import EVERYTHING, CaseBrowser
from workbench.tui.review.case_list import CaseList
from workbench.tui.review.panes import Panes
from workbench.tui.review.remembered_review import RememberedReview
from workbench.tui.review.search_screen import SearchScreen
from workbench.tui.samples.sample_pane import SamplePane
from workbench.tui.widgets.keys_line import KeysLine
from workbench.tui.widgets.line_list import ListLine

_REST_S: Final = 0.09
"""How long the cursor rests before a sample is fetched while a key repeats."""


class DatasetScreen(WorkbenchScreen):
    """The list of samples beside the one under the cursor."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.SAMPLES,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.SAMPLES)
    DEFAULT_CSS = """
    DatasetScreen {
        & > #where { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & #body { height: 1fr; }
        & CaseBrowser { width: 36; }
        &.-wide CaseBrowser { width: 42%; max-width: 64; }
        &.-wide #shown { layout: horizontal; }
    }
    """

    def __init__(self, view: DatasetView, loader: FrameLoader) -> None:
        super().__init__()
        self.view = view
        card = view.card
        self.browser: CaseBrowser[SampleReader] = CaseBrowser(
            card.labels.names, EVERYTHING, view.open_reader, last=card.cluster or "subject"
        )
        self.cases = self.browser.cases
        self.pane = SamplePane(card, loader)
        self._panes = Panes(self.browser, self.pane)
        self._loader = loader
        self._where = Static(id="where", markup=False)
        self._moved_at_s = 0.0

    def compose(self) -> ComposeResult:
        yield self._where
        yield self._panes
        yield KeysLine()

    async def on_mount(self) -> None:
        self._remembered = RememberedReview(preferences_of(self.app).memory, self.view.card.key)
        self._panes.show_width(self._remembered.list_width)
        self.set_focus(self.cases)
        await self.browser.show_list(EVERYTHING, 0)

    def on_unmount(self) -> None:
        self._loader.close()

    # ── the sample under the cursor ──────────────────────────────────────────────────────────────────────────────

    @on(CaseBrowser.Moved)
    def _follow_cursor(self) -> None:
        listing, title = self.cases.listing, visible(self.view.card.title, longest=40)
        place = min(self.cases.cursor + 1, listing.count)
        count = f"{place:,}/{listing.count:,}" if listing.is_whole else "…"
        words = Content.assemble(
            (title, "bold"),
            f"  {count} ",
            (visible(str(listing.wanted), longest=120), "$text-accent"),
            ("  no run yet" if not self.view.has_runs else "", "$foreground-muted"),
        )
        self._where.update(words, layout=False)
        repeats = monotonic() - self._moved_at_s < 2 * _REST_S
        self._moved_at_s = monotonic()
        self._show_sample(_REST_S if repeats else 0)

    @work(group="sample", exclusive=True)
    async def _show_sample(self, rest_s: float) -> None:
        row = self.cases.row
        if row is None:
            if not self.cases.listing.count:
                self.pane.clear()
            return
        if self.pane.sample is not None and self.pane.sample.id == row.sample_id:
            return
        await asyncio.sleep(rest_s)
        with self.errors_as_notices():
            self.pane.show(await self.browser.look_up(lambda reader: reader.sample(row.sample_id)))
            near = [other.sample_id for by in (1, -1, 2) if (other := self.cases.row_at(self.cases.cursor + by))]
            samples = await self.browser.look_up(lambda reader: [reader.sample(name) for name in near])
            if self.cases.row is row:
                self.pane.prefetch(samples)

    # ── moving, and choosing what is listed ──────────────────────────────────────────────────────────────────────

    async def action_move(self, rows: int) -> None:
        await self.browser.move_to(self.cases.cursor + rows)

    async def action_page(self, pages: float) -> None:
        await self.browser.move_to(self.cases.cursor + self.cases.rows_of(pages))

    async def action_edge(self, bottom: bool) -> None:  # noqa: FBT001  # Textual passes actions' arguments by position
        await self.browser.move_to_edge(bottom=bottom)

    async def action_search(self) -> None:
        """Search while typing. The search before comes back if this one is given up."""
        before, position = self.browser.wanted, self.cases.position or 0

        async def ended(text: str | None) -> None:
            self.workers.cancel_group(self, "search")
            await self._search_for(before.search if text is None else text, position)

        screen = SearchScreen(before.search, lambda text: self._follow_search(text, position))
        await self.app.push_screen(screen, ended)

    @work(group="search", exclusive=True)
    async def _follow_search(self, text: str, position: int) -> None:
        if isinstance(self.app.screen, SearchScreen):
            await self._search_for(text, position)

    async def _search_for(self, text: str, position: int | None = None) -> None:
        wanted = replace(self.browser.wanted, search=text)
        if wanted != self.cases.listing.wanted:
            await self.browser.show_list(wanted, position)

    async def action_filter(self) -> None:
        """Have a gold label chosen, or any."""
        with self.errors_as_notices():
            counts = await self.browser.look_through(lambda reader: reader.golds())
            known = [label for label in self.view.card.gold_labels if label in counts]
            golds = [None, *known, *sorted(counts.keys() - set(known))]
            lines = [
                ListLine(
                    ((gold or "any gold label", "plain"),),
                    ((f"{counts[gold] if gold else sum(counts.values()):,} ", "soft"),),
                )
                for gold in golds
            ]
            places = list(range(len(golds)))

            async def chosen(place: int | None) -> None:
                if place is not None:
                    await self.browser.show_list(replace(self.browser.wanted, gold=golds[place]))

            await self.app.push_screen(ChoiceScreen("gold label", places, lines), chosen)

    async def action_clear(self) -> None:
        """Clear the search; without one, the filter."""
        if self.browser.wanted.search:
            await self._search_for("")
        elif self.browser.wanted != EVERYTHING:
            await self.browser.show_list(CaseFilter())

    # ── looking closer ───────────────────────────────────────────────────────────────────────────────────────────

    def action_frame(self, by: int) -> None:
        self.pane.frames.step(by)

    def action_words(self, by: int) -> None:
        self.pane.words.scroll_pages(by)

    def action_play(self) -> None:
        self.pane.frames.play_or_stop()

    @on(CaseList.Chosen)
    async def action_zoom(self) -> None:
        if self.pane.sample is not None:
            await self.app.push_screen(ZoomScreen(self._loader, self.pane.sample, self.pane.frames.position))

    def action_widen(self, cells: int) -> None:
        self._panes.widen(cells)

    @on(Panes.Resized)
    def _keep_width(self, message: Panes.Resized) -> None:
        self._remembered.keep_list_width(message.width)

    def action_notes(self) -> None:
        """Say what the import left out."""
        self.notice("\n".join(self.view.notes) or "the import left nothing out", seconds=15)

    async def action_copy_id(self) -> None:
        if row := await self.browser.current_row():
            self.app.copy_to_clipboard(row.sample_id)
            self.notice(f"copied {row.sample_id}", seconds=2)

    async def action_new_run(self) -> None:
        await open_new_run(self.app, self.view.context, self.view.card.key)

    def action_leave(self) -> None:
        opener_of(self.app).close_review()
