"""The review screen: the cases of one run, and all that a person does with them.

Every action runs as its key arrives and is done before the next key is looked at (see `commands`), so typing ahead
over a slow line does what it says. The screen has the actions and the layout; its parts have the state: `CaseBrowser`
which samples are listed, `CasePane` the one that is shown, `RetryQueue` those that the model is asked about again,
`StatusLine` how far the reviewer is.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from workbench.application.reviews import ReviewSession, RunReview
from workbench.domain.cases import CaseFilter, CaseRow
from workbench.domain.predictions import PredictionStatus
from workbench.domain.reviews import Review, Verdict
from workbench.domain.runs import Run
from workbench.errors import DataError
from workbench.tui import navigation
from workbench.tui.base.background import OwnedThread
from workbench.tui.base.commands import REVIEW, Scope, bindings
from workbench.tui.base.preferences import preferences_of
from workbench.tui.base.screen_table import new_screen
from workbench.tui.base.shown_run import ChangedFrom, ShownRun, opener_of
from workbench.tui.base.workbench_screen import WorkbenchScreen
from workbench.tui.dialogs.choice_screen import ChoiceScreen
from workbench.tui.dialogs.question_screen import confirm
from workbench.tui.dialogs.text_screen import LineScreen
from workbench.tui.pictures.frame_loader import FrameLoader
from workbench.tui.review.case_browser import EVERYTHING, CaseBrowser, RunBrowser
from workbench.tui.review.case_pages import EMPTY
from workbench.tui.review.case_pane import CasePane
from workbench.tui.review.panes import Panes
from workbench.tui.review.remembered_review import RememberedReview
from workbench.tui.review.retry_queue import RetryQueue
from workbench.tui.review.search_screen import SearchScreen
from workbench.tui.review.status_line import StatusLine
from workbench.tui.widgets.keys_line import KeysLine
from workbench.tui.widgets.line_list import ListLine

_REST_S: Final = 0.09
"""While a key repeats, the case is fetched after a rest of the cursor: a slow line cannot take every picture."""
_ANOTHER_NAME: Final = ListLine((("another name …", "soft"),))


class ReviewScreen(WorkbenchScreen):
    """One reviewer's look at one run."""

    SCOPES: ClassVar[tuple[Scope, ...]] = REVIEW
    BINDINGS: ClassVar[list[BindingType]] = bindings(*REVIEW)
    DEFAULT_CSS = """
    ReviewScreen {
        & #body { height: 1fr; }
        & CaseBrowser { width: 36; }
        &.-wide CaseBrowser { width: 42%; max-width: 64; }
        &.-wide #shown { layout: horizontal; }
        &.-narrow PredictionPane { margin-top: 0; min-height: 9; }
    }
    """

    def __init__(self, review: RunReview, loader: FrameLoader) -> None:
        super().__init__()
        self.review = review
        self.session = OwnedThread(review.open_session, "review-session")
        self.retries = RetryQueue(review.ask_again, self.post_message)
        self.status = StatusLine(review)
        self.browser = RunBrowser(review.card.labels.names, review.wanted, review.open_reader)
        self.cases = self.browser.cases
        self.pane = CasePane(review.card, loader)
        self._panes = Panes(self.browser, self.pane)
        self._loader = loader
        self._counted = EMPTY
        self._moved_at_s = 0.0

    def compose(self) -> ComposeResult:
        yield self.status
        yield self._panes
        yield KeysLine()

    async def on_mount(self) -> None:
        """Begin with the list and the sample that were asked for; without a sample, with the first one."""
        self._remembered = RememberedReview(preferences_of(self.app).memory, self.review.card.key)
        self._panes.show_width(self._remembered.list_width)
        self.set_focus(self.cases)
        start, position = self.review.start, 0
        if start is not None:
            with self.errors_as_notices(), suppress(DataError):  # the sample may be gone since
                position = await self.session.call(lambda session: session.case(start).result.position)
        await self.browser.show_list(self.review.wanted, position)

    async def on_unmount(self) -> None:
        """Write what the reviewer has said, then close the workspace."""
        self.retries.stop()
        self._loader.close()
        await self.session.close()

    def on_screen_resume(self) -> None:
        self.status.refresh()  # another protocol may have been chosen in the metrics

    @property
    def own_labels(self) -> tuple[str, ...]:
        """The labels that a reviewer can give, for the palette."""
        return self.review.card.labels.names

    # ── the case under the cursor ────────────────────────────────────────────────────────────────────────────────

    @on(CaseBrowser.Moved)
    def _follow_cursor(self) -> None:
        listing, row = self.cases.listing, self.cases.row
        place = min(self.cases.cursor + 1, listing.count)
        self.status.show_place(listing.wanted, place, listing.count if listing.is_whole else None)
        if row is not None:
            self._remembered.keep_place(self.review.run.name, self.browser.wanted, row.sample_id)
        if listing is not self._counted:
            self._count_reviewed()
        repeats = monotonic() - self._moved_at_s < 2 * _REST_S
        self._moved_at_s = monotonic()
        self._show_case(_REST_S if repeats else 0)

    @work(group="case", exclusive=True)
    async def _show_case(self, rest_s: float) -> None:
        row = self.cases.row
        if row is None:
            if not self.cases.listing.count:
                self.pane.clear()
            return
        if self.pane.sample is None or self.pane.sample.id != row.sample_id:
            await asyncio.sleep(rest_s)
        with self.errors_as_notices():
            case = await self.session.call(lambda session: session.case(row.sample_id))
            self.pane.show(case, is_asked=row.sample_id in self.retries.sample_ids)
            near = [other for by in (1, -1, 2) if (other := self.cases.row_at(self.cases.cursor + by))]
            samples = await self.session.call(
                lambda session: [session.case(other.sample_id).result.sample for other in near]
            )
            if self.cases.row is row:
                self.pane.prefetch(samples)

    @on(CaseBrowser.Refreshed)
    @work(group="progress", exclusive=True)
    async def _count_reviewed(self) -> None:
        listing = self._counted = self.cases.listing
        with self.errors_as_notices():
            progress = await self.session.call(lambda session: session.progress())
            self.cases.show_others(progress.others)
            reviewed = sum(map(listing.holds, progress.positions))
            self.status.show_progress(reviewed, max(listing.count - reviewed, 0), progress.per_minute)

    # ── moving, and choosing what is listed ──────────────────────────────────────────────────────────────────────

    async def action_move(self, rows: int) -> None:
        await self.browser.move_to(self.cases.cursor + rows)

    async def action_page(self, pages: float) -> None:
        await self.browser.move_to(self.cases.cursor + self.cases.rows_of(pages))

    async def action_edge(self, bottom: bool) -> None:  # noqa: FBT001  # Textual passes actions' arguments by position
        await self.browser.move_to_edge(bottom=bottom)

    async def action_failure(self, direction: int) -> None:
        await self._move_to_failure(direction, None)

    async def action_same_failure(self, direction: int) -> None:
        row = await self.browser.current_row()
        if row is not None and row.failure is None:
            self.notice("this sample is no failure; n goes to the next one", seconds=2)
        elif row is not None:
            await self._move_to_failure(direction, row.failure)

    async def _move_to_failure(self, direction: int, kind: str | None) -> None:
        if await self.browser.move_to_failure(backwards=direction < 0, kind=kind) is False:
            what = "no failure" if kind is None else f"no other {kind}"
            self.notice(f"{what} further {'down' if direction > 0 else 'up'}", seconds=2)

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
        screen = new_screen("filter", self.browser.count, self.review.card, self.browser.wanted)
        await self.app.push_screen(screen, self._show_chosen)

    async def action_saved(self) -> None:
        await self.app.push_screen(
            new_screen("saved filters", self._remembered, self.browser.wanted), self._show_chosen
        )

    async def _show_chosen(self, wanted: CaseFilter | None) -> None:
        if wanted is not None:
            await self.browser.show_list(wanted)

    async def action_clear(self) -> None:
        """Clear the search; without one, the filter."""
        if self.browser.wanted.search:
            await self._search_for("")
        elif self.browser.wanted != EVERYTHING:
            await self.browser.show_list(EVERYTHING)

    # ── looking closer ───────────────────────────────────────────────────────────────────────────────────────────

    def action_frame(self, by: int) -> None:
        self.pane.frames.step(by)

    def action_words(self, by: int) -> None:
        self.pane.words.scroll_pages(by)

    def action_play(self) -> None:
        self.pane.frames.play_or_stop()

    async def action_zoom(self) -> None:
        if self.pane.sample is not None:
            await self.app.push_screen(new_screen("zoom", self._loader, self.pane.sample, self.pane.frames.position))

    async def action_attempts(self) -> None:
        if row := await self.browser.current_row():
            with self.errors_as_notices():
                case = await self.session.call(lambda session: session.case(row.sample_id))
                await self.app.push_screen(new_screen("attempts", row.sample_id, case.attempts))

    def action_widen(self, cells: int) -> None:
        self._panes.widen(cells)

    @on(Panes.Resized)
    def _keep_width(self, message: Panes.Resized) -> None:
        self._remembered.keep_list_width(message.width)

    async def action_copy_id(self) -> None:
        if row := await self.browser.current_row():
            self.app.copy_to_clipboard(row.sample_id)
            self.notice(f"copied {row.sample_id}", seconds=2)

    # ── saying what one thinks of a case ─────────────────────────────────────────────────────────────────────────

    async def action_verdict(self) -> None:
        row = await self.browser.current_row()
        if row is None:
            return

        async def chosen(words: str | None) -> None:
            if words is not None:
                verdict = Verdict(words) if words else None
                await self._say(row, lambda session: session.set_verdict(row.sample_id, verdict))

        present = Verdict(row.verdict) if row.verdict else None
        commands = preferences_of(self.app).commands
        await self.app.push_screen(new_screen("verdict", row.sample_id, present, commands), chosen)

    async def action_label(self, digit: int) -> None:
        """Give the label of a digit; 0 or the same digit removes it."""
        row, labels = await self.browser.current_row(), self.own_labels
        if row is None:
            return
        if digit > len(labels):
            self.notice(f"there is no label {digit}", seconds=2)
            return
        label = labels[digit - 1] if digit else None
        await self._say(row, lambda session: session.toggle_label(row.sample_id, label))

    async def action_note(self) -> None:
        await self._write(
            "note on {}",
            "your note on this sample",
            lambda review: review.note or "",
            lambda session, sample_id, text: session.set_note(sample_id, text),
        )

    async def action_tags(self) -> None:
        await self._write(
            "tags of {}",
            "words with spaces between them",
            lambda review: " ".join(review.tags),
            lambda session, sample_id, text: session.set_tags(sample_id, tuple(text.split())),
        )

    async def _write(
        self,
        about: str,
        placeholder: str,
        present: Callable[[Review], str],
        change: Callable[[ReviewSession, str, str], None],
    ) -> None:
        """Edit a line about the sample under the cursor."""
        row = await self.browser.current_row()
        if row is None:
            return

        async def written(text: str | None) -> None:
            if text is not None:
                await self._say(row, lambda session: change(session, row.sample_id, text))

        with self.errors_as_notices():
            case = await self.session.call(lambda session: session.case(row.sample_id))
            screen = LineScreen(about.format(row.sample_id), present(case.mine), placeholder)
            await self.app.push_screen(screen, written)

    async def _say(self, row: CaseRow, change: Callable[[ReviewSession], None]) -> None:
        with self.errors_as_notices():
            await self.session.call(change)
            self.browser.refresh_cases([row.sample_id])

    async def action_undo(self) -> None:
        """Undo the latest change, and go to its sample."""
        with self.errors_as_notices():
            undone = await self.session.call(lambda session: session.undo())
            if undone is None:
                self.notice("nothing to undo", seconds=2)
                return
            await self.browser.refreshed([undone.sample_id])
            await self.browser.go_to(undone.sample_id)
            again = f"“{undone.value}” again" if undone.value else "empty again"
            self.notice(f"undone: the {undone.field} of {undone.sample_id} is {again}")

    async def action_reviewer(self) -> None:
        """Review as another reviewer of this run, or under a new name."""
        with self.errors_as_notices():
            known = await self.session.call(lambda session: session.reviewers())
            names = [name for name in known if name != self.review.reviewer]

            async def chosen(name: str | None) -> None:
                if name == "":
                    await self.app.push_screen(LineScreen("review as", "", "a name"), written)
                elif name is not None:
                    await written(name)

            async def written(name: str | None) -> None:
                if name and name.strip() and name.strip() != self.review.reviewer:
                    await self._reopen(self._from_here(self.review.reviewed_by(name.strip())))

            lines = [*(ListLine(((name, "plain"),)) for name in names), _ANOTHER_NAME]
            await self.app.push_screen(ChoiceScreen("review as", [*names, ""], lines), chosen)

    # ── asking the model again ───────────────────────────────────────────────────────────────────────────────────

    async def action_retry(self) -> None:
        if row := await self.browser.current_row():
            if row.sample_id in self.retries.sample_ids:
                self.notice("this sample is being asked about already", seconds=2)
            elif row.status is None:
                self.notice(f"not sent yet: `emowb run {self.review.card.key}` resumes the run")
            elif PredictionStatus(row.status).is_answer:
                self.notice("this sample has an answer; only those without one can be asked again")
            else:
                self._retry([row.sample_id])

    async def action_retry_all(self) -> None:
        """Ask again about all listed samples without an answer, after a question that says how many."""
        with self.errors_as_notices():
            unanswered = await self.browser.unanswered()
            sample_ids = [one for one in unanswered if one not in self.retries.sample_ids]
            if not sample_ids:
                self.notice("every sample in the list has an answer, or is being asked about", seconds=3)
                return
            samples = "1 sample" if len(sample_ids) == 1 else f"{len(sample_ids):,} samples"
            question = f"Ask {self.review.run.spec.model} again about {samples} without an answer? It can cost money."
            await confirm(self, question, lambda: self._retry(sample_ids))

    def _retry(self, sample_ids: list[str]) -> None:
        self.run_worker(self.retries.add(sample_ids), group="retry")
        self._show_retries(sample_ids)

    @on(RetryQueue.Saved)
    @on(RetryQueue.Ended)
    def _follow_retry(self, message: RetryQueue.Saved | RetryQueue.Ended) -> None:
        self.retries.settle(message.sample_ids)
        self._show_retries(message.sample_ids)
        if isinstance(message, RetryQueue.Ended) and message.error is not None:
            self.notice(message.error, severity="error", seconds=10)

    @on(RetryQueue.Notice)
    def _notice_retry(self, message: RetryQueue.Notice) -> None:
        self.notice(message.words, severity="warning", seconds=8)

    # ── other screens ────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _shown(self) -> ShownRun:
        return ShownRun(self.review.context, self.review.card, self.review.run)

    async def action_metrics(self) -> None:
        await navigation.open_metrics(self, self._shown, self.browser.show_list, is_matrix=False)

    async def action_confusion(self) -> None:
        await navigation.open_metrics(self, self._shown, self.browser.show_list, is_matrix=True)

    async def action_queue(self) -> None:
        await navigation.open_queue(self, self._shown)

    async def action_export(self) -> None:
        await navigation.open_export(self, self._shown)

    async def action_compare(self) -> None:
        """Compare with the run beside, or with another one that is chosen."""
        if self.review.beside is not None:
            await self._compare(self.review.beside)
        else:
            navigation.choose_run(self, self._shown, "compare with which run", self._compare)

    async def _compare(self, other: Run) -> None:
        async def show(changed: ChangedFrom) -> None:
            await self._reopen(replace(self.review.changed_from(changed.other), start=changed.sample_id))

        await navigation.open_comparison(self, self._shown, other, show)

    async def action_beside(self) -> None:
        """Show another run's answers beside, or none."""

        async def show(run: Run | None) -> None:
            await self._reopen(self._from_here(self.review.with_beside(run)))

        if self.review.beside is not None:
            await show(None)
        else:
            navigation.choose_run(self, self._shown, "show the answers of which run beside", show)

    async def action_leave(self) -> None:
        """Go back or quit; while the model is being asked, only after a question."""
        if not self.retries.sample_ids:
            opener_of(self.app).close_review()
            return
        waiting = f"{len(self.retries.sample_ids)} samples are being asked about again."
        question = f"{waiting} Leave now? A reply on its way is lost, and may be paid for twice."
        await confirm(self, question, opener_of(self.app).close_review)

    async def _reopen(self, review: RunReview) -> None:
        """Open the review anew, unless the model is being asked."""
        if self.retries.sample_ids:
            self.notice("samples are being asked about again; wait until they are answered")
        else:
            await opener_of(self.app).reopen_review(review)

    def _from_here(self, review: RunReview) -> RunReview:
        """With the sample and the list that are shown now."""
        row = self.cases.row
        wanted = self.browser.wanted
        if wanted.changed_from is not None and (review.beside is None or review.beside.name != wanted.changed_from):
            wanted = replace(wanted, changed_from=None, unscored=())
        return replace(review, wanted=wanted, start=row.sample_id if row else None)

    def _show_retries(self, touched: Iterable[str]) -> None:
        """Show which samples are being asked about, and these samples as they are now."""
        self.status.show_retrying(len(self.retries.sample_ids))
        self.cases.show_busy(self.retries.sample_ids)
        self.browser.refresh_cases(touched)
