"""What a person can do with a run from the queue, the run being sent in another process."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from workbench.application.context import Context
from workbench.application.endpoints import Connection, connected
from workbench.application.run_setup import estimate_batches
from workbench.application.runs import RunMonitor, ask_sender, change_limits, chosen_run, open_monitor, stop_waiting
from workbench.domain.endpoints import EMBEDDED
from workbench.domain.jobs import run_mark
from workbench.domain.predictions import PredictionStatus
from workbench.domain.run_options import limit_words
from workbench.domain.run_status import GivenLimits, RunCommand
from workbench.domain.runs import Run
from workbench.errors import EXIT_INTERRUPTED, EXIT_WORTH_KNOWING, DataError
from workbench.pipeline.planning import plan_again
from workbench.storage.runs.batch_rows import load_samples_failing
from workbench.storage.runs.plans import OpenPlan, count_open_samples
from workbench.storage.runs.run_control import load_control, load_meter, load_sender
from workbench.storage.samples import has_consent, load_card, load_dataset, save_consent
from workbench.storage.workspace.database import Database

_COMMAND: Final = (sys.executable, "-c", "from workbench.cli.app import main; main()")
_FINE: Final = (0, EXIT_WORTH_KNOWING, EXIT_INTERRUPTED)
_LAST_BYTES: Final = 4_096


@dataclass(frozen=True, slots=True)
class Launched:
    """A process that sends a run."""

    process: "subprocess.Popen[bytes]"
    log: Path
    """The file with its messages."""

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return self.process.poll() is not None

    def complaint(self) -> str | None:
        """Why it ended, where something went wrong; None while it runs, and where all is well."""
        code = self.process.poll()
        if code is None or code in _FINE:
            return None
        return self._last_line() or f"the sender ended with exit code {code}; it said nothing"

    def _last_line(self) -> str:
        with self.log.open("rb") as log:
            log.seek(max(self.log.stat().st_size - _LAST_BYTES, 0))
            lines = log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1].removeprefix("emowb: ") if lines else ""


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

    def stop_waiting(self) -> bool:
        """Take the run out of the line in which it waits; returns whether it waited."""
        return stop_waiting(self.context, self.run)

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


def launch_run(
    context: Context, run: Run, limits: GivenLimits, *, agreed: bool = False, by_jobs: bool = False
) -> Launched:
    """Send what is open of a run, under these limits. `agreed`: that its pictures may leave this machine.

    Raises DataError where the file cannot be written into which the process writes its messages.
    """
    words = ["run", run.dataset, "--name", run.name, *limit_words(limits)]
    return launch(context, run, [*words, *["--yes"] * agreed, *["--via", "batch"] * by_jobs])


def launch(context: Context, run: Run, words: Sequence[str]) -> Launched:
    """Have a command of ours done by a process of its own, which outlives this one; `run` names its messages' file.

    Raises DataError where the file cannot be written.
    """
    place = ["--db", str(context.settings.db.absolute())]
    return _launched([*place, *words], context.environment, log_path(run))


def log_path(run: Run) -> Path:
    """The file into which the process that sends a run writes its messages."""
    import platformdirs

    return platformdirs.user_state_path("emowb") / "senders" / f"{run_mark(run)}.log"


def _launched(words: Sequence[str], environment: Mapping[str, str], log: Path) -> Launched:
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        log.unlink(missing_ok=True)  # a process that still writes into it keeps its own file
        log_file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    except OSError as error:
        raise DataError(f"{log} cannot be written: {error.strerror or error}") from error
    try:
        process = subprocess.Popen(  # noqa: S603  # our own command, word by word
            [*_COMMAND, *words],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            start_new_session=True,
        )
    finally:
        os.close(log_file)
    # Without this, a process that has ended would still look alive, and would keep its run.
    threading.Thread(target=process.wait, name="sender", daemon=True).start()
    return Launched(process, log)
