"""What the queue gets of the house: how a run stands, and what can be done about it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.application.background_runs import Launched, launch_run
from workbench.application.run_monitor import RunMonitor
from workbench.application.runs import chosen_run
from workbench.application.steer_run import ask_sender, change_limits
from workbench.domain.endpoints import EMBEDDED
from workbench.domain.predictions import PredictionStatus
from workbench.domain.run_status import GivenLimits, RunCommand
from workbench.domain.runs import Run
from workbench.pipeline.planning import plan_again, utc_now
from workbench.settings import Settings
from workbench.storage.runs.batch_rows import load_samples_failing
from workbench.storage.runs.plans import OpenPlan, count_open_samples
from workbench.storage.runs.run_control import load_control, load_meter, load_sender
from workbench.storage.samples import has_consent, load_card, load_dataset, save_consent
from workbench.storage.workspace.database import Database, open_workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.application.endpoints import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPreview:
    """What sending something would take, for a person to say yes to."""

    samples: int
    requests: int = 0
    cost_usd: float | None = None
    """None: not known."""
    hosts: tuple[str, ...] = ()
    """Off this machine."""
    licence: str | None = None
    """Of the data set, where nobody has agreed yet that it goes there."""
    is_sent_already: bool = False
    """Somebody sends the run now, and will come to it."""

    @property
    def needs_asking(self) -> bool:
        """Whether it may cost money, or lets pictures leave this machine."""
        return bool(self.hosts) or bool(self.cost_usd)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunActions:
    """All that the queue needs of the house. Everything here may block: call it off the screen's loop."""

    run: Run
    title: str
    """The data set's."""
    open_session: Callable[[], RunMonitor]
    """Open the workspace for one thread; call it in that thread, and close `session.db` there."""
    pause: Callable[[], str | None]
    """Says who was asked; None: nobody sends it. So does `cancel`."""
    cancel: Callable[[], str | None]
    limit: Callable[[GivenLimits], str | None]
    """Says who sends it now, if anybody does. Raises UsageError for a budget that cannot be kept."""
    rest: Callable[[], SendPreview]
    """What it would take to send what is open."""
    refused: Callable[[], SendPreview]
    """What it would take to ask again about all that was refused."""
    resume: Callable[[SendPreview], Launched]
    """Send what is open in a process of its own."""
    retry_refused: Callable[[SendPreview], Launched | None]
    """Ask again about all that was refused; None: whoever sends the run now does it."""


def run_actions(settings: Settings, environment: Mapping[str, str], dataset: str, run_name: str | None) -> RunActions:
    """What the queue of a run gets. Raises DataError or UsageError when there is none."""
    with _opened(settings) as db:
        title = load_card(db, dataset).title
        run = chosen_run(db, dataset, run_name)
    errands = _Errands(settings, environment, run)
    return RunActions(
        run=run,
        title=title,
        open_session=lambda: RunMonitor(open_workspace(settings.db), run, utc_now),
        pause=lambda: errands.ask(RunCommand.PAUSE),
        cancel=lambda: errands.ask(RunCommand.CANCEL),
        limit=errands.limit,
        rest=errands.rest,
        refused=errands.refused,
        resume=errands.resume,
        retry_refused=errands.retry_refused,
    )


@dataclass(frozen=True, slots=True)
class _Errands:
    """Each opens the workspace for itself: it is called from whatever thread is free."""

    settings: Settings
    environment: Mapping[str, str]
    run: Run

    def ask(self, wanted: RunCommand) -> str | None:
        with _opened(self.settings) as db:
            return ask_sender(db, self.run, wanted)

    def limit(self, limits: GivenLimits) -> str | None:
        with _opened(self.settings) as db:
            return change_limits(self.settings, db, self.run, limits)

    def rest(self) -> SendPreview:
        with _opened(self.settings) as db:
            samples = count_open_samples(db, self.run.id)
            return self._errand(db, OpenPlan(db, self.run.id), samples)

    def refused(self) -> SendPreview:
        with _opened(self.settings) as db:
            names = load_samples_failing(db, self.run.id, PredictionStatus.REFUSED)
            errand = self._errand(db, [(name,) for name in names], len(names))
            sender = load_sender(db, self.run.id, utc_now())
            return replace(errand, is_sent_already=sender is not None)

    def resume(self, errand: SendPreview) -> Launched:
        with _opened(self.settings) as db:
            return self._launched(db, errand)

    def retry_refused(self, errand: SendPreview) -> Launched | None:
        with _opened(self.settings) as db:
            self._agree(db, errand)
            plan_again(db, self.run, load_samples_failing(db, self.run.id, PredictionStatus.REFUSED))
            if load_sender(db, self.run.id, utc_now()) is not None:
                return None
            return self._launched(db, errand)

    def _launched(self, db: Database, errand: SendPreview) -> Launched:
        self._agree(db, errand)
        told = load_meter(db, self.run.id)
        limits, by_jobs = GivenLimits(), False
        if told is not None:
            meter, _ = told
            limits, by_jobs = meter.given.without(load_control(db, self.run.id).limits), meter.is_by_jobs
        agreed = errand.licence is not None
        return launch_run(self.settings, self.environment, self.run, limits, agreed=agreed, by_jobs=by_jobs)

    def _agree(self, db: Database, errand: SendPreview) -> None:
        """Keep that somebody has said yes to where pictures go."""
        if errand.licence is not None:
            for host in errand.hosts:
                save_consent(db, self.run.dataset, host, utc_now())

    def _errand(self, db: Database, batches: "Sequence[Sequence[str]]", samples: int) -> SendPreview:
        if not samples:
            return SendPreview(samples=0)
        spec = self.run.spec
        if spec.endpoint == EMBEDDED:
            return SendPreview(samples=samples, requests=len(batches), cost_usd=0.0)
        from workbench.application.endpoints import connected
        from workbench.application.estimating import estimate_batches

        with connected(self.settings, spec.endpoint, self.environment) as connection:
            estimate = estimate_batches(self.settings, db, spec, connection, batches, samples=samples)
            hosts = _hosts(connection)
        card = load_dataset(db, self.run.dataset).card
        is_open = card.open_licence or all(has_consent(db, self.run.dataset, host) for host in hosts)
        return SendPreview(
            samples=samples,
            requests=estimate.requests,
            cost_usd=estimate.cost_usd,
            hosts=hosts,
            licence=None if is_open else card.licence,
        )


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    db = open_workspace(settings.db)
    try:
        yield db
    finally:
        db.close()


def _hosts(connection: "Connection") -> tuple[str, ...]:
    far = [endpoint.host for endpoint in connection.endpoints if not endpoint.is_local]
    return tuple(dict.fromkeys(far))
