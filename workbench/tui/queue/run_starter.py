"""Sending a run from the queue: what it would take, whether the person agrees, and the process that was started."""

from collections.abc import Callable
from dataclasses import dataclass

from workbench.application.run_actions import Launched, SendPreview
from workbench.domain.visible import visible
from workbench.tui.base.background import run_blocking
from workbench.tui.base.workbench_screen import WorkbenchScreen
from workbench.tui.dialogs.question_screen import YES, QuestionScreen


@dataclass(frozen=True, slots=True)
class SendTask:
    """Something of a run that can be sent."""

    preview: Callable[[], SendPreview]
    send: Callable[[SendPreview], Launched | None]
    """None: the process that sends the run now does it."""
    verb: str
    """Begins the question: `Send`."""
    nothing: str
    """Said where there is nothing to send."""
    always_asks: bool = False


class RunStarter:
    """Starts one process at a time, and knows it until it has ended."""

    def __init__(self, screen: WorkbenchScreen, model: str, launched: Launched | None = None) -> None:
        self._screen = screen
        self._model = model
        self._launched = launched
        self._is_busy = False

    @property
    def is_starting(self) -> bool:
        """Whether a process was started that has not ended yet."""
        return self._launched is not None and not self._launched.has_ended

    async def start(self, task: SendTask) -> None:
        """Ask the person where it costs money or pictures leave this machine, then send. Raises WorkbenchError."""
        if self._is_busy:
            return
        self._is_busy = True
        try:
            preview = await run_blocking(task.preview)
            if not preview.samples:
                self._screen.notice(task.nothing, seconds=4)
            elif not (task.always_asks or preview.needs_asking) or await self._agrees(preview, task.verb):
                await self._send(task, preview)
        finally:
            self._is_busy = False

    async def hear_of_end(self) -> bool:
        """Whether the process has ended since it was started; says why, if it should not have."""
        launched = self._launched
        if launched is None or not launched.has_ended:
            return False
        self._launched = None
        if (complaint := await run_blocking(launched.complaint)) is not None:
            self._screen.notice(complaint, severity="error", seconds=12)
        return True

    async def _send(self, task: SendTask, preview: SendPreview) -> None:
        launched = await run_blocking(lambda: task.send(preview))
        if launched is None:
            words = f"the process that sends the run now asks about the {preview.samples:,} when it comes to them"
            self._screen.notice(words, seconds=5)
        else:
            self._launched = launched

    async def _agrees(self, preview: SendPreview, verb: str) -> bool:
        question = QuestionScreen(question_of(preview, verb, self._model))
        return await self._screen.app.push_screen_wait(question) == YES


def question_of(preview: SendPreview, verb: str, model: str) -> str:
    """What a person says yes to: how much, at what cost, where to, under which licence."""
    samples = "1 sample" if preview.samples == 1 else f"{preview.samples:,} samples"
    requests = "1 request" if preview.requests == 1 else f"{preview.requests:,} requests"
    cost = "what it costs is not known" if preview.cost_usd is None else f"about ${preview.cost_usd:,.2f}"
    where = f" at {', '.join(preview.hosts)}" if preview.hosts else " on this machine"
    question = f"{verb} {samples}? About {requests} to {visible(model, longest=60)}{where}, {cost}."
    if preview.licence is not None:
        question += f" Pictures leave this machine; their licence: {visible(preview.licence, longest=160)}"
    return question
