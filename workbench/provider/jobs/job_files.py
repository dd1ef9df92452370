"""The files that a Batch API and `vllm run-batch` read and write: one JSON object on a line, in any order.

A request is `{"custom_id", "method", "url", "body"}`, an answer `{"custom_id", "response", "error"}`. Files are read
and written line by line, so that memory does not grow with the file. Nothing in an answer raises an error.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from workbench.domain.messages import Fault, Outcome, Reply
from workbench.errors import DataError
from workbench.provider.api_keys import ApiKey
from workbench.provider.completions import failed, masked_reply, read_completion
from workbench.provider.error_bodies import read_error
from workbench.provider.untrusted_json import as_object, parsed

URL: Final = "/v1/chat/completions"
UNFINISHED: Final = ".part"
"""The suffix of files that are not complete yet."""
_LONGEST_LINE_BYTES: Final = 8_000_000
"""Of an answer; the same bound as for a reply over HTTP."""
_OF_THE_WHOLE_JOB: Final = frozenset({"batch_cancelled"})
"""Error codes of lines that were not processed because of their job."""


@dataclass(frozen=True, slots=True)
class FileLimits:
    """The most that one file may hold."""

    lines: int
    n_bytes: int


OPENAI_LIMITS: Final = FileLimits(lines=50_000, n_bytes=190_000_000)
"""Below OpenAI's own limits of 50,000 requests and 200 MB (reference of `batches.create`, 2026-11)."""
NO_LIMITS: Final = FileLimits(lines=2**62, n_bytes=2**62)


def request_line(custom_id: str, body: bytes) -> bytes:
    """A request as a line. The body is not changed: JSON from `chat_body` has no line breaks."""
    return b'{"custom_id":%s,"method":"POST","url":"%s","body":%s}\n' % (
        json.dumps(custom_id).encode(),
        URL.encode(),
        body,
    )


class JobFile:
    """A file of requests that is being written, readable by its owner alone. It gets its name when it is complete."""

    def __init__(self, folder: Path, limits: FileLimits) -> None:
        """Raises DataError where nothing can be written."""
        self._limits = limits
        self._hash = hashlib.sha256()
        self.n_lines = 0
        self.n_bytes = 0
        self._path = folder / f".{secrets.token_hex(8)}{UNFINISHED}"
        with reporting_disk_errors(folder):
            self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    @property
    def hash(self) -> str:
        """SHA-256 of what has been written."""
        return self._hash.hexdigest()

    def has_room(self, line: bytes) -> bool:
        """Whether one more line fits."""
        return self.n_lines < self._limits.lines and self.n_bytes + len(line) <= self._limits.n_bytes

    def add(self, line: bytes) -> None:
        """Write one more line."""
        with reporting_disk_errors(self._path.parent):
            self._file.write(line)
        self._hash.update(line)
        self.n_lines += 1
        self.n_bytes += len(line)

    def keep(self, path: Path) -> None:
        """Give the complete file its name, after it has reached the disk."""
        with reporting_disk_errors(path.parent):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._path.replace(path)

    def discard(self) -> None:
        """Delete the unfinished file; does nothing after `keep`."""
        with suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)


def is_whole(path: Path, file_hash: str) -> bool:
    """Whether a file exists with the content that it had when it was written."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == file_hash
    except OSError:
        return False


@contextmanager
def reporting_disk_errors(folder: Path) -> Iterator[None]:
    """Turns OSErrors of the block into a DataError with advice."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"{folder} cannot be written: {reason}; make room there, or choose another folder") from error


@dataclass(frozen=True, slots=True)
class JobAnswer:
    """The reply to one request in a file of answers."""

    custom_id: str
    reply: Reply


def read_answers(file: BinaryIO, key: ApiKey) -> Iterator[JobAnswer | None]:
    """The answers of a file, in order; None for a line that is no answer. `key` is removed from texts."""
    for line in _lines(file):
        answer = read_answer(line) if line is not None else None
        yield None if answer is None else JobAnswer(answer.custom_id, masked_reply(answer.reply, key))


def read_answer(line: bytes) -> JobAnswer | None:
    """The answer in a line; None where there is none."""
    answer = as_object(parsed(line))
    if not isinstance(answer.get("custom_id"), str):
        return None
    if "response" not in answer and "error" not in answer:  # perhaps a request: the wrong file
        return None
    return JobAnswer(answer["custom_id"], _reply(answer.get("response"), answer.get("error")))


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """The lines without blank ones; None for a line that is too long."""
    while line := file.readline(_LONGEST_LINE_BYTES):
        if len(line) == _LONGEST_LINE_BYTES and not line.endswith(b"\n"):
            while (more := file.readline(_LONGEST_LINE_BYTES)) and not more.endswith(b"\n"):
                pass
            yield None
        elif line.strip():
            yield line


def _reply(response: object, error: object) -> Reply:
    if not isinstance(response, Mapping):
        return _failed(None, error)
    status, body = response.get("status_code"), response.get("body")
    status_code = status if isinstance(status, int) and not isinstance(status, bool) else None
    if status_code == 200 and body is not None:
        reply = read_completion(body)
    else:  # the error is in the body, or with `vllm run-batch` beside the response
        reply = _failed(None if status_code == 200 else status_code, body if body is not None else error)
    request_id = response.get("request_id")
    return replace(reply, headers={"x-request-id": request_id}) if isinstance(request_id, str) and request_id else reply


def _failed(status_code: int | None, error: object) -> Reply:
    """`error` is a text, an error object, or an object that holds one. No status: the request was not processed."""
    said = read_error(error)
    if status_code is None and said.code in _OF_THE_WHOLE_JOB:
        return Reply(outcome=Outcome.FAILED, fault=Fault.STOP, error=said.words)
    return failed(said, status_code)
