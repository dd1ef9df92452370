"""Runs by jobs, from the first round to the last, against a Batch API that shuffles, expires and fails lines."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.faces_set import CARD
from tests.pipeline.job_place import JobPlace, place_for, told
from tests.provider.jobs.batch_server import (
    BROKEN,
    EXPIRED,
    MISSING,
    REFUSED,
    REJECTED,
    Asked,
    BatchServer,
    End,
    Said,
    answered,
)
from workbench.domain.datasets.samples import Sample
from workbench.domain.events import AttemptSaved, JobUpdate, MediaFailed
from workbench.domain.jobs import JobState
from workbench.domain.messages import Fault, Outcome, SampleMedia
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import RunState
from workbench.errors import DatabaseError
from workbench.pipeline.planning import plan_again
from workbench.pipeline.sending.run_parts import Stop
from workbench.provider.jobs.job_files import FileLimits
from workbench.storage.runs.attempts import read_attempts
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.jobs import load_jobs
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.results import read_results
from workbench.storage.runs.run_control import claim_run
from workbench.storage.workspace.database import open_workspace


def test_a_shuffled_output_gives_every_sample_its_own_answer(place: JobPlace, server: BatchServer) -> None:
    labels = CARD.labels.names
    rightly = {sample.id: sample.gold for sample in place.samples}

    def say(asked: Asked) -> Said:
        golds = [rightly[name] for name in place.named(asked)]
        answers = [
            {"id": ref, "ranking": [gold, *(one for one in labels if one != gold)]}
            for ref, gold in zip(asked.refs, golds, strict=True)
        ]
        return Said(str({"answers": answers}))

    server.say = say
    place.send()
    place.assert_each_sample_has_one_answer()
    assert {one.gold_rank for one in read_results(place.db, place.run.id)} == {1}
    assert place.now().state is RunState.DONE
    assert len(server.jobs) == 1


def test_what_is_open_is_cut_into_files_by_lines_and_by_bytes(place: JobPlace, server: BatchServer) -> None:
    place.send(limits=FileLimits(lines=3, n_bytes=10**9))
    assert [job.n_requests for job in load_jobs(place.db, place.run.id)] == [3, 1]
    assert [job.part for job in load_jobs(place.db, place.run.id)] == [0, 1]
    place.assert_each_sample_has_one_answer()


def test_a_file_of_too_many_bytes_is_never_uploaded(place: JobPlace, server: BatchServer) -> None:
    place.send(limits=FileLimits(lines=100, n_bytes=5_000))
    jobs = load_jobs(place.db, place.run.id)
    assert [job.n_requests for job in jobs] == [2, 2]
    assert max(job.n_bytes for job in jobs) <= 5_000
    place.assert_each_sample_has_one_answer()


def test_a_request_that_is_larger_than_a_file_is_cut(place: JobPlace) -> None:
    place.send(limits=FileLimits(lines=100, n_bytes=1_800))
    place.assert_each_sample_has_one_answer()
    assert all(len(attempt.asked) < 3 for attempt in read_attempts(place.db, place.run.id))


def test_expired_missing_and_broken_lines_are_asked_again_in_the_next_round(
    place: JobPlace, server: BatchServer
) -> None:
    first = {"face_000": EXPIRED, "face_001": MISSING, "face_002": BROKEN}
    server.say = lambda asked: next((first.pop(name) for name in place.named(asked) if name in first), answered(asked))
    events = place.send()
    place.assert_each_sample_has_one_answer()
    failed = [one for one in read_attempts(place.db, place.run.id) if one.outcome is Outcome.FAILED]
    assert 1 <= len(failed) <= 3
    assert {one.fault for one in failed} == {Fault.TRANSIENT}
    assert {one.step for one in failed} == {"repeat"}
    assert len(server.jobs) >= 2
    again = [event for event in events if isinstance(event, AttemptSaved) and event.number > 1]
    assert len(again) >= len(failed)


def test_a_job_that_expires_keeps_what_was_answered(place: JobPlace, server: BatchServer) -> None:
    server.end = lambda nth: End("expired" if nth == 0 else "completed")
    server.say = lambda asked: (
        EXPIRED if "face_003" in place.named(asked) and len(server.jobs) == 1 else answered(asked)
    )
    events = place.send()
    place.assert_each_sample_has_one_answer()
    assert told(events, "time was up")
    assert len(server.jobs) == 2
    (later,) = (one for one in read_attempts(place.db, place.run.id) if one.number == 2)
    assert "face_003" in later.asked


def test_refused_batches_go_through_further_rounds_until_the_sample_is_alone(
    place: JobPlace, server: BatchServer
) -> None:
    server.say = lambda asked: REFUSED if "face_007" in place.named(asked) else answered(asked)
    place.send()
    statuses = place.statuses()
    assert statuses.pop("face_007") is PredictionStatus.REFUSED
    assert set(statuses.values()) == {PredictionStatus.RANKED}
    assert place.now().state is RunState.DONE
    steps = [one.step for one in read_attempts(place.db, place.run.id) if "face_007" in one.asked]
    assert steps == ["repeat", "split", "repeat", "split", "repeat", "give up"]
    assert len(server.jobs) == len(steps)


def test_a_partial_answer_is_kept_and_only_the_rest_is_asked_again(place: JobPlace, server: BatchServer) -> None:
    def say(asked: Asked) -> Said:
        whole = answered(asked)
        assert whole.text is not None
        return Said(whole.text.replace('"s02"', '"s09"')) if len(server.jobs) == 1 else whole

    server.say = say
    place.send()
    place.assert_each_sample_has_one_answer()
    assert [len(one.asked) for one in read_attempts(place.db, place.run.id)] == [3] * 4 + [1] * 4


def test_rejected_requests_are_cut_but_not_when_all_of_them_are_rejected(tmp_path: Path, server: BatchServer) -> None:
    place = place_for(tmp_path / "emowb.db", server, count=20, batch_size=2)
    server.say = lambda _: REJECTED
    stop = Stop()
    place.send(stop)
    assert "not so" in str(stop.reason)
    assert place.now().state is RunState.PAUSED
    assert len(open_batches(place.db, place.run.id)) == 10
    server.say = lambda asked: REJECTED if "face_007" in place.named(asked) else answered(asked)
    place.send()
    statuses = place.statuses()
    assert statuses.pop("face_007") is PredictionStatus.FAILED
    assert set(statuses.values()) == {PredictionStatus.RANKED}
    place.db.close()


def test_a_job_that_is_not_taken_pauses_the_run_with_the_reason_and_loses_nothing(
    place: JobPlace, server: BatchServer
) -> None:
    server.end = lambda nth: End("failed", [{"code": "invalid_json_line", "message": "line 1 is no JSON", "line": 1}])
    stop = Stop()
    events = place.send(stop)
    assert stop.reason == "invalid_json_line: line 1 is no JSON (line 1)"
    assert told(events, "batch_1", "line 1 is no JSON")
    assert place.now().state is RunState.PAUSED
    assert place.now().reason == stop.reason
    assert [batch.faults for batch in open_batches(place.db, place.run.id)] == [0] * 4
    server.end = lambda _: End()
    place.send()
    place.assert_each_sample_has_one_answer()


def test_a_job_that_somebody_cancelled_at_the_provider_keeps_its_answers_and_pauses_the_run(
    place: JobPlace, server: BatchServer
) -> None:
    server.end = lambda nth: End("cancelled" if nth == 0 else "completed")
    server.say = lambda asked: (
        MISSING if "face_000" in place.named(asked) and len(server.jobs) == 1 else answered(asked)
    )
    stop = Stop()
    place.send(stop)
    assert "cancelled at the provider" in str(stop.reason)
    assert load_totals(place.db, place.run.id).settled == 9
    place.send()
    place.assert_each_sample_has_one_answer()


def test_a_provider_that_is_full_gets_the_rest_in_the_next_round(place: JobPlace, server: BatchServer) -> None:
    full = End("failed", [{"code": "token_limit_exceeded", "message": "Enqueued token limit reached"}])
    server.end = lambda nth: full if nth == 1 else End()
    place.send(limits=FileLimits(lines=2, n_bytes=10**9))
    place.assert_each_sample_has_one_answer()
    assert len(server.jobs) == 3


def test_a_job_without_any_answer_pauses_the_run_instead_of_trying_for_days(
    place: JobPlace, server: BatchServer
) -> None:
    server.say = lambda _: EXPIRED
    stop = Stop()
    place.send(stop)
    assert "brought no answer" in str(stop.reason)
    assert "batch_expired" in str(stop.reason)
    assert len(server.jobs) == 1


def test_an_output_file_that_is_gone_is_said_and_its_requests_are_open_again(
    place: JobPlace, server: BatchServer
) -> None:
    gone = (404, {"error": {"message": "No such File object"}})
    server.trouble = lambda request: gone if request.endswith("/content") else None
    stop = Stop()
    events = place.send(stop)
    assert told(events, "the answers of batch_1 are gone")
    assert place.now().state is RunState.PAUSED
    server.trouble = lambda _: None
    place.send()
    assert set(place.statuses().values()) == {PredictionStatus.RANKED}


def test_lines_that_are_broken_unknown_or_repeated_are_counted_and_left_alone(
    place: JobPlace, server: BatchServer
) -> None:
    def mixed(request: str) -> tuple[int, Any] | None:
        if not request.endswith("/content"):
            return None
        lines = server.files[request.split("/")[-2]].splitlines(keepends=True)
        strange = [lines[0].replace(b'"emowb-', b'"emowb-9'), b'{"custom_id": "request-1", "response": null}\n']
        return 200, b"".join([*lines, *lines, *strange, b"\n", b'{"custom_id": "emo\n', b"[" * 5_000 + b"\n"])

    server.trouble = mixed
    events = place.send()
    place.assert_each_sample_has_one_answer()
    assert told(events, "4 lines for requests that have their answer")
    assert told(events, "2 lines that answer no request of this run")
    assert told(events, "2 lines that could not be read")


def test_whoever_asks_to_stop_leaves_the_job_at_the_provider_and_the_same_command_fetches_it(
    place: JobPlace, server: BatchServer
) -> None:
    server.looks_needed = 10
    stop = Stop()

    async def sleep(_: float) -> None:
        stop.set("interrupted")

    events = place.send(stop, sleep=sleep)
    assert told(events, "batch_1", "fetches it later")
    assert place.now().reason == "interrupted"
    assert place.job_states() == [JobState.CREATED]
    assert open_batches(place.db, place.run.id) == []
    assert len(open_batches(place.db, place.run.id, in_jobs=True)) == 4
    assert load_totals(place.db, place.run.id).unseen == 0
    place.send()
    place.assert_each_sample_has_one_answer()
    assert len(server.jobs) == 1


def test_without_waiting_a_job_is_looked_at_once_and_left(place: JobPlace, server: BatchServer) -> None:
    server.looks_needed = 3
    stop = Stop()
    events = place.send(stop, waits=False)
    assert stop.reason is None
    assert [event.status for event in events if isinstance(event, JobUpdate)] == [
        "planned",
        "validating",
        "in_progress",
    ]
    place.send(waits=False)
    place.send(waits=False)
    place.assert_each_sample_has_one_answer()


def test_waits_grow_while_a_job_is_worked_on(place: JobPlace, server: BatchServer) -> None:
    server.looks_needed = 12
    waits: list[float] = []

    async def sleep(wait_s: float) -> None:
        waits.append(wait_s)

    place.send(sleep=sleep)
    assert waits == sorted(waits)
    assert len(waits) == 11
    assert waits[0] == 5.0
    assert waits[-1] == 120.0
    place.assert_each_sample_has_one_answer()


def test_cancelling_keeps_what_was_answered_and_gives_the_rest_back(place: JobPlace, server: BatchServer) -> None:
    server.looks_needed = 5
    server.say = lambda asked: MISSING if "face_000" in place.named(asked) else answered(asked)
    place.send(waits=False)
    place.send(cancels=True)
    assert place.job_states() == [JobState.DONE]
    assert load_totals(place.db, place.run.id).settled == 9
    assert len(open_batches(place.db, place.run.id)) == 1
    server.say = answered
    place.send()
    place.assert_each_sample_has_one_answer()


def test_a_job_that_the_provider_has_forgotten_is_given_back_by_cancelling(
    place: JobPlace, server: BatchServer
) -> None:
    server.looks_needed = 5
    place.send(waits=False)
    unknown = (404, {"error": {"message": "No batch found"}})
    server.trouble = lambda request: unknown if "/batches/" in request else None
    stop = Stop()
    place.send(stop)
    assert "--cancel" in str(stop.reason)
    assert place.job_states() == [JobState.CREATED]
    events = place.send(cancels=True)
    assert told(events, "No batch found")
    assert len(open_batches(place.db, place.run.id)) == 4


def test_bad_media_are_settled_and_the_rest_of_their_batch_is_asked(place: JobPlace, server: BatchServer) -> None:
    (place.root / "face_001.png").write_bytes(b"")
    events = place.send()
    assert [event.sample_id for event in events if isinstance(event, MediaFailed)] == ["face_001"]
    statuses = place.statuses()
    assert statuses.pop("face_001") is PredictionStatus.BAD_MEDIA
    assert set(statuses.values()) == {PredictionStatus.RANKED}


def test_bad_media_are_told_once_however_many_rounds_meet_them(place: JobPlace, server: BatchServer) -> None:
    (place.root / "face_001.png").write_bytes(b"")
    server.say = lambda asked: EXPIRED if len(server.jobs) == 1 and len(asked.refs) == 2 else answered(asked)
    events = place.send()
    assert len(server.jobs) == 2
    assert [event.sample_id for event in events if isinstance(event, MediaFailed)] == ["face_001"]
    assert sorted(place.statuses().values(), key=str).count(PredictionStatus.BAD_MEDIA) == 1


def test_an_endpoint_that_takes_few_pictures_gets_smaller_requests(place: JobPlace, server: BatchServer) -> None:
    place.send(endpoint=replace(server.endpoint, images_per_request=2))
    place.assert_each_sample_has_one_answer()
    assert max(len(one.asked) for one in read_attempts(place.db, place.run.id)) <= 2


def test_the_budget_is_never_passed_by_what_is_planned(place: JobPlace, server: BatchServer) -> None:
    stop = Stop()
    place.send(stop, budget_usd=0.024)
    # Two requests at an estimated 0.01 each have room; they cost 0.005 each, so that one more has room afterwards.
    assert stop.reason == "the budget of $0.02 is used up ($0.0150 spent)"
    assert [job.n_requests for job in load_jobs(place.db, place.run.id)] == [2, 1]
    assert load_totals(place.db, place.run.id).cost_usd == pytest.approx(0.015)
    place.send(budget_usd=1.0)
    place.assert_each_sample_has_one_answer()


def test_what_travels_counts_against_the_budget(place: JobPlace, server: BatchServer) -> None:
    server.looks_needed = 9
    place.send(budget_usd=0.02, waits=False)
    stop = Stop()
    place.send(stop, budget_usd=0.02, waits=False)
    assert [job.n_requests for job in load_jobs(place.db, place.run.id)] == [2]


def test_a_second_runner_is_refused(place: JobPlace) -> None:
    other = open_workspace(place.path)
    claim_run(other, place.run, "2999-01-01T00:00:00.000+00:00")
    with pytest.raises(DatabaseError, match="being sent by process"):
        place.send()
    other.close()


def test_a_sample_that_travels_is_not_planned_twice(place: JobPlace, server: BatchServer) -> None:
    server.looks_needed = 9
    place.send(waits=False)
    assert plan_again(place.db, place.run, [sample.id for sample in place.samples]) == 0


def test_nothing_is_left_in_the_cache_or_at_the_provider(place: JobPlace, server: BatchServer) -> None:
    place.send()
    assert not place.folder.exists()
    (job,) = server.jobs.values()
    assert server.deleted == [job["input_file_id"]]


def test_the_file_of_a_job_is_readable_by_its_owner_alone(place: JobPlace, server: BatchServer) -> None:
    modes: list[tuple[int, int]] = []

    def look(point: str) -> None:
        if point == "planned":
            (path,) = (one for one in place.folder.iterdir() if one.suffix == ".jsonl")
            modes.append((path.stat().st_mode & 0o777, place.folder.stat().st_mode & 0o777))

    place.send(reached=look)
    assert modes == [(0o600, 0o700)]


def test_the_metadata_names_run_part_and_file(place: JobPlace, server: BatchServer) -> None:
    place.send()
    (job,) = server.jobs.values()
    (stored,) = load_jobs(place.db, place.run.id)
    assert job["metadata"] == {
        "emowb_run": place.folder.name,
        "emowb_part": "0",
        "emowb_file": stored.file_hash,
    }


def test_answers_are_priced_and_their_request_ids_kept(place: JobPlace) -> None:
    place.send()
    assert load_totals(place.db, place.run.id).cost_usd == pytest.approx(4 * 0.005)
    assert place.count("SELECT COUNT(*) FROM attempt WHERE headers LIKE '%req_1%'") == 4
    assert place.count("SELECT COUNT(*) FROM attempt WHERE endpoint = 'batches' AND key_name = 'BATCHES_KEY'") == 4


def test_what_had_to_be_shown_otherwise_than_asked_is_noted_with_the_answer(place: JobPlace) -> None:
    def noted(sample: Sample) -> SampleMedia:
        (frame,) = place.parts().media(sample).frames
        return SampleMedia((replace(frame, note="an animation; its first frame" if sample.id == "face_004" else None),))

    place.send(media=noted)
    notes = {one.sample.id: one.note for one in read_results(place.db, place.run.id)}
    assert notes.pop("face_004") == "an animation; its first frame"
    assert set(notes.values()) == {None}
