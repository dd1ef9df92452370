"""Jobs: many requests in one file, which a provider or a program of the user's own answers in its own time. Pure.

planned ──upload──> uploaded ──create──> created ──> completed, expired, failed or cancelled ──join──> done

A line of the file has an id made from its attempt, so that an answer is joined with the request that it answers and
with no other, in whatever order answers come and however often.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from workbench.domain.runs import Run

FILE_ENDPOINT: Final = "file"
"""Stands for the endpoint of a job that is a file in the user's hands."""
_MARK_CHARS: Final = 16
_LINE_ID: Final = re.compile(r"emowb-([0-9]{1,18})-([0-9]{1,9})-([0-9a-f]{16})")


class JobState(StrEnum):
    """Where a job stands."""

    PLANNED = "planned"
    """Its file is written and its attempts are recorded; nothing has left this machine."""
    UPLOADED = "uploaded"
    """The provider has the file and has not been asked to work on it."""
    CREATED = "created"
    """The provider works on it; a file of the user's own was written."""
    COMPLETED = "completed"
    EXPIRED = "expired"
    """The provider's time was up; what was answered until then can be fetched."""
    FAILED = "failed"
    """The provider does not take the file."""
    CANCELLED = "cancelled"
    DONE = "done"
    """Fetched and joined: none of its requests waits for an answer any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A file of requests, as it is stored."""

    id: int
    run_id: int
    endpoint: str
    key_name: str | None
    """The variable that held the key; None: no key was needed."""
    part: int
    """Place among the run's files of requests, from 0."""
    file_hash: str
    n_requests: int
    n_bytes: int
    state: JobState
    input_file: str | None
    """The provider's name of the file; the path of a file of the user's own. The next three are the provider's."""
    provider_job: str | None
    output_file: str | None
    error_file: str | None
    error: str | None
    """Why it brought no answers, or not all."""
    created_at: str
    changed_at: str

    @property
    def name(self) -> str:
        """The provider's name, else its place among the files."""
        return self.provider_job or f"part {self.part}"

    @property
    def is_file(self) -> bool:
        """Whether it is a file in the user's hands."""
        return self.endpoint == FILE_ENDPOINT


def run_mark(run: Run) -> str:
    """Differs for every run, also of other workspaces, which use the same row numbers."""
    told_by = [run.dataset, run.name, run.spec_hash, run.created_at, run.id]
    return hashlib.sha256(json.dumps(told_by).encode()).hexdigest()[:_MARK_CHARS]


def line_id(run: Run, batch_id: int, number: int) -> str:
    """The `custom_id` of one attempt, by its number. At most 64 characters, which is what providers take."""
    return f"emowb-{batch_id}-{number}-{_line_mark(run, batch_id, number)}"


def read_line_id(run: Run, text: str) -> tuple[int, int] | None:
    """The batch and the attempt's number of a `custom_id`; None where it is of no attempt of this run."""
    found = _LINE_ID.fullmatch(text)
    if found is None:
        return None
    batch_id, number = int(found[1]), int(found[2])
    return (batch_id, number) if found[3] == _line_mark(run, batch_id, number) else None


def _line_mark(run: Run, batch_id: int, number: int) -> str:
    return hashlib.sha256(f"{run_mark(run)}/{batch_id}/{number}".encode()).hexdigest()[:_MARK_CHARS]
