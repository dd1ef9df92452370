"""The lines of jobs: written without touching the body, read whatever is in them."""

import io
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.provider.conftest import completion
from workbench.domain.messages import Fault, Outcome, Reply
from workbench.errors import DataError
from workbench.provider.api_keys import ApiKey
from workbench.provider.jobs.job_files import (
    OPENAI_LIMITS,
    FileLimits,
    JobAnswer,
    JobFile,
    is_whole,
    read_answer,
    read_answers,
    request_line,
)

KEY = ApiKey("sk-nothing-to-hide-12345", "SOME_KEY")


def line(**said: object) -> bytes:
    return json.dumps({"id": "batch_req_1", "custom_id": "emowb-1"} | said).encode() + b"\n"


def reply(**said: object) -> Reply:
    answer = read_answer(line(**said))
    assert answer is not None
    assert answer.custom_id == "emowb-1"
    return answer.reply


def responded(status: object, body: object, **more: object) -> dict[str, Any]:
    return {"response": {"status_code": status, "request_id": "req_1", "body": body}, "error": None} | more


def test_a_request_is_one_line_that_holds_the_body_to_the_byte() -> None:
    body = '{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"ü\\n\u2028\\ud83d"}]}]}'.encode()
    written = request_line('a"b', body)
    assert written.count(b"\n") == 1
    assert body in written
    assert json.loads(written) == {
        "custom_id": 'a"b',
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": json.loads(body),
    }


def test_the_limits_are_below_those_of_the_provider() -> None:
    assert OPENAI_LIMITS.lines <= 50_000
    assert OPENAI_LIMITS.n_bytes < 200_000_000


def test_a_file_has_room_until_its_lines_or_bytes_are_used_up(tmp_path: Path) -> None:
    file = JobFile(tmp_path, FileLimits(lines=2, n_bytes=10))
    file.add(b"12345\n")
    assert file.has_room(b"123\n")
    assert not file.has_room(b"1234\n")
    file.add(b"1\n")
    assert not file.has_room(b"\n")
    file.discard()


def test_a_file_has_its_name_only_when_it_is_whole_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = JobFile(tmp_path, OPENAI_LIMITS)
    file.add(b"{}\n")
    path = tmp_path / "out.jsonl"
    assert not path.exists()
    file.keep(path)
    file.discard()
    assert path.read_bytes() == b"{}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["out.jsonl"]
    assert is_whole(path, file.hash)
    path.write_bytes(b"{}")
    assert not is_whole(path, file.hash)
    assert not is_whole(tmp_path / "none", file.hash)


def test_a_file_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    file = JobFile(tmp_path, OPENAI_LIMITS)
    file.add(b"{}\n")
    file.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_or_full_is_an_error_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none cannot be written: No such file"):
        JobFile(tmp_path / "none", OPENAI_LIMITS)
    file = JobFile(tmp_path, OPENAI_LIMITS)
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, file._file.fileno())
    os.close(full)
    file.add(b"{}\n")
    with pytest.raises(DataError, match="No space left"):
        file.keep(tmp_path / "out.jsonl")
    file.discard()
    assert list(tmp_path.iterdir()) == []


def test_an_answer_is_read_like_a_completion() -> None:
    read = reply(**responded(200, completion("good")))
    assert (read.outcome, read.text, read.model, read.status_code) == (Outcome.ANSWERED, "good", "served-model", 200)
    assert read.usage is not None
    assert read.headers == {"x-request-id": "req_1"}


def test_a_refusal_and_a_filter_are_no_faults() -> None:
    assert reply(**responded(200, completion(None, message={"refusal": "no"}))).outcome is Outcome.REFUSED
    assert reply(**responded(400, {"error": {"code": "content_filter", "message": "no"}})).outcome is Outcome.FILTERED


@pytest.mark.parametrize(
    ("status", "error", "fault"),
    [
        (400, {"code": "invalid_value", "message": "bad"}, Fault.BAD_REQUEST),
        (400, {"code": "context_length_exceeded", "message": "long"}, Fault.TOO_LARGE),
        (404, {"code": "model_not_found", "message": "gone"}, Fault.STOP),
        (429, {"code": "insufficient_quota", "message": "empty"}, Fault.STOP),
        (429, {"code": "rate_limit_exceeded", "message": "slow"}, Fault.RATE_LIMITED),
        (500, {"code": None, "message": "broke"}, Fault.TRANSIENT),
    ],
)
def test_an_error_in_the_body_means_what_its_status_means(status: int, error: dict[str, Any], fault: Fault) -> None:
    read = reply(**responded(status, {"error": error}))
    assert (read.outcome, read.fault, read.status_code) == (Outcome.FAILED, fault, status)
    assert error["message"] in str(read.error)


def test_a_request_that_expired_may_be_asked_again() -> None:
    read = reply(response=None, error={"code": "batch_expired", "message": "too late"})
    assert (read.outcome, read.fault, read.status_code) == (Outcome.FAILED, Fault.TRANSIENT, None)
    assert read.error == "batch_expired: too late"


def test_a_request_whose_job_was_cancelled_has_no_fault_of_its_own() -> None:
    assert reply(response=None, error={"code": "batch_cancelled", "message": "x"}).fault is Fault.STOP


@pytest.mark.parametrize(
    "error",
    [
        "at most 5 images are taken",  # an exception's words
        {"error": {"message": "at most 5 images are taken", "type": "BadRequestError", "param": None, "code": 400}},
        {"object": "error", "message": "at most 5 images are taken", "type": "BadRequestError", "code": 400},
    ],
)
def test_the_errors_of_vllm_stand_beside_the_response(error: object) -> None:
    read = reply(response={"status_code": 400, "request_id": "vllm-batch-1", "body": None}, error=error)
    assert (read.fault, read.status_code) == (Fault.TOO_LARGE, 400)
    assert read.error == "at most 5 images are taken"


def test_an_answer_of_vllm_is_read() -> None:
    said = {"status_code": 200, "request_id": "vllm-batch-1", "body": completion("good")}
    assert reply(response=said, error=None).text == "good"


@pytest.mark.parametrize(
    "said",
    [
        {"response": None, "error": None},
        {"response": [], "error": []},
        {"response": {}, "error": {"error": []}},
        {"response": {"status_code": "x", "body": 3}},
        {"response": {"status_code": 200, "body": None}, "error": "nothing came"},
        {"response": {"status_code": 200, "body": {}}},
        {"response": {"status_code": True, "body": {"choices": [1]}, "request_id": 7}},
        {"error": {"code": 7, "message": {"a": 1}}},
    ],
)
def test_an_answer_that_says_nothing_is_a_fault_that_may_pass(said: dict[str, Any]) -> None:
    read = reply(**said)
    assert (read.outcome, read.fault) == (Outcome.FAILED, Fault.TRANSIENT)
    assert read.error


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b'{"custom_id": 7, "response": null}',
        b'{"response": null}',
        b'{"custom_id": "emowb-1"}',
        b"[" * 100_000,
        b"\xff\xfe",
        request_line("emowb-1", b"{}"),
    ],
)
def test_a_line_that_is_no_answer_is_none(text: bytes) -> None:
    assert read_answer(text) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["error", "code", "message", "x"]), inner),
    ),
    st.none() | st.integers(-1, 600) | st.text(),
)
def test_nothing_in_a_line_raises(value: object, status: object) -> None:
    for said in ({"response": value, "error": value}, responded(status, value), responded(status, None, error=value)):
        assert isinstance(read_answer(line(**said)), JobAnswer)


def test_a_file_is_read_line_by_line_with_blanks_and_broken_lines_and_without_an_end() -> None:
    good = line(**responded(200, completion("good")))
    content = good + b"\n   \n" + b"{broken\n" + b'"' + b"x" * 8_000_001 + b"\n" + good.rstrip(b"\n")
    found = list(read_answers(io.BytesIO(content), KEY))
    assert [one and one.reply.text for one in found] == ["good", None, None, "good"]


def test_a_key_in_an_error_is_masked_and_the_text_is_cut() -> None:
    said = {"code": "x", "message": "sk-nothing-to-hide-12345 " + "y" * 5_000}
    (found,) = read_answers(io.BytesIO(line(response=None, error=said)), KEY)
    assert found is not None
    assert found.reply.error is not None
    assert "nothing-to-hide" not in found.reply.error
    assert len(found.reply.error) == 2_000
