"""The two ways in which a screen has something done that takes time: a call, and a thread that keeps a connection.

Neither uses the event loop's own pool, since leaving the application would wait for it. What such a thread reads is
worth nothing to a screen that is gone, and what it writes is whole or not there.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from workbench.errors import WorkbenchError

R = TypeVar("R")
_MOST_WAITING: Final = 64
"""Lookups; older ones are given up."""


async def run_blocking(work: Callable[[], R], name: str = "run_blocking") -> R:
    """Do `work` in a thread of its own. Raises what it raises."""
    done: Future[R] = Future()
    threading.Thread(target=_settle, args=(done, work), name=name, daemon=True).start()
    return await asyncio.wrap_future(done)


def _settle(done: "Future[R]", work: Callable[[], R]) -> None:
    if not done.set_running_or_notify_cancel():
        return
    try:
        found = work()
    except BaseException as error:  # noqa: BLE001  # raised where the result is awaited
        done.set_exception(error)
    else:
        done.set_result(found)


class Outdated(Exception):
    """Something else was asked about the same subject since, or the thread is closed."""


class Closable(Protocol):
    """What an `OwnedThread` owns."""

    def close(self) -> None:
        """Let go of it."""


T = TypeVar("T", bound=Closable)


@dataclass(eq=False)
class _Task(Generic[T]):
    work: Callable[[T], Any]
    subject: str
    done: "Future[Any]"
    is_outdated: bool = False


class OwnedThread(Generic[T]):
    """A thread that opens something at its first task, such as a connection, and does tasks with it.

    Without `interrupt`, the tasks are done in the order of asking, and all of them before it closes: a label that was
    given first is written first. A task that nobody waits for any more is left out, if it is not begun.

    With `interrupt`, the tasks are lookups. The last one is done first, since it is what the person is looking at. A
    lookup about a subject replaces those before it about the same subject: they raise Outdated, and the one that is
    being done is broken off. `interrupt` is called with what was opened and a function that tells when to break off.
    """

    def __init__(
        self,
        open_owned: Callable[[], T],
        name: str,
        *,
        interrupt: Callable[[T, Callable[[], bool]], None] | None = None,
    ) -> None:
        self._open = open_owned
        self._interrupt = interrupt
        self._changed = threading.Condition()
        self._waiting: list[_Task[T]] = []
        self._present: _Task[T] | None = None
        self._is_begun = self._is_closed = False
        self._ended: Future[None] = Future()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)

    def submit(self, work: Callable[[T], R], *, subject: str = "") -> "Future[R]":
        """Have something done. The future raises what `work` or opening raises, or Outdated."""
        task = _Task(work, subject, Future())
        with self._changed:
            if self._is_closed:
                task.done.set_exception(Outdated())
                return task.done
            if subject:
                self._take_back(subject)
            self._waiting.append(task)
            if self._interrupt is not None:
                for forgotten in self._waiting[:-_MOST_WAITING]:
                    self._drop(forgotten)
            self._changed.notify()
            if not self._is_begun:
                self._is_begun = True
                self._thread.start()
        return task.done

    async def call(self, work: Callable[[T], R], *, subject: str = "") -> R:
        """Have something done and wait for it. Raises what `work` raises, or Outdated; cancelled after `close`."""
        if self._is_closed:
            raise asyncio.CancelledError
        return await asyncio.wrap_future(self.submit(work, subject=subject))

    def take_back(self, subject: str) -> None:
        """Give up what was asked about a subject."""
        with self._changed:
            self._take_back(subject)

    async def close(self) -> None:
        """Finish the tasks, or give the lookups up, and close what was opened."""
        with self._changed:
            self._is_closed = True
            if self._interrupt is not None:
                for task in [*self._waiting]:
                    self._drop(task)
                if self._present is not None:
                    self._present.is_outdated = True
            self._changed.notify()
        if self._is_begun:
            await asyncio.shield(asyncio.wrap_future(self._ended))

    def _take_back(self, subject: str) -> None:
        for task in [one for one in self._waiting if one.subject == subject]:
            self._drop(task)
        if self._present is not None and self._present.subject == subject:
            self._present.is_outdated = True

    def _drop(self, task: _Task[T]) -> None:
        self._waiting.remove(task)
        if task.done.set_running_or_notify_cancel():
            task.done.set_exception(Outdated())

    def _serve(self) -> None:
        owned: T | None = None
        while (task := self._next()) is not None:
            if not task.done.set_running_or_notify_cancel():
                continue  # nobody waits for it
            try:
                if owned is None:
                    owned = self._open()
                    if self._interrupt is not None:
                        self._interrupt(owned, self._is_given_up)
                found = task.work(owned)
            except BaseException as error:  # noqa: BLE001  # raised where the result is awaited
                self._end(task, error=error)
            else:
                self._end(task, found=found)
        if owned is not None:
            with suppress(WorkbenchError):
                owned.close()
        self._ended.set_result(None)

    def _next(self) -> _Task[T] | None:
        with self._changed:
            self._present = None
            self._changed.wait_for(lambda: self._is_closed or self._waiting)
            if self._waiting:
                self._present = self._waiting.pop(0 if self._interrupt is None else -1)
            return self._present

    def _is_given_up(self) -> bool:
        return self._present is None or self._present.is_outdated

    def _end(self, task: _Task[T], *, found: Any = None, error: BaseException | None = None) -> None:
        with self._changed:
            is_outdated = task.is_outdated
            self._present = None
        if is_outdated:
            task.done.set_exception(Outdated())
        elif error is not None:
            task.done.set_exception(error)
        else:
            task.done.set_result(found)
