"""A thread that looks things up for the screen, over a connection that only reads.

The last question is answered first, since it is what the person is looking at. Questions of one subject replace each
other: the older one is taken back, and if it is being answered already, its statement is broken off. So nothing is
ever waited for that nobody wants to know any more, and no outdated answer comes.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from workbench.application.case_reader import CaseReader
from workbench.errors import WorkbenchError

T = TypeVar("T")
_MOST_WAITING: Final = 64


@dataclass(eq=False)
class _Question(Generic[T]):
    work: Callable[[CaseReader], T]
    subject: str
    answer: "Future[T]"
    is_outdated: bool = False


class Outdated(Exception):
    """Something else was asked about the same subject since."""


class ReaderThread:
    """Answers by futures, which raise Outdated for questions that are. Made and asked by the screen's thread."""

    def __init__(self, open_reader: Callable[[], CaseReader], name: str) -> None:
        self._open = open_reader
        self._changed = threading.Condition()
        self._waiting: list[_Question[Any]] = []
        self._present: _Question[Any] | None = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._is_begun = False

    def ask(self, work: Callable[[CaseReader], T], *, subject: str = "") -> "Future[T]":
        """Have something looked up. What was asked before about the same subject, if it has one, is taken back."""
        with self._changed:
            question = _Question(work, subject, Future[T]())
            if subject:
                self._take_back(subject)
            self._waiting.append(question)
            for forgotten in self._waiting[:-_MOST_WAITING]:
                self._drop(forgotten)
            self._changed.notify()
        if not self._is_begun:
            self._is_begun = True
            self._thread.start()
        return question.answer

    def take_back(self, subject: str) -> None:
        """Nobody wants to know any more what was asked about a subject."""
        with self._changed:
            self._take_back(subject)

    def close(self) -> None:
        """Break off what is being looked up, and let go of the workspace."""
        with self._changed:
            self._is_closed = True
            for question in [*self._waiting]:
                self._drop(question)
            if self._present is not None:
                self._present.is_outdated = True
            self._changed.notify()

    def join(self) -> None:
        """Wait until the workspace is let go."""
        if self._is_begun:
            self._thread.join()

    def _take_back(self, subject: str) -> None:
        for question in [one for one in self._waiting if one.subject == subject]:
            self._drop(question)
        if self._present is not None and self._present.subject == subject:
            self._present.is_outdated = True

    def _drop(self, question: _Question[Any]) -> None:
        self._waiting.remove(question)
        if question.answer.set_running_or_notify_cancel():
            question.answer.set_exception(Outdated())

    def _serve(self) -> None:
        reader: CaseReader | None = None
        while (question := self._next()) is not None:
            if not question.answer.set_running_or_notify_cancel():
                continue  # whoever asked has gone
            try:
                if reader is None:
                    reader = self._open()
                    reader.break_off_when(self._nobody_waits)
                found = question.work(reader)
            except BaseException as error:  # noqa: BLE001  # raised where the answer is awaited
                self._end(question, error=error)
            else:
                self._end(question, found=found)
        if reader is not None:
            with suppress(WorkbenchError):
                reader.close()

    def _next(self) -> _Question[Any] | None:
        with self._changed:
            self._present = None
            self._changed.wait_for(lambda: self._is_closed or self._waiting)
            if self._is_closed:
                return None
            self._present = self._waiting.pop()
            return self._present

    def _nobody_waits(self) -> bool:
        return self._present is None or self._present.is_outdated

    def _end(self, question: _Question[Any], *, found: Any = None, error: BaseException | None = None) -> None:
        with self._changed:
            is_outdated = question.is_outdated
            self._present = None
        if is_outdated:
            question.answer.set_exception(Outdated())
        elif error is not None:
            question.answer.set_exception(error)
        else:
            question.answer.set_result(found)
