"""What a person does with a run from the queue: pause, go on, stop, other limits, ask again about what was refused."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from textual import work

from workbench.application.background_runs import Launched
from workbench.application.run_actions import RunActions, SendPreview
from workbench.domain.run_status import GivenLimits, RunSnapshot
from workbench.domain.visible import visible
from workbench.tui.base.workbench_screen import WorkbenchScreen
from workbench.tui.dialogs.question_screen import YES, QuestionScreen
from workbench.tui.queue.limits_screen import LimitsScreen

T = TypeVar("T")


class QueueActions(WorkbenchScreen):
    """The actions that change something; all that blocks is done elsewhere."""

    def __init__(self, parts: RunActions) -> None:
        super().__init__()
        self.parts = parts
        self.snapshot: RunSnapshot | None = None
        self.launched: Launched | None = None
        self._is_busy = False

    def look_soon(self) -> None:
        """Look again without waiting for the next second."""
        raise NotImplementedError

    @property
    def is_starting(self) -> bool:
        """Whether a process was started that does not hold the run yet."""
        return self.launched is not None and not self.launched.has_ended

    def action_pause(self) -> None:
        """Let what is in flight come in, and send nothing more."""
        self._ask(self.parts.pause, "asked to pause; what is in flight comes in first")

    async def action_cancel(self) -> None:
        """Stop without waiting, when a person means it."""
        if self.snapshot is not None and self.snapshot.sender is None:
            self.notice("nobody sends this run", seconds=2)
            return

        def answered(answer: str | None) -> None:
            if answer == YES:
                self._ask(self.parts.cancel, "asked to stop at once")

        question = "Stop at once? Replies on their way are lost, and may be paid for twice. `p` waits for them."
        await self.app.push_screen(QuestionScreen(question), answered)

    async def action_limits(self) -> None:
        """Change limits."""

        def chosen(limits: GivenLimits | None) -> None:
            if limits is not None:
                self._limit(limits)

        await self.app.push_screen(LimitsScreen(self._present_limits()), chosen)

    def action_resume(self) -> None:
        """Go on, in a process of its own."""
        if self.snapshot is not None and self.snapshot.sender is not None:
            self.notice(f"{self.snapshot.sender} sends it already", seconds=3)
        elif self.is_starting:
            self.notice("it is being started", seconds=2)
        else:
            self._send(
                self.parts.rest, self.parts.resume, "Send", "nothing is left to ask; R asks again what was refused"
            )

    def action_retry_refused(self) -> None:
        """Ask again about all that was refused."""
        if self.is_starting and (self.snapshot is None or self.snapshot.sender is None):
            self.notice("it is being started", seconds=2)
        else:
            self._send(
                self.parts.refused, self.parts.retry_refused, "Ask again about", "no sample was refused", asks=True
            )

    @work(group="steering")
    async def _ask(self, ask: Callable[[], str | None], what: str) -> None:
        with self.noticing():
            sender = await asyncio.to_thread(ask)
            self.notice("nobody sends this run" if sender is None else f"{sender} was {what}", seconds=4)
            self.look_soon()

    @work(group="steering")
    async def _limit(self, limits: GivenLimits) -> None:
        with self.noticing():
            sender = await asyncio.to_thread(self.parts.limit, limits)
            when = "from now on" if sender else "when it is sent again"
            self.notice(f"{limits.words}, {when}", seconds=4)
            self.look_soon()

    @work(group="steering")
    async def _send(
        self,
        find_out: Callable[[], SendPreview],
        do: Callable[[SendPreview], Launched | None],
        verb: str,
        nothing: str,
        *,
        asks: bool = False,
    ) -> None:
        """Find out what it would take, ask where it costs money or leaves this machine, and do it."""
        if self._is_busy:
            return
        self._is_busy = True
        try:
            with self.noticing():
                errand = await asyncio.to_thread(find_out)
                if not errand.samples:
                    self.notice(nothing, seconds=4)
                elif not (asks or errand.needs_asking) or await self._means_it(errand, verb):
                    await self._do(do, errand)
        finally:
            self._is_busy = False
            self.look_soon()

    async def _do(self, do: Callable[[SendPreview], Launched | None], errand: SendPreview) -> None:
        launched = await asyncio.to_thread(do, errand)
        if launched is None:
            self.notice(f"whoever sends it now asks about the {errand.samples:,} when it comes to them", seconds=5)
        else:
            self.launched = launched

    async def _means_it(self, errand: SendPreview, verb: str) -> bool:
        return (
            await self.app.push_screen_wait(QuestionScreen(question_of(errand, verb, self.parts.run.spec.model))) == YES
        )

    def _present_limits(self) -> GivenLimits:
        if self.snapshot is None:
            return GivenLimits()
        given = GivenLimits() if self.snapshot.meter is None else self.snapshot.meter.given
        return self.snapshot.control.limits.over(given)


def question_of(errand: SendPreview, verb: str, model: str) -> str:
    """What a person says yes to: how much, at what cost, where to, under what licence."""
    samples = "1 sample" if errand.samples == 1 else f"{errand.samples:,} samples"
    requests = "1 request" if errand.requests == 1 else f"{errand.requests:,} requests"
    cost = "what it costs is not known" if errand.cost_usd is None else f"about ${errand.cost_usd:,.2f}"
    where = f" at {', '.join(errand.hosts)}" if errand.hosts else " on this machine"
    question = f"{verb} {samples}? About {requests} to {visible(model, longest=60)}{where}, {cost}."
    if errand.licence is not None:
        question += f" Pictures leave this machine; their licence: {visible(errand.licence, longest=160)}"
    return question
