"""What a person can do with a run from the queue, the run being sent in another process."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.application.background_runs import Launched, launch_run
from workbench.application.context import Context
from workbench.application.endpoints import Connection, connected
from workbench.application.run_monitor import RunMonitor, open_monitor
from workbench.application.run_setup import estimate_batches
from workbench.application.runs import ask_sender, change_limits, chosen_run
from workbench.domain.endpoints import EMBEDDED
from workbench.domain.predictions import PredictionStatus
from workbench.domain.run_status import GivenLimits, RunCommand
from workbench.domain.runs import Run
from workbench.pipeline.planning import plan_again
from workbench.storage.runs.batch_rows import load_samples_failing
from workbench.storage.runs.plans import OpenPlan, count_open_samples
from workbench.storage.runs.run_control import load_control, load_meter, load_sender
from workbench.storage.samples import has_consent, load_card, load_dataset, save_consent
from workbench.storage.workspace.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPreview:
    """What sending something would take, for a person to agree to."""

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


@dataclass(frozen=True, slots=True)
class RunActions:
    """The actions of one run. All of them may block, and any thread may call them."""

    context: Context
    run: Run
    title: str
    """The data set's."""

    def open_monitor(self) -> RunMonitor:
        """Open the workspace for the calling thread, which closes the monitor in the end."""
        return open_monitor(self.context, self.run)

    def pause(self) -> str | None:
        """Let what is in flight come in, and send nothing more; returns who was asked. None: nobody sends it."""
        return ask_sender(self.context, self.run, RunCommand.PAUSE)

    def cancel(self) -> str | None:
        """Stop without waiting for what is in flight; returns who was asked. None: nobody sends it."""
        return ask_sender(self.context, self.run, RunCommand.CANCEL)

    def limit(self, limits: GivenLimits) -> str | None:
        """Change limits; returns who sends it now. Raises UsageError for a budget that cannot be kept."""
        return change_limits(self.context, self.run, limits)

    def preview_open(self) -> SendPreview:
        """What it would take to send what is open."""
        with self.context.workspace() as db:
            return self._preview(db, OpenPlan(db, self.run.id), count_open_samples(db, self.run.id))

    def preview_refused(self) -> SendPreview:
        """What it would take to ask again about all that was refused."""
        with self.context.workspace() as db:
            refused = load_samples_failing(db, self.run.id, PredictionStatus.REFUSED)
            preview = self._preview(db, [(sample_id,) for sample_id in refused], len(refused))
            return replace(preview, is_sent_already=self._is_sent(db))

    def resume(self, agreed: SendPreview) -> Launched:
        """Send what is open, in a process of its own; a person has agreed to it."""
        with self.context.workspace() as db:
            return self._launch(db, agreed)

    def retry_refused(self, agreed: SendPreview) -> Launched | None:
        """Ask again about all that was refused; None: whoever sends the run now does it."""
        with self.context.workspace() as db:
            self._save_consent(db, agreed)
            plan_again(db, self.run, load_samples_failing(db, self.run.id, PredictionStatus.REFUSED))
            return None if self._is_sent(db) else self._launch(db, agreed)

    def _is_sent(self, db: Database) -> bool:
        return load_sender(db, self.run.id, self.context.now()) is not None

    def _launch(self, db: Database, agreed: SendPreview) -> Launched:
        self._save_consent(db, agreed)
        limits, by_jobs = GivenLimits(), False
        if (reported := load_meter(db, self.run.id)) is not None:
            meter, _ = reported
            limits, by_jobs = meter.given.without(load_control(db, self.run.id).limits), meter.is_by_jobs
        return launch_run(self.context, self.run, limits, agreed=agreed.licence is not None, by_jobs=by_jobs)

    def _save_consent(self, db: Database, agreed: SendPreview) -> None:
        if agreed.licence is not None:
            for host in agreed.hosts:
                save_consent(db, self.run.dataset, host, self.context.now())

    def _preview(self, db: Database, batches: Sequence[Sequence[str]], samples: int) -> SendPreview:
        spec = self.run.spec
        if not samples:
            return SendPreview(samples=0)
        if spec.endpoint == EMBEDDED:
            return SendPreview(samples=samples, requests=len(batches), cost_usd=0.0)
        with connected(self.context, spec.endpoint) as connection:
            estimate = estimate_batches(self.context, db, spec, connection, batches, samples=samples)
            hosts = _hosts(connection)
        card = load_dataset(db, self.run.dataset).card
        is_agreed = card.open_licence or all(has_consent(db, self.run.dataset, host) for host in hosts)
        return SendPreview(
            samples=samples,
            requests=estimate.requests,
            cost_usd=estimate.cost_usd,
            hosts=hosts,
            licence=None if is_agreed else card.licence,
        )


def run_actions(context: Context, dataset: str, run_name: str | None) -> RunActions:
    """The actions of a run, by default of the one changed last. Raises DataError or UsageError where there is none."""
    with context.workspace() as db:
        return RunActions(context, chosen_run(db, dataset, run_name), load_card(db, dataset).title)


def _hosts(connection: Connection) -> tuple[str, ...]:
    far = [endpoint.host for endpoint in connection.endpoints if not endpoint.is_local]
    return tuple(dict.fromkeys(far))
