"""A run is sent in a process of its own, which needs nobody: neither who started it, nor a terminal."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.processes import N_BATCHES, PlannedRun, planned_run
from tests.pipeline.counting_endpoint import Asked, Said, answer, completion
from tests.waiting import PATIENCE_S
from workbench.application.context import Context
from workbench.application.run_actions import Launched, RunActions, run_actions
from workbench.domain.predictions import PredictionStatus
from workbench.domain.run_status import GivenLimits
from workbench.domain.runs import RunState
from workbench.errors import EndpointError
from workbench.pipeline.planning import utc_now
from workbench.settings import load_settings
from workbench.storage.runs.run_control import claim_run, release_run, save_limits, save_meter

pytestmark = pytest.mark.slow


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlannedRun]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with planned_run(tmp_path) as made:
        monkeypatch.chdir(made.folder)
        yield made


def actions_of(at: PlannedRun) -> RunActions:
    settings = load_settings(at.environment, at.folder, at.folder / "config")
    return run_actions(Context(settings=settings, environment=at.environment), "rafdb", "main")


def ended(launched: Launched) -> int:
    return launched.process.wait(PATIENCE_S)


def test_what_is_open_is_sent_by_a_process_that_writes_into_a_file_of_its_owners(at: PlannedRun) -> None:
    actions = actions_of(at)
    preview = actions.preview_open()
    assert (preview.samples, preview.requests, preview.hosts, preview.needs_asking) == (
        4 * N_BATCHES,
        N_BATCHES,
        (),
        False,
    )
    launched = actions.resume(preview)
    assert ended(launched) == 0
    assert launched.complaint() is None
    assert stat.S_IMODE(launched.log.stat().st_mode) == 0o600
    assert stat.S_IMODE(launched.log.parent.stat().st_mode) == 0o700
    assert "40 of 40 samples settled" in launched.log.read_text()
    assert at.place.now(at.run).state is RunState.DONE
    assert actions.preview_open().samples == 0


STARTS_AND_DIES = """
import os, signal
from pathlib import Path
from workbench.settings import load_settings
from workbench.application.context import Context
from workbench.application.run_actions import run_actions
settings = load_settings(os.environ, Path.cwd(), Path("config"))
actions = run_actions(Context(settings=settings, environment=os.environ), "rafdb", "main")
print(actions.resume(actions.preview_open()).process.pid, flush=True)
os.killpg(0, signal.SIGKILL)
"""


def test_it_goes_on_when_whoever_started_it_is_killed_with_all_of_its_group(at: PlannedRun) -> None:
    at.endpoint.hold()
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTS_AND_DIES],
        cwd=at.folder,
        env={**at.environment, "XDG_STATE_HOME": os.environ["XDG_STATE_HOME"]},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    told, _ = starter.communicate(timeout=PATIENCE_S)
    assert starter.returncode == -signal.SIGKILL
    at.endpoint.wait_for(1)
    assert os.getsid(int(told)) == int(told), "it leads a session of its own"
    at.endpoint.release()
    at.endpoint.wait_for(N_BATCHES)


def test_it_is_sent_under_the_limits_of_before_but_for_those_that_were_changed_since(at: PlannedRun) -> None:
    from workbench.domain.run_status import RunMeter

    lease = claim_run(at.place.db, at.run, utc_now())
    given = GivenLimits(rpm=600, concurrency=2, tpm=9_000_000)
    save_meter(at.place.db, lease, RunMeter(given=given), utc_now())
    release_run(at.place.db, lease, reason="x", elapsed_s=0, at=utc_now())
    save_limits(at.place.db, at.run.id, GivenLimits(concurrency=1, tpm=0), at=utc_now(), by="ana")
    actions = actions_of(at)
    launched = actions.resume(actions.preview_open())
    words = " ".join(str(word) for word in launched.process.args)  # type: ignore[union-attr]  # a list of them
    assert "--rpm 600" in words
    assert "--concurrency" not in words
    assert "--tpm" not in words
    assert ended(launched) == 0
    assert "limits changed from ana: no limit of tokens a minute, 1 requests in flight" in launched.log.read_text()


def test_why_it_ended_at_once_is_the_last_line_that_it_said(at: PlannedRun) -> None:
    actions = actions_of(at)
    preview = actions.preview_open()
    holds = claim_run(at.place.db, at.run, utc_now())
    launched = actions.resume(preview)
    assert ended(launched) == 5
    assert launched.complaint() == (
        f"run main is being sent by process {os.getpid()} on {holds.holder.split(':')[0]}; wait for it or stop it"
    )


def test_an_endpoint_that_cannot_be_asked_is_told_of_before_anything_is_started(at: PlannedRun) -> None:
    text = (at.folder / "emowb.toml").read_text() + 'key_variable = "NO_SUCH_KEY"\n'
    (at.folder / "emowb.toml").write_text(text)
    with pytest.raises(EndpointError, match="NO_SUCH_KEY"):
        actions_of(at).preview_open()


def refusing(asked: Asked) -> Said:
    if any(name < "face_004" for name in asked.names):
        return completion(None, refusal="I can't help with that.")
    return answer(asked)


def test_all_that_was_refused_is_asked_again_and_nothing_else(at: PlannedRun) -> None:
    at.endpoint.begin(refusing)
    actions = actions_of(at)
    assert ended(actions.resume(actions.preview_open())) == 1
    preview = actions.preview_refused()
    assert (preview.samples, preview.requests, preview.is_sent_already) == (4, 4, False)
    at.endpoint.begin(answer)
    launched = actions.retry_refused(preview)
    assert launched is not None
    assert ended(launched) == 0
    assert {asked.names for asked in at.endpoint.asked} == {(f"face_{n:03d}",) for n in range(4)}
    assert set(at.place.statuses(at.run).values()) == {PredictionStatus.RANKED}


def test_what_was_refused_is_left_to_whoever_sends_the_run_now(at: PlannedRun) -> None:
    at.endpoint.begin(refusing)
    actions = actions_of(at)
    assert ended(actions.resume(actions.preview_open())) == 1
    claim_run(at.place.db, at.run, utc_now())
    preview = actions.preview_refused()
    assert preview.is_sent_already
    assert actions.retry_refused(preview) is None
    assert actions.preview_open().samples == 4
