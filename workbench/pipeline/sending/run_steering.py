"""Steering and watching a run from other processes while it is sent, through rows of the workspace.

Twice a second the sender reads what is wanted of the run, and about once a second it reports how the run stands where
that has changed. Both go through the session's one writer.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from workbench.domain.batches import Step
from workbench.domain.events import AttemptSaved, MediaFailed, RunEvent
from workbench.domain.run_status import GivenLimits, RunCommand, RunControl, RunMeter
from workbench.errors import DatabaseError
from workbench.pipeline.sending.channels import Channel
from workbench.pipeline.sending.run_parts import RunParts, Stop
from workbench.provider.limits.lane import Limits
from workbench.storage.runs.endpoint_history import count_sent_today
from workbench.storage.runs.run_control import Lease, load_control, save_meter
from workbench.storage.workspace.database import Database
from workbench.storage.workspace.writer import Writer

_METER_AT_LEAST_EVERY_S: Final = 10.0
_LATELY_S: Final = 60.0
_FEWEST_S: Final = 2.0


class RunSteering:
    """Looks at what is wanted of one run, does it, and reports how the run stands."""

    def __init__(
        self,
        parts: RunParts,
        stop: Stop,
        writer: Writer,
        lease: Lease,
        *,
        drop: Callable[[], None],
        changed: Callable[[], None],
        tell: Callable[[str], None],
        is_by_jobs: bool,
    ) -> None:
        """`drop` is called when requests in flight are not to be waited for, `changed` when limits have changed."""
        self._parts = parts
        self._stop = stop
        self._writer = writer
        self._lease = lease
        self._drop = drop
        self._changed = changed
        self._tell = tell
        self._is_by_jobs = is_by_jobs
        self._first_limits = [channel.lane.limits for channel in parts.channels]
        self._first_budget_usd = math.inf if parts.budget is None else parts.budget.limit_usd
        self._limits = GivenLimits()
        """The limits that were changed since the run was started."""
        self._saved: RunMeter | None = None
        self._saved_at_s = -math.inf
        self._lately: deque[tuple[float, int]] = deque()
        """When replies came, by the clock, and how many samples each of them settled."""
        self._open_samples = 0
        self._asked_again = 0
        self._last_error: str | None = None

    async def begin(self, control: RunControl, open_samples: int) -> None:
        """Take over the limits that were changed before, while nothing has been sent yet."""
        self._open_samples = open_samples
        if control.limits != self._limits:
            await self._change(control)

    async def steer(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._parts.look_s)
            with suppress(DatabaseError):  # locked, or the lease is lost: whatever is to be stored next reports that
                await self._look()

    def count(self, event: RunEvent) -> None:
        """Count what has happened, for whoever watches the run."""
        if isinstance(event, AttemptSaved):
            self._lately.append((self._parts.clock(), len(event.settled)))
            self._open_samples -= len(event.settled)
            self._asked_again += event.step in (Step.REPEAT, Step.SPLIT)
            self._last_error = event.error or self._last_error
        elif isinstance(event, MediaFailed):
            self._open_samples -= 1

    def add_open(self, n_samples: int) -> None:
        """So many samples were planned since the session began."""
        self._open_samples += n_samples

    async def _look(self) -> None:
        meter = self._meter_if_news()
        control = await self._writer.do(lambda db: self._exchange(db, meter))
        if control.limits != self._limits:
            await self._change(control)
        if control.wanted is not RunCommand.GO_ON:
            self._obey(control)

    def _exchange(self, db: Database, meter: RunMeter | None) -> RunControl:
        if meter is not None:
            save_meter(db, self._lease, meter, self._parts.now())
        return load_control(db, self._lease.run_id)

    def _obey(self, control: RunControl) -> None:
        by = control.changed_by
        if control.wanted is RunCommand.PAUSE and not self._stop.is_set:
            self._stop.set(f"paused from {by}", is_asked=True)
            self._tell(f"stopping: paused from {by}; what is in flight comes in first")
        elif control.wanted is RunCommand.CANCEL:
            self._stop.set(f"cancelled from {by}", is_asked=True)
            self._drop()

    # ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _change(self, control: RunControl) -> None:
        """Apply the wanted limits; one that is not given is again what it was at the start."""
        if self._is_by_jobs:  # they keep to their provider's limits
            self._limits = control.limits
            return
        for channel, first in zip(self._parts.channels, self._first_limits, strict=True):
            await self._change_lane(channel, _limits(first, control.limits))
        notes = self._change_budget(control.limits)
        self._limits = control.limits
        self._saved_at_s = -math.inf
        self._changed()
        self._tell(f"limits changed from {control.changed_by}: {control.limits.words or 'as at first'}{notes}")

    async def _change_lane(self, channel: Channel, limits: Limits) -> None:
        lane, before = channel.lane, list[tuple[float, int]]()
        if limits.rpd and not lane.limits.rpd:
            known = lane.n_taken
            await asyncio.sleep(0)  # every request that was let through until here has queued its row for writing
            before = await self._writer.do(
                lambda db: count_sent_today(db, channel.endpoint, channel.key_name, datetime.now(UTC))
            )
            before.append((0.0, lane.n_taken - known))  # perhaps counted twice, but never left out
        lane.change(limits, self._parts.clock(), sent_last_day=before)

    def _change_budget(self, given: GivenLimits) -> str:
        """Returns what is to be told about it, if anything."""
        budget = self._parts.budget
        if given.budget_usd is None:
            limit_usd = self._first_budget_usd
        else:
            limit_usd = given.budget_usd or math.inf
        if budget is None:
            return "" if limit_usd == math.inf else " (no budget can be kept: the model's price is not known)"
        budget.limit_usd = limit_usd
        return ""

    # ── how it stands ────────────────────────────────────────────────────────────────────────────────────────────

    def _meter_if_news(self) -> RunMeter | None:
        """How the run stands, where that has changed; else None."""
        now = self._parts.clock()
        since_s = now - self._saved_at_s
        if since_s < self._parts.meter_s:
            return None
        meter = self._meter(now)
        if meter == self._saved and since_s < _METER_AT_LEAST_EVERY_S:
            return None
        self._saved, self._saved_at_s = meter, now
        return meter

    def _meter(self, now: float) -> RunMeter:
        budget = self._parts.budget
        while self._lately and self._lately[0][0] < now - _LATELY_S:
            self._lately.popleft()
        span_s = now - self._lately[0][0] if self._lately else 0.0
        is_known = span_s >= _FEWEST_S
        at = datetime.fromisoformat(self._parts.now())
        given = self._limits.over(self._parts.given)
        if self._is_by_jobs:
            budget_usd = given.budget_usd
        else:
            budget_usd = None if budget is None or budget.limit_usd == math.inf else budget.limit_usd
        return RunMeter(
            lanes=tuple(channel.lane.meter(now, at) for channel in self._parts.channels),
            given=given,
            budget_usd=budget_usd,
            spent_usd=0.0 if budget is None else budget.spent_usd,
            samples_per_s=round(sum(n for _, n in self._lately) / span_s, 3) if is_known else None,
            requests_per_minute=round(60 * len(self._lately) / span_s, 1) if is_known else None,
            open_samples=max(self._open_samples, 0),
            asked_again=self._asked_again,
            last_error=self._last_error,
            is_by_jobs=self._is_by_jobs,
        )


def _limits(first: Limits, given: GivenLimits) -> Limits:
    """The limits that a lane began with, changed by those given since; 0 lifts a limit."""
    said = {name: value or None for name, value in given.as_dict().items() if name != "budget_usd"}
    return replace(first, **said)
