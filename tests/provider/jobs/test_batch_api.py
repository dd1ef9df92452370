"""The Batch API's client, through the real openai client, against a server on loopback."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.provider.jobs.batch_server import BatchServer, End, serving_batches
from tests.waiting import PATIENCE_S
from workbench.errors import DataError, EndpointError
from workbench.provider.api_keys import ApiKey
from workbench.provider.jobs.batch_api import BatchApi, Rejected, Unreachable
from workbench.provider.jobs.remote_jobs import RemoteJob, StrangeAnswer, read_job, read_object, read_page

KEY = ApiKey("sk-nothing-to-hide-12345", "BATCHES_KEY")
MARKS = {"emowb_run": "r1", "emowb_part": "0", "emowb_file": "f1"}


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with serving_batches() as one:
        yield one


@dataclass
class Asking:
    """Asks a server in a time that passes at once."""

    server: BatchServer
    slept: list[float] = field(default_factory=list)

    def __call__(self, ask: Callable[[BatchApi], Awaitable[Any]], key: ApiKey = KEY) -> Any:
        async def sleep(wait_s: float) -> None:
            self.slept.append(wait_s)

        async def asked() -> Any:
            async with BatchApi(self.server.endpoint, key, timeout_s=PATIENCE_S, sleep=sleep) as api:
                return await ask(api)

        return asyncio.run(asked())


@pytest.fixture
def asking(server: BatchServer) -> Asking:
    return Asking(server)


def failing(server: BatchServer, request: str, *answers: tuple[int, Any] | str) -> None:
    """Answer a request so, and rightly after that."""
    left = iter(answers)
    server.trouble = lambda asked: next(left, None) if asked.startswith(request) else None


def message(words: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": words, "type": "x", "param": None, "code": code}}


def test_a_file_arrives_as_it_is_with_its_name_and_the_key(asking: Asking, server: BatchServer, tmp_path: Path) -> None:
    content = b'{"custom_id": "1"}\r\n--boundary\n' * 40_000
    (tmp_path / "in.jsonl").write_bytes(content)
    file_id = asking(lambda api: api.upload(tmp_path / "in.jsonl", "emowb-1.jsonl"))
    assert server.files[file_id] == content
    assert server.names[file_id] == "emowb-1.jsonl"
    assert server.keys == {"Bearer sk-nothing-to-hide-12345"}


def test_a_broken_upload_is_tried_again_with_the_whole_file(
    asking: Asking, server: BatchServer, tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"{}\n" * 1_000)
    failing(server, "POST /v1/files", (500, message("broke")), (200, b"<html>"), (200, {}), "lost")
    file_id = asking(lambda api: api.upload(tmp_path / "in.jsonl", "x.jsonl"))
    assert server.files[file_id] == b"{}\n" * 1_000
    assert len(asking.slept) == 4


def test_a_file_that_is_not_there_is_no_trouble_of_the_network(asking: Asking, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        asking(lambda api: api.upload(tmp_path / "none", "x.jsonl"))
    assert asking.slept == []


def test_a_job_is_made_once_however_often_its_answer_gets_lost(asking: Asking, server: BatchServer) -> None:
    file_id = server.keep(b"{}\n")
    failing(server, "POST /v1/batches", "lost")
    job = asking(lambda api: api.create(file_id, MARKS))
    assert job.id == "batch_1"
    assert job.metadata == MARKS
    assert len(server.jobs) == 1


def test_a_job_is_made_of_a_known_file_only_once(asking: Asking, server: BatchServer) -> None:
    file_id, copy = server.keep(b"{}\n"), server.keep(b"{}\n")
    first = asking(lambda api: api.create(file_id, MARKS))
    assert asking(lambda api: api.create(file_id, {"other": "words"})).id == first.id
    assert asking(lambda api: api.create(copy, MARKS)).id == first.id
    assert asking(lambda api: api.create(copy, MARKS | {"emowb_file": "f2"})).id == "batch_2"


def test_a_job_is_found_on_any_page_or_not_at_all(asking: Asking, server: BatchServer) -> None:
    files = [server.keep(b"{}\n") for _ in range(7)]
    for at, file_id in enumerate(files):
        server.create({"endpoint": "x", "completion_window": "24h", "input_file_id": file_id, "metadata": {"at": at}})
    assert asking(lambda api: api.find(files[0], MARKS)).id == "batch_1"
    assert asking(lambda api: api.find("x", {"at": "3"})).id == "batch_4"
    assert asking(lambda api: api.find("x", MARKS)) is None


def test_a_job_that_is_not_taken_says_why(asking: Asking, server: BatchServer) -> None:
    errors = [{"code": "invalid_json_line", "message": f"line {at} is no JSON", "line": at} for at in range(1, 9)]
    server.end = lambda _: End("failed", errors)
    file_id = server.keep(b"{}\n")
    asking(lambda api: api.create(file_id, MARKS))
    job: RemoteJob = asking(lambda api: api.retrieve("batch_1"))
    assert job.has_ended
    assert job.error_codes[0] == "invalid_json_line"
    assert str(job.error).count("invalid_json_line") == 3
    assert "line 1 is no JSON (line 1)" in str(job.error)


def test_a_download_streams_to_a_file_of_its_owners(asking: Asking, server: BatchServer, tmp_path: Path) -> None:
    content = b"x" * 9_000_000  # more than any reply may have
    file_id = server.keep(content)
    failing(server, "GET /v1/files", (502, b"<html>Bad gateway</html>"), "cut")
    path = tmp_path / "out.jsonl"
    asking(lambda api: api.download(file_id, path))
    assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(asking.slept) == 2


def test_a_download_to_a_full_disk_is_told_at_once(asking: Asking, server: BatchServer, tmp_path: Path) -> None:
    file_id = server.keep(b"x" * 100_000)
    with pytest.raises(DataError, match="No space left"):
        asking(lambda api: api.download(file_id, Path("/dev/full")))
    with pytest.raises(DataError, match="No such file"):
        asking(lambda api: api.download(file_id, tmp_path / "none" / "out"))
    assert asking.slept == []


def test_a_file_that_is_gone_is_rejected_at_once(asking: Asking, tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="No such File object"):
        asking(lambda api: api.download("file-9", tmp_path / "out"))
    assert asking.slept == []


def test_a_job_is_cancelled_and_one_that_has_ended_is_left_so(asking: Asking, server: BatchServer) -> None:
    file_id = server.keep(b"")
    asking(lambda api: api.create(file_id, MARKS))
    asking(lambda api: api.cancel("batch_1"))
    assert asking(lambda api: api.retrieve("batch_1")).status == "cancelled"
    asking(lambda api: api.cancel("batch_1"))
    assert asking.slept == []


def test_a_file_is_forgotten(asking: Asking, server: BatchServer) -> None:
    file_id = server.keep(b"")
    asking(lambda api: api.delete(file_id))
    assert server.files == {}


def test_trouble_is_waited_for_longer_each_time_and_not_for_ever(asking: Asking, server: BatchServer) -> None:
    server.trouble = lambda _: (503, message("sk-nothing-to-hide-12345 is overloaded"))
    with pytest.raises(Unreachable, match="does not answer") as raised:
        asking(lambda api: api.retrieve("batch_1"))
    assert len(asking.slept) == 7
    assert asking.slept == sorted(asking.slept)
    assert "nothing-to-hide" not in str(raised.value)


def test_a_rate_limit_is_waited_for(asking: Asking, server: BatchServer) -> None:
    file_id = server.keep(b"")
    failing(server, "GET /v1/batches", (429, message("slow down", "rate_limit_exceeded")))
    asking(lambda api: api.create(file_id, MARKS))
    assert len(asking.slept) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "invalid_api_key"), (403, None), (429, "insufficient_quota"), (429, "credit_balance_exhausted")],
)
def test_a_key_or_quota_that_is_refused_stops_at_once(
    asking: Asking, server: BatchServer, status: int, code: str | None
) -> None:
    server.trouble = lambda _: (status, message("key sk-nothing-to-hide-12345", code))
    with pytest.raises(EndpointError, match="refuses access") as raised:
        asking(lambda api: api.find("x", MARKS))
    assert not isinstance(raised.value, Rejected | Unreachable)
    assert "nothing-to-hide" not in str(raised.value)
    assert asking.slept == []


def test_nobody_there_is_told_in_the_end(server: BatchServer) -> None:
    asking = Asking(server)
    server.server_close()
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1 does not answer"):
        asking(lambda api: api.retrieve("batch_1"))


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"null", b"[" * 100_000])
def test_what_is_no_object_is_strange(content: bytes) -> None:
    with pytest.raises(StrangeAnswer):
        read_object(content)


@pytest.mark.parametrize("said", [{}, {"id": 7}, {"id": ""}])
def test_a_job_without_a_name_is_strange(said: dict[str, Any]) -> None:
    with pytest.raises(StrangeAnswer):
        read_job(said)


def test_a_job_is_read_with_whatever_stands_in_it() -> None:
    odd = {"id": "b", "status": 7, "errors": [1], "request_counts": {"completed": -1, "failed": True}, "metadata": None}
    job = read_job(odd | {"output_file_id": 3, "error_file_id": ""})
    assert job == RemoteJob(id="b", status="7", metadata={})
    assert read_job({"id": "b", "status": "COMPLETED"}).has_ended
    assert read_page({"data": "x", "has_more": True}) == ([], False)


def test_an_account_named_in_the_environment_is_told_to_openai_alone(
    asking: Asking, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody")
    asking(lambda api: api.find("nothing", MARKS))
    assert server.organizations == {None}
