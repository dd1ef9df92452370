"""Files of requests: what is in them, where memory goes, and disks that will not take them."""

import asyncio
import json
import os
import tracemalloc
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.pipeline.job_place import JobPlace, place_for
from tests.provider.jobs.batch_server import BatchServer
from workbench.domain.jobs import Job, read_line_id
from workbench.domain.messages import SampleMedia
from workbench.domain.predictions import PredictionStatus
from workbench.domain.prompts import PAPER
from workbench.errors import DataError
from workbench.pipeline.jobs.job_writer import JobWriter
from workbench.pipeline.sending.run_parts import Stop
from workbench.pipeline.sending.run_session import run_session
from workbench.provider.jobs.job_files import FileLimits
from workbench.storage.runs.attempts import read_attempts
from workbench.storage.runs.jobs import load_jobs
from workbench.storage.runs.plans import add_batches, open_batches
from workbench.storage.workspace.database import transaction


def written(place: JobPlace, stop: Stop | None = None, **changes: object) -> list[Job]:
    """Write what is open, and leave it there."""

    async def jobs() -> list[Job]:
        stopping = stop or Stop()
        parts, target = place.parts_and_target(**changes)
        folder = place.path.parent
        async with run_session(parts, stopping, is_by_jobs=True) as session:
            writer = JobWriter(session, target, folder, lambda file_hash: folder / f"{file_hash}.jsonl")
            async with aclosing(writer.jobs()) as planned:
                return [one async for one in planned if isinstance(one, Job)]

    return asyncio.run(jobs())


def lines(place: JobPlace, job: Job) -> list[dict[str, object]]:
    text = (place.path.parent / f"{job.file_hash}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def test_a_line_holds_the_request_of_its_attempt(place: JobPlace) -> None:
    (job,) = written(place)
    attempts = {(one.batch_id, one.number): one for one in read_attempts(place.db, place.run.id)}
    for line in lines(place, job):
        named = read_line_id(place.run, str(line["custom_id"]))
        assert named is not None
        attempt = attempts.pop(named)
        body = line["body"]
        assert isinstance(body, dict)
        parts = body["messages"][0]["content"]
        assert "\n".join(part["text"] for part in parts if part["type"] == "text") == attempt.prompt
        assert sum(part["type"] == "image_url" for part in parts) == len(attempt.asked)
        assert body["model"] == place.run.spec.model
    assert attempts == {}
    assert (job.n_requests, job.n_bytes) == (4, (place.path.parent / f"{job.file_hash}.jsonl").stat().st_size)


def test_the_same_requests_are_not_written_twice(place: JobPlace) -> None:
    assert len(written(place)) == 1
    assert written(place) == []


def test_a_writer_that_is_asked_to_stop_leaves_no_half_file(place: JobPlace) -> None:
    stop = Stop()

    def expect(*_: object) -> object:
        stop.set("interrupted")
        return place.parts().expect(None, 1)  # type: ignore[arg-type]  # nobody looks at it

    assert written(place, stop, expect=expect) == []
    assert [path.name for path in place.path.parent.iterdir() if path.suffix in (".part", ".jsonl")] == []
    assert load_jobs(place.db, place.run.id) == []
    assert len(open_batches(place.db, place.run.id)) == 4


def test_a_sample_whose_request_is_larger_than_any_file_is_left_out_and_said(place: JobPlace) -> None:
    assert written(place, limits=FileLimits(lines=10, n_bytes=100)) == []
    assert set(place.statuses().values()) == {PredictionStatus.FAILED}
    assert place.count("SELECT COUNT(*) FROM prediction WHERE note LIKE '%larger than a file%'") == 12
    assert open_batches(place.db, place.run.id) == []


def test_a_folder_that_cannot_be_written_is_an_error_and_nothing_is_planned(place: JobPlace, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(DataError, match="cannot be written"):
        place.send()
    assert load_jobs(place.db, place.run.id) == []
    (tmp_path / "cache").unlink()
    place.send()
    place.assert_each_sample_has_one_answer()


def test_the_papers_prompt_travels_too(tmp_path: Path, server: BatchServer) -> None:
    place = place_for(tmp_path / "other.db", server, count=4, batch_size=2, prompt=PAPER)
    jobs = written(place)
    assert [job.n_requests for job in jobs] == [2]
    assert "role of a facial expression" in json.dumps(lines(place, jobs[0]))
    place.db.close()


def test_memory_does_not_grow_with_the_number_of_requests(tmp_path: Path, server: BatchServer) -> None:
    peaks = []
    for times in (6, 12):  # from 600 on, Python's own lists of free objects are full
        folder = tmp_path / str(times)
        folder.mkdir()
        place = place_for(folder / "emowb.db", server, count=100, batch_size=1)
        with transaction(place.db):  # more batches of the same samples
            add_batches(place.db, place.run.id, [(one.id,) for one in place.samples] * (times - 1))
        (frame,) = place.parts().media(place.samples[0]).frames
        heavy = SampleMedia((replace(frame, data=os.urandom(40_000)),))
        tracemalloc.start()
        (job,) = written(place, media=lambda _sample, media=heavy: media)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert job.n_requests == 100 * times
        assert job.n_bytes > job.n_requests * 53_000  # 40,000 bytes in base64
        place.db.close()
    assert peaks[1] < 1.2 * peaks[0]
