from collections import deque

import pytest

from workbench.domain.batches import Batch
from workbench.pipeline.sending.prepared_batch import PreparedBatch
from workbench.pipeline.sending.send_queue import BatchPrefetcher, SendQueue


class Served(BatchPrefetcher):
    """A feed with everything ready."""

    def __init__(self, *numbers: int) -> None:
        self._waiting = deque(numbers)
        self.looked_behind: list[int] = []

    def plan(self, number: int) -> None:
        self._waiting.append(number)

    @property
    def is_done(self) -> bool:
        return not self._waiting

    def take(self) -> PreparedBatch | None:
        return ready(self._waiting.popleft()) if self._waiting else None

    def look_again(self, known: int) -> None:
        self.looked_behind.append(known)


def ignore(_: int) -> None:
    pass


def ready(number: int) -> PreparedBatch:
    return PreparedBatch(Batch(number, (f"s{number}",)), ())


def numbers(line: SendQueue, now: float = 0.0) -> list[int]:
    found = []
    while (one := line.next(now)) is not None:
        found.append(one.batch.id)
    return found


def test_what_was_begun_comes_before_what_was_planned_and_keeps_its_order() -> None:
    line = SendQueue(Served(1, 2), added=ignore)
    line.put_first([ready(7), ready(8)])
    line.put_first([ready(9)])
    assert numbers(line) == [9, 7, 8, 1, 2]


def test_what_waits_comes_when_its_time_has_come_and_not_before() -> None:
    line = SendQueue(Served(), added=ignore)
    line.put_later([ready(3)], 10.0, now=100.0)
    assert line.due_s(100.0) == pytest.approx(11.25, abs=1.25)
    assert numbers(line, now=109.9) == []
    was_empty = line.is_empty
    assert numbers(line, now=112.6) == [3]
    assert (was_empty, line.is_empty) == (False, True)
    assert line.due_s(200.0) == float("inf")


def test_it_looks_behind_the_last_number_once_and_again_when_there_was_something() -> None:
    feed, added = Served(4, 5), list[int]()
    line = SendQueue(feed, added=added.append)
    numbers(line)
    line.put_first([ready(11)])
    numbers(line)
    looked = [line.looks_behind(), line.looks_behind()]
    line.put_first([ready(12)])
    numbers(line)
    looked.append(line.looks_behind())
    assert looked == [True, False, True]
    assert feed.looked_behind == [11, 12]
    assert added == []


def test_samples_of_batches_that_were_planned_since_the_beginning_are_counted() -> None:
    feed, added = Served(4), list[int]()
    line = SendQueue(feed, added=added.append)
    assert numbers(line) == [4]
    assert line.looks_behind()
    feed.plan(9)
    line.put_first([ready(8)])
    assert numbers(line) == [8, 9]
    assert added == [1]
