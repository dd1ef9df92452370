"""Asking a model again, beside the screen: one list of samples after the other, since a run has one sender."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from textual.message import Message

from workbench.domain.events import AttemptSaved, MediaFailed, RunEvent, RunNotice
from workbench.errors import WorkbenchError
from workbench.tui.base.background import run_blocking


class RetryQueue:
    """The samples that the model is asked about again. What comes of them is posted to the screen as messages."""

    @dataclass
    class Saved(Message):
        """Replies about these samples are stored."""

        sample_ids: tuple[str, ...]

    @dataclass
    class Notice(Message):
        """Something that a person may want to know, such as that a full disk is waited for."""

        words: str

    @dataclass
    class Ended(Message):
        """Nothing more comes of these samples."""

        sample_ids: tuple[str, ...]
        error: str | None
        """Why they could not be asked about, or not all of them."""

    def __init__(
        self, ask_again: Callable[[Sequence[str]], Generator[RunEvent]], post: Callable[[Message], object]
    ) -> None:
        """`ask_again` sends samples and blocks; it yields as replies are stored."""
        self.sample_ids: frozenset[str] = frozenset()
        """Those that wait for an answer."""
        self._ask_again = ask_again
        self._post = post
        self._turn = asyncio.Lock()
        self._stopped = threading.Event()

    def add(self, sample_ids: Iterable[str]) -> Coroutine[None, None, None]:
        """Add samples. The coroutine asks about them after those that were added before."""
        asked = tuple(sample_ids)
        self.sample_ids = self.sample_ids.union(asked)
        return self._ask(asked)

    def settle(self, sample_ids: Iterable[str]) -> None:
        """These samples wait no more."""
        self.sample_ids = self.sample_ids.difference(sample_ids)

    def stop(self) -> None:
        """Ask nothing more. A reply on its way is not waited for: the workspace keeps that it was never seen."""
        self._stopped.set()

    async def _ask(self, sample_ids: tuple[str, ...]) -> None:
        async with self._turn:
            error = await run_blocking(lambda: self._send(sample_ids), "retry-queue")
        self._post(self.Ended(sample_ids, error))

    def _send(self, sample_ids: tuple[str, ...]) -> str | None:
        """Ask in the calling thread. Returns what went wrong, if anything did."""
        try:
            with closing(self._ask_again(sample_ids)) as events:
                for event in events:
                    if self._stopped.is_set():
                        break
                    self._post(self._message(event))
        except WorkbenchError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001  # shown on the screen instead of ending the thread unseen
            return f"asking again broke off: {type(error).__name__}: {error}"
        return None

    def _message(self, event: RunEvent) -> Message:
        if isinstance(event, RunNotice):
            return self.Notice(event.reason)
        if isinstance(event, AttemptSaved):
            settled = [sample_id for sample_id, _ in event.settled]
        else:
            settled = [event.sample_id] if isinstance(event, MediaFailed) else []
        return self.Saved(tuple(settled))
