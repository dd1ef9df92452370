"""Asking the model again, and keeping what there is."""

from collections.abc import Sequence

from textual import on

from workbench.application.open_review import ReviewParts
from workbench.application.reviews import ReviewSession
from workbench.domain.cases import CaseRow
from workbench.domain.events import AttemptSaved, Held
from workbench.domain.predictions import PredictionStatus
from workbench.tui.base.background import OwnedThread
from workbench.tui.dialogs.question_screen import YES, QuestionScreen
from workbench.tui.pictures.frame_loader import FrameLoader
from workbench.tui.review.case_screen import CaseScreen
from workbench.tui.review.retry_queue import Retrier, RetryEnded, RetryEvent


class Asking(CaseScreen):
    """The actions of the scope `ask and keep`."""

    def __init__(self, parts: ReviewParts, session: OwnedThread[ReviewSession], loader: FrameLoader) -> None:
        super().__init__(parts, session, loader)
        self._retrier = Retrier(parts.ask_again, self.post_message)

    def on_unmount(self) -> None:
        """Ask nothing more."""
        self._retrier.stop()

    async def action_retry(self) -> None:
        """Ask again about this sample."""
        if row := await self.current_row():
            if row.sample_id in self.retrying:
                self.notice("this sample is being asked about already", seconds=2)
            elif row.status is None:
                self.notice(f"not asked yet: `emowb run {self.parts.card.key}` goes on with the run")
            elif not _can_be_asked(row):
                self.notice("this sample has an answer; only those without one can be asked again")
            else:
                self._ask([row.sample_id])

    async def action_retry_all(self) -> None:
        """Ask again about all in the list that have no answer, once a person has said yes to the number."""
        await self.whole_list()
        listed = self.cases.listing.positions
        with self.noticing():
            names = await self.ask_at_length(lambda reader: reader.unanswered(listed))
            sample_ids = [name for name in names if name not in self.retrying]
            if not sample_ids:
                self.notice("every sample in the list has an answer, or is being asked about", seconds=3)
                return

            def answered(answer: str | None) -> None:
                if answer == YES:
                    self._ask(sample_ids)

            samples = "1 sample" if len(sample_ids) == 1 else f"{len(sample_ids):,} samples"
            model = self.parts.run.spec.model
            question = f"Ask {model} again about {samples} without an answer? It can cost money."
            await self.app.push_screen(QuestionScreen(question), answered)

    def _ask(self, sample_ids: Sequence[str]) -> None:
        self._retrier.ask(sample_ids)
        self._show_retrying(self.retrying.union(sample_ids), sample_ids)

    @on(RetryEvent)
    def _follow_retry(self, message: RetryEvent) -> None:
        event = message.event
        if isinstance(event, Held):
            self.notice(event.reason, severity="warning", seconds=8)
            return
        settled = [name for name, _ in event.settled] if isinstance(event, AttemptSaved) else [event.sample_id]
        self._show_retrying(self.retrying.difference(settled), settled)

    @on(RetryEnded)
    def _end_retry(self, message: RetryEnded) -> None:
        self._show_retrying(self.retrying.difference(message.sample_ids), message.sample_ids)
        if message.error is not None:
            self.notice(message.error, severity="error", seconds=10)

    def _show_retrying(self, retrying: frozenset[str], touched: Sequence[str]) -> None:
        self.retrying = retrying
        self.status.show_retrying(len(retrying))
        self.cases.show_busy(retrying)
        self.refresh_cases(touched)


def _can_be_asked(row: CaseRow) -> bool:
    return row.status is not None and not PredictionStatus(row.status).is_answer
