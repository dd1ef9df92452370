"""Runs by jobs that are ended at every point: the same command goes on, and nothing is bought or answered twice."""

import pytest

from tests.pipeline.job_child import run_and_kill
from tests.pipeline.job_place import JobPlace, Killed, killing, told
from tests.provider.jobs.batch_server import BatchServer
from workbench.pipeline.sending.run_parts import Stop
from workbench.provider.jobs.job_files import FileLimits
from workbench.storage.runs.jobs import load_jobs
from workbench.storage.runs.plans import open_batches

TWO_LINES = FileLimits(lines=2, n_bytes=10**9)
POINTS = (
    "planned",
    "after upload",
    "uploaded",
    "after create",
    "created",
    "ended",
    "fetched",
    "joining",
    "joined",
)


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_a_run_that_ends_at_any_point_goes_on_there(place: JobPlace, server: BatchServer, point: str, nth: int) -> None:
    with pytest.raises(Killed):
        place.send(limits=TWO_LINES, reached=killing(point, nth=nth))
    place.send(limits=TWO_LINES)
    place.assert_each_sample_has_one_answer()
    assert len(server.jobs) == 2
    assert sum(server.bought.values()) == 4
    assert not place.folder.exists()


@pytest.mark.slow
@pytest.mark.parametrize("point", [*POINTS, "inside the transaction", "after commit"])
def test_a_process_that_is_killed_at_any_point_leaves_all_that_is_needed(
    place: JobPlace, server: BatchServer, point: str
) -> None:
    nth = 5 if point in ("inside the transaction", "after commit") else 2
    assert run_and_kill(place, server, point, nth) != 0
    place.send(limits=TWO_LINES)
    place.assert_each_sample_has_one_answer()
    assert len(server.jobs) == 2
    assert sum(server.bought.values()) == 4
    assert not place.folder.exists()
    assert place.count("SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'") == 0


def test_an_answer_to_create_that_got_lost_makes_no_second_job(place: JobPlace, server: BatchServer) -> None:
    lost = iter(["lost"])
    server.trouble = lambda request: next(lost, None) if request == "POST /v1/batches" else None
    place.send()
    place.assert_each_sample_has_one_answer()
    assert len(server.jobs) == 1


def test_a_job_is_found_again_among_many(place: JobPlace, server: BatchServer) -> None:
    with pytest.raises(Killed):
        place.send(reached=killing("after create"))
    other = server.keep(b"{}\n")
    for _ in range(7):
        server.create({"endpoint": "x", "completion_window": "24h", "input_file_id": other, "metadata": {"run": "1"}})
    place.send()
    (job,) = load_jobs(place.db, place.run.id)
    assert job.provider_job == "batch_1"
    place.assert_each_sample_has_one_answer()


def test_a_file_that_was_lost_before_its_upload_is_written_anew(place: JobPlace, server: BatchServer) -> None:
    with pytest.raises(Killed):
        place.send(reached=killing("planned"))
    for path in place.folder.iterdir():
        path.write_bytes(b"half of it")
    stop = Stop()
    events = place.send(stop)
    assert told(events, "lost before it was uploaded")
    assert stop.reason is None
    place.assert_each_sample_has_one_answer()
    assert sum(server.bought.values()) == 4


def test_an_uploaded_file_that_the_provider_has_forgotten_is_planned_anew(place: JobPlace, server: BatchServer) -> None:
    with pytest.raises(Killed):
        place.send(reached=killing("uploaded"))
    server.files.clear()
    stop = Stop()
    events = place.send(stop)
    assert told(events, "No such File object")
    assert stop.reason is None
    place.assert_each_sample_has_one_answer()


def test_an_endpoint_without_a_batch_api_pauses_the_run_at_the_first_file(place: JobPlace, server: BatchServer) -> None:
    unknown = (404, {"error": {"message": "Unknown path"}})
    server.trouble = lambda request: unknown if request.endswith("/batches") else None
    stop = Stop()
    place.send(stop, limits=TWO_LINES)
    assert "Unknown path" in str(stop.reason)
    assert server.requests.count("POST /v1/files") == 1
    assert len(open_batches(place.db, place.run.id)) == 4
    server.trouble = lambda _: None
    place.send()
    place.assert_each_sample_has_one_answer()


def test_what_a_killed_runner_left_in_its_folder_is_removed(place: JobPlace) -> None:
    with pytest.raises(Killed):
        place.send(reached=killing("planned"))
    leftover = place.folder / ".0123456789abcdef.part"
    leftover.write_bytes(b"half a file")
    place.send(waits=False)
    assert not leftover.exists()
    place.assert_each_sample_has_one_answer()


def test_the_same_output_fetched_twice_changes_nothing(place: JobPlace, server: BatchServer) -> None:
    with pytest.raises(Killed):
        place.send(reached=killing("joining"))
    before = place.db.conn.execute("SELECT * FROM attempt ORDER BY id").fetchall()
    place.send()
    after = place.db.conn.execute("SELECT * FROM attempt ORDER BY id").fetchall()
    assert [tuple(row) for row in after] == [tuple(row) for row in before]
    assert server.requests.count("GET /v1/files/file-2/content") == 2
