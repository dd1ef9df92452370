"""Asking a model again, beside the screen: a thread walks the runner's events and posts each as a message.

One list of samples at a time: a run has one runner.
"""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from queue import SimpleQueue

from textual.message import Message

from workbench.domain.events import RunEvent
from workbench.errors import WorkbenchError


@dataclass
class RetryEvent(Message):
    """A reply has been stored."""

    event: RunEvent


@dataclass
class RetryEnded(Message):
    """Nothing more comes of these samples."""

    sample_ids: tuple[str, ...]
    error: str | None = None
    """Why it could not be done, or not to the end."""


class Retrier:
    """Takes lists of samples and asks about one list after the other."""

    def __init__(
        self, ask_again: Callable[[Sequence[str]], Generator[RunEvent]], post: Callable[[Message], object]
    ) -> None:
        self._ask_again = ask_again
        self._post = post
        self._lists: SimpleQueue[tuple[str, ...] | None] = SimpleQueue()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def ask(self, sample_ids: Sequence[str]) -> None:
        """Ask about these samples when those before them are done."""
        self._lists.put(tuple(sample_ids))
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="retrier", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ask nothing more. A reply that is awaited is not waited for: the workspace knows it as never seen."""
        self._stopped.set()
        self._lists.put(None)

    def _serve(self) -> None:
        while (sample_ids := self._lists.get()) is not None and not self._stopped.is_set():
            self._post(RetryEnded(sample_ids, self._run(sample_ids)))

    def _run(self, sample_ids: tuple[str, ...]) -> str | None:
        """What went wrong, if anything."""
        try:
            with closing(self._ask_again(sample_ids)) as events:
                for event in events:
                    self._post(RetryEvent(event))
                    if self._stopped.is_set():
                        break
        except WorkbenchError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001  # said on the screen instead of ending the thread unseen
            return f"asking again broke off: {type(error).__name__}: {error}"
        return None
